"""A connection of http.client whose every operation has one deadline."""

from __future__ import annotations

import http
import http.client
import io
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

    from conformance.targets.origin import Origin


class _FinalResponse(http.client.HTTPResponse):
    """A response that comes after any number of interim ones (RFC 9110, section 15.2)."""

    def begin(self) -> None:
        super().begin()
        while 100 <= self.status < 200 and self.status != http.HTTPStatus.SWITCHING_PROTOCOLS:
            self.headers = None  # type: ignore[assignment]  # so that it begins once more
            super().begin()


class TimedConnection(http.client.HTTPConnection):
    """A connection whose every read respects one deadline (a monotonic time in seconds)."""

    response_class = _FinalResponse

    def __init__(self, origin: Origin, tls: ssl.SSLContext | None) -> None:
        super().__init__(origin.host, origin.port)
        self.deadline = 0.0
        self._tls = tls

    def connect(self) -> None:
        """Connect, with TLS where the origin has it."""
        plain = self._connected()
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            plain.settimeout(self.remaining())
            connected = self._tls.wrap_socket(plain, server_hostname=self.host) if self._tls else plain
        except BaseException:
            plain.close()
            raise
        self.sock: Any = _TimedSocket(connected, self)

    def _connected(self) -> socket.socket:
        """A connection to the first address of the host that takes one; each has its share of the time."""
        hosts = [str(entry[4][0]) for entry in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)]
        for left in range(len(hosts), 1, -1):
            with suppress(OSError):
                return socket.create_connection((hosts[-left], self.port), timeout=self.remaining() / left)
        return socket.create_connection((hosts[-1], self.port), timeout=self.remaining())

    def remaining(self) -> float:
        """Seconds until the deadline.

        Raises:
            TimeoutError: The deadline has passed.

        """
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class _TimedSocket:
    """As much of a socket as http.client needs, with the time limit on every operation.

    http.client sends head and body apart; here they wait for each other, and leave when the response is to be read.
    """

    def __init__(self, connected: socket.socket, connection: TimedConnection) -> None:
        self._socket = connected
        self._connection = connection
        self._waiting = b""
        self.fileno = connected.fileno
        self.close = connected.close

    def sendall(self, data: bytes) -> None:
        self._waiting += data

    def makefile(self, _mode: str) -> io.BufferedReader:
        request, self._waiting = self._waiting, b""
        self._socket.settimeout(self._connection.remaining())
        self._socket.sendall(request)
        return io.BufferedReader(_TimedReader(self._socket, self._connection))


class _TimedReader(io.RawIOBase):
    """Reads within the time limit; the socket stays open until this is closed, as http.client expects."""

    def __init__(self, connected: socket.socket, connection: TimedConnection) -> None:
        self._socket = connected
        self._raw = connected.makefile("rb", buffering=0)
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(self._connection.remaining())
        return self._raw.readinto(buffer)

    def readall(self) -> bytes:
        raise ValueError("a chunk says that it has -1 bytes, and http.client asks for all there is")

    def close(self) -> None:
        self._raw.close()
        super().close()
