"""Variables that cmd and PowerShell set, each in the session or for later ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.assignments.assignment import NAME, Assignment
from conformance.diagnosis.shells.windows import words_of_powershell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CMD = re.compile(r"\s{0,20}@?set\s{1,9}(?P<words>(?:\"[^\"\n]*+\"?|[^\"&|<>\r\n])*+)", re.IGNORECASE)
_PAIR = re.compile(rf"({NAME})=(.*)", re.DOTALL)
_POWERSHELL = re.compile(
    rf"\s{{0,20}}\$env:(?P<name>{NAME})\s{{0,9}}=\s{{0,9}}(?P<value>.*)", re.IGNORECASE | re.DOTALL
)
_FOR_LATER = re.compile(
    rf"\s{{0,20}}(?:setx\s+\"?(?P<setx>{NAME})\"?\s+(?P<of_setx>\"[^\"\r\n]*\"|\S+)"
    rf"|\[(?:System\.)?Environment\]::SetEnvironmentVariable\(\s*(['\"])(?P<net>{NAME})\3\s*,"
    r"\s*(?P<of_net>'[^'\n]*'|\"[^\"\n]*\"))",
    re.IGNORECASE,
)


def of_windows(lines: Sequence[str]) -> Iterator[Assignment]:
    """What lines of a batch file, of a profile of PowerShell or of notes set."""
    for number, line in enumerate(lines, start=1):
        if one := of_cmd(line, number) or of_powershell(line, number) or for_later(line, number):
            yield one


def of_cmd(line: str, number: int) -> Assignment | None:
    """What `set` sets: all behind the `=`, or up to the last quote where one stands before the name."""
    match = _CMD.match(line)
    words = match["words"] if match else ""
    pair = _PAIR.fullmatch((words[1:].rpartition('"')[0] or words[1:]) if words.startswith('"') else words)
    return Assignment(pair[1], pair[2], number) if pair else None


def of_powershell(line: str, number: int) -> Assignment | None:
    """What `$env:NAME =` sets."""
    match = _POWERSHELL.match(line)
    words = words_of_powershell(match["value"], number) if match else []
    if match is None or not words:
        return None
    written = match["value"].strip() if words[0].variables else words[0].text
    return Assignment(match["name"], written, number, is_computed=bool(words[0].variables))


def for_later(line: str, number: int) -> Assignment | None:
    """What only programs get that are started from windows that are opened later."""
    match = _FOR_LATER.match(line)
    if match is None:
        return None
    name, value = match["setx"] or match["net"], match["of_setx"] or match["of_net"]
    return Assignment(name, value.strip("'\""), number)
