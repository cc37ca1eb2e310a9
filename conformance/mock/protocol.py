"""HTTP/1.1 for the mock: requests in, `respond`, responses out, as a protocol that uvicorn serves.

An ASGI application would cost more than all of the mock's decisions.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httptools

from conformance.mock.message import HANGING_UP, NO_ANSWER, Held, Request, Response
from conformance.mock.respond import BODY_LIMIT

if TYPE_CHECKING:
    import uvicorn
    from uvicorn.server import ServerState


_WITHOUT_BODY = (204, 304)
_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
_BAD_REQUEST = Response(400, ((b"content-type", b"text/plain"),), b"This is not HTTP.")
_MISTAKE = Response(
    500, ((b"content-type", b"text/plain"),), b"The mock has made a mistake; its standard error says which."
)


class MockProtocol(asyncio.Protocol):
    """One connection; its requests are answered in their order, each as soon as it is complete."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],  # noqa: ARG002  uvicorn passes it by name
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._respond: Any = config.app
        self._is_held = isinstance(config.app, Held)
        self._state = server_state
        self._parser = httptools.HttpRequestParser(self)
        self.transport: Any = None
        self._client: object = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self.transport = transport
        self._client = transport.get_extra_info("peername")
        self._state.connections.add(self)  # type: ignore[arg-type]

    def connection_lost(self, _error: Exception | None) -> None:
        """The connection is no more."""
        self._state.connections.discard(self)

    def shutdown(self) -> None:
        """The server ends."""
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Bytes have come; the parser calls the methods below."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.transport.close()
        except httptools.HttpParserCallbackError:
            self._write(_MISTAKE, "", keep_alive=False)
            raise
        except httptools.HttpParserError:
            self._write(_BAD_REQUEST, "", keep_alive=False)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._size = 0

    def on_url(self, url: bytes) -> None:
        """A part of the request's target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer of a chunked body, which comes too late to count."""
        self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        """The body may come; a client that asks first is told so."""
        self._headers = tuple((name.lower(), value) for name, value in self._fields)
        asks = any(name == b"expect" and value.lower() == b"100-continue" for name, value in self._headers)
        if asks and self._parser.get_http_version() == "1.1":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """A part of the body, kept up to the limit."""
        self._size += len(body)
        if self._size <= BODY_LIMIT:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """A request is complete."""
        method = self._parser.get_method().decode("ascii")
        path, _, query = self._target().partition("?")
        too_large = self._size > BODY_LIMIT
        body = b"" if too_large else b"".join(self._body)
        spelled = tuple(name for name, _ in self._fields)
        request = Request(method, path, query, self._headers, body, too_large, self._client, spelled)
        if self._is_held:
            self._hold(request)
        else:
            self._write(self._respond(request), method, keep_alive=self._parser.should_keep_alive())

    def _hold(self, request: Request) -> None:
        held: Held = self._respond
        keep_alive = self._parser.should_keep_alive()

        def answer() -> None:
            self._write(held.respond(request), request.method, keep_alive=keep_alive)

        held.arrive(request)
        asyncio.get_running_loop().call_later(held.seconds, answer)

    def _target(self) -> str:
        target = self._url.decode("latin-1")
        if target.startswith("/"):
            return target
        _, _, rest = target.partition("://")  # the absolute form, which every server has to take
        return "/" + rest.partition("/")[2]

    def _write(self, response: Response, method: str, *, keep_alive: bool) -> None:
        if self.transport.is_closing() or response == NO_ANSWER:
            return
        if response == HANGING_UP:
            self.transport.close()
            return
        lines = [_STATUS_LINES.get(response.status) or b"HTTP/1.1 %d \r\n" % response.status]
        for name, value in (*self._state.default_headers, *response.headers):
            lines += (name, b": ", value, b"\r\n")
        if response.status not in _WITHOUT_BODY:
            lines.append(b"content-length: %d\r\n" % len(response.body))
        lines.append(b"\r\n" if keep_alive else b"connection: close\r\n\r\n")
        if method != "HEAD" and response.status not in _WITHOUT_BODY:
            lines.append(response.body)
        self.transport.write(b"".join(lines))
        if not keep_alive:
            self.transport.close()
