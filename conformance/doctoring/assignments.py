"""Variables that files set: `.env` files and files for docker, in whatever they are encoded."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "bom"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_DOCKER = re.compile(r"^([^#=\s][^=]*)=(.*)$")


@dataclass(frozen=True)
class Assignment:
    """A variable that is set in a line; `is_computed` where only a shell knows to what."""

    name: str
    value: str
    line: int
    is_exported: bool = True
    is_computed: bool = False


@dataclass(frozen=True)
class Written:
    """A file as text, and what is odd about how it is written (`bom`, `utf-16`, `crlf`)."""

    text: str
    marks: frozenset[str]


def decoded(data: bytes) -> Written:
    """The text of a file; bytes that are no text become replacement characters."""
    encoding, marks = "utf-8", set[str]()
    for mark, name, says in _MARKS:
        if data.startswith(mark):
            encoding = name
            marks.add(says)
    text = data.decode(encoding, "replace")
    if "\r\n" in text:
        marks.add("crlf")
    return Written(text, frozenset(marks))


def of_dotenv(text: str) -> Iterator[Assignment]:
    """The variables of a `.env` file as python-dotenv reads them; others read the same but for what is odd."""
    from dotenv.parser import parse_stream

    for binding in parse_stream(io.StringIO(text)):
        if binding.key and not binding.error:
            line = binding.original.line + _lines_before(binding.original.string)
            yield Assignment(binding.key, binding.value or "", line)


def _lines_before(text: str) -> int:
    return len(text) - len(text.lstrip("\r\n")) if text.strip() else 0


def of_docker(text: str) -> Iterator[Assignment]:
    """The variables of a file for `docker run --env-file`, which takes everything behind the `=` as it stands."""
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _DOCKER.match(line):
            yield Assignment(match[1].strip(), match[2], number)
