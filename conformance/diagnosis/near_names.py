"""Names of variables that are nearly the one that clients read."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_ALIKE = 0.85  # of 1, as difflib counts
_LONGEST = 100  # characters
_OF_OTHERS = {"FILE", "PATH", "ARN", "URL", "NAME"}  # which say where a key is, or what it is called
_OF_KEYS = {"KEY", "APIKEY", "TOKEN", "APITOKEN", "SECRET", "AUTH"}


def is_near(name: str, wanted: str) -> bool:
    """Whether a name may well be meant for another: of the same service and for a key, or a slip of the pen away."""
    if not wanted or name == wanted or len(name) > _LONGEST:
        return False
    words, right = _words(name), _words(wanted)
    if not words or words[-1] in _OF_OTHERS.difference(right):
        return False
    if "".join(words) == "".join(right) or words[-len(right) :] == right:
        return True
    is_of_service = right[0] in words and not _OF_KEYS.isdisjoint(words) and len(set(words) - set(right)) <= 1
    return is_of_service or SequenceMatcher(None, name.upper(), wanted).ratio() >= _ALIKE


def _words(name: str) -> list[str]:
    return re.findall(r"[A-Z0-9]+", name.upper())
