"""Pacing: so many requests a second and no more."""

from __future__ import annotations

import threading
import time


class Pace:
    """Spaces requests evenly; `rate` is in requests a second, 0 means as fast as it goes."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._next = 0.0
        self._at_once = 0
        self._lock = threading.Lock()

    def burst(self, count: int) -> None:
        """Wait for a turn in which so many requests may go at once; the next turn comes as much later."""
        if not self.rate:
            return
        self.wait()
        with self._lock:
            self._next += (count - 1) / self.rate
            self._at_once += count

    def wait(self) -> None:
        """Wait for this request's turn."""
        if not self.rate:
            return
        with self._lock:
            if self._at_once:
                self._at_once -= 1
                return
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + 1 / self.rate
        time.sleep(max(0.0, turn - now))

    def pause(self, seconds: float) -> None:
        """Let nobody have a turn for so long, and wait as long."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
        time.sleep(seconds)
