"""What a pasted session shows of a variable by printing it: that it is not set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.shells.prompts import prompt_of, typed_in

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHELL = r"(?:ba|z|da|k|fi)?sh"
_LEAVES = re.compile(
    rf"(?:ssh|su|exit|logout|wsl|tmux|screen|chroot|nsenter|vagrant[ ]ssh|{_SHELL}(?=(?:\s+-\w+)*\s*$)"
    rf"|sudo\b[^\n]{{0,200}}?\s(?:-i|-s|--login|--shell|su|{_SHELL})"
    r"|(?:docker|podman)(?:[ ]compose)?[ ](?:exec|run)|(?:kubectl|oc)[ ]exec)(?=\s|$)"
)
_SETS = r"\b(?:read|export|source|eval|set|declare|typeset|unset|direnv)\b|(?:^|[\s;&])\.[ \t]"


def line_of_unset(lines: Sequence[str], name: str) -> int:
    """The line that prints a variable, where nothing comes out and nothing sets it later; 0 where there is none.

    A session that goes from one shell, user or host to another says nothing: each has variables of its own.
    """
    if _is_of_several_shells(lines):
        return 0
    written = re.escape(name)
    prints = re.compile(
        rf"(?:echo|printf ['\"]?%s['\"]?)[ \t]+(?P<quote>\"?)\$(?:\{{{written}\}}|{written})(?P=quote)\s*$"
        rf"|(?P<silent>printenv)[ \t]+{written}\s*$"
    )
    sets = re.compile(rf"{_SETS}|\b{written}=")
    found = 0
    for number, line in enumerate(lines, start=1):
        prompt = prompt_of(line)
        match = prints.match(typed_in(line)) if prompt and prompt.shell == "posix" else None
        if match:
            found = number if _prints_nothing(lines, number, is_silent=bool(match["silent"])) else 0
        elif found and sets.search(line):
            found = 0
    return found


def _is_of_several_shells(lines: Sequence[str]) -> bool:
    typed = [(prompt, line) for line in lines if (prompt := prompt_of(line)) and prompt.shell]
    shown = {(prompt.shell, prompt.account) for prompt, _ in typed}
    return len(shown) > 1 or any(_LEAVES.match(typed_in(line)) for _, line in typed)


def _prints_nothing(lines: Sequence[str], at: int, *, is_silent: bool) -> bool:
    """Whether the prompt follows, behind an empty line where the command prints one."""
    end = at
    while end < len(lines) and not lines[end].strip():
        end += 1
    prompt = prompt_of(lines[end]) if end < len(lines) else None
    return (end > at or is_silent) and prompt is not None and bool(prompt.shell)
