"""Environment files as systemd reads them, and the Environment= lines of its units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.assignments.assignment import NAME, Assignment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_STATEMENT = re.compile(
    r"""[ \t\r\n]*+ (?:
        [\#;](?:\\.|[^\\\n])*+
      | (?P<name>[A-Za-z_]\w*+)[ \t]*+=
        (?P<pieces>(?: '[^']*+(?:'|\Z) | "(?:\\.|[^"\\])*+(?:"|\Z) | [ \t\r]++ )*+)
        (?P<plain>(?:\\.|[^\\ \t\r\n]|[ \t\r]++(?!\n|\Z))*+)
      | [^\n]++
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_PIECE = re.compile(r"""'(?P<single>[^']*+)'?|"(?P<double>(?:\\.|[^"\\])*+)"?""", re.DOTALL)
_IN_QUOTES = re.compile(r"\\(?:\n|([\"\\`$]))")
_OUTSIDE = re.compile(r"\\(?:\n|(.))", re.DOTALL)
_UNIT = re.compile(r"\s{0,9}Environment\s?=\s?(.*)")
_WORD = re.compile(r"""(?:"(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+'|[^\s])+""")
_PAIR = re.compile(rf"({NAME})=(.*)", re.DOTALL)


def of_environment_file(text: str) -> Iterator[Assignment]:
    """What `EnvironmentFile=`, `environment.d` and `/etc/environment` set; a comment is only what begins a line."""
    line, counted = 1, 0
    for match in _STATEMENT.finditer(text):
        if match["name"]:
            at = match.start("name")
            line, counted = line + text.count("\n", counted, at), at
            yield Assignment(match["name"], _value(match), line)


def _value(match: re.Match[str]) -> str:
    quoted = "".join(
        _IN_QUOTES.sub(r"\1", one["double"]) if one["single"] is None else one["single"]
        for one in _PIECE.finditer(match["pieces"])
    )
    return quoted + _OUTSIDE.sub(r"\1", match["plain"])


def of_unit(lines: Sequence[str]) -> Iterator[Assignment]:
    """The Environment= lines of a unit, whose words are `NAME=value` once their quotes are taken off."""
    for number, line in enumerate(lines, start=1):
        if match := _UNIT.fullmatch(line):
            for word in _WORD.findall(match[1]):
                if pair := _PAIR.fullmatch(re.sub(r"\\(.)|[\"']", r"\1", word)):
                    yield Assignment(pair[1], pair[2], number)
