"""Inputs that nobody can look into here, and how inputs are named to people."""

from __future__ import annotations

_CLOSED = {
    b"PK\x03\x04": "a ZIP archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"(\xb5/\xfd": "packed with zstd",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


def closed_kind(head: bytes) -> str:
    """What it is that begins so and cannot be looked into; nothing where it can."""
    if head[257:262] == b"ustar":
        return "a tar archive"
    return next((what for magic, what in _CLOSED.items() if head.startswith(magic)), "")


def shown_name(name: str) -> str:
    """How an input is named to people."""
    return "standard input" if name == "-" else name
