"""A target that answers over HTTP: credentials become bytes here, and redacted exchanges come back."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

from conformance.exchange import SAFE_METHODS, Exchange, Request, Response, SentRequest
from conformance.targets.connection import Connection
from conformance.targets.errors import BudgetSpentError, TooManyRequestsError, WriteForbiddenError
from conformance.targets.origin import Origin

if TYPE_CHECKING:
    from conformance.exchange import Recipe
    from conformance.keys import ApiKey
    from conformance.targets.keyring import Keyring
    from conformance.targets.pace import Pace

TIME_LIMIT = 10.0
_LONGEST_WAIT = 60.0


class Target(Protocol):
    """Who answers. A target never sees what is expected of it."""

    name: str
    base_url: str
    keyring: Keyring
    pace: Pace
    may_write: bool

    def send(self, request: Request) -> Exchange:
        """Ask one request."""
        ...

    def hang_up(self) -> None:
        """End this thread's connection, so that the requests that follow share a new one."""
        ...

    def close(self) -> None:
        """Let go of everything that the target holds."""
        ...


class HttpTarget:
    """An API at a base URL.

    `limit` is the largest number of requests that may be sent, `time_limit` the seconds that one may take.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        keyring: Keyring,
        pace: Pace,
        *,
        may_write: bool,
        limited_roles: frozenset[str] = frozenset(),
        limit: int | None = None,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.keyring = keyring
        self.may_write = may_write
        self.limit = limit
        self.sent = 0
        self.pace = pace
        self._limited_roles = limited_roles
        self._time_limit = time_limit
        parts = urlsplit(self.base_url)
        self._base_path = parts.path
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self._origin = Origin(parts.scheme, parts.hostname or "", port)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._host_header = parts.netloc.rpartition("@")[2].encode("idna" if not parts.netloc.isascii() else "ascii")
        self._connections: dict[int, Connection] = {}
        self._lock = threading.Lock()

    def send(self, request: Request) -> Exchange:
        """Ask one request, at the target's pace; each thread has a connection of its own.

        Raises:
            UnansweredError: No HTTP response came back.
            TooManyRequestsError: The target limits this run.
            BudgetSpentError: The run's limit of requests is reached.
            WriteForbiddenError: The request may change something, and nobody allowed that.

        """
        exchange = self._send_once(request)
        if exchange.response.status != 429 or self._is_limited(request.recipe):
            return exchange
        self.pace.pause(min(retry_after_seconds(exchange.response), _LONGEST_WAIT))
        exchange = self._send_once(request)
        if exchange.response.status == 429:
            raise TooManyRequestsError(
                f"a lower --rate: {self._origin} limits this run (429, also after waiting as long as it asked for)"
            )
        return exchange

    def hang_up(self) -> None:
        """End this thread's connection, so that the requests that follow share a new one."""
        connection = self._connections.get(threading.get_ident())
        if connection:
            connection.close()

    def close(self) -> None:
        """Close every connection."""
        for connection in self._connections.values():
            connection.close()

    def _is_limited(self, recipe: Recipe | None) -> bool:
        return recipe is not None and recipe.name in self._limited_roles

    def _send_once(self, request: Request) -> Exchange:
        if request.method not in SAFE_METHODS and not self.may_write:
            raise WriteForbiddenError(f"{request.method} was not sent: writing needs --allow-writes")
        keys = [self.keyring.credential(recipe) if recipe else None for recipe in (request.recipe, request.second)]
        target, headers, body = _filled(request, *keys)
        connection = self._connection()
        self.pace.wait()
        response = connection.roundtrip(
            request.method,
            self._base_path + target,
            [("Host", self._host_header), *headers],
            body,
        )
        return self._redacted(request, keys, response)

    def _connection(self) -> Connection:
        with self._lock:
            if self.limit is not None and self.sent >= self.limit:
                raise BudgetSpentError(f"the run's budget of {self.limit} requests is spent")
            self.sent += 1
            thread = threading.get_ident()
            if thread not in self._connections:
                self._connections[thread] = Connection(self._origin, self._time_limit, self._tls)
            return self._connections[thread]

    def _redacted(self, request: Request, keys: list[ApiKey | None], response: Response) -> Exchange:
        """The exchange without its secrets, and with the place where the response repeated one."""
        scrubber = self.keyring.scrubber
        key, second = (key.shown if key else "" for key in keys)
        sent = SentRequest(
            request.method,
            self.base_url,
            self.base_url + _shown(request.target, key, second),
            tuple((name, _shown(value, key, second)) for name, value in request.headers),
            _shown(request.body or "", key, second),
        )
        text = response.body.decode("utf-8", "surrogateescape")
        parts = [("the body", text), *((f"the header {name}", value) for name, value in response.headers)]
        if not scrubber.holds_secret("\n".join(part for _, part in parts)):
            return Exchange(sent, response, request)
        headers = tuple((name, scrubber.redact(value)) for name, value in response.headers)
        clean = scrubber.redact(text)
        body = response.body if clean == text else clean.encode("utf-8", "surrogateescape")
        repeats = next((place for place, part in parts if scrubber.knows(part)), "")
        return Exchange(sent, Response(response.status, headers, body, response.problem), request, repeats)


def _filled(
    request: Request, key: ApiKey | None, second: ApiKey | None
) -> tuple[str, list[tuple[str, bytes]], bytes | None]:
    """Target, headers and body with the credentials in their places: here their text leaves the ApiKey."""
    text = key.reveal() if key else ""
    other = second.reveal() if second else ""
    target = request.target.replace("{key}", quote(text, safe="", errors="surrogateescape"))
    headers = [(name, _header_bytes(_with_text(value, text, other))) for name, value in request.headers]
    if request.body is None:
        return target, headers, None
    body = request.body.replace("{key}", json.dumps(text)[1:-1]).encode()
    return target, [*headers, ("Content-Length", b"%d" % len(body))], body


def _with_text(template: str, text: str, other: str) -> str:
    if "{" not in template:
        return template
    if "{basic" in template:
        template = template.replace("{basic_user}", _base64(f"{text}:"))
        template = template.replace("{basic_password}", _base64(f":{text}"))
    return template.replace("{second}", other).replace("{key}", text)


def _base64(text: str) -> str:
    return base64.b64encode(_header_bytes(text)).decode()


def _header_bytes(text: str) -> bytes:
    """A header's value as HTTP carries it: Latin-1, or UTF-8 where that is not enough."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")


def _shown(template: str, key: str, second: str) -> str:
    if "{" not in template:
        return template
    for placeholder in ("{key}", "{basic_user}", "{basic_password}"):
        template = template.replace(placeholder, key)
    return template.replace("{second}", second)


def retry_after_seconds(response: Response) -> float:
    """How long a response asks to wait, in seconds; 1 when it does not say (RFC 9110, section 10.2.3)."""
    value = (response.header("retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 1.0
