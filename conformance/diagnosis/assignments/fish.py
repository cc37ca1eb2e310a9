"""What fish sets: by its command `set`, and in the file of the variables that all its sessions share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.assignments.assignment import Assignment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.diagnosis.shells.words import Word

_LETTERS = {
    "--append": "a", "--erase": "e", "--export": "x", "--help": "h", "--local": "l", "--names": "n",
    "--prepend": "p", "--query": "q", "--show": "S", "--unexport": "u",
}  # fmt: skip
_SHARED = re.compile(r"(?:SETUVAR|SET(?P<exported>_EXPORT)?)(?P<options>(?: --\w+)*+) (?P<name>\w+):(?P<value>.*)")
_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "e": "\x1b", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_BETWEEN = "\x1e"  # the values of a list
_LAST = 0x10FFFF


class FishSet(NamedTuple):
    """A `set`, whose options stand before the name."""

    letters: frozenset[str]
    rest: Sequence[Word]

    @property
    def sets_nothing(self) -> bool:
        """Whether it only asks or tells."""
        return not self.letters.isdisjoint("qSnh")

    @property
    def erases(self) -> bool:
        """Whether the names behind it are set no more."""
        return "e" in self.letters

    @property
    def is_local(self) -> bool:
        """Whether it ends with the file or the block that it stands in."""
        return "l" in self.letters

    @property
    def exports(self) -> bool | None:
        """Whether programs get it; `None` where that stays as it was."""
        return True if "x" in self.letters else False if "u" in self.letters else None

    @property
    def adds(self) -> bool:
        """Whether the variable keeps the values that it had."""
        return not self.letters.isdisjoint("ap")


def set_of(words: Sequence[Word]) -> FishSet:
    """Read the words of a `set`."""
    letters: set[str] = set()
    at = 1
    while at < len(words) and words[at].text[:1] == "-":
        text = words[at].text
        letters |= {_LETTERS.get(text, "")} if text[:2] == "--" else set(text[1:])
        at += 1
        if text == "--":
            break
    return FishSet(frozenset(letters), words[at:])


def of_shared_variables(text: str) -> Iterator[Assignment]:
    """The variables of `fish_variables`, which `set -U` writes: those of every session, and of programs if exported."""
    for number, line in enumerate(text.split("\n"), start=1):
        if match := _SHARED.fullmatch(line):
            is_exported = match["exported"] or "--export" in match["options"].split()
            value = _ESCAPED.sub(_unescaped, match["value"]).replace(_BETWEEN, " ")
            yield Assignment(match["name"], value, number, reach="programs" if is_exported else "shell")


def _unescaped(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if not digits:
        return _SIGNS.get(match[4], match[4])
    number = int(digits, 16)
    return chr(number) if number <= _LAST else match[0]
