"""Texts that look drawn by chance, as secrets and ids are, and not written by a person."""

from __future__ import annotations

import re

_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")  # of a name, as its letters show
_HEADER = re.compile(r"[A-Z](?:[a-z]*|[A-Z]*)(?:[_-][A-Z](?:[a-z]*|[A-Z]*))+")  # Retry-After


def looks_drawn(run: str) -> bool:
    """Whether a text looks random: small and capital letters with digits, or changing more often than names do."""
    if not any(map(str.islower, run)) or not any(map(str.isupper, run)):
        return False
    return any(map(str.isdigit, run)) or (changes_often(run) and not _HEADER.fullmatch(run))


def changes_often(run: str) -> bool:
    """Whether letters and digits change from one kind to another more often than those of names do."""
    return len(_PARTS.findall(run)) * 5 > len(run) * 2
