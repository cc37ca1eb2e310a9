"""The sources that clients read, looked up on a machine: variables, `.env` files, YAML files, the keyring."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conformance.diagnosis.assignments.dotenv import of_dotenv
from conformance.diagnosis.clients.model import PROFILE, KeySource
from conformance.diagnosis.evidence import Place
from conformance.doctoring.holding import REFERS, UNPARSED, Holding
from conformance.doctoring.keychain import kept
from conformance.doctoring.machine import contents
from conformance.doctoring.written import NOT_UTF_8, decoded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conformance.diagnosis.assignments.assignment import Assignment
    from conformance.diagnosis.clients.model import Client
    from conformance.diagnosis.evidence import Credential
    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.machine import Machine

PROCESS = "this process"


@dataclass
class Sources:
    """Looks sources up, each once; `keyring_seconds` is how long the keyring may take."""

    machine: Machine
    reading: Reading
    keyring_seconds: float
    seen: dict[tuple[object, ...], Holding] = field(default_factory=dict)

    def holding(self, source: KeySource, client: Client) -> Holding | None:
        """What a source of a client holds; `None` for an argument, which nobody sees from outside."""
        if source.kind == "argument":
            return None
        told = self.setting(client, client.profile_variable)
        profile = told[0] if told else "default"
        names = tuple(part.replace(PROFILE, profile) for part in (*source.field, source.service, source.user))
        mark = (source.kind, source.name, source.file, source.within, source.any_case, *names)
        if mark not in self.seen:
            self.seen[mark] = self._look_up(source, client, names)
        return self.seen[mark]

    def setting(self, client: Client, name: str) -> tuple[str, Place] | None:
        """What a variable that is no key is set to where a client reads its variables, and the place that wins."""
        found = (self._set_in(source, name) for source in client.reads if name and not source.when)
        return next((one for one in found if one is not None), None)

    def variable(self, name: str) -> None:
        """Look up a variable of this process, whoever reads it."""
        held = self._variable(KeySource(kind="variable", name=name))
        self.seen["variable", name] = held

    def _look_up(self, source: KeySource, client: Client, names: tuple[str, ...]) -> Holding:
        if source.kind == "variable":
            return self._variable(source)
        if source.kind == "dotenv":
            return self._dotenv(source)
        if source.kind == "yaml":
            return self._yaml(source, names[:-2])
        return self._keyring(names[-2], names[-1], client.program)

    def _set_in(self, source: KeySource, name: str) -> tuple[str, Place] | None:
        environment = self.machine.environment
        if source.kind == "variable":
            found = _name_in(environment, name, any_case=source.any_case)
            return (environment[found], Place(PROCESS, found)) if found else None
        path = self._nearest(source) if source.kind == "dotenv" else None
        try:
            data = contents(path) if path else None
        except OSError:
            return None
        written = decoded(data or b"")
        one = None if written.problem else _assigned(written.text, name, any_case=source.any_case)
        if path is None or one is None or one.is_refused or one.is_computed:
            return None
        return one.value, Place(self.machine.shown(path), f"line {one.line}")

    def _variable(self, source: KeySource) -> Holding:
        environment = self.machine.environment
        name = _name_in(environment, source.name, any_case=source.any_case)
        place = Place(PROCESS, name or source.name)
        if not name:
            return Holding("variable", place, source.name, "absent")
        return self._held("variable", place, name, environment[name])

    def _nearest(self, source: KeySource) -> Path | None:
        """The file that a client reads; a folder of its name and a link to nothing are passed over, as clients do."""
        directories = self.machine.above() if source.within == "parents" else (self.machine.directory,)
        paths = (directory / source.file for directory in directories)
        return next((path for path in paths if not _is_passed_over(path)), None)

    def _dotenv(self, source: KeySource) -> Holding:
        path = self._nearest(source)
        place = Place(self.machine.shown(path or self.machine.directory / source.file))
        try:
            data = contents(path) if path else None
        except OSError as error:
            return Holding("dotenv", place, source.name, "unreadable", note=f"cannot be read: {error.strerror}")
        if path is None or data is None:
            return Holding("dotenv", place, source.name, "absent")
        return self._in_dotenv(path, data, source)

    def _in_dotenv(self, path: Path, data: bytes, source: KeySource) -> Holding:
        written, shown = decoded(data), self.machine.shown(path)
        note = NOT_UTF_8 if "not-utf-8" in written.marks else ""
        if written.problem:
            marks = written.marks_of(source.name) | (written.marks & {"not-utf-8"})
            return Holding("dotenv", Place(shown), source.name, "unreadable", note=written.problem, marks=marks)
        found = _assigned(written.text, source.name, any_case=source.any_case)
        if found is None:
            return Holding("dotenv", Place(shown), source.name, "absent", note=note, marks=written.marks)
        place = Place(shown, f"line {found.line}")
        if found.is_refused:
            return Holding("dotenv", place, found.name, "unreadable", note=UNPARSED)
        if found.is_computed:
            return Holding("dotenv", place, found.name, "computed", note=REFERS)
        held = self._held("dotenv", place, found.name, found.value, written.marks)
        return replace(held, note=note)

    def _yaml(self, source: KeySource, field_names: tuple[str, ...]) -> Holding:
        import yaml

        path, dotted = self.machine.path(source.file), ".".join(field_names)
        place = Place(self.machine.shown(path), dotted)
        try:
            data = contents(path)
            value: Any = yaml.safe_load(data) if data is not None else None
        except OSError as error:
            return Holding("yaml", place, dotted, "unreadable", note=f"cannot be read: {error.strerror}")
        except (yaml.YAMLError, ValueError, RecursionError):
            return Holding("yaml", place, dotted, "unreadable", note="it is no YAML, so the client passes it over")
        for name in field_names:
            if not isinstance(value, dict) or name not in value:
                return Holding("yaml", place, dotted, "absent")
            value = value[name]
        if not isinstance(value, str | int | float | None):
            return Holding("yaml", place, dotted, "unreadable", note="it is no text, as a key is one")
        return self._held("yaml", place, dotted, "" if value is None else str(value))

    def _keyring(self, service: str, user: str, program: str) -> Holding:
        found = kept(service, user, program, self.machine.environment, self.keyring_seconds)
        place = Place("the keyring", f"{service}, {user}")
        if found.problem:
            return Holding("keyring", place, user, "unreadable", note=found.problem)
        if found.value is None:
            return Holding("keyring", place, user, "absent")
        return self._held("keyring", place, user, found.value)

    def _held(self, kind: Any, place: Place, name: str, value: str, marks: frozenset[str] = frozenset()) -> Holding:
        if not value.strip():
            return Holding(kind, place, name, "nothing", marks=marks)
        credential: Credential = self.reading.credential(value, place, "variable", name)
        return Holding(kind, place, name, "key", credential, marks=marks)


def _name_in(environment: Mapping[str, str], name: str, *, any_case: bool) -> str:
    """The variable that a client reads for one of a name; "" where there is none."""
    alike = [one for one in sorted(environment) if one.lower() == name.lower()] if any_case else []
    return next((one for one in (name, *alike) if one in environment), "")


def _is_passed_over(path: Path) -> bool:
    """Whether loaders look further: there is nothing, a folder, or a link to nothing."""
    try:
        return not path.exists() or path.is_dir()
    except OSError:  # it may be there, and nobody can tell
        return False


def _assigned(text: str, name: str, *, any_case: bool) -> Assignment | None:
    """The assignment to a variable that counts: the last one that can be read."""
    meant = [one for one in of_dotenv(text) if one.name == name or (any_case and one.name.lower() == name.lower())]
    return next((one for one in reversed(meant) if not one.is_refused), meant[0] if meant else None)
