"""What processes have, as programs print it: names and values as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.assignments.assignment import NAME, Assignment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE = re.compile(rf"({NAME})=(.*)", re.DOTALL)
_ROW = re.compile(rf"({NAME})\s{{2,200}}(\S.*)")


def of_process(lines: Sequence[str]) -> Iterator[Assignment]:
    """What `env` and `set` print; a line with no name goes on with the value before."""
    name, value, at = "", "", 0
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            value += f"\n{line}"
            continue
        if name:
            yield Assignment(name, value, at)
        name, value, at = match[1], match[2], number
    if name:
        yield Assignment(name, value, at)


def of_table(lines: Sequence[str]) -> Iterator[Assignment]:
    """The table that PowerShell prints of its environment."""
    for number, line in enumerate(lines, start=1):
        if (match := _ROW.fullmatch(line)) and match[1] != "Name" and not set(match[2].strip()) <= {"-", " "}:
            yield Assignment(match[1], match[2], number)
