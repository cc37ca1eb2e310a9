"""Variables that files set: `.env` files and files for docker, in whatever they are encoded."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.encodings import UTF_8_MARK, UTF_16_MARKS, wide_encoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LONG = 1 << 14  # characters, which take a tenth of a second
_PLAIN = re.compile(r"(?:\w+=[^'\"`\\]*|\s*#.*|\s*)$")  # which no other line depends on
_REFERENCE = re.compile(r"\$\{[A-Za-z_]\w*(?::-[^}]*)?\}")
_DOCKER = re.compile(r"^([^#=\s][^=]*)=(.*)$")
NOT_UTF_8 = "it is not in UTF-8, and load_dotenv() stops at it"
REFERS = "another variable makes it, where what loads the file fills it in"


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
    """A file as text, and what is odd about how it is written (`bom`, `utf-16`, `nul`, `not-utf-8`, `crlf`)."""

    text: str
    marks: frozenset[str]

    def marks_of(self, name: str) -> frozenset[str]:
        """The same marks where the file speaks of a variable."""
        return self.marks if name in self.text else frozenset()

    @property
    def problem(self) -> str:
        """Why no loader reads it; nothing where they do."""
        if "utf-16" in self.marks:
            return "it is in UTF-16, which no loader reads"
        return "it has NUL bytes, as no text has" if "nul" in self.marks else ""


def decoded(data: bytes) -> Written:
    """The text of a file; bytes that are no text become replacement characters."""
    wide = wide_encoding(data)
    if data.startswith(UTF_8_MARK):
        encoding, marks = "utf-8-sig", {"bom"}
    elif wide:
        encoding, marks = "utf-16" if data.startswith(tuple(UTF_16_MARKS)) else wide, {"utf-16"}
    else:
        encoding, marks = "utf-8", {"nul"} if b"\0" in data else set[str]()
    text = data.decode(encoding, "replace")
    if "\N{REPLACEMENT CHARACTER}" in text and not marks:
        marks.add("not-utf-8")
    if "\r\n" in text:
        marks.add("crlf")
    return Written(text, frozenset(marks))


def of_dotenv(text: str, *wanted: str) -> Iterator[Assignment]:
    """The variables of a `.env` file as python-dotenv reads them; others read the same but for what is odd.

    `wanted` are words in small letters; of a long file only the lines with one of them are sure to be there.
    """
    from dotenv.parser import parse_stream

    if not _has_one(wanted, text):
        return
    if len(text) > _LONG:
        text = "\n".join(one if _has_one(wanted, one) or not _PLAIN.match(one) else "" for one in text.split("\n"))
    for binding in parse_stream(io.StringIO(text)):
        if binding.key and not binding.error:
            line, value = binding.original.line + _lines_before(binding.original.string), binding.value or ""
            yield Assignment(binding.key, value, line, is_computed=_REFERENCE.search(value) is not None)


def _has_one(words: Iterable[str], text: str) -> bool:
    small = text.lower()
    return any(one in small for one in words)


def _lines_before(text: str) -> int:
    return len(text) - len(text.lstrip("\r\n")) if text.strip() else 0


def of_docker(text: str) -> Iterator[Assignment]:
    """The variables of a file for `docker run --env-file`, which takes everything behind the `=` as it stands."""
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _DOCKER.match(line):
            yield Assignment(match[1].strip(), match[2], number)
