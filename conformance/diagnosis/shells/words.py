"""Words of a command line once a shell has read them; where the shell puts in a value, the variable's name stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

OPENERS = "“”„‘’‚«"
_CLOSERS = {**dict.fromkeys("“”„", '”“"'), **dict.fromkeys("‘’‚", "’‘'"), "«": "»"}
_BEGIN, _END = "\ue000", "\ue001"
_MARK = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]{{0,200}}){_END}")
_MARKS = str.maketrans(dict.fromkeys((_BEGIN, _END), "\ufffd"))
OUTPUT = "a command's output"


class Word(NamedTuple):
    """One word, the line that it begins in, and whether any of it was quoted.

    `is_table` marks the text between the braces of a PowerShell hash table, `is_open` a word in which a quotation does
    not end, or the shell puts in what has no name.
    """

    text: str
    line: int
    is_quoted: bool = False
    is_table: bool = False
    is_open: bool = False

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables whose values the shell puts into it."""
        return variables_in(self.text)


def unmarked(text: str) -> str:
    """A text from outside, without the two signs that mark a variable in here."""
    return text.translate(_MARKS)


def variable(name: str) -> str:
    """What stands in a word where the shell puts in the value of a variable."""
    return f"{_BEGIN}{name}{_END}"


def variables_in(text: str) -> tuple[str, ...]:
    """The variables whose values the shell puts into a word, in order."""
    return tuple(_MARK.findall(text))


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The word with the values of the variables that are known."""
    return _MARK.sub(lambda one: values.get(one[1], one[0]), text)


def written(text: str) -> str:
    """The word with its variables as a shell writes them."""
    return _MARK.sub(lambda one: f"$({one[1]})" if one[1] == OUTPUT else f"${{{one[1]}}}", text)


def shown(text: str) -> str:
    """The word for people: `(value of NAME)` where a value would stand."""
    return unmarked(_MARK.sub(r"(value of \1)", text))


def closes(sign: str, opening: str) -> bool:
    """Whether a sign ends a typographic quotation that another one begins."""
    return bool(sign) and sign in _CLOSERS.get(opening, "")


def meant_end(text: str, at: int) -> int:
    """Where a typographic quotation that begins here ends, which no POSIX shell knows; 0 where none begins or ends."""
    closers = _CLOSERS.get(text[at])
    if closers is None:
        return 0
    newline = text.find("\n", at)
    end = len(text) if newline < 0 else newline
    found = [place for closer in closers if (place := text.find(closer, at + 1, end)) > 0]
    return min(found) + 1 if found else 0
