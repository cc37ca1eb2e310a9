"""A stream in windows: pieces that follow each other, each behind some of what came before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

BEFORE = 512  # bytes before a place that say what stands there
AHEAD = 4096  # bytes behind one that have to be there before it is judged, unless the stream ends
KEPT = BEFORE + AHEAD
END = b"\0"  # behind a stream, so that what ends with it does not seem to go on


class Readable(Protocol):
    """What can be read."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer at the end."""
        ...


class Window(NamedTuple):
    """A piece of a stream behind up to `KEPT` bytes that came before it.

    What stands from `judged` up to `end` can be judged by it, and by no window before; all places are the stream's.
    """

    text: bytes
    start: int
    piece: bytes
    judged: int
    end: int
    is_last: bool


def windows(source: Readable, size: int) -> Iterator[Window]:
    """A stream in pieces of so many bytes; the last window has an empty one."""
    before, read, judged = b"", 0, 0
    while True:
        piece = source.read(size)
        text = before + (piece or END)
        start, read = read - len(before), read + len(piece)
        end = max(read - AHEAD, judged) if piece else read
        yield Window(text, start, piece, judged, end, not piece)
        if not piece:
            return
        before, judged = text[-KEPT:], end
