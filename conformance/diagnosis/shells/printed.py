"""What a pasted session shows of a variable by printing it: that it is not set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROMPT = r"[ \t]{0,20}(?:\[?[\w.-]{1,40}@[^$#%>\n]{0,160}[$#%>]|[$%❯➜])[ \t]+"
_PROMPTED = re.compile(_PROMPT)
_SETS = r"\b(?:read|export|source|eval|set|declare|typeset|unset|direnv)\b|(?:^|[\s;&])\.[ \t]"


def line_of_unset(lines: Sequence[str], name: str) -> int:
    """The line that prints a variable, where nothing comes out and nothing sets it later; 0 where there is none."""
    written = re.escape(name)
    prints = re.compile(
        rf"{_PROMPT}(?:echo|printf ['\"]?%s['\"]?)[ \t]+(?P<quote>\"?)\$(?:\{{{written}\}}|{written})(?P=quote)\s*$"
        rf"|{_PROMPT}(?P<silent>printenv)[ \t]+{written}\s*$"
    )
    sets = re.compile(rf"{_SETS}|\b{written}=")
    found = 0
    for number, line in enumerate(lines, start=1):
        if match := prints.match(line):
            found = number if _prints_nothing(lines, number, is_silent=bool(match["silent"])) else 0
        elif found and sets.search(line):
            found = 0
    return found


def _prints_nothing(lines: Sequence[str], at: int, *, is_silent: bool) -> bool:
    """Whether the prompt follows, behind an empty line where the command prints one."""
    end = at
    while end < len(lines) and not lines[end].strip():
        end += 1
    return (end > at or is_silent) and (end < len(lines) and _PROMPTED.match(lines[end]) is not None)
