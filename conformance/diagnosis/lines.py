"""The numbers of the lines of a text, whose ends are looked for once."""

from __future__ import annotations

import re
from bisect import bisect_left


class Lines:
    """Tells in which line of a text a place is."""

    def __init__(self, text: str) -> None:
        self._ends = [end.start() for end in re.finditer("\n", text)]

    def number(self, at: int) -> int:
        """The number of the line that a place is in, from 1 on."""
        return bisect_left(self._ends, at) + 1
