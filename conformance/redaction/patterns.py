"""Many patterns searched at once, with hyperscan, by several threads at the same time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

import hyperscan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Patterns:
    """Patterns that are searched at once; each has a number."""

    def __init__(self, expressions: Sequence[bytes], flags: Sequence[int] = (), ids: Sequence[int] = ()) -> None:
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(expressions=expressions, flags=flags or None, ids=ids or None)
        self._scratch = _Scratch(self._database)

    def scan(self, text: bytes | bytearray, note: Callable[[int, int], object]) -> None:
        """Call `note` with the pattern's number and the end of each match."""

        def noted(pattern: int, _start: int, end: int, _flags: int, _context: object) -> None:
            note(pattern, end)

        whole = cast("bytes", text)  # which its types ask for; any buffer will do
        self._database.scan(whole, match_event_handler=noted, scratch=self._scratch.own)


class _Scratch(threading.local):
    """What a search writes to, which each thread has for itself."""

    def __init__(self, database: hyperscan.Database) -> None:
        self.own = database.scratch.clone()
