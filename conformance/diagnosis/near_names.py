"""Names of variables that are nearly the one that clients read."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.diagnosis.surface import Surface

_OF_SECRETS = ("KEY", "TOKEN", "SECRET")
_LIKE = 0.85
_LONGEST = 100  # characters


def is_near(name: str, surface: Surface) -> bool:
    """Whether a name may well be meant for the variable of the key: of the same vendor, or a slip of the pen away."""
    written, wanted = name.upper(), surface.variable
    if not wanted or name == wanted or len(name) > _LONGEST:
        return False
    vendor = wanted.partition("_")[0]
    if vendor in written and any(word in written for word in _OF_SECRETS):
        return True
    return SequenceMatcher(None, written, wanted).ratio() >= _LIKE
