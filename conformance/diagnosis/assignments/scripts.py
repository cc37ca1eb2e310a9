"""Variables that scripts of shells set, in the words of sh and its like, of fish and of csh, without running them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from conformance.diagnosis.assignments.assignment import Assignment
from conformance.diagnosis.assignments.blocks import Blocks
from conformance.diagnosis.assignments.fish import set_of
from conformance.diagnosis.shells.posix import Command, commands_of
from conformance.diagnosis.shells.words import written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from conformance.diagnosis.assignments.assignment import Reach, When
    from conformance.diagnosis.assignments.blocks import Block
    from conformance.diagnosis.assignments.fish import FishSet
    from conformance.diagnosis.shells.words import Word

_PAIR = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL | re.ASCII)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_DECLARING = ("export", "typeset", "declare", "local", "readonly")
_EXPORTS_ALL = {"-a": True, "-o allexport": True, "+a": False, "+o allexport": False}
_READING = (".", "source")
_LONGEST = 1 << 18  # characters
_NOTHING = Command((), "")


@dataclass
class _Found:
    """An assignment, and the blocks that it stands in."""

    line: int
    name: str
    value: str
    reach: Reach
    is_computed: bool
    blocks: tuple[Block, ...]
    follows: bool

    def is_uncertain(self, kinds: Collection[str]) -> bool:
        """Whether a condition decides, or another command."""
        return self.follows or "condition" in kinds

    def as_assignment(self) -> Assignment | None:
        kinds = {one.kind for one in self.blocks if one.is_closed}
        if "subshell" in kinds:
            return None
        return Assignment(
            self.name,
            written(self.value),
            self.line,
            reach=self.reach,
            is_computed=self.is_computed,
            when="on call" if "function" in kinds else "on condition" if self.is_uncertain(kinds) else "always",
        )


@dataclass
class _Script:
    """What was set so far, and what is exported whenever it is set."""

    blocks: Blocks = field(default_factory=Blocks)
    found: dict[str, list[_Found]] = field(default_factory=dict)
    sources: list[_Found] = field(default_factory=list)
    exported: set[str] = field(default_factory=set)
    exports_all: bool = False

    @property
    def is_apart(self) -> bool:
        """Whether what happens here does not change the script's own variables."""
        return any(one.kind in ("function", "subshell") for one in self.blocks.open)

    def run(self, words: Sequence[Word], *, is_filled: bool) -> None:
        """Take a command as a shell would run it; `is_filled` where fish puts in what another one prints."""
        texts = [word.text for word in words]
        options = [one for one in texts[1:] if one[:1] in "-+"]
        rest = [word for word in words[1:] if word.text[:1] not in ("-", "+")]
        if texts[0] in _DECLARING:
            self._declare(texts[0], options, rest)
        elif texts[0] == "set" and (signs := " ".join(texts[1:])) in _EXPORTS_ALL:
            self.exports_all = self.exports_all if self.is_apart else _EXPORTS_ALL[signs]
        elif texts[0] == "set":
            self._set_in_fish(set_of(words), is_filled=is_filled)
        elif texts[0] == "setenv" and len(rest) > 1:
            self._set(rest[1], rest[0].text, "programs")
        elif texts[0] == "unset":
            self._unset([] if "-f" in options else rest)
        elif texts[0] in _READING and len(words) > 1:
            self.sources.append(self._found(words[1].line, "", texts[1], "shell", is_computed=words[1].is_open))
        else:
            self._assign(words)

    def _declare(self, command: str, options: Sequence[str], rest: Sequence[Word]) -> None:
        signs = "".join(options)
        if command == "export" and ("f" in signs or "p" in signs):
            return
        is_exported = "n" not in signs if command == "export" else any("x" in one for one in options if one[0] == "-")
        for word in rest:
            if match := _PAIR.fullmatch(word.text):
                self._set(word, match[1], "programs" if is_exported else "shell", match[2])
            if command == "export" or is_exported:
                self._export(match[1] if match else word.text, is_exported=is_exported)

    def _export(self, name: str, *, is_exported: bool) -> None:
        if self.is_apart or (is_exported and name in self.exported):
            return
        (self.exported.add if is_exported else self.exported.discard)(name)
        for one in self.found.get(name, ()):
            if one.reach != "command":
                one.reach = "programs" if is_exported else "shell"

    def _assign(self, words: Sequence[Word]) -> None:
        pairs = [_PAIR.fullmatch(word.text) for word in words]
        is_alone = all(pairs)
        for word, match in zip(words, pairs, strict=True):
            if match is None:
                break  # a command, which gets what was set before it
            self._set(word, match[1], "shell" if is_alone else "command", match[2])

    def _set_in_fish(self, one: FishSet, *, is_filled: bool) -> None:
        if one.sets_nothing or not one.rest:
            return
        if one.erases:
            self._unset(one.rest)
            return
        name, values = one.rest[0].text, one.rest[1:]
        if not _NAME.fullmatch(name) or not (values or is_filled or one.exports):
            return  # what sh makes parameters of
        if one.exports is not None and not one.is_local and not self.is_apart:
            (self.exported.add if one.exports else self.exported.discard)(name)
        is_exported = not one.is_local and (one.exports or name in self.exported)
        is_computed = is_filled or one.adds or any(word.is_open or word.variables for word in values)
        value = " ".join(word.text for word in values)
        self._note(one.rest[0].line, name, value, "programs" if is_exported else "shell", is_computed=is_computed)

    def _set(self, word: Word, name: str, reach: Reach, value: str | None = None) -> None:
        is_exported = reach == "shell" and (self.exports_all or name in self.exported)
        value = word.text if value is None else value
        is_computed = word.is_open or bool(word.variables)
        self._note(word.line, name, value, "programs" if is_exported else reach, is_computed=is_computed)

    def _note(self, line: int, name: str, value: str, reach: Reach, *, is_computed: bool) -> None:
        found = self._found(line, name, value, reach, is_computed=is_computed)
        self.found.setdefault(name, []).append(found)

    def _found(self, line: int, name: str, value: str, reach: Reach, *, is_computed: bool) -> _Found:
        return _Found(line, name, value, reach, is_computed, tuple(self.blocks.open), self.blocks.follows)

    def _unset(self, words: Sequence[Word]) -> None:
        if self.is_apart:
            return
        for word in words:
            if self.blocks.follows or any(one.kind == "condition" for one in self.blocks.open):
                for one in self.found.get(word.text, ()):
                    one.follows = True
            else:
                self.exported.discard(word.text)
                self.found.pop(word.text, None)


def of_script(text: str) -> Iterator[Assignment]:
    """The variables that a script sets when it is read, or may set; what is unset behind them is left out."""
    yield from _kept(chain.from_iterable(_read(text).found.values()))


def sourced_by(text: str) -> Iterator[tuple[str, When]]:
    """The paths of other scripts that a script reads within itself, as it writes them, and when it does."""
    return ((one.value, one.when) for one in _kept(_read(text).sources) if not one.is_computed)


def _read(text: str) -> _Script:
    script = _Script()
    for command, following in pairwise([*commands_of(text[:_LONGEST]), _NOTHING]):
        words = script.blocks.enter(command, following)
        if words:
            script.run(words, is_filled=following.before.startswith("("))
    return script


def _kept(found: Iterable[_Found]) -> Iterator[Assignment]:
    return (kept for one in found if (kept := one.as_assignment()) is not None)
