"""What commands of a script stand in: conditions, functions, subshells; in the words of sh, fish and csh."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from conformance.diagnosis.shells.posix import Command
    from conformance.diagnosis.shells.words import Word

Kind = Literal["condition", "function", "subshell", "group"]

_CONDITIONS = ("if", "while", "until", "for", "foreach", "select", "case", "switch")
_ENDS = ("fi", "done", "esac", "end", "endif", "endsw", "}")
_WITHIN = ("then", "do", "else", "elif", "!", "time", "and", "or", "not")
_APART = re.compile(r"&(?!&)|\|(?!\|)")


@dataclass
class Block:
    """A part of a script; what never ends is none."""

    kind: Kind
    is_closed: bool = False


@dataclass
class Blocks:
    """The blocks that are open where a script is read.

    `follows` is whether the command depends on the one before it, or may run in a process of its own.
    """

    open: list[Block] = field(default_factory=list)
    follows: bool = False
    _is_function_next: bool = False

    def enter(self, command: Command, following: Command) -> tuple[Word, ...]:
        """Go on to a command, with the one behind it; its words without those that open and close blocks."""
        self._pass(command.before)
        self.follows |= _APART.match(following.before) is not None
        at = 0
        while at < len(command.words) and self._take(command.words[at]):
            at += 2 if command.words[at].text == "function" else 1
        words = command.words[at:]
        if words and self._is_function_next:  # fish has no brace behind the name
            self._open("function")
        if len(words) > 1 and words[-1].text == "}":  # as zsh takes it
            self._close()
            words = words[:-1]
        return words

    def _pass(self, signs: str) -> None:
        self.follows = signs.startswith(("&&", "|"))
        for at, sign in enumerate(signs):
            if signs[at : at + 2] == "()":
                self._is_function_next = True
            elif sign == "(":
                self._open("subshell")
            elif sign == ")" and signs[at - 1 : at] != "(":
                self.follows |= not self._leave("subshell")  # else it is the end of a pattern, or of csh's condition

    def _take(self, word: Word) -> bool:
        """Take a word that only opens, closes or divides a block; says whether it is one."""
        text = "" if word.is_quoted else word.text
        if text in _CONDITIONS:
            self._open("condition")
        elif text in ("{", "begin"):
            self._open("group")
        elif text in _ENDS:
            self._close()
        elif text == "function":
            self._is_function_next = True
        elif text in _WITHIN:
            self.follows |= text in ("and", "or")
        else:
            return False
        return True

    def _open(self, kind: Kind) -> None:
        self.open.append(Block("function" if self._is_function_next else kind))
        self._is_function_next = False

    def _close(self) -> None:
        if self.open:
            self.open.pop().is_closed = True

    def _leave(self, kind: Kind) -> bool:
        """Close the innermost block where it is of this kind; says whether it was."""
        is_inner = bool(self.open) and self.open[-1].kind == kind
        if is_inner:
            self._close()
        return is_inner
