"""Lines and columns of places, counted while the text goes by."""

from __future__ import annotations

import stringzilla

from conformance.recognition.encodings import UTF_8_MARK, UTF_16_MARKS, wide_encoding

_CONTINUING = bytes(range(0x80, 0xC0))  # bytes of UTF-8 that begin no character


class Position:
    """The offset, line and column of the place up to which text was passed; `head` is how the text begins."""

    def __init__(self, head: bytes, offset: int = 0) -> None:
        self.offset = offset
        self._encoding = wide_encoding(head)
        self._newline = "\n".encode(self._encoding or "utf-8")
        self.line = 1
        is_marked = head.startswith((UTF_8_MARK, *UTF_16_MARKS))
        self._characters = -1 if is_marked else 0  # a mark is no character of the text

    @property
    def column(self) -> int:
        """The column, in characters, counted from 1."""
        return max(self._characters, 0) + 1

    def pass_by(self, text: bytearray, start: int, end: int) -> None:
        """Go on from `start` to `end`."""
        self.offset += end - start
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
