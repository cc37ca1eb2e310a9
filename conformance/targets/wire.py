"""One HTTP/1.1 connection: bytes out, a bounded response in, within a time limit, whatever the other side does."""

from __future__ import annotations

import http.client
import io
import select
import socket
import ssl
import time
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from conformance.exchange import Response
from conformance.targets.errors import UnansweredError

if TYPE_CHECKING:
    from collections.abc import Sequence

BODY_LIMIT = 8 * 1024 * 1024
_IDEMPOTENT = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")


class Origin(NamedTuple):
    """Where a target listens."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Wire:
    """A keep-alive connection to one origin; it never follows a redirect and never asks a proxy.

    `time_limit` is in seconds and covers a whole request: connecting, sending, and every byte of the response.
    """

    def __init__(self, origin: Origin, time_limit: float, tls: ssl.SSLContext | None) -> None:
        self._origin = origin
        self._time_limit = time_limit
        self._connection = _Connection(origin, tls)

    def roundtrip(self, method: str, target: str, headers: Sequence[tuple[str, bytes]], body: bytes | None) -> Response:
        """Send one request and read its response.

        Raises:
            UnansweredError: There was no HTTP response within the time limit.

        """
        self._connection.deadline = time.monotonic() + self._time_limit
        reused = self._connection.sock is not None and not self._is_stale()
        try:
            try:
                return self._exchange(method, target, headers, body)
            except (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected):
                # an idle connection may be closed at any time; that says nothing about this request
                self.close()
                if not reused or method not in _IDEMPOTENT:
                    raise
                return self._exchange(method, target, headers, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise UnansweredError(_cause(error, self._origin, self._time_limit)) from error

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        self._connection.close()

    def _is_stale(self) -> bool:
        """Whether the peer has closed an idle connection, or sent what nobody asked for."""
        readable, _, _ = select.select([self._connection.sock], [], [], 0)
        if readable:
            self.close()
        return bool(readable)

    def _exchange(self, method: str, target: str, headers: Sequence[tuple[str, bytes]], body: bytes | None) -> Response:
        connection = self._connection
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        raw, problem = _read(response)
        if problem or response.will_close:
            self.close()
        headers_received = tuple(response.getheaders())
        decoded, undecoded = _decompress(raw, response.getheader("content-encoding", "").strip().lower())
        return Response(response.status, headers_received, decoded, problem or undecoded)


class _Connection(http.client.HTTPConnection):
    """A connection whose every read respects one deadline (a monotonic time in seconds)."""

    def __init__(self, origin: Origin, tls: ssl.SSLContext | None) -> None:
        super().__init__(origin.host, origin.port)
        self.deadline = 0.0
        self._tls = tls

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), timeout=self.remaining())
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connected = self._tls.wrap_socket(plain, server_hostname=self.host) if self._tls else plain
        except BaseException:
            plain.close()
            raise
        self.sock: Any = _TimedSocket(connected, self)

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
    """As much of a socket as http.client needs, with the time limit on every operation."""

    def __init__(self, connected: socket.socket, connection: _Connection) -> None:
        self._socket = connected
        self._connection = connection
        self.fileno = connected.fileno
        self.close = connected.close

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(self._connection.remaining())
        self._socket.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._socket, self._connection))


class _TimedReader(io.RawIOBase):
    def __init__(self, connected: socket.socket, connection: _Connection) -> None:
        self._socket = connected
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(self._connection.remaining())
        return self._socket.recv_into(buffer)


def _read(response: http.client.HTTPResponse) -> tuple[bytes, str]:
    """The body up to the limit, and what was wrong with it."""
    try:
        body = response.read(BODY_LIMIT + 1)
    except http.client.IncompleteRead as error:
        return error.partial, "the body ended early"
    if len(body) > BODY_LIMIT:
        return body[:BODY_LIMIT], f"the body is longer than {BODY_LIMIT // 1024 // 1024} MiB; the rest was not read"
    if response.length:
        return body, f"the body ended {response.length} bytes before its Content-Length"
    return body, ""


def _decompress(body: bytes, encoding: str) -> tuple[bytes, str]:
    """The body without its content encoding, up to the limit, and what was wrong with it."""
    if encoding in ("", "identity") or not body:
        return body, ""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return body, f"the body has the content encoding {encoding!r}, which was not asked for"
    decompressor = zlib.decompressobj(wbits=47 if encoding != "deflate" or body[:1] == b"\x78" else -15)
    try:
        decoded = decompressor.decompress(body, BODY_LIMIT)
    except zlib.error:
        return b"", f"the body is not {encoding}, though its Content-Encoding says so"
    if decompressor.unconsumed_tail:
        return (
            decoded,
            f"the body unpacks to more than {BODY_LIMIT // 1024 // 1024} MiB; the rest was not unpacked",
        )
    return decoded, "" if decompressor.eof else "the compressed body ended early"


def _cause(error: Exception, origin: Origin, time_limit: float) -> str:
    """Why there was no answer, in words for a person."""
    if isinstance(error, socket.gaierror):
        return f"the name {origin.host} cannot be resolved; check the base URL and DNS"
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the TLS certificate of {origin} is not trusted ({error.verify_message}); "
            "if a private CA issued it, name its file in SSL_CERT_FILE"
        )
    if isinstance(error, ssl.SSLError):
        return f"TLS with {origin} failed ({error.reason or 'no reason given'}); check that it speaks https"
    if isinstance(error, TimeoutError):
        return f"{origin} gave no complete answer within {time_limit:g} s"
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at {origin} (connection refused); check the base URL"
    if isinstance(error, http.client.RemoteDisconnected | ConnectionResetError | BrokenPipeError):
        return f"{origin} closed the connection without an answer"
    if isinstance(error, http.client.HTTPException | ValueError):
        return f"{origin} did not answer as HTTP ({type(error).__name__})"
    return f"{origin} cannot be reached ({getattr(error, 'strerror', None) or type(error).__name__})"
