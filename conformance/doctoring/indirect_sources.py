"""Sources that others hand on to clients: start-up files of shells, files for docker, `.netrc`."""

from __future__ import annotations

import netrc
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from conformance.diagnosis.evidence import Place
from conformance.doctoring.assignments import NOT_UTF_8, REFERS, decoded, of_docker, of_dotenv
from conformance.doctoring.holding import Holding
from conformance.doctoring.machine import contents
from conformance.doctoring.scripts import of_shell
from conformance.doctoring.startup import START_UP_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.assignments import Assignment
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.startup import StartUpFile

FileKind = Literal["shell file", "docker file", "dotenv"]
_UNEXPORTED = "without export, so programs do not get it"
_DOCKER_FILES = ("*.env", ".env.*", "env.list")
_NO_FILES = (".example", ".sample", ".template", ".dist")
_MOST_FILES = 50


def of_start_up_files(machine: Machine, name: str, reading: Reading) -> Iterator[Holding]:
    """What start-up files of shells and sessions set a variable to, and keys under other names."""
    for file in START_UP_FILES:
        for path in machine.matching(file.path_with(machine.environment)):
            for held in _of_file(path, name, "shell file", machine, reading):
                yield _in_reach(held, file, machine)


def _in_reach(held: Holding, file: StartUpFile, machine: Machine) -> Holding:
    """The same, with what is known of whether the shell of this machine reads it."""
    if file.is_plain:
        held = replace(held, note=held.note.replace(_UNEXPORTED, ""))
    if held.state != "key" or held.note:
        return held
    shell = machine.shell
    if shell and file.shells and shell not in file.shells:
        note = f"read by {' and '.join(file.shells)}, and the shell here is {shell}"
        return replace(held, note=note)
    is_read = file.is_of_terminals and shell in file.shells and machine.has_terminal
    return replace(held, is_read=is_read)


def of_dotenv_above(machine: Machine, name: str, reading: Reading) -> Iterator[Holding]:
    """What `.env` files of the working directory and of those above it set a variable to, the nearest first.

    Keys under other names are among it.
    """
    for directory in machine.above():
        yield from _of_file(directory / ".env", name, "dotenv", machine, reading)


def of_docker_files(machine: Machine, name: str, reading: Reading) -> Iterator[Holding]:
    """What files of the working directory set a variable to that are handed to docker."""
    paths = {path for pattern in _DOCKER_FILES for path in machine.directory.glob(pattern)}
    wanted = [path for path in sorted(paths) if path.name != ".env" and not path.name.endswith(_NO_FILES)]
    for path in wanted[:_MOST_FILES]:
        yield from _of_file(path, name, "docker file", machine, reading)


def _of_file(path: Path, name: str, kind: FileKind, machine: Machine, reading: Reading) -> Iterator[Holding]:
    place = Place(machine.shown(path))
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
    found = list(_read(kind, written.text, name, begins))
    if kind != "shell file":  # in which a condition may stand between two that set the same
        found = list({one.name: one for one in found}.values())
    for one in found:
        if one.name == name or one.value.lstrip("'\" ").startswith(begins):
            yield _of_assignment(one, kind, place.source, written.marks, reading)


def _read(kind: FileKind, text: str, name: str, begins: tuple[str, ...]) -> Iterator[Assignment]:
    if kind == "dotenv":
        return of_dotenv(text, name.lower(), *map(str.lower, begins))
    return of_shell(text) if kind == "shell file" else of_docker(text)


def _of_assignment(one: Assignment, kind: FileKind, file: str, marks: frozenset[str], reading: Reading) -> Holding:
    place = Place(file, f"line {one.line}")
    if one.is_computed:
        note = REFERS if kind == "dotenv" else "a command or another variable makes it; only a shell can tell"
        return Holding(kind, place, one.name, "computed", note=note)
    note = "" if one.is_exported else _UNEXPORTED
    if kind == "dotenv" and "not-utf-8" in marks:
        note = NOT_UTF_8
    if not one.value.strip():
        return Holding(kind, place, one.name, "nothing", note=note)
    credential = reading.credential(one.value, place, "variable", one.name)
    if kind == "docker file" and one.value.strip()[:1] in ("'", '"'):
        note = "docker run --env-file keeps the quotes around it"
    return Holding(kind, place, one.name, "key", credential, note, marks)


def of_netrc(machine: Machine, host: str, reading: Reading) -> Holding | None:
    """The entry of a `.netrc` file for a host, which some clients turn into a header of their own."""
    path = machine.path(machine.environment.get("NETRC") or "~/.netrc")
    place = Place(machine.shown(path))
    try:
        if contents(path) is None:
            return None
        entries = netrc.netrc(str(path))
    except OSError as error:
        return Holding("netrc", place, host, "unreadable", note=f"cannot be read: {error.strerror}")
    except (netrc.NetrcParseError, UnicodeDecodeError):
        return Holding("netrc", place, host, "unreadable", note="it is not written as such files are")
    reading.scrubber.learn_all(password for _, _, password in entries.hosts.values() if password)
    if host in entries.hosts:
        return Holding("netrc", Place(place.source, f"machine {host}"), host, "key")
    if "default" in entries.hosts:
        return Holding("netrc", Place(place.source, "default"), "default", "key")
    return None
