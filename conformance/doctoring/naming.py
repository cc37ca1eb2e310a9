"""Names of variables that somebody may have meant for the one that clients read."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_ALIKE = 0.85  # of 1, as difflib counts
_KEY_WORDS = {"KEY", "APIKEY", "TOKEN", "SECRET", "AUTH", "APITOKEN"}


def near_misses(names: Iterable[str], wanted: str, known: Collection[str]) -> Iterator[str]:
    """Names that are nearly the wanted one, or speak of a key of the same service; the known ones are none."""
    words = set(_words(wanted))
    service = next(iter(_words(wanted)), "")
    for name in names:
        if name in known or name == wanted:
            continue
        own = set(_words(name))
        same_letters = _letters(name) == _letters(wanted)
        of_service = service in own and bool(own & _KEY_WORDS) and len(own - words) <= 1
        is_near = SequenceMatcher(None, name.upper(), wanted).ratio() >= _ALIKE
        if same_letters or of_service or is_near:
            yield name


def _words(name: str) -> list[str]:
    return re.findall(r"[A-Z0-9]+", name.upper())


def _letters(name: str) -> str:
    return "".join(_words(name))
