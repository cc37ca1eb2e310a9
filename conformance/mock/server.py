"""The mock behind uvicorn: a thin ASGI wrapper and the life of the process."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

import uvicorn

from conformance.mock.message import Request
from conformance.mock.respond import BODY_LIMIT

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

    from conformance.mock.message import Respond

    Message = dict[str, Any]
    Application = Callable[
        [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
    ]

_NO_BODY = (204, 304)
_ENDING = (signal.SIGINT, signal.SIGTERM)


def application(respond: Respond) -> Application:
    """An ASGI application that answers with `respond`."""

    async def serve(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        headers = tuple(scope["headers"])
        names = {name for name, _ in headers}
        body, too_large = b"", False
        if b"content-length" in names or b"transfer-encoding" in names:
            whole = await _read_body(receive)
            if whole is None:
                return
            body, too_large = whole
        path, _, _ = scope["raw_path"].partition(b"?")
        response = respond(
            Request(
                scope["method"],
                path.decode("latin-1"),
                scope["query_string"].decode("latin-1"),
                headers,
                body,
                too_large,
                scope["client"],
            )
        )
        length = () if response.status in _NO_BODY else ((b"content-length", b"%d" % len(response.body)),)
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": [*response.headers, *length],
            }
        )
        await send({"type": "http.response.body", "body": response.body})

    return serve


async def _read_body(receive: Callable[[], Awaitable[Message]]) -> tuple[bytes, bool] | None:
    """The body and whether it was too large to be kept; `None` when the client left in the middle of it."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        more = bool(message.get("more_body"))
        if size > BODY_LIMIT:
            return b"", True
    return b"".join(chunks), False


def serve(respond: Respond, listener: socket.socket, *, until_stdin_closes: bool = False) -> None:
    """Serve on a listening socket until Ctrl-C or SIGTERM, or until standard input ends."""
    config = uvicorn.Config(
        application(respond),
        http="httptools",
        loop="auto",
        ws="none",
        lifespan="off",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    for number in _ENDING:
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    if until_stdin_closes:
        threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


def exit_on_signals() -> None:
    """Let Ctrl-C and SIGTERM end the process with status 0, from now on and until it serves."""
    for number in _ENDING:
        signal.signal(number, lambda *_: sys.exit(0))


def _stop_at_end_of_input(server: uvicorn.Server) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    server.should_exit = True
