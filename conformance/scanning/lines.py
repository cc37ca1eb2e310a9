"""Lines and columns of places, counted while the text goes by."""

from __future__ import annotations

import stringzilla

_CONTINUING = bytes(range(0x80, 0xC0))  # bytes of UTF-8 that begin no character
_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class Lines:
    """The line and column of the place up to which text was passed."""

    def __init__(self, head: bytes) -> None:
        self._encoding = _wide_encoding(head)
        self._newline = "\n".encode(self._encoding or "utf-8")
        self.line = 1
        self._characters = -1 if head.startswith((_MARK, *_WIDE_MARKS)) else 0  # a mark is no character of the text

    @property
    def column(self) -> int:
        """The column, in characters, counted from 1."""
        return max(self._characters, 0) + 1

    def pass_by(self, text: bytearray, start: int, end: int) -> None:
        """Go on from `start` to `end`."""
        newlines = stringzilla.count(text, self._newline, start, end)
        if newlines:
            self.line += newlines
            start = text.rfind(self._newline, start, end) + len(self._newline)
            self._characters = 0
        self._characters += self._length(bytes(text[start:end]))

    def _length(self, text: bytes) -> int:
        if self._encoding:
            return len(text.decode(self._encoding, "replace"))
        return len(text) if text.isascii() else len(text.translate(None, _CONTINUING))


def _wide_encoding(head: bytes) -> str:
    """UTF-16, by its mark or because every other byte is mostly zero; else nothing."""
    if head[:2] in _WIDE_MARKS:
        return _WIDE_MARKS[head[:2]]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = head[start::2], head[1 - start :: 2]
        if len(head) > 16 and zeros.count(0) > len(zeros) * 0.8 and others.count(0) < len(others) * 0.2:
            return encoding
    return ""
