"""The end of a ZIP file, by which it is known whatever stands before it."""

from __future__ import annotations

import io
import struct
from typing import IO

TAIL = (1 << 16) + 98  # bytes: the last record, the longest comment, and what large files have before both
_END, _LARGE, _ENTRY = b"PK\x05\x06", b"PK\x06\x07", b"PK\x01\x02"


def tail_of(stream: IO[bytes]) -> tuple[bytes, int]:
    """The last bytes of a stream in which one can move, and how many there are in all."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(size - TAIL, 0))
    return stream.read(TAIL) or b"", size


def directory_of(stream: IO[bytes]) -> tuple[int, bytes]:
    """How many bytes a ZIP file says its table of contents has, the most where it says so twice; what is behind it."""
    tail, _ = tail_of(stream)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        return 0, b""
    size = int(struct.unpack_from("<I", tail, at + 12)[0])
    if at >= 76 and tail.startswith(_LARGE, at - 20):
        size = max(size % 0xFFFFFFFF, struct.unpack_from("<Q", tail, at - 76 + 40)[0])
    return size, tail[at + 22 :]


def shows_zip(tail: bytes, size: int) -> bool:
    """Whether the last bytes of so many are those of a ZIP file with members."""
    at = tail.rfind(_END)
    while at >= 0 and not _is_end(tail, at, size):
        at = tail.rfind(_END, 0, at)
    return at >= 0


def _is_end(tail: bytes, at: int, size: int) -> bool:
    """Whether a table of contents can be where the record there says."""
    if len(tail) - at < 22:
        return False
    length, offset = struct.unpack_from("<II", tail, at + 12)
    if 0xFFFFFFFF in (length, offset):
        return at >= 20 and tail.startswith(_LARGE, at - 20)
    is_within = length > 0 and length + offset <= size - len(tail) + at
    return is_within and (length > at or tail.startswith(_ENTRY, at - length))
