"""Requests and responses as the mock sees them: raw, because a server must read the key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Request(NamedTuple):
    """A request as it arrived; `path` is still percent-encoded.

    Header names are in lower case; `spelled` has them as they were written, where that is known.
    """

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    body_too_large: bool = False
    client: object = None
    spelled: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path}, {len(self.headers)} headers)"

    def __str__(self) -> str:
        return repr(self)

    def values(self, name: bytes) -> list[bytes]:
        """Every value of a header, in order."""
        return [value for key, value in self.headers if key == name]


class Response(NamedTuple):
    """A response to be sent; the server adds Content-Length and Date. The status 0 is for those that are not sent."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


HANGING_UP = Response(0, (), b"the connection is closed")
NO_ANSWER = Response(0, (), b"nothing is sent")

Respond = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class Held:
    """Answers that a server decides some seconds after their requests arrived, so that several are in flight at once.

    Where it is called directly it answers at once, so that one request is in flight at a time.
    """

    arrive: Callable[[Request], None]
    respond: Respond
    seconds: float

    def __call__(self, request: Request) -> Response:
        """Answer at once."""
        self.arrive(request)
        return self.respond(request)
