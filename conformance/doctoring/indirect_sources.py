"""Sources that others hand on to clients: start-up files of shells, files for docker."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from conformance.diagnosis.assignments.docker import of_docker
from conformance.diagnosis.assignments.dotenv import of_dotenv
from conformance.diagnosis.assignments.fish import of_shared_variables
from conformance.diagnosis.assignments.scripts import of_script, sourced_by
from conformance.diagnosis.assignments.systemd import of_environment_file
from conformance.diagnosis.evidence import Place
from conformance.doctoring.holding import REFERS, UNPARSED, Holding
from conformance.doctoring.machine import contents
from conformance.doctoring.startup import START_UP_FILES
from conformance.doctoring.written import NOT_UTF_8, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.diagnosis.assignments.assignment import Assignment
    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.startup import StartUpFile
    from conformance.doctoring.startup import Written as StartUpWritten

FileKind = Literal["shell file", "docker file", "dotenv"]
_UNEXPORTED = "without export, so programs do not get it"
_ON_CALL = "only where a function is called"
_COMPUTED = "a command or another variable makes it; only a shell can tell"
_DOCKER_FILES = ("*.env", ".env.*", "env.list")
_NO_FILES = (".example", ".sample", ".template", ".dist")
_MOST_FILES = 50
_MOST_SOURCED = 20  # within one start-up file
_VARIABLE = re.compile(r"\$\{(\w{1,100})\}")


def of_start_up_files(machine: Machine, name: str, reading: Reading) -> Iterator[Holding]:
    """What start-up files of shells and sessions set a variable to, and keys under other names."""
    for file in START_UP_FILES:
        for start in machine.matching(file.path_with(machine.environment)):
            for path, is_always in _with_sourced(start, machine) if file.written == "script" else [(start, True)]:
                for held in _of_file(path, name, _START_UP[file.written], machine, reading):
                    marks = held.marks if is_always else held.marks | {"conditional"}
                    yield _in_reach(replace(held, marks=marks), file, machine)


def _with_sourced(start: Path, machine: Machine) -> Iterator[tuple[Path, bool]]:
    """A script and those that it reads within itself, each with whether it is read whatever holds."""
    seen, left = {start}, [(start, True)]
    while left and len(seen) <= _MOST_SOURCED:
        path, is_always = left.pop(0)
        yield path, is_always
        for written_path, when in sourced_by(_text(path)):
            named = _VARIABLE.sub(lambda one: machine.environment.get(one[1], one[0]), written_path)
            found = machine.path(named)
            if named.startswith(("~/", "/")) and found not in seen and when != "on call":
                seen.add(found)
                left.append((found, is_always and when == "always"))


def _text(path: Path) -> str:
    try:
        return decoded(contents(path) or b"").text
    except OSError:  # as its row says
        return ""


def _in_reach(held: Holding, file: StartUpFile, machine: Machine) -> Holding:
    """The same, with what is known of whether the shell of this machine reads it."""
    if held.state != "key" or held.note:
        return held
    shell = machine.shell
    if shell and file.shells and shell not in file.shells:
        note = f"read by {' and '.join(file.shells)}, and the shell here is {shell}"
        return replace(held, note=note)
    is_read = "conditional" not in held.marks and file.is_of_terminals and shell in file.shells and machine.has_terminal
    return replace(held, is_read=is_read)


def of_dotenv_above(machine: Machine, name: str, reading: Reading) -> Iterator[Holding]:
    """What `.env` files of the working directory and of those above it set a variable to, the nearest first.

    Keys under other names are among it.
    """
    for directory in machine.above():
        yield from _of_file(directory / ".env", name, _DOTENV, machine, reading)


def of_docker_files(machine: Machine, name: str, reading: Reading) -> Iterator[Holding]:
    """What files of the working directory set a variable to that are handed to docker."""
    paths = {path for pattern in _DOCKER_FILES for path in machine.directory.glob(pattern)}
    wanted = [path for path in sorted(paths) if path.name != ".env" and not path.name.endswith(_NO_FILES)]
    for path in wanted[:_MOST_FILES]:
        yield from _of_file(path, name, _DOCKER, machine, reading)


@dataclass(frozen=True)
class _Notation:
    """What a file is for, and how its text is read."""

    kind: FileKind
    read: Callable[[str], Iterator[Assignment]]


_SCRIPT = _Notation("shell file", of_script)
_START_UP: dict[StartUpWritten, _Notation] = {
    "script": _SCRIPT,
    "variables": _Notation("shell file", of_environment_file),
    "fish variables": _Notation("shell file", of_shared_variables),
}
_DOTENV = _Notation("dotenv", of_dotenv)
_DOCKER = _Notation("docker file", lambda text: of_docker([line.removesuffix("\r") for line in text.split("\n")]))


def _of_file(path: Path, name: str, notation: _Notation, machine: Machine, reading: Reading) -> Iterator[Holding]:
    place, kind = Place(machine.shown(path)), notation.kind
    try:
        data = contents(path)
    except OSError as error:
        yield Holding(kind, place, name, "unreadable", note=f"cannot be read: {error.strerror}")
        return
    if data is None:
        return
    written = decoded(data)
    if written.problem:
        if kind == "dotenv":
            yield Holding(kind, place, name, "unreadable", note=written.problem, marks=written.marks_of(name))
        return
    begins = reading.surface.key_format.prefixes
    found = [one for one in notation.read(written.text) if one.reach != "command"]
    if notation is _SCRIPT:
        found = _left(found)
    else:
        found = list({one.name: one for one in sorted(found, key=lambda one: not one.is_refused)}.values())
    for one in found:
        if one.name == name or one.value.lstrip("'\" ").startswith(begins):
            yield _of_assignment(one, kind, place.source, written.marks, reading)


def _left(found: list[Assignment]) -> list[Assignment]:
    """What a script leaves in the end: nothing of what it sets again, whatever holds, to a value that can be read."""
    last = {one.name: at for at, one in enumerate(found) if one.when == "always" and not one.is_computed}
    return [one for at, one in enumerate(found) if at >= last.get(one.name, at) or one.when == "on call"]


def _of_assignment(one: Assignment, kind: FileKind, file: str, marks: frozenset[str], reading: Reading) -> Holding:
    place = Place(file, f"line {one.line}")
    if one.is_refused:
        return Holding(kind, place, one.name, "unreadable", note=UNPARSED)
    if one.is_computed:
        return Holding(kind, place, one.name, "computed", note=REFERS if kind == "dotenv" else _COMPUTED)
    note = _ON_CALL if one.when == "on call" else _UNEXPORTED if one.reach == "shell" else ""
    if kind == "dotenv" and "not-utf-8" in marks:
        note = NOT_UTF_8
    if not one.value.strip():
        return Holding(kind, place, one.name, "nothing", note=note)
    credential = reading.credential(one.value, place, "variable", one.name)
    if kind == "docker file" and one.value.strip()[:1] in ("'", '"'):
        note = "docker run --env-file keeps the quotes around it"
    marks |= {"conditional"} if one.when == "on condition" else frozenset()
    return Holding(kind, place, one.name, "key", credential, note, marks)
