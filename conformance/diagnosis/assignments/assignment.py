"""A variable that a text sets."""

from __future__ import annotations

from typing import Literal, NamedTuple

NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,100}"

Reach = Literal["programs", "shell", "command"]
When = Literal["always", "on condition", "on call"]


class Assignment(NamedTuple):
    """A variable, its value as its consumer has it, and the line that sets it.

    `reach` is who gets it: programs that are started later, the shell alone, or one command. `is_computed` is whether
    only a run tells the value, which stands as it is written then; `is_refused` whether the consumer cannot read the
    line; `when` whether it is set only where a condition holds, or where a function is called.
    """

    name: str
    value: str
    line: int
    quoted: bool = False
    reach: Reach = "programs"
    is_computed: bool = False
    is_refused: bool = False
    when: When = "always"
