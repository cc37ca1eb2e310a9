"""What a file is by its first bytes: an archive, something compressed, a document, a picture."""

from __future__ import annotations

import re

HEAD = 512  # bytes in which it shows itself
ZIP, TAR, GZIP, BZIP2, XZ, LZMA = "zip", "tar", "gzip", "bzip2", "xz", "lzma"
_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")  # which begin, or end, what is packed with bzip2
# settings, dictionary, size, and what codes begin with
_LZMA = re.compile(rb"\]\0\0..(?:\xff{8}|.{5}\0{3})\0", re.DOTALL)
_ARCHIVES = {
    ZIP: "a ZIP archive",
    TAR: "a tar archive",
    GZIP: "packed with gzip",
    BZIP2: "packed with bzip2",
    XZ: "packed with xz",
    LZMA: "packed with lzma",
}
_CLOSED = {
    b"(\xb5/\xfd": "packed with zstd",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x04\x22\x4d\x18": "packed with lz4",
    b"\x1f\x9d": "packed with compress",
    b"LZIP": "packed with lzip",
    b"MSCF": "a cabinet archive",
    b"xar!": "an xar archive",
    b"!<arch>\ndebian": "a Debian package",
    b"\xed\xab\xee\xdb": "an RPM package",
}
_NO_TEXT = {b"%PDF": "a PDF document", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture"}


def archive_kind(head: bytes) -> str:
    """The kind of archive, or of compression, that can be opened here; "" for anything else."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZIP
    if head.startswith(b"BZh") and head[4:10] in _BLOCKS:
        return BZIP2
    for magic, kind in ((b"\x1f\x8b\x08", GZIP), (b"\xfd7zXZ\0", XZ)):
        if head.startswith(magic):
            return kind
    if _LZMA.match(head):
        return LZMA
    return TAR if head[257:262] == b"ustar" else ""


def closed_archive(head: bytes) -> str:
    """What an archive is called that is not opened here; "" for anything else."""
    return _called(_CLOSED, head)


def opaque(head: bytes) -> str:
    """What a file is called in which nobody can read text as it stands; "" for one in which somebody can."""
    return _ARCHIVES.get(archive_kind(head), "") or closed_archive(head) or _called(_NO_TEXT, head)


def _called(names: dict[bytes, str], head: bytes) -> str:
    return next((name for magic, name in names.items() if head.startswith(magic)), "")
