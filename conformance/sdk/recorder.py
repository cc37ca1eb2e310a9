"""The recording server: plays the API for SDKs, and keeps every request that arrives, here or on its other host.

Each call has paths of its own, so that a request without a key is known to belong to it as well.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from conformance.mock.message import Request, Response
from conformance.mock.protocol import MockProtocol
from conformance.sdk.proxy import RefusingProxy

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.sdk.playing import Play

_NOBODY = Response(404, ((b"content-type", b"text/plain"),), b"This path belongs to no call.")
_ELSEWHERE = "localhost"  # another name, and so another host, for the same machine


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request that arrived; `elsewhere` when it did so on the other host, `at` in seconds of a monotonic clock."""

    at: float
    request: Request
    response: Response
    elsewhere: bool = False


class Recorder:
    """Two listeners of loopback, served by a thread of their own until `close`."""

    def __init__(self) -> None:
        self._plays: dict[str, Play] = {}
        self._recorded: dict[str, list[Recorded]] = defaultdict(list)
        self._numbers = itertools.count(1)
        here = socket.create_server(("127.0.0.1", 0), backlog=128)
        elsewhere = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = f"http://127.0.0.1:{here.getsockname()[1]}"
        self._elsewhere = f"http://{_ELSEWHERE}:{elsewhere.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._connections: set[Any] = set()
        self._servers: list[asyncio.Server] = []
        for listener, is_elsewhere in ((here, False), (elsewhere, True)):
            self._loop.run_until_complete(self._listen(listener, elsewhere=is_elsewhere))
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._proxies: list[RefusingProxy] = []

    def path(self) -> str:
        """The name of a new path, for one client of one call."""
        return str(next(self._numbers))

    def stage(self, name: str, play: Callable[[str], Play]) -> None:
        """Answer below a path; `play` is given the address of the path on the other host."""
        self._plays[name] = play(f"{self._elsewhere}/p/{name}")

    def proxy(self) -> RefusingProxy:
        """A proxy of its own for a process; it lasts as long as the recorder."""
        self._proxies.append(RefusingProxy(self._loop))
        return self._proxies[-1]

    def url(self, name: str) -> str:
        """The base URL of a path."""
        return f"{self.address}/p/{name}"

    def take(self, name: str) -> list[Recorded]:
        """What has arrived below a path; the path answers no more."""
        self._plays.pop(name, None)
        return self._recorded.pop(name, [])

    @property
    def strays(self) -> list[Recorded]:
        """What has arrived below no path of a call."""
        return self._recorded[""]

    def close(self) -> None:
        """Stop serving."""
        for proxy in self._proxies:
            proxy.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        for server in self._servers:
            server.close()
        for connection in list(self._connections):
            connection.transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _listen(self, listener: socket.socket, *, elsewhere: bool) -> None:
        def respond(request: Request) -> Response:
            return self._respond(request, elsewhere=elsewhere)

        config: Any = SimpleNamespace(app=respond)
        state: Any = SimpleNamespace(connections=self._connections, default_headers=[])
        serve = self._loop.create_server(lambda: MockProtocol(config, state, {}), sock=listener)
        self._servers.append(await serve)

    def _respond(self, request: Request, *, elsewhere: bool) -> Response:
        at = time.monotonic()
        _, mark, rest = request.path.partition("/p/")
        name, _, path = rest.partition("/")
        play = self._plays.get(name) if mark else None
        if play is None:
            name, response = "", _NOBODY
        else:
            response = play(request._replace(path="/" + path), elsewhere)
        self._recorded[name].append(Recorded(at, request, response, elsewhere))
        return response
