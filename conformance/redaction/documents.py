"""Documents in JSON, which are still such after they were redacted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

MOST = 8 << 20  # bytes of an input that are read as JSON before and after; larger ones take too long


class Remembering:
    """A stream that remembers what was read of it, where that is not too much."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._read = bytearray()
        self._is_too_much = False

    def read(self, size: int) -> bytes:
        """Read some of it."""
        piece = self._stream.read(size)
        self._is_too_much = self._is_too_much or len(self._read) + len(piece) > MOST
        if self._is_too_much:
            self._read.clear()
        else:
            self._read += piece
        return piece

    @property
    def text(self) -> bytes:
        """All that was read; nothing where that was too much."""
        return bytes(self._read)


class Broken(NamedTuple):
    """A place where a result is no JSON any more."""

    offset: int
    why: str


def broken(before: bytes, after: bytes) -> Broken | None:
    """Where the whole, or a line, was JSON and is none."""
    if before == after or not _is_json(before):
        return _broken_line(before, after)
    why = _error_of(after)
    return Broken(0, why) if why else None


def _broken_line(before: bytes, after: bytes) -> Broken | None:
    offset = 0
    for line, now in zip(before.split(b"\n"), after.split(b"\n"), strict=False):
        if line != now and _is_json(line) and (why := _error_of(now)):
            return Broken(offset, why)
        offset += len(line) + 1
    return None


def _is_json(text: bytes) -> bool:
    return text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b'"') and not _error_of(text)


def _error_of(text: bytes) -> str:
    try:
        json.loads(text.decode("utf-8-sig", "surrogatepass"))
    except RecursionError:
        return ""  # nobody can tell
    except ValueError as error:
        return str(getattr(error, "msg", "")) or "is no text"
    return ""
