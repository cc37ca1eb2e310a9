"""Command lines as people paste them: where one begins and ends, for which shell it is written, and its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from conformance.diagnosis.shells.posix import is_continued, quote_after, words_of
from conformance.diagnosis.shells.prompts import prompt_of
from conformance.diagnosis.shells.windows import words_of_cmd, words_of_powershell
from conformance.diagnosis.shells.words import Word, with_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Shell = Literal["posix", "cmd", "powershell"]

_ASSIGNED = r"[A-Za-z_]\w{0,80}=(?:'[^'\n]{0,4000}'|\"[^\"\n]{0,4000}\"|[^\s'\"]{0,4000})"
_BEFORE = rf"(?:(?:sudo(?:\s+-\w+)*|time|env|command|exec|nohup|winpty|&|{_ASSIGNED})\s+)"
_PROGRAM = (
    r"(?P<program>curl(?:\.exe)?|wget(?:\.exe)?|https?(?!\s+[0-9]{3}\b)|xh"
    r"|Invoke-RestMethod|Invoke-WebRequest|irm|iwr)(?=[ \t]+\S)"
)
# `$ curl …` behind its prompt, `1. sudo curl …` of a list, `KEY=a curl …`
_AT_START = re.compile(
    rf"[ \t]{{0,20}}(?:[0-9]{{1,3}}[.)][ \t]+)?`{{0,3}}(?P<before>{_BEFORE}{{0,9}}){_PROGRAM}", re.IGNORECASE
)
# within a sentence: I ran `curl -H …`, (curl https://…)
_INSIDE = re.compile(
    r"(?:^|[\s`'\"(|;&:=])(?P<before>)(?P<program>curl(?:\.exe)?|Invoke-RestMethod|Invoke-WebRequest)"
    r"(?=[ \t]+(?:--?[A-Za-z]|[–—−][A-Za-z-]|\^?['\"“]?https?://|[\"'$]))",
    re.IGNORECASE,
)
# what no sentence has behind the name of a program: an option, an address, a quotation, a line that goes on
_ARGUMENTS = re.compile(
    r"\s(?:--?[A-Za-z]|[–—−])|://|\s[\"'“$]|\s(?:localhost|:[0-9])|[\\^`]\s*$|\s[\w-]{1,60}(?:\.[\w-]{1,60}){1,6}(?:[:/]|\s*$)"
)
_OF_EVERY_SHELL = ("curl", "curl.exe", "wget", "wget.exe", "http", "https", "xh")
_FOLLOWS = re.compile(r"\s*(?:-|[–—−]|\"|'|https?:|\^)")
_MORE = re.compile(r"^[ \t]{0,20}(?:>{1,2}|More\?|quote>|dquote>|bquote>)[ \t](?!\S*[ \t]*HTTP/)")
_OUTPUT = re.compile(r"^(?:[<*] |[{}] \[[0-9]|> [A-Z]{3,10} \S+ HTTP/|HTTP/[0-9.]+ [0-9]{3}|curl: \()")
_SESSION = re.compile(
    r"\$(?:env:|\{env:)|@\{|Invoke-(?:Rest|Web)|`[ \t]*$|^\s*(?:irm|iwr)\s", re.IGNORECASE | re.MULTILINE
)
_CARET = re.compile(r"\^[ \t]*$|\^\"", re.MULTILINE)
_PERCENT = re.compile(r"%[A-Za-z_]\w{0,80}%")
_HERE = re.compile(r"<<-?[ \t]{0,9}['\"]?(\w{1,40})")
_CONTINUATIONS = {"posix": "\\", "cmd": "^", "powershell": "`"}
_MOST_LINES = 1000  # of one command
_LONGEST_LINE = 65_536  # characters


class CommandLine(NamedTuple):
    """A command: its program, its words behind that, and the lines that it takes, counted from 1.

    `end` is the first line behind it; `document` is the text that it is given in its own lines.
    """

    program: str
    words: tuple[Word, ...]
    line: int
    end: int
    shell: Shell
    before: str = ""
    document: str = ""
    oddities: frozenset[str] = frozenset()

    def with_values(self, values: Mapping[str, str]) -> CommandLine:
        """The same command with the values of the variables that are known."""
        return self._replace(words=tuple(one._replace(text=with_values(one.text, values)) for one in self.words))


def command_lines(lines: Sequence[str]) -> Iterator[CommandLine]:
    """Every command in some lines that sends a request."""
    at = 0
    while at < len(lines):
        match = command_in(lines[at])
        if match is None:
            at += 1
            continue
        command = _command(lines, at, match)
        yield command
        at = command.end - 1


def command_in(line: str) -> re.Match[str] | None:
    """Where a command begins in a line, at the start or in a text; it has arguments that no prose has."""
    some = line[:_LONGEST_LINE]
    prompt = prompt_of(some)
    match = _AT_START.match(some, prompt.end if prompt else 0)
    is_error = match is not None and some.startswith(" : ", match.end("program"))  # as PowerShell prints one
    if match and not is_error and _ARGUMENTS.search(some, match.end("program")):
        return match
    return _INSIDE.search(some)


def is_at_start(match: re.Match[str]) -> bool:
    """Whether a command stands where a shell would take it from."""
    return match.re is _AT_START


def _command(lines: Sequence[str], at: int, match: re.Match[str]) -> CommandLine:
    shell = shell_of(lines, at, match)
    start = match.start("program")
    text, end, odd = _joined(lines, at, match.end("program"), shell)
    opening = match.string[max(start - 1, 0) : start]
    if opening in ("`", '"', "'") and match.re is _INSIDE and (closing := text.find(opening)) > 0 and shell == "posix":
        text = text[:closing]
    words = _WORDS[shell](text, at + 1)
    document = ""
    if shell == "posix" and (here := _HERE.search(text)):
        document, end = _document(lines, end, here[1])
    return CommandLine(
        match["program"].lower().removesuffix(".exe"),
        tuple(words),
        at + 1,
        end + 1,
        shell,
        match["before"] or match.string[:start],
        document,
        odd,
    )


_WORDS = {"posix": words_of, "cmd": words_of_cmd, "powershell": words_of_powershell}


def shell_of(lines: Sequence[str], at: int, match: re.Match[str]) -> Shell:
    """The shell that a command is written for: what its prompt says, or else its own way of writing."""
    prompt = prompt_of(match.string) if is_at_start(match) else None
    if prompt and prompt.shell and (prompt.shell != "posix" or match["program"].lower() in _OF_EVERY_SHELL):
        return prompt.shell
    if match["program"].lower() not in _OF_EVERY_SHELL:
        return "powershell"
    own = "\n".join(_own(lines, at))[match.start("program") :]
    if _CARET.search(own):
        return "cmd"
    if _SESSION.search(own):
        return "powershell"
    return "cmd" if _PERCENT.search(own.partition("\n")[0]) and "'" not in own else "posix"


def _own(lines: Sequence[str], at: int) -> Iterator[str]:
    """A line and those that it goes on in, whatever sign says so."""
    for line in lines[at : at + _MOST_LINES]:
        bare = line[:_LONGEST_LINE].rstrip()
        yield bare
        if not bare.endswith(("\\", "^", "`", "{")):
            return


def _joined(lines: Sequence[str], at: int, start: int, shell: Shell) -> tuple[str, int, frozenset[str]]:
    """A command's text with the lines that it goes on in, the index behind the last, and what is odd about them."""
    pieces = [_bare(lines[at])[start:]]
    quote, odd, end, kept = "", set(), at + 1, (1, at + 1)
    while end < len(lines) and end - at < _MOST_LINES:
        quote = _quote_after(pieces[-1], quote, shell)
        following = _bare(lines[end])
        if quote and (_OUTPUT.match(following) or command_in(following)):
            break
        if not quote:
            joint = _joint(pieces[-1], following, shell)
            if not joint:
                break
            if joint != "as usual":
                odd.add(joint)
                pieces[-1] = pieces[-1].rstrip().removesuffix("\\") + _CONTINUATIONS[shell]
            kept = (len(pieces) + 1, end + 1)
            following = _MORE.sub("", following)
        pieces.append(following)
        end += 1
    else:
        quote = _quote_after(pieces[-1], quote, shell)
    if quote:
        pieces, end = pieces[: kept[0]], kept[1]
        odd.add("open quotation")
    return "\n".join(pieces), end, frozenset(odd)


def _bare(line: str) -> str:
    return line[:_LONGEST_LINE].rstrip("\r\n")


def _quote_after(line: str, quote: str, shell: Shell) -> str:
    if shell == "posix":
        return quote_after(line, quote)
    if shell == "cmd":
        return ""
    for sign in re.findall(r"`.|['\"{}]", line):
        if sign in "'\"":
            quote = sign if not quote else "" if quote == sign else quote
        elif not quote.strip("{") and sign in "{}":
            quote = quote + "{" if sign == "{" else quote[1:]
    return quote


def _joint(line: str, following: str, shell: Shell) -> str:
    """How a line goes on in the next: `as usual`, in a way that this shell does not know, or not at all."""
    if shell == "posix" and is_continued(line):
        return "as usual"
    bare = line.rstrip()
    if shell != "posix" and bare.endswith(_CONTINUATIONS[shell]):
        return "as usual" if bare == line.rstrip("\r\n") else "space behind the last sign"
    if bare.endswith("\\") and _FOLLOWS.match(_MORE.sub("", following)):
        return "space behind the last sign" if shell == "posix" else "a backslash at the end"
    return ""


def _document(lines: Sequence[str], at: int, delimiter: str) -> tuple[str, int]:
    """The lines up to a delimiter, and the index behind it."""
    for end in range(at, min(len(lines), at + _MOST_LINES)):
        if lines[end].strip() == delimiter:
            return "".join(lines[at:end]), end + 1
    return "", at
