"""The encoding of a text, by its first bytes."""

from __future__ import annotations

UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_CONSIDERED = 4096
_FEWEST = 16


def wide_encoding(head: bytes) -> str:
    """UTF-16 and its byte order, by a mark, or because one half of the bytes is mostly zero as in ASCII; else ""."""
    if head[:2] in UTF_16_MARKS:
        return UTF_16_MARKS[head[:2]]
    some = head[:_CONSIDERED]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = some[start::2], some[1 - start :: 2]
        if len(some) > _FEWEST and zeros.count(0) * 2 > len(zeros) and others.count(0) * 100 < len(others):
            return encoding
    return ""
