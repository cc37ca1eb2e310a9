"""What sh, bash and zsh make of a line: quotes taken off, variables named, as far as the command goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.shells.words import OUTPUT, Word, meant_end, variable

if TYPE_CHECKING:
    from collections.abc import Iterator

_OUTPUT = (
    r"""\$\((?:[^()'"\n]++|'[^'\n]*+'|"(?:[^"\\\n]|\\.)*+"|\((?:[^()\n]++|\([^()\n]*+\))*+\))*+\)"""
    r"""|`[^`\n]{0,500}+`"""
)
_TOKEN = re.compile(
    rf"""(?P<join>\\\r?\n)
    | \\(?P<escaped>.)
    | '(?P<single>[^']*+)'
    | \$'(?P<ansi>(?:[^'\\]|\\.)*+)'
    | \$?"(?P<double>(?:[^"\\$`]++|\\.|{_OUTPUT}|[$`])*+)"
    | (?P<blank>[ \t\r]++)
    | (?P<here><<-?[ \t]*+['"]?\w++['"]?)
    | (?P<redirect>&?[0-9]?(?:>>?|<)(?:&[0-9-]|\|)?)
    | (?P<end>[\n;|&()])
    | \$\{{(?P<braced>[A-Za-z_]\w{{0,100}}+)[^}}\n]{{0,200}}+\}}
    | \$(?P<named>[A-Za-z_]\w{{0,100}}+)
    | (?P<output>{_OUTPUT})
    | (?P<plain>[^\\'"$`\s;|&<>()\#]++)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_INSIDE = re.compile(
    rf"""\\(?P<escaped>["$`\\\n])
    | \$\{{(?P<braced>[A-Za-z_]\w{{0,100}}+)[^}}\n]{{0,200}}+\}}
    | \$(?P<named>[A-Za-z_]\w{{0,100}}+)
    | (?P<output>{_OUTPUT})
    | (?P<plain>[^\\$`]++) | (?P<left>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ANSI = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v"}
_LINE = re.compile(r"[^\n]*+")
_MOST_LINES = 200  # of a text within a script
_STATE = re.compile(r"\\.|['\"]|(?<!\S)#", re.DOTALL)


def is_continued(line: str) -> bool:
    """Whether a backslash joins a line with the next one."""
    bare = line.rstrip("\r\n")
    return (len(bare) - len(bare.rstrip("\\"))) % 2 == 1


def quote_after(line: str, quote: str) -> str:
    """The quotation that is open behind a line, when `quote` was open before it."""
    for match in _STATE.finditer(line):
        sign = match[0]
        if quote:
            quote = "" if sign == quote or (quote == "'" and sign == "\\'") else quote
        elif sign == "#":
            break
        elif sign in "'\"":
            quote = sign
    return quote


def words_of(text: str, line: int) -> list[Word]:
    """The words of the first command in a text; what is redirected is left out."""
    lexer = _Lexer(line)
    for match in _TOKEN.finditer(text):
        if not lexer.take(match):
            break
    return lexer.finished()


class Command(NamedTuple):
    """One command of a script, and the signs that stand between it and the one before (`;`, `&&`, a line's end)."""

    words: tuple[Word, ...]
    before: str


def commands_of(text: str) -> Iterator[Command]:
    """The commands of a script in order; without comments and without the texts that stand in it.

    A last one with no words has the signs behind the others.
    """
    at, line, before = 0, 1, ""
    texts: list[str] = []
    while at < len(text):
        lexer, start = _Lexer(line), at
        while (match := _TOKEN.match(text, at)) and lexer.take(match):
            at = match.end()
            texts += [match["here"]] if match["here"] else []
        if words := lexer.finished():
            yield Command(tuple(words), before)
            before = ""
        if match is None:
            break
        at = match.end()
        if match[0] == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        else:
            before += match[0]
        if match[0] == "\n":
            at, texts = _behind_texts(text, at, texts), []
        line += text.count("\n", start, at)
    yield Command((), before)


def _behind_texts(text: str, at: int, opened: list[str]) -> int:
    """The place behind the texts that begin here; one that does not end is none."""
    for one in opened:
        delimiter = one.lstrip("<- \t").strip("'\"")
        for number, found in enumerate(_LINE.finditer(text, at)):
            if found[0].strip("\t") == delimiter:
                at = found.end() + 1
            if found[0].strip("\t") == delimiter or number > _MOST_LINES:
                break
    return at


class _Lexer:
    def __init__(self, line: int) -> None:
        self._words: list[Word] = []
        self._line = line
        self._began = line
        self._text: list[str] | None = None
        self._is_quoted = False
        self._is_open = False
        self._meant_until = 0
        self._skips_word = False

    def take(self, match: re.Match[str]) -> bool:
        """Take one token; whether the command goes on."""
        kind = str(match.lastgroup)
        if match.start() < self._meant_until and kind in ("blank", "end", "redirect", "here"):
            self._add(match[0])
        elif kind == "blank":
            self._end_word()
        elif kind == "end" or (match[0] == "#" and self._text is None):
            return False
        elif kind in ("redirect", "here"):
            self._end_word()
            self._skips_word = kind == "redirect" and not match[0].endswith("-") and not match[0][-1].isdigit()
        elif kind != "join":
            self._begin(match)
            self._add(_value(kind, match))
            self._is_quoted |= kind in ("single", "ansi", "double")
            self._is_open |= _leaves_open(kind, match)
        self._line += match[0].count("\n")
        return True

    def _begin(self, match: re.Match[str]) -> None:
        if self._text is None:
            self._began = self._line
            self._meant_until = max(self._meant_until, meant_end(match.string, match.start()))

    def _add(self, text: str) -> None:
        self._text = self._text or []
        self._text.append(text)

    def _end_word(self) -> None:
        if self._text is not None and not self._skips_word:
            self._words.append(Word("".join(self._text), self._began, self._is_quoted, is_open=self._is_open))
        self._skips_word &= self._text is None
        self._text, self._is_quoted, self._is_open = None, False, False

    def finished(self) -> list[Word]:
        """The words so far."""
        self._end_word()
        return self._words


def _leaves_open(kind: str, match: re.Match[str]) -> bool:
    if kind == "double":
        return any(one["left"] in ("$", "`") for one in _INSIDE.finditer(match["double"]))
    return kind == "other" and match[0] in "'\"$`"


def _value(kind: str, match: re.Match[str]) -> str:
    if kind in ("braced", "named"):
        return variable(match[kind])
    if kind == "output":
        return variable(OUTPUT)
    if kind == "double":
        return "".join(_value(str(one.lastgroup), one) for one in _INSIDE.finditer(match["double"]))
    if kind == "ansi":
        return _ANSI.sub(_unescaped, match["ansi"])
    if kind == "escaped":
        return match["escaped"].replace("\n", "")
    return match[kind]


def _unescaped(match: re.Match[str]) -> str:
    if match[4]:
        return _LETTERS.get(match[4], match[4] if match[4] in "\\'\"?" else match[0])
    return chr(int(match[1] or match[2], 16) if match[1] or match[2] else int(match[3], 8))
