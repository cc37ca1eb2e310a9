"""What stands in the place of a secret: as long as it was, the same for the same one, and no key."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WORD = b"REDACTED"
_TAG = 5  # letters and digits that tell one secret from another
_TAGS = b"abcdefghijkmnpqrstuvwyz23456789"  # without x, which fills
_HIDDEN = re.compile(b"x*|" + WORD + b"[%b]{0,%d}x*[AB]?" % (_TAGS, _TAG))  # a piece of one, too


@dataclass
class Kind:
    """What was found of one kind: how often, how many different ones, and where the first stood."""

    file: str
    offset: int
    count: int = 0
    distinct: set[bytes] = field(default_factory=set)


class Pseudonyms:
    """The secrets that were read in one run, and what is written for each.

    They are chosen at random in every run, so two redacted files of different runs cannot be compared.
    """

    def __init__(self, draw: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._draw = draw
        self._written: dict[bytes, bytes] = {}
        self._taken = {WORD}
        self.kinds: dict[str, Kind] = {}
        self.searched: set[bytes] = set()

    def of(self, secret: bytes, last: bytes = b"") -> bytes:
        """The pseudonym of a secret; it ends with `last`, a sign that tells whether the last character was possible."""
        if secret not in self._written:
            fill = len(secret) - len(WORD) - _TAG - len(last)
            self._written[secret] = WORD + self._tag() + b"x" * fill + last if fill >= 0 else b"x" * len(secret)
        return self._written[secret]

    def count(self, kind: str, secret: bytes, file: str, offset: int) -> None:
        """Count a secret that was found."""
        found = self.kinds.setdefault(kind, Kind(file, offset))
        found.count += 1
        found.distinct.add(secret)

    def _tag(self) -> bytes:
        tag = WORD
        while tag in self._taken:
            tag = bytes(_TAGS[byte % len(_TAGS)] for byte in self._draw(_TAG))
        self._taken.add(tag)
        return tag


def is_hidden(text: bytes) -> bool:
    """Whether a secret was replaced here before."""
    return _HIDDEN.fullmatch(text) is not None
