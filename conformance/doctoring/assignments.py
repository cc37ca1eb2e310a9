"""Variables that files set: `.env` files, files for docker, start-up files of shells, in whatever they are encoded."""

from __future__ import annotations

import codecs
import io
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "bom"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_SHELL = re.compile(r"^\s*(?:(export)\s+|(?:typeset|declare)\s+(-\w*x\w*)\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$")
_FISH = re.compile(r"^\s*set\s+(?:-\w+\s+|--\w+\s+)*([A-Za-z_][A-Za-z0-9_]*)\s+(.+)$")
_FISH_EXPORTS = re.compile(r"^\s*set\s+(?:-\w+\s+|--\w+\s+)*(?:-\w*x|--export)")
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


def of_shell(text: str) -> Iterator[Assignment]:
    """The variables that a start-up file sets, as far as that can be seen without running it."""
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _SHELL.match(line):
            is_exported = bool(match[1] or match[2]) or _is_exported_alone(match[3], text)
            yield _shell_value(match[3], match[4], number, is_exported=is_exported)
        elif match := _FISH.match(line):
            yield _shell_value(match[1], match[2], number, is_exported=bool(_FISH_EXPORTS.match(line)))


def _is_exported_alone(name: str, text: str) -> bool:
    return re.search(rf"^\s*export\s+(?:\w+\s+)*{re.escape(name)}\b", text, re.MULTILINE) is not None


def _shell_value(name: str, written: str, line: int, *, is_exported: bool) -> Assignment:
    try:
        words = shlex.shlex(written, posix=True, punctuation_chars=";&|")
        words.whitespace_split = True
        value = next(words, "")
    except ValueError:  # a quotation mark that does not end here
        return Assignment(name, "", line, is_exported, is_computed=True)
    is_literal = written.lstrip().startswith("'") or not re.search(r"[$`]", written)
    return Assignment(name, value if is_literal else "", line, is_exported, is_computed=not is_literal)
