"""What a pasted session shows of a variable by printing it: its value, or that it has none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.evidence import Place, Setting
from conformance.diagnosis.shape.shape import shape_of
from conformance.diagnosis.shape.wrapping import unwrapped
from conformance.diagnosis.shells.prompts import prompt_of
from conformance.recognition import placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.diagnosis.reading import Reading
    from conformance.diagnosis.shells.prompts import Prompt

_SHELL = r"(?:ba|z|da|k|fi)?sh|powershell|pwsh|cmd"
# `ssh host`, `sudo -i`, `bash` alone, `kubectl exec -it pod -- sh`, `docker compose exec web sh`
_LEAVES = re.compile(
    rf"(?:ssh|su|exit|logout|wsl|tmux|screen|chroot|nsenter|vagrant[ ]ssh|(?:{_SHELL})(?=(?:\s+-\w+)*\s*$)"
    rf"|sudo\b[^\n]{{0,200}}?\s(?:-i|-s|--login|--shell|su|{_SHELL})"
    r"|(?:docker|podman)[ ]compose[ ](?:exec|run)"
    r"|(?:docker|podman|kubectl|oc)[ ](?:exec|run)\b[^\n]{0,200}?\s-(?:\w{0,5}[it]\w{0,5}|-interactive|-tty|-stdin)"
    r")(?=[\s=]|$)"
)
_SETS = r"\b(?:read|export|source|eval|setx?|declare|typeset|unset|direnv)\b|(?:^|[\s;&])\.[ \t]|\bNAME\s?="
# how each shell prints one variable; `line` is what prints an empty line for nothing
_PRINTS = {
    "posix": r"(?P<line>echo|printf ['\"]?%s['\"]?)[ \t]+(?P<quote>\"?)\$(?:\{NAME\}|NAME)(?P=quote)"
    r"|printenv[ \t]+NAME",
    "powershell": r"(?:(?:echo|write-(?:output|host))[ \t]+)?(?P<quote>\"?)\$(?:env:NAME|\{env:NAME\})(?P=quote)",
    "cmd": r"echo[ \t]+%NAME%",
}
_LISTS = re.compile(r"(?:env|printenv|set)\b[^;&]{0,100}", re.IGNORECASE)
# what people leave of a key before they show it
_ABRIDGED = re.compile(r"[<\[(*].*|.*x{3,}.*", re.IGNORECASE | re.DOTALL)
_CUT = {"id-cut", "id-only", "no-separator", "secret-missing", "secret-short", "secret-one-short", "no-prefix"}


class _Typed(NamedTuple):
    """What was typed at a prompt, in which line, and what stands below it up to the next prompt, if there is one."""

    prompt: Prompt
    line: int
    text: str
    printed: tuple[str, ...]
    is_last: bool


def settings_of_session(lines: Sequence[str], source: str, reading: Reading) -> tuple[Setting, ...]:
    """The API's variable as a session printed it last, where nothing sets it later.

    A session that goes from one shell, user or host to another says nothing: each has variables of its own.
    """
    name = reading.surface.variable
    typed = list(_typed(lines))
    if not name or _is_of_several_shells(typed):
        return ()
    sets = re.compile(_SETS.replace("NAME", re.escape(name)))
    found: tuple[str, int] | None = None
    for one in typed:
        shown = _shown(one, name)
        if shown or sets.search(one.text):
            found = shown
    if found is None or is_abridged(found[0], reading):
        return ()
    value, number = found
    place = Place(source, f"line {number}")
    return (Setting(place, "process", name, reading.credential(value, place, "variable", name) if value else None),)


def is_abridged(value: str, reading: Reading) -> bool:
    """Whether somebody left only a part of a value before others were to see it."""
    key_format = reading.surface.key_format
    if key_format.holds(unwrapped(value)[0]):
        return False  # though it may have what looks like a mask
    facts = {fact.name for fact in shape_of(value, key_format).facts} if value else set()
    return _ABRIDGED.fullmatch(value) is not None or placeholders.is_masked(value) or not facts.isdisjoint(_CUT)


def _typed(lines: Sequence[str]) -> Iterator[_Typed]:
    starts = [(at, prompt) for at, line in enumerate(lines) if (prompt := prompt_of(line)) and prompt.shell]
    ends = [*(at for at, _ in starts[1:]), len(lines)]
    for (at, prompt), end in zip(starts, ends, strict=False):
        yield _Typed(prompt, at + 1, lines[at][prompt.end :].strip(), tuple(lines[at + 1 : end]), end == len(lines))


def _is_of_several_shells(typed: Sequence[_Typed]) -> bool:
    shells = {(one.prompt.shell, one.prompt.account) for one in typed}
    return len(shells) > 1 or any(_LEAVES.match(one.text) for one in typed)


def _shown(one: _Typed, name: str) -> tuple[str, int] | None:
    """What a command printed of a variable, and in which line; an empty text where it has no value."""
    written = re.escape(name)
    some = [(line.rstrip(), at) for at, line in enumerate(one.printed, start=one.line + 1) if line.strip()]
    alone = re.fullmatch(_PRINTS[one.prompt.shell].replace("NAME", written), one.text, re.IGNORECASE)
    if alone and some:
        value, at = some[0][0].strip(), some[0][1]
        return ("" if value == f"%{name}%" else value, at)  # as cmd prints it where it is not set
    if alone:
        is_seen = not one.is_last and (bool(one.printed) or not alone.groupdict().get("line"))
        return ("", one.line) if is_seen else None
    if _LISTS.fullmatch(one.text):
        pairs = ((line.partition("="), at) for line, at in some)
        return next(((value, at) for (key, _, value), at in pairs if key == name), None)
    return None
