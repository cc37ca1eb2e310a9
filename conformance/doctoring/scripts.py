"""Variables that start-up files of shells set, as far as that can be seen without running them."""

from __future__ import annotations

import re
import shlex
from itertools import chain
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
_FUNCTION = re.compile(r"(\s*)(?:function\s+[^}]*|[\w.:-]+\s*\(\s*\)[\s{]*)$")
_TEXT = re.compile(r"(?<!<)<<(?!<)-?\s*(['\"]?)(\w+)\1")
_MOST_LINES = 200  # of a function or a text


def of_shell(text: str) -> Iterator[Assignment]:
    """The variables that a start-up file sets: in the words of sh and its like, of fish and of csh."""
    commands = [(number, one) for number, line in _run_when_read(text.splitlines()) for one in _commands(line)]
    exported = {word for _, words in commands if words[0] == "export" for word in words[1:] if _NAME.match(word)}
    exports_all = any(words in (["set", "-a"], ["set", "-o", "allexport"]) for _, words in commands)
    found: dict[str, list[Assignment]] = {}
    for number, words in commands:
        for name in _taken_back_by(words):
            found.pop(name, None)
        for name, written, is_exported in _set_by(words):
            is_exported = is_exported or exports_all or name in exported
            found.setdefault(name, []).append(_assignment(name, written, number, is_exported=is_exported))
    return chain.from_iterable(found.values())


def _run_when_read(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines that are run when the file is read, each with its number: neither those of functions nor of texts."""
    at = 0
    while at < len(lines):
        yield at + 1, lines[at]
        at = _end(lines, at) + 1


def _end(lines: list[str], at: int) -> int:
    """The line that ends the function or text that begins in a line; the line itself where none does."""
    if text := _TEXT.search(lines[at]):
        ends: tuple[str, ...] = (text[2],)
    elif function := _FUNCTION.match(lines[at]):
        ends = (f"{function[1]}}}", f"{function[1]}end")
    else:
        return at
    following = range(at + 1, min(at + _MOST_LINES, len(lines)))
    return next((one for one in following if (lines[one].strip("\t") if text else lines[one].rstrip()) in ends), at)


def _taken_back_by(words: list[str]) -> list[str]:
    """The names that a command unsets."""
    if words[0] == "unset" and "-f" not in words:
        return words[1:]
    return words[2:] if words[:2] in (["set", "-e"], ["set", "--erase"]) else []


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
