"""The end of a ZIP file, by which it is known whatever stands before it."""

from __future__ import annotations

import struct

TAIL = (1 << 16) + 98  # bytes: the last record, the longest comment, and what large files have before both
_END, _LARGE, _ENTRY = b"PK\x05\x06", b"PK\x06\x07", b"PK\x01\x02"


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
