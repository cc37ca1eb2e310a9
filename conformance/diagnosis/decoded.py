"""An input as text, whatever its encoding; what is wrong in it becomes replacement characters."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

    from conformance.diagnosis.reading import Source

_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CONSIDERED = 512  # bytes
_KEPT_BYTE = re.compile("[\udc80-\udcff]")


def encoding_of(head: bytes) -> str:
    """The encoding of what begins so: what its byte order mark says, UTF-16 where its bytes look so, or else UTF-8."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    some = head[:_CONSIDERED]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        every_other = some[start::2]
        if len(some) > 16 and every_other.count(0) > len(every_other) * 0.8:
            return encoding
    return "utf-8"


def decoded(head: bytes) -> str:
    """The beginning of an input as text."""
    return head.decode(encoding_of(head), "replace")


def opened_text(source: Source) -> TextIO:
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
