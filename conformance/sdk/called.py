"""What happened in a call of an SDK, at both ends and without the secrets: the user's, and the wire's."""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.exchange import Exchange, Request, Response, SentRequest
from conformance.sdk.playing import is_played
from conformance.sdk.protocol import Answer, Raised, Returned, SdkError, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.exchange import Recipe
    from conformance.scrub import Scrubber
    from conformance.sdk.recorder import Recorded
    from conformance.spec.model import Spec


_BLANKS = " \t"
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request of an SDK as the recording server saw it.

    `styles` are the documented headers in which the right key came, `strays` the other places that held a part of a
    secret, `client` says which of two clients it belongs to, `played` whether the server knew what to answer.
    """

    exchange: Exchange
    at: float
    elsewhere: bool
    client: int
    styles: tuple[str, ...]
    strays: tuple[str, ...]
    played: bool

    def __str__(self) -> str:
        return f"{self.exchange.request.method} {self.exchange.request.url}"


@dataclass(frozen=True, slots=True)
class Outside:
    """A request to a host that nobody told the SDK, which the proxy refused; of TLS only the host is seen."""

    line: str
    holds_secret: bool


@dataclass(frozen=True, slots=True)
class Called:
    """A call of an SDK, with everything that came of it.

    `answer` is what its user got, `None` when the call did not end in its time; `leaks` are the places there that
    held a part of a secret; `outside` is what the proxy refused; `said` are the lines of standard error that held a
    part of a secret, without it, and `None` where nobody listened.
    """

    answer: Returned | Raised | Unsupported | None
    seen: tuple[SeenRequest, ...] = ()
    leaks: tuple[str, ...] = ()
    problem: str = ""
    seconds: float = 0.0
    outside: tuple[Outside, ...] = ()
    said: tuple[str, ...] | None = None

    @property
    def error(self) -> SdkError | None:
        """The error that the user got, if there was one."""
        return self.answer.error if isinstance(self.answer, Raised) else None

    @property
    def to_api(self) -> tuple[SeenRequest, ...]:
        """The requests that went to the API."""
        return tuple(seen for seen in self.seen if not seen.elsewhere)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Reads what was recorded: where the key was, and where it should not have been."""

    spec: Spec
    scrubber: Scrubber

    def seen(
        self, recorded: Iterable[Recorded], key: str, recipe: Recipe, base_url: str, client: int = 0
    ) -> list[SeenRequest]:
        """The requests of a client that was to use `key`."""
        return [self._seen(one, key, recipe, base_url, client) for one in recorded]

    def cleaned(self, answer: Answer) -> tuple[Answer, tuple[str, ...]]:
        """An answer without secrets, and the places that held some."""
        clean = msgspec.convert(_mapped(msgspec.to_builtins(answer), self.scrubber), type(answer))
        if isinstance(answer, Unsupported):
            return clean, ()
        places: dict[str, Any] = {"log": answer.log}
        if isinstance(answer, Returned):
            places["value"] = answer.value
        else:
            places |= msgspec.to_builtins(answer.error)
        leaks = tuple(name for name, text in places.items() if any(map(self.scrubber.knows, _texts(text))))
        return clean, leaks

    def outside(self, heads: Iterable[str]) -> tuple[Outside, ...]:
        """What a proxy heard, given the heads of the requests."""
        return tuple(Outside(self.scrubber.scrub(_line(head)), self.scrubber.knows(head)) for head in heads)

    def telling(self, said: str) -> tuple[str, ...]:
        """The lines of a text that hold a part of a secret, without it."""
        if not self.scrubber.knows(said):
            return ()
        lines = [line.strip() for line in said.splitlines() if self.scrubber.knows(line)]
        return tuple(map(self.scrubber.scrub, lines or [said]))  # it may be broken over several lines

    def _seen(self, one: Recorded, key: str, recipe: Recipe, base_url: str, client: int) -> SeenRequest:
        request = one.request
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
        styles: list[str] = []
        rest: list[tuple[str, str]] = []
        for name, value in headers:
            style = self._style(name, value, key)
            if style:
                styles.append(style)
            else:
                rest.append((f"header {name}", value))
        url = request.path + (f"?{request.query}" if request.query else "")
        body = unpacked(request.body).decode("utf-8", "replace")
        strays = [place for place, text in (*rest, ("URL", url), ("body", body)) if self.scrubber.knows(text)]
        strays += [f"the name of a header ({one.lower()[:3]}…)" for one, _ in headers if self.scrubber.knows(one)]
        return SeenRequest(
            self._exchange(one, headers, url, body, recipe, base_url),
            one.at,
            one.elsewhere,
            client,
            tuple(styles),
            tuple(strays),
            is_played(one.response),
        )

    def _style(self, name: str, value: str, key: str) -> str:
        """The documented style in which a header carries the key; the case of names and schemes does not count."""
        for style_name, style in self.spec.styles.items():
            if style.header.lower() != name.lower() or not key:
                continue
            before, placeholder, _ = style.value.partition("{key}")
            scheme, written = before.rstrip(), value.strip(_BLANKS)
            rest = written[len(scheme) :]
            separated = rest[:1] == " " if scheme else True
            is_right = written[: len(scheme)].lower() == scheme.lower() and rest.strip(_BLANKS) == key.strip(_BLANKS)
            if placeholder and separated and is_right:
                return style_name
        return ""

    def _exchange(
        self, one: Recorded, headers: list[tuple[str, str]], url: str, body: str, recipe: Recipe, base_url: str
    ) -> Exchange:
        scrub = self.scrubber.scrub
        clean = tuple((scrub(name), scrub(value)) for name, value in headers)
        host = next((value for name, value in headers if name == "host"), "")
        sent = SentRequest(one.request.method, base_url, scrub(f"http://{host}{url}"), clean, scrub(body))
        answered = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in one.response.headers)
        response = Response(one.response.status, answered, one.response.body)
        return Exchange(sent, response, Request(one.request.method, scrub(url), clean, scrub(body), recipe))


def unpacked(body: bytes) -> bytes:
    """A body, without the compression that would hide a key."""
    if not body.startswith(_GZIP):
        return body
    with suppress(OSError, EOFError, zlib.error):
        return gzip.decompress(body)
    return body


def _line(head: str) -> str:
    """Method and address of a request to a proxy, or of one that does not know that it goes to one."""
    first, *fields = head.split("\r\n")
    method, _, target = first.rpartition(" ")[0].partition(" ")
    host = next((field.partition(":")[2].strip() for field in fields if field.lower().startswith("host:")), "")
    return f"{method} http://{host}{target}" if target.startswith("/") else f"{method} {target}"


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return []


def _mapped(value: Any, scrubber: Scrubber) -> Any:
    if isinstance(value, str):
        return scrubber.scrub(value)
    if isinstance(value, dict):
        return {scrubber.scrub(key): _mapped(item, scrubber) for key, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, scrubber) for item in value]
    return value
