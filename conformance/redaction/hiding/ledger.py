"""What was hidden so far, and where: every secret gets its pseudonym here, and is noted with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from conformance.redaction.pseudonyms import Pseudonyms

SHORTEST = 8  # characters of a secret that are searched for afterwards


class Note(NamedTuple):
    """A secret, what kind it is of, and where in its file it stands."""

    kind: str
    secret: bytes
    at: int


class Ledger:
    """Knows how far the file is read, and what was found in it."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self.pseudonyms = pseudonyms
        self.notes: list[Note] = []  # of the value that is being hidden
        self.file = ""
        self.offset = 0  # of the text in its file

    def note(self, kind: str, secret: bytes, at: int) -> None:
        """Count a secret that stands so far behind the beginning of the text."""
        self.pseudonyms.count(kind, secret, self.file, self.offset + at)
        self.notes.append(Note(kind, secret, self.offset + at))

    def search(self, secret: bytes) -> None:
        """Have every result searched for a secret, where it is long enough to be one."""
        if len(secret) >= SHORTEST:
            self.pseudonyms.searched.add(secret)
