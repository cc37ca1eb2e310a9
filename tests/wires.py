"""A connection to a mock, byte by byte."""

from __future__ import annotations

import contextlib
import http.client
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


PATIENCE = 20.0  # seconds after which something hangs; nothing here waits for them to pass
LIST = "/v1/sandboxes"
BODY = b'{"template_id": "52"}'


class Wire:
    """One connection, over which raw bytes are sent; answers are read however they arrive."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.send = connection.sendall
        self._stream = connection.makefile("rb")

    def line(self) -> bytes:
        return self._stream.readline()

    def answers(self, count: int) -> list[int]:
        """The statuses of the next answers, whose bodies are read to their ends."""
        return [self._answer() for _ in range(count)]

    def _answer(self) -> int:
        status = int(self.line().split()[1])
        headers = http.client.parse_headers(self._stream)
        self._stream.read(int(headers["Content-Length"] or 0))
        return status

    def close(self) -> None:
        self._stream.close()
        self._connection.close()


@contextmanager
def connected(variables: dict[str, str]) -> Iterator[Wire]:
    address = urlsplit(variables["HOPX_BASE_URL"])
    with contextlib.closing(Wire(socket.create_connection((address.hostname, address.port), PATIENCE))) as wire:
        yield wire


def ask(
    variables: dict[str, str], method: str = "GET", path: str = LIST, body: Any = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    address = urlsplit(variables["HOPX_BASE_URL"])
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()


def request_bytes(variables: dict[str, str], head: str, body: bytes = b"") -> bytes:
    key = variables["HOPX_API_KEY"]
    return head.replace("\n", "\r\n").replace("KEY", key).encode("latin-1") + b"\r\n\r\n" + body
