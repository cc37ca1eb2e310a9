"""Hex dumps within a text, as `curl --trace`, `xxd`, `hexdump -C`, `od` and `tcpdump -X` print them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# an offset, and up to sixteen bytes, alone or in pairs; what is printed beside them begins behind two spaces or a bar
_LINE = re.compile(
    rb"^[ \t]*(?:0x)?[0-9A-Fa-f]{4,16}:?[ \t]{1,3}((?:[0-9A-Fa-f]{2} {0,2}){1,16}+)(?:(?<=[ ]).*|[\t|>].*)?$",
    re.MULTILINE,
)


class Dump(NamedTuple):
    """The bytes that lines of a dump show, and where the first line begins."""

    at: int
    content: bytes


def dumps_in(text: bytes) -> Iterator[Dump]:
    """Every dump, from its first line to the last that follows."""
    lines: list[re.Match[bytes]] = []
    for line in _LINE.finditer(text):
        if lines and line.start() != lines[-1].end() + 1:
            yield _dump_of(lines)
            lines = []
        lines.append(line)
    if lines:
        yield _dump_of(lines)


def _dump_of(lines: list[re.Match[bytes]]) -> Dump:
    return Dump(lines[0].start(), bytes.fromhex(b"".join(line[1] for line in lines).decode()))
