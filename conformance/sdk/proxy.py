"""The proxy in an adapter's environment: what an SDK asks of hosts that nobody named ends here, unanswered."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from pathlib import Path

_LONGEST_HEAD = 64 * 1024
_REFUSED = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_HERE = "127.0.0.1,localhost,::1"
_OUTSIDE = Path(__file__).with_name("outside")
_PRELOADED = {"NODE_OPTIONS": f'--require "{_OUTSIDE / "node.cjs"}"', "PYTHONPATH": str(_OUTSIDE)}


class RefusingProxy:
    """A listener of loopback on a running event loop; it hears requests, and lets none through."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heard: list[str] = []
        self._lock = threading.Lock()
        starting = asyncio.start_server(self._refuse, "127.0.0.1", 0, limit=_LONGEST_HEAD)
        self._server = asyncio.run_coroutine_threadsafe(starting, loop).result()
        host, port = self._server.sockets[0].getsockname()[:2]
        self._address = f"http://{host}:{port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead clients here, except for what they ask of this machine."""
        proxies = {f"{scheme}_proxy": self._address for scheme in ("http", "https")}
        lower = proxies | {"no_proxy": _HERE}
        return lower | {name.upper(): value for name, value in lower.items()} | _PRELOADED

    def take(self) -> list[str]:
        """The heads of the requests that were heard since the last time, each with all its headers."""
        with self._lock:
            heard, self._heard = self._heard, []
        return heard

    def close(self) -> None:
        """Hear no more."""
        self._loop.call_soon_threadsafe(self._server.close)

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            with self._lock:
                self._heard.append(head.decode("latin-1"))
            writer.write(_REFUSED)
            await writer.drain()
        writer.close()
