"""An input as text, whatever its encoding; what is wrong in it becomes replacement characters."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from conformance.recognition.encodings import UTF_8_MARK, UTF_16_MARKS, wide_encoding

if TYPE_CHECKING:
    from typing import TextIO

    from conformance.diagnosis.reading import Input

_CONSIDERED = 4096  # bytes
_KEPT_BYTE = re.compile("[\udc80-\udcff]")


def encoding_of(head: bytes) -> str:
    """The encoding, from a text's first bytes: its byte order mark's, UTF-16 if they look like it, else UTF-8."""
    if head.startswith(UTF_8_MARK):
        return "utf-8-sig"
    return "utf-16" if head.startswith(tuple(UTF_16_MARKS)) else wide_encoding(head) or "utf-8"


def decoded(head: bytes) -> str:
    """The beginning of an input as text."""
    return head.decode(encoding_of(head), "replace")


def opened_text(source: Input) -> TextIO:
    """A source from its beginning, as text with its own line ends."""
    with source.open() as stream:
        encoding = encoding_of(stream.read(_CONSIDERED))
    return io.TextIOWrapper(source.open(), encoding=encoding, errors="replace", newline="")


def without_surrogates(text: str) -> str:
    """The text as it can be written.

    A byte that a program kept as half a character becomes the character that it is in Latin-1, as headers are read;
    other halves become replacement characters.
    """
    if text.isascii():
        return text
    return _KEPT_BYTE.sub(lambda one: chr(ord(one[0]) - 0xDC00), text).encode("utf-8", "replace").decode()
