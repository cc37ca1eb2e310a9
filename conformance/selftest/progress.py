"""How far a self-test has come: a bar where a person looks on, and a line now and then elsewhere."""

from __future__ import annotations

import sys
from time import monotonic

from conformance.report.terminal import columns

_BAR = 30
_SECONDS = 30.0  # between two lines where nobody looks on


class Progress:
    """Tells on standard error how many of everybody are judged."""

    def __init__(self, everybody: int) -> None:
        self._everybody = everybody
        self._last = monotonic()

    def tell(self, done: int, who: str) -> None:
        """So many are judged, and this one is the last of them."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{self._line(done, who)}")
        elif (now := monotonic()) >= self._last + _SECONDS:
            self._last = now
            sys.stderr.write(f"{done} of {self._everybody} are judged\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Nobody is left."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{self._line(self._everybody, '').rstrip()}\n")
            sys.stderr.flush()

    def _line(self, done: int, who: str) -> str:
        most = columns(sys.stderr, 80) - 1
        width = max(min(_BAR, most - len(f" {self._everybody}/{self._everybody}")), 0)
        bar = "█" * (width * done // max(self._everybody, 1))
        return f"{bar:{width}} {done}/{self._everybody} {who}"[:most]
