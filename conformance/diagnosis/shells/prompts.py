"""What shells write before what is typed."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

# `PS C:\>`, `C:\Users\me>`, `(venv) me@host:~$`, `[me@host ~]$`, `➜  app git:(main) ✗`, `bash-5.2$`, `$`, `>`
_PROMPT = re.compile(
    r"[ \t]{0,20}(?:(?P<powershell>PS(?: [^>\n]{0,200})?>+)|(?P<cmd>[A-Za-z]:\\[^>\n]{0,200}>)"
    r"|(?P<posix>(?:\([^)\n]{1,40}\) ?)?(?:"
    r"\[?(?P<account>[\w.-]{1,40}@[\w.-]{1,60})[^$#%>\n]{0,160}[$#%>]"
    r"|➜[ \t]+(?:~\S{0,200}|\S{1,200}[ \t]+git:\([^)\n]{1,100}\))(?:[ \t]✗)?"
    r"|%(?![ \t]+Total)|[$❯➜λ»]|\w{0,3}sh-[0-9.]{1,9}[$#])(?=[\s`]|\Z))"
    r"|(?:>[ \t]?){0,4}>(?=[ \t`]))"
)


class Prompt(NamedTuple):
    """A prompt: the shell that it shows, who types where, as far as it says so, and where the typed text begins.

    A `>` alone shows no shell: it also stands before what somebody quotes.
    """

    shell: Literal["posix", "cmd", "powershell", ""]
    account: str
    end: int


def prompt_of(line: str) -> Prompt | None:
    """The prompt that a line begins with."""
    match = _PROMPT.match(line)
    if match is None:
        return None
    if not match["powershell"] and not match["cmd"] and not match["posix"]:
        match = _PROMPT.match(line, match.end()) or match  # of what somebody quotes
    shell: Literal["posix", "cmd", "powershell", ""] = (
        "powershell" if match["powershell"] else "cmd" if match["cmd"] else "posix" if match["posix"] else ""
    )
    return Prompt(shell, match["account"] or "", match.end())


def typed_in(line: str) -> str:
    """The line without a prompt before it."""
    prompt = prompt_of(line)
    return line[prompt.end :].lstrip(" \t") if prompt else line.lstrip(" \t")
