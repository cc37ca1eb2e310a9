"""Command lines as people paste them: where one begins and ends, and what its words are once a shell has read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Shell = Literal["bash", "cmd", "powershell"]

_PROMPT = (
    r"(?:(?:PS(?: [^>\n]{0,200})?>|[A-Za-z]:\\[^>\n]{0,200}>"
    r"|(?:\([^)\n]{1,40}\) ?)?[\w.-]{1,40}@[\w.-]{1,60}[^$#%\n]{0,120}[$#%]|[$#%>\u276f\u279c]|[0-9]{1,4}\.) ?)?"
)
_BEFORE = r"(?:(?:sudo|time|command|env|exec|winpty)\s+|[A-Z_][A-Z0-9_]{0,60}=(?:'[^'\n]*'|\"[^\"\n]*\"|\S*)\s+)*"
_COMMAND = re.compile(rf"^[ \t>|]{{0,8}}{_PROMPT}[ \t]*`{{0,3}}{_BEFORE}(curl(?:\.exe)?)(?=\s)", re.IGNORECASE)
_INSIDE = re.compile(r"(?:^|[\s`'\"(|;&:])(curl(?:\.exe)?)(?=\s+(?:-|['\"]?https?://|\"))", re.IGNORECASE)
_POWERSHELL = re.compile(r"^\s*PS\b|`\s*$|\$env:|curl\.exe", re.IGNORECASE | re.MULTILINE)
_CMD = re.compile(r"^\s*[A-Za-z]:\\|\^\s*$|\^\"", re.MULTILINE)
_CONTINUES = {"bash": "\\", "cmd": "^", "powershell": "`"}
_SMART = {"“": "”", "”": "”", "„": "”", "‘": "’", "’": "’", "«": "»"}
_VARIABLE = {
    "bash": re.compile(r"\$(?:\{([A-Za-z_]\w{0,80})[^}\n]{0,80}\}|([A-Za-z_]\w{0,80}))"),
    "powershell": re.compile(r"\$(?:\{?env:([A-Za-z_]\w{0,80})\}?|([A-Za-z_]\w{0,80}))", re.IGNORECASE),
    "cmd": re.compile(r"%([A-Za-z_]\w{0,80})()%"),
}
_ENDS = "|;&<>"
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"', "0": "\0", "e": "\x1b"}
_MOST_LINES = 200  # of one command


class Word:
    """One word of a command; `variables` are those whose values stand in it where the shell would put them."""

    def __init__(self, text: str = "", variables: Sequence[str] = (), line: int = 0) -> None:
        self.text = text
        self.variables = list(variables)
        self.line = line


class CommandLine(NamedTuple):
    """A command: its words, the line that it begins in, and the first line behind it."""

    words: tuple[Word, ...]
    line: int
    end: int
    shell: Shell


def command_lines(lines: Sequence[str]) -> Iterator[CommandLine]:
    """Every curl command in some lines, counted from 1."""
    at = 0
    while at < len(lines):
        match = _COMMAND.search(lines[at][:20_000]) or _INSIDE.search(lines[at][:20_000])
        if match is None:
            at += 1
            continue
        shell = shell_of(lines[at : at + 20])
        text, end = _joined(lines, at, match.end(1), shell)
        yield CommandLine(tuple(_words(text, at + 1, shell)), at + 1, end + 1, shell)
        at = end


def shell_of(lines: Sequence[str]) -> Shell:
    """The shell that a command is written for."""
    text = "\n".join(line[:2000] for line in lines)
    if _CMD.search(text):
        return "cmd"
    return "powershell" if _POWERSHELL.search(text) else "bash"


def _joined(lines: Sequence[str], at: int, start: int, shell: Shell) -> tuple[str, int]:
    """A command's text with its continued lines, and the index behind the last."""
    pieces = [lines[at][start:].rstrip("\r\n")]
    end = at + 1
    while end < len(lines) and end - at < _MOST_LINES:
        last = pieces[-1].rstrip()
        if last.endswith(_CONTINUES[shell]) or (shell != "bash" and last.endswith("\\")):
            pieces[-1] = last[:-1] + " "
        elif _is_open("\n".join(pieces), shell) and not _COMMAND.search(lines[end]):
            pieces[-1] += "\n"
        else:
            break
        pieces.append(lines[end].rstrip("\r\n"))
        end += 1
    return "".join(pieces), end


def _is_open(text: str, shell: Shell) -> bool:
    """Whether a quotation goes on in the next line; never in cmd."""
    if shell == "cmd" or len(text) > 20_000:
        return False
    quote = ""
    skip = False
    for character in text:
        if skip:
            skip = False
        elif quote:
            skip = character == "\\" and quote == '"' and shell == "bash"
            quote = "" if character == quote else quote
        elif character == "\\" and shell == "bash":
            skip = True
        elif character in "'\"":
            quote = character
    return bool(quote)


def _words(text: str, line: int, shell: Shell) -> Iterator[Word]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            line += text[at] == "\n"
            at += 1
        elif text[at] in _ENDS or text.startswith(("#", "`"), at):
            return
        else:
            word = Word(line=line)
            at = _word(text, at, word, shell)
            line += word.text.count("\n")
            yield word


def _word(text: str, at: int, word: Word, shell: Shell) -> int:
    """Read a word from a place; returns the place behind it."""
    while at < len(text) and not text[at].isspace() and text[at] not in _ENDS:
        character = text[at]
        if character in _SMART and not word.text:
            at = _smart(text, at, word)
        elif character == "'" and shell != "cmd":
            end = text.find("'", at + 1)
            end = len(text) if end < 0 else end
            word.text += text[at + 1 : end]
            at = end + 1
        elif text.startswith("$'", at) and shell == "bash":
            at = _ansi(text, at + 2, word)
        elif character == '"':
            at = _quoted(text, at + 1, word, shell)
        elif character == _CONTINUES[shell] and at + 1 < len(text):
            word.text += text[at + 1]
            at += 2
        else:
            at = _plain(text, at, word, shell)
    return at


def _smart(text: str, at: int, word: Word) -> int:
    """A typographic quotation, which no shell knows; what was meant as one word is kept as one, with its quotes."""
    end = text.find(_SMART[text[at]], at + 1)
    newline = text.find("\n", at)
    if end < 0 or 0 <= newline < end:
        word.text += text[at]
        return at + 1
    word.text += text[at : end + 1]
    return end + 1


def _ansi(text: str, at: int, word: Word) -> int:
    while at < len(text) and text[at] != "'":
        if text[at] == "\\" and at + 1 < len(text):
            word.text += _ESCAPES.get(text[at + 1], text[at + 1])
            at += 2
        else:
            word.text += text[at]
            at += 1
    return at + 1


def _quoted(text: str, at: int, word: Word, shell: Shell) -> int:
    escape = {"bash": "\\", "cmd": "\\", "powershell": "`"}[shell]
    while at < len(text) and text[at] != '"':
        if text[at] == escape and text[at + 1 : at + 2] in ('"', "\\", "$", "`"):
            word.text += text[at + 1]
            at += 2
        elif text.startswith('\\"', at):
            word.text += '"'
            at += 2
        else:
            at = _plain(text, at, word, shell)
    return at + 1


def _plain(text: str, at: int, word: Word, shell: Shell) -> int:
    """One character, or a variable that the shell replaces by its value."""
    match = _VARIABLE[shell].match(text, at) if text[at] in "$%" else None
    if match is None:
        word.text += text[at]
        return at + 1
    word.variables.append(match[1] or match[2])
    return match.end()


def first_word(text: str, shell: Shell = "bash") -> Word:
    """The first word of a text, as a shell reads it."""
    word = Word(line=1)
    _word(text, 0, word, shell)
    return word
