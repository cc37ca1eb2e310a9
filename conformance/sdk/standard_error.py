"""What a process writes to its standard error, kept apart by the calls that it was written in."""

from __future__ import annotations

import os
import selectors
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import IO

_PIECE = 65536
_MOST_KEPT = 4 * 1024 * 1024  # of one call; what follows is read and forgotten
_LAST_LINES = 12


class StandardError:
    """Reads a pipe until nobody holds it any more, which may be long after the process has ended."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._new = b""
        self._end = b""
        os.set_blocking(stream.fileno(), False)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def take(self) -> str:
        """What was written since the last time, up to this moment."""
        with self._lock:
            if not self._stream.closed:
                self._read()
            new, self._new = self._new, b""
        return new.decode("utf-8", "replace")

    def last_lines(self) -> list[str]:
        """The end of everything that was written."""
        return [line.rstrip() for line in self._end.decode("utf-8", "replace").splitlines()[-_LAST_LINES:]]

    def join(self, seconds: float) -> None:
        """Wait until nobody can write any more, for so long at most."""
        self._listener.join(seconds)

    def _listen(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._stream, selectors.EVENT_READ)
            goes_on = True
            while goes_on:
                selector.select()
                with self._lock:
                    goes_on = self._read()
        with self._lock:
            self._stream.close()

    def _read(self) -> bool:
        """Read what there is; whether more can come."""
        while True:
            try:
                piece = os.read(self._stream.fileno(), _PIECE)
            except BlockingIOError:
                return True
            self._new += piece[: _MOST_KEPT - len(self._new)]
            self._end = (self._end + piece)[-_PIECE:]
            if not piece:
                return False
