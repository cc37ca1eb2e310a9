"""One HTTP/1.1 connection: bytes out, a bounded response in, within a time limit, whatever the other side does."""

from __future__ import annotations

import http
import http.client
import math
import select
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from conformance.exchange import SAFE_METHODS, Response
from conformance.targets.body import body_of, decompressed
from conformance.targets.errors import UnansweredError
from conformance.targets.silence import why_unanswered
from conformance.targets.timed import TimedConnection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.targets.origin import Origin

_IDLE_SECONDS = 1.0
_ENOUGH = 10
_MOST_REQUESTS = 100  # on one connection, after which many servers hang up, some of them without saying so
_SHOWN = 65536  # of a body that is no good; nothing is judged by it
_NO_BODY = (204, 304)
# what a connection that the peer closed while it was idle, or wrote too much on, may show
_STALE = (ConnectionError, http.client.BadStatusLine, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Connection:
    """A keep-alive connection to one origin; it never follows a redirect and never asks a proxy.

    `time_limit` is in seconds and covers a whole request: connecting, sending, and every byte of the response.
    """

    def __init__(self, origin: Origin, time_limit: float, tls: ssl.SSLContext | None) -> None:
        self._origin = origin
        self._time_limit = time_limit
        self._tls = tls
        self._connection = TimedConnection(origin, tls)
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
        if self._requests >= _MOST_REQUESTS or (method not in SAFE_METHODS and not is_trusted):
            self.close()  # what must not be sent twice begins on a connection that nobody can have closed
        reused = self._connection.sock is not None
        try:
            try:
                response = self._exchange(method, target, headers, body)
            except _STALE:
                self._kept_alive = -math.inf
                self.close()
                if not reused or method not in SAFE_METHODS:
                    raise
                response = self._exchange(method, target, headers, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise UnansweredError(why_unanswered(error, self._origin, self._time_limit)) from error
        except BaseException:  # Ctrl-C: what is still to come must not be taken for the answer to the next request
            self.close()
            raise
        self._kept_alive += reused
        return response

    def close(self) -> None:
        """Close the connection; the next request opens a new one, which nothing of a broken off request is left in."""
        deadline = self._connection.deadline
        self._connection.close()
        self._connection = TimedConnection(self._origin, self._tls)
        self._connection.deadline = deadline
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
            raw, problem = body_of(response)
        if problem or response.will_close or _is_followed_by_more(response):
            self.close()
        self._last_used = time.monotonic()
        headers_received = tuple(response.getheaders())
        decoded, undecoded = decompressed(raw, response.getheader("content-encoding", "").strip().lower())
        problem = problem or undecoded
        return Response(response.status, headers_received, decoded[:_SHOWN] if problem else decoded, problem)


def _is_followed_by_more(response: http.client.HTTPResponse) -> bool:
    """Whether what comes next on the connection is no answer to the next request."""
    if response.status in _NO_BODY:
        return response.getheader("transfer-encoding") is not None or (
            response.status == http.HTTPStatus.NO_CONTENT and response.getheader("content-length", "0") != "0"
        )
    return response.status == http.HTTPStatus.SWITCHING_PROTOCOLS
