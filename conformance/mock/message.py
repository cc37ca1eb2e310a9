"""Requests and responses as the mock sees them: raw, because a server must read the key."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Request(NamedTuple):
    """A request as it arrived; header names are in lower case, `path` is still percent-encoded."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    body_too_large: bool = False
    client: object = None

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path}, {len(self.headers)} headers)"

    def __str__(self) -> str:
        return repr(self)

    def values(self, name: bytes) -> list[bytes]:
        """Every value of a header, in order."""
        return [value for key, value in self.headers if key == name]


class Response(NamedTuple):
    """A response to be sent; the server adds Content-Length and Date."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


Respond = Callable[[Request], Response]
