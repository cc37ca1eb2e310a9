"""Variables that start-up files of shells set, as far as that can be seen without running them."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from conformance.doctoring.assignments import Assignment

if TYPE_CHECKING:
    from collections.abc import Iterator

# a word as it is written, with its quotes; one that does not end in its line goes to the end of it
_WORD = r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s;&|'"\\]|['"].*$|\\$)+"""
_TOKEN = re.compile(rf"({_WORD})|([;&|]+)")
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)$", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")
_BEFORE_COMMANDS = ("then", "do", "else", "{", "(", "!", "if", "and", "or", "begin")
_DECLARING = ("typeset", "declare", "local")
_SINGLE = re.compile(r"'[^']*'")


def of_shell(text: str) -> Iterator[Assignment]:
    """The variables that a start-up file sets: in the words of sh and its like, of fish and of csh."""
    commands = [(number, one) for number, line in enumerate(text.splitlines(), start=1) for one in _commands(line)]
    exported = {word for _, words in commands if words[0] == "export" for word in words[1:] if _NAME.match(word)}
    exports_all = any(words in (["set", "-a"], ["set", "-o", "allexport"]) for _, words in commands)
    for number, words in commands:
        for name, written, is_exported in _set_by(words):
            yield _assignment(name, written, number, is_exported=is_exported or exports_all or name in exported)


def _commands(line: str) -> Iterator[list[str]]:
    """The commands of a line, each as its words; without its comment, and without what only leads to a command."""
    words: list[str] = []
    for match in _TOKEN.finditer(line):
        if match[2] or (match[1].startswith("#") and not line[: match.start()][-1:].strip()):
            if words:
                yield words
            words = []
            if not match[2]:
                return
        elif words or match[1] not in _BEFORE_COMMANDS:
            words.append(match[1])
    if words:
        yield words


def _set_by(words: list[str]) -> Iterator[tuple[str, str, bool]]:
    """The names that a command sets, what stands there for the value, and whether programs get it."""
    command, options = words[0], [word for word in words[1:] if word.startswith("-")]
    rest = [word for word in words[1:] if not word.startswith("-")]
    if command == "set" and len(rest) > 1 and _NAME.match(rest[0]):
        is_exported = any(one == "--export" or (one[:2] != "--" and "x" in one) for one in options)
        yield rest[0], " ".join(rest[1:]), is_exported
    elif command == "setenv" and len(rest) > 1:
        yield rest[0], rest[1], True
    elif command == "export" or command in _DECLARING:
        is_exported = command == "export" or any("x" in one for one in options)
        yield from ((match[1], match[2], is_exported) for word in rest if (match := _ASSIGNED.match(word)))
    elif all(map(_ASSIGNED.match, words)):
        yield from ((match[1], match[2], False) for word in words if (match := _ASSIGNED.match(word)))


def _assignment(name: str, written: str, line: int, *, is_exported: bool) -> Assignment:
    try:
        value = next(iter(shlex.split(written)), "")
    except ValueError:  # a quotation mark that does not end here
        return Assignment(name, "", line, is_exported, is_computed=True)
    is_literal = not re.search(r"[$`]", _SINGLE.sub("", written))
    return Assignment(name, value if is_literal else "", line, is_exported, is_computed=not is_literal)
