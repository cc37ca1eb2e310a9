"""What cmd and PowerShell make of a line; their rules are not those of a POSIX shell."""

from __future__ import annotations

import re

from conformance.diagnosis.shells.words import OUTPUT, Word, variable

_CMD = re.compile(
    r"""\^\r?\n[ \t]*+ | \^(?P<escaped>.)? | %(?P<variable>[A-Za-z_]\w{0,100}+)% | (?P<quote>")
    | (?P<end>[\n&|<>]) | (?P<plain>[^\^%"\n&|<>]++ | .)""",
    re.VERBOSE | re.DOTALL,
)
_ARGUMENT = re.compile(r"""(?P<blank>[ \t\r]++)|\\(?P<escaped>")|(?P<quote>")|(?P<plain>[^ \t\r\\"]++|.)""", re.DOTALL)
_POWERSHELL = re.compile(
    r"""(?P<join>`\r?\n)
    | `(?P<escaped>.)
    | ['‘’‚](?P<single>(?:[^'‘’‚]|['‘’‚]{2})*+)['‘’‚]
    | ["“”„](?P<double>(?:[^"“”„`]|["“”„]{2}|`.)*+)["“”„]
    | (?P<blank>[ \t\r]++)
    | (?P<table>@\{)
    | (?P<end>[\n;|)}])
    | (?P<plus>\+(?=\s))
    | (?P<open>[({])
    | \$\{?(?:env:)?(?P<named>[A-Za-z_]\w{0,100}+)\}?(?P<member>(?:\.\w{1,50}){0,3}+)
    | (?P<output>\$\([^()\n]{0,500}+\))
    | (?P<plain>[^`'"‘’‚“”„\s;|(){}$@+]++)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_INSIDE = re.compile(
    r"""`(?P<escaped>.) | (?P<doubled>["“”„]{2}) | \$\(\s*+\$(?:env:)?(?P<wrapped>[A-Za-z_]\w{0,100}+)\s*+\)
    | \$\{?(?:env:)?(?P<named>[A-Za-z_]\w{0,100}+)\}? | (?P<output>\$\([^()\n]{0,500}+\)) | (?P<plain>[^`$"“”„]++|.)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\n": ""}


def words_of_cmd(text: str, line: int) -> list[Word]:
    """The words of the first command in a text, as cmd hands them to a program; single quotes mean nothing to it."""
    pieces: list[str] = []
    is_quoted = False
    for match in _CMD.finditer(text):
        kind = match.lastgroup
        if kind == "end" and not is_quoted:
            break
        is_quoted ^= kind == "quote"
        if kind == "variable":
            pieces.append(variable(match["variable"]))
        elif kind == "escaped" and is_quoted:
            pieces.append(match[0])
        elif kind:
            pieces.append(match[kind])
        elif match[0][1:]:
            pieces.append(" \n")
    return _arguments("".join(pieces), line)


def _arguments(text: str, line: int) -> list[Word]:
    """The words as programs take them from their command line."""
    words: list[Word] = []
    current: str | None = None
    is_quoted, was_quoted = False, False
    for match in _ARGUMENT.finditer(f"{text} "):
        kind = str(match.lastgroup)
        line += match[0].count("\n")
        if kind == "blank" and not is_quoted:
            if current is not None:
                words.append(Word(current.strip("\n"), line, was_quoted))
            current, was_quoted = None, False
        elif kind == "quote":
            is_quoted, was_quoted = not is_quoted, True
            current = current or ""
        elif match[0] != "\n" or is_quoted:
            current = (current or "") + match[kind]
    return words


def words_of_powershell(text: str, line: int) -> list[Word]:
    """The words of the first command in a text; typographic quotes are quotes to PowerShell, and tables one word."""
    lexer = _PowerShell(text, line)
    at = 0
    while at < len(text) and (match := _POWERSHELL.match(text, at)):
        at = lexer.take(match)
        if not at:
            break
    return lexer.finished()


class _PowerShell:
    def __init__(self, text: str, line: int) -> None:
        self._source = text
        self._words: list[Word] = []
        self._line = line
        self._text: str | None = None
        self._is_quoted = False
        self._adds = False

    def take(self, match: re.Match[str]) -> int:
        """Take one token; where the next one begins, or 0 where the command ends."""
        kind = str(match.lastgroup)
        end = match.end()
        if kind == "end" and match[0] != ")":
            return 0
        if kind in ("blank", "join", "open", "end"):
            self._end_word()
        elif kind == "plus":
            self._adds = True
        elif kind == "table":
            self._end_word()
            end = _table_end(self._source, match.end())
            self._words.append(Word(self._source[match.end() : end - 1], self._line, is_table=True))
            self._line += self._source.count("\n", match.end(), end)
        elif match[0] == "#" and self._text is None:
            return 0
        else:
            self._add(_value(kind, match))
            self._is_quoted |= kind in ("single", "double")
        self._line += match[0].count("\n")
        return end

    def _add(self, text: str) -> None:
        if self._adds and self._text is None and self._words:
            self._text = self._words.pop().text
        self._adds = False
        self._text = (self._text or "") + text

    def _end_word(self) -> None:
        if self._text is not None:
            self._words.append(Word(self._text, self._line, self._is_quoted))
        self._text, self._is_quoted = None, False

    def finished(self) -> list[Word]:
        """The words so far."""
        self._end_word()
        return self._words


def _table_end(text: str, at: int) -> int:
    """The place behind the brace that closes a table."""
    depth = 1
    for match in re.compile(r"'[^'\n]*+'|\"[^\"\n]*+\"|[{}]").finditer(text, at):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if not depth:
            return match.end()
    return len(text) + 1


def _value(kind: str, match: re.Match[str]) -> str:
    if kind == "member":
        return variable(match["named"] + match["member"])
    if kind in ("named", "wrapped"):
        return variable(match[kind])
    if kind == "output":
        return variable(OUTPUT)
    if kind == "double":
        return "".join(_value(str(one.lastgroup), one) for one in _INSIDE.finditer(match["double"]))
    if kind == "single":
        return re.sub("(['‘’‚])['‘’‚]", r"\1", match["single"])
    if kind == "escaped":
        return _LETTERS.get(match["escaped"], match["escaped"])
    return match["doubled"][:1] if kind == "doubled" else match[kind]
