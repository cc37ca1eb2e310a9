"""Request, response and the exchange they make: frozen, in wire order, redacted at birth."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Headers = tuple[tuple[str, str], ...]
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")  # RFC 9110, section 9.2.1; the only ones that are sent without permission


@dataclass(frozen=True, slots=True)
class Recipe:
    """A symbolic credential: what to present, never its bytes.

    `label` names one text of a table or one kind of near miss, `draw` one place of a near miss.
    """

    name: str
    label: str = ""
    draw: int = 0

    def __str__(self) -> str:
        inside = ", ".join(filter(None, [self.label, str(self.draw) if self.draw else ""]))
        return f"{self.name}({inside})" if inside else self.name


@dataclass(frozen=True, slots=True)
class Request:
    """A request to be sent.

    Header values, target and body hold `{key}` where the credential of `recipe` belongs, and header values `{second}`
    for that of `second`; `target` is the path below the base URL with its query.
    """

    method: str
    target: str
    headers: Headers = ()
    body: str | None = None
    recipe: Recipe | None = None
    second: Recipe | None = None


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request as it was sent, with every secret redacted."""

    method: str
    base_url: str
    url: str
    headers: Headers
    body: str = ""


@dataclass(frozen=True)
class Response:
    """An answer: status, headers in wire order, and the decoded body up to a limit.

    `problem` says in what way the body was no good as HTTP (truncated, too large, not to be decoded).
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    problem: str = ""

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name (RFC 9110, section 5.1)."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @cached_property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become replacement characters."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or `None` when it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def is_json(self) -> bool:
        """Whether the content type says JSON."""
        media_type = (self.header("content-type") or "").partition(";")[0].strip().lower()
        return media_type == "application/json" or (
            media_type.startswith("application/") and media_type.endswith("+json")
        )


@dataclass(frozen=True, slots=True)
class Exchange:
    """What happened: one request as it was asked and sent, and its response, without the secrets that they held.

    `repeats` names the part of the response that held 8 characters in a row of a secret before it was redacted.
    """

    request: SentRequest
    response: Response
    asked: Request
    repeats: str = ""


def within(value: Any) -> Iterator[Any]:
    """A JSON value and everything in it, what contains before what is contained; however deep it goes."""
    waiting = deque([value])
    while waiting:
        yield (one := waiting.popleft())
        if isinstance(one, dict | list):
            waiting += one.values() if isinstance(one, dict) else one
