"""Mistakes in a file that a person wrote: what, where, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

DataPath = tuple[str | int, ...]
"""Where a value stands in the data of a file: the keys and numbers that lead to it."""


class Mistake(NamedTuple):
    """One mistake; line and column count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class FileError(Exception):
    """A file cannot be used; carries every mistake that was found in it."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))  # schema and references may both find one
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def suggestion(word: str, known: Iterable[str], command: str = "") -> str:
    """What to write instead of `word`: the nearest known word, or all of them, or the command that names them."""
    from difflib import get_close_matches  # slow to import, and seldom needed

    words = sorted(known)
    nearest = get_close_matches(word, words, n=1)
    if nearest:
        return f"write {nearest[0]!r}"
    if command:
        return f"{command} names them all"
    return "write one of " + ", ".join(words) if words else "nothing is known here"
