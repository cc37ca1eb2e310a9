"""Servers that do exactly what a script says, byte by byte; for everything that no HTTP library would send."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from runs import SPEC
from servers import KEYS

from conformance.compose import compose
from conformance.exchange import Recipe
from conformance.probes import Axes
from conformance.targets.http import HttpTarget
from conformance.targets.keyring import Keyring
from conformance.targets.pace import Pace

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from conformance.exchange import Exchange

    Script = Callable[["Peer"], None] | bytes


_POLL_SECONDS = 0.01


class Peer:
    """The other end of one connection, and what is known of all of them."""

    def __init__(self, connection: socket.socket, server: Scripted) -> None:
        self.connection = connection
        self.server = server
        self._buffer = b""

    def read_request(self) -> bytes:
        """The head of the next request, or nothing when there is none."""
        while b"\r\n\r\n" not in self._buffer:
            received = self.connection.recv(65536)
            if not received:
                return b""
            self._buffer += received
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        self.server.requests.append(head)
        return head

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)
        self.server.sent += len(data)

    def reset(self) -> None:
        """Hang up with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()

    def drip(self, data: bytes) -> None:
        """Send bytes one by one, for as long as somebody listens."""
        while not self.server.over.wait(0.01):
            for at in range(len(data)):
                self.send(data[at : at + 1])
                self.server.over.wait(0.01)

    def flood(self, data: bytes) -> None:
        """Send the same again and again, for as long as somebody listens."""
        while not self.server.over.is_set():
            self.send(data)

    def wait(self) -> None:
        """Say nothing until the other side hangs up."""
        while self.connection.recv(65536):
            pass


class Scripted(socketserver.ThreadingTCPServer):
    """Plays the scripts, one for each connection, and the last one for all that follow."""

    def __init__(self, scripts: tuple[Script, ...], tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.scripts = list(scripts)
        self.tls = tls
        self.over = threading.Event()
        self.requests: list[bytes] = []
        self.sent = 0
        self.connections = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/v1"

    def finish_request(self, request: socket.socket, _address: object) -> None:  # type: ignore[override]
        script = self.scripts[min(self.connections, len(self.scripts) - 1)]
        self.connections += 1
        with suppress(OSError):
            connection = self.tls.wrap_socket(request, server_side=True) if self.tls else request
            with connection:
                play(script, Peer(connection, self))


def play(script: Script, peer: Peer) -> None:
    """One script on one connection; bytes are what every request is answered, before the connection ends."""
    if not isinstance(script, bytes):
        script(peer)
    elif peer.read_request():
        peer.send(script)
        peer.connection.shutdown(socket.SHUT_WR)
        peer.wait()


@contextmanager
def scripted(*scripts: Script, tls: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """A server that plays scripts meanwhile; leaving waits for every connection to have ended."""
    with Scripted(scripts, tls) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


@contextmanager
def target_at(base_url: str, *, time_limit: float = 10.0, may_write: bool = False) -> Iterator[HttpTarget]:
    """A target with a key of its own, closed in the end."""
    keyring = Keyring(SPEC, {"full": KEYS.mint()})
    target = HttpTarget("live", base_url, keyring, Pace(0), may_write=may_write, time_limit=time_limit)
    try:
        yield target
    finally:
        target.close()


def ask(target: HttpTarget, operation: str = "list", credential: str = "full", alteration: str = "") -> Exchange:
    """One documented request."""
    axes = Axes(recipe=Recipe(credential), style="x-api-key", operation=operation, alteration=alteration)
    return target.send(compose(SPEC, axes))
