"""The mock behind uvicorn: the life of its process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from conformance.mock.protocol import MockProtocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from conformance.mock.message import Respond

_TURNS = 10  # of the event loop, more than an accepted connection needs to become known
_ENDING = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """A server that a signal ends at any time after it was made, with status 0 and without a word."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        for number in _ENDING:
            signal.signal(number, self.handle_exit)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals as they are: before and after serving they mean the same."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Send what has been answered, and wait for nobody who is still asking: there is nothing to lose."""
        for server in self.servers:
            server.close()
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        self.force_exit = True
        await super().shutdown(sockets)


def serve(
    respond: Respond,
    listener: socket.socket,
    announce: Callable[[], None] = lambda: None,
    *,
    until_stdin_closes: bool = False,
) -> None:
    """Serve on a listening socket until Ctrl-C or SIGTERM, or until standard input ends.

    `announce` is called once both are sure to end it.
    """
    config = uvicorn.Config(
        respond,
        http=MockProtocol,
        interface="asgi3",
        loop="auto",
        ws="none",
        lifespan="off",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_level="error",
    )
    server = Server(config)
    announce()
    if until_stdin_closes:
        threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


def _stop_at_end_of_input(server: Server) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    server.should_exit = True
