"""One HTTP/1.1 connection: bytes out, a bounded response in, within a time limit, whatever the other side does."""

from __future__ import annotations

import http
import http.client
import io
import math
import select
import socket
import ssl
import time
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from conformance.exchange import Response
from conformance.targets.errors import UnansweredError

if TYPE_CHECKING:
    from collections.abc import Sequence

_MEBIBYTES = 8
_IDLE_SECONDS = 1.0
_ENOUGH = 10
_MOST_REQUESTS = 100  # on one connection, after which many servers hang up, some of them without saying so
BODY_LIMIT = _MEBIBYTES * 1024 * 1024
_SHOWN = 65536  # of a body that is no good; nothing is judged by it
_REPEATABLE = ("GET", "HEAD", "OPTIONS")
_NO_BODY = (204, 304)
# what a connection that the peer closed while it was idle, or wrote too much on, may show
_STALE = (ConnectionError, http.client.BadStatusLine, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Origin(NamedTuple):
    """Where a target listens."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Connection:
    """A keep-alive connection to one origin; it never follows a redirect and never asks a proxy.

    `time_limit` is in seconds and covers a whole request: connecting, sending, and every byte of the response.
    """

    def __init__(self, origin: Origin, time_limit: float, tls: ssl.SSLContext | None) -> None:
        self._origin = origin
        self._time_limit = time_limit
        self._connection = _HttpConnection(origin, tls)
        self._kept_alive = 0.0  # how often a connection was still there for another request; -inf once one was not
        self._last_used = 0.0
        self._requests = 0  # on this connection

    def roundtrip(self, method: str, target: str, headers: Sequence[tuple[str, bytes]], body: bytes | None) -> Response:
        """Send one request and read its response.

        Raises:
            UnansweredError: There was no HTTP response within the time limit.

        """
        now = time.monotonic()
        self._connection.deadline = now + self._time_limit
        if self._is_stale():
            self._kept_alive = -math.inf
            self.close()
        is_trusted = self._kept_alive >= _ENOUGH and now <= self._last_used + _IDLE_SECONDS
        if self._requests >= _MOST_REQUESTS or (method not in _REPEATABLE and not is_trusted):
            self.close()  # what must not be sent twice begins on a connection that nobody can have closed
        reused = self._connection.sock is not None
        try:
            try:
                response = self._exchange(method, target, headers, body)
            except _STALE:
                self._kept_alive = -math.inf
                self.close()
                if not reused or method not in _REPEATABLE:
                    raise
                response = self._exchange(method, target, headers, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise UnansweredError(_cause(error, self._origin, self._time_limit)) from error
        except BaseException:  # Ctrl-C: what is still to come must not be taken for the answer to the next request
            self.close()
            raise
        self._kept_alive += reused
        return response

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        self._connection.close()
        self._requests = 0

    def _is_stale(self) -> bool:
        """Whether the peer has closed an idle connection, or sent what nobody asked for."""
        if self._connection.sock is None:
            return False
        readable, _, _ = select.select([self._connection.sock], [], [], 0)
        return bool(readable)

    def _exchange(self, method: str, target: str, headers: Sequence[tuple[str, bytes]], body: bytes | None) -> Response:
        connection = self._connection
        if connection.sock is None:
            connection.connect()
        self._requests += 1
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        with suppress(ConnectionError):  # a server may refuse before it has read everything, and its answer counts
            connection.endheaders(body)
        with connection.getresponse() as response:
            raw, problem = _read(response)
        if problem or response.will_close or _is_followed_by_more(response):
            self.close()
        self._last_used = time.monotonic()
        headers_received = tuple(response.getheaders())
        decoded, undecoded = _decompress(raw, response.getheader("content-encoding", "").strip().lower())
        problem = problem or undecoded
        return Response(response.status, headers_received, decoded[:_SHOWN] if problem else decoded, problem)


class _FinalResponse(http.client.HTTPResponse):
    """A response that comes after any number of interim ones (RFC 9110, section 15.2)."""

    def begin(self) -> None:
        super().begin()
        while 100 <= self.status < 200 and self.status != http.HTTPStatus.SWITCHING_PROTOCOLS:
            self.headers = None  # type: ignore[assignment]  # so that it begins once more
            super().begin()


class _HttpConnection(http.client.HTTPConnection):
    """A connection whose every read respects one deadline (a monotonic time in seconds)."""

    response_class = _FinalResponse

    def __init__(self, origin: Origin, tls: ssl.SSLContext | None) -> None:
        super().__init__(origin.host, origin.port)
        self.deadline = 0.0
        self._tls = tls

    def connect(self) -> None:
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

    def __init__(self, connected: socket.socket, connection: _HttpConnection) -> None:
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

    def __init__(self, connected: socket.socket, connection: _HttpConnection) -> None:
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


def _is_followed_by_more(response: http.client.HTTPResponse) -> bool:
    """Whether what comes next on the connection is no answer to the next request."""
    if response.status in _NO_BODY:
        return response.getheader("transfer-encoding") is not None or (
            response.status == http.HTTPStatus.NO_CONTENT and response.getheader("content-length", "0") != "0"
        )
    return response.status == http.HTTPStatus.SWITCHING_PROTOCOLS


def _read(response: http.client.HTTPResponse) -> tuple[bytes, str]:
    """The body up to the limit, and what was wrong with it."""
    try:
        body = response.read(BODY_LIMIT + 1)
    except http.client.IncompleteRead as error:
        return error.partial, "the body ended early"
    except ConnectionError:
        return b"", "the connection was reset within the body"
    except ValueError:
        return b"", "the body is not chunked in the way of HTTP"
    if len(body) > BODY_LIMIT:
        return body[:BODY_LIMIT], f"the body is longer than {_MEBIBYTES} MiB; the rest was not read"
    if response.length:
        return body, f"the body ended {response.length} bytes before its Content-Length"
    return body, ""


def _decompress(body: bytes, encoding: str) -> tuple[bytes, str]:
    """The body without its content encoding, up to the limit, and what was wrong with it."""
    if encoding in ("", "identity") or not body:
        return body, ""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return body, f"the body has the content encoding {encoding!r}, which was not asked for"
    wbits = 47 if encoding != "deflate" or body[:1] == b"\x78" else -15
    decoded = b""
    while body:  # gzip may have several members (RFC 1952, section 2.2)
        decompressor = zlib.decompressobj(wbits)
        try:
            decoded += decompressor.decompress(body, BODY_LIMIT + 1 - len(decoded))
        except zlib.error:
            return b"", f"the body is not {encoding}, though its Content-Encoding says so"
        if len(decoded) > BODY_LIMIT:
            return decoded[:BODY_LIMIT], f"the body unpacks to more than {_MEBIBYTES} MiB; the rest was not unpacked"
        if not decompressor.eof:
            return decoded, "the compressed body ended early"
        body = decompressor.unused_data
    return decoded, ""


def _cause(error: Exception, origin: Origin, time_limit: float) -> str:
    """Why there was no answer, in words for a person."""
    if isinstance(error, socket.gaierror | UnicodeError):
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
    if isinstance(error, http.client.BadStatusLine):
        return f"{origin} did not answer as HTTP (its first line is no status line)"
    if isinstance(error, http.client.HTTPException | ValueError):
        told = isinstance(error, http.client.LineTooLong) or type(error) is http.client.HTTPException
        return f"{origin} did not answer as HTTP ({error if told else type(error).__name__})"
    return f"{origin} cannot be reached ({getattr(error, 'strerror', None) or type(error).__name__})"
