"""What the machine shows by itself: sources, winners, the form of the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.clients.model import listed
from conformance.diagnosis.evidence import Place, Setting
from conformance.diagnosis.shape.shape import shape_of
from conformance.doctoring.meaning import is_alike
from conformance.doctoring.naming import HOLDERS
from conformance.doctoring.netrc_files import check_netrc
from conformance.doctoring.sources import PROCESS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.check import Status
    from conformance.doctoring.holding import Holding
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.places import Places
    from conformance.doctoring.seen import Seen
    from conformance.doctoring.winners import Winner

_EVENT = "GITHUB_EVENT_NAME"  # which tells of runs that get no secrets


def check_places(found: Places, machine: Machine, seen: Seen) -> None:
    """Rows for every place that holds something, and for every client; facts for stores that disagree."""
    for one in found.holdings:
        if one.state != "absent":
            seen.check("source", _status(one), _says(one), str(one.place))
    if found.process is None:
        seen.check("source", "fail", f"{found.variable} is not set", PROCESS)
        _note_start_up_files(found, seen)
    for won in found.winners:
        _note_facts(won, machine, seen)
    _check_winners(found.winners, seen)
    check_netrc(found.netrcs, seen)


def _note_start_up_files(found: Places, seen: Seen) -> None:
    """Files that some session or login reads; whether a new terminal does is not known."""
    for one in found.holdings:
        if one.kind == "shell file" and one.state == "key" and not one.note and not one.is_read:
            says = f"{one.place} sets the key{_when(one)}, and this process does not have it"
            seen.fact("key-in-start-up-file", says, one.place)


def _status(one: Holding) -> Status:
    if one.state == "unreadable":
        return "unknown"
    return "warn" if one.state in ("nothing", "computed") or one.note else "ok"


def _says(one: Holding) -> str:
    what = {
        "nothing": "it is set to nothing",
        "computed": "it is set to something",
        "unreadable": "it cannot be told whether it has a key",
    }.get(one.state) or f"{one.credential.key.shown if one.credential else ''}"
    return f"{what} ({one.note})" if one.note else f"{what}{_when(one)}"


def _when(one: Holding) -> str:
    return " where a condition holds" if "conditional" in one.marks else ""


def _check_winners(winners: Collection[Winner], seen: Seen) -> None:
    """One row for all clients that find the same for the same reason."""
    alike: dict[tuple[Status, str], list[str]] = {}
    for won in winners:
        alike.setdefault((_status_of(won), won.why), []).append(won.client.title)
    for (status, why), titles in alike.items():
        seen.check("client", status, why, listed(titles, len(winners)))


def _status_of(won: Winner) -> Status:
    if won.holding is None:
        return "unknown" if won.unread else "fail"
    return "warn" if won.is_opposed or won.unread else "ok"


def _note_facts(won: Winner, machine: Machine, seen: Seen) -> None:
    client = won.client
    unread = next((one for one in won.unread if one.kind == "keyring"), None)
    if won.holding is None and unread and machine.has_program(client.program):
        says = f"{client.title}: no place has a key but perhaps the keyring: {unread.note}"
        seen.fact("keyring-unreadable", says, unread.place)
    stopping = next((one for one in won.unread if one.is_stopping), None)
    if stopping and machine.has_program(client.program):
        seen.fact("file-stops-client", f"{client.title}: {stopping.note}", stopping.place)
    if won.hidden and won.hidden_by:
        by = won.hidden_by
        says = f"{client.title}: {by.place} is set to nothing, and hides the key of {won.hidden[0].place}"
        name = "nothing-hides-file" if by.kind == "variable" else "nothing-hides-key"
        if not any(one.name == name and one.place == by.place for one in seen.facts):  # one client stands for all
            seen.fact(name, says, by.place)


def check_format(found: Places, reading: Reading, seen: Seen) -> None:
    """The row on the form of the key that is used."""
    own = found.own
    if own is None or own.credential is None:
        seen.check("format", "skipped", "there is no key to look at")
        return
    shape = shape_of(own.credential.key.reveal(), reading.surface.key_format)
    if shape.well_formed:
        seen.check("format", "ok", f"{shape.shown} has the documented form", str(own.place))
        return
    wrong = "; ".join(fact.says for fact in shape.facts if fact.name not in ("secret-length", "last-character"))
    seen.check("format", "fail", f"{shape.shown}: {wrong}", str(own.place))


def settings(found: Places, machine: Machine, reading: Reading) -> Iterator[Setting]:
    """The variables as evidence: this process's, the nearest `.env` file's, and those of shells that are handed on."""
    process = found.process
    place = process.place if process else Place(PROCESS, found.variable)
    if not found.only_stored:
        yield Setting(place, "process", found.variable, process.credential if process else None)
    elif found.own:
        yield Setting(found.own.place, "client", found.own.name, found.own.credential)
    for name in (reading.surface.base_url_variable, _EVENT):
        if value := machine.environment.get(name):
            yield Setting(Place(PROCESS, name), "process", name, value=reading.hidden(value))
    nearest = found.nearest
    shells = [one for one in found.holdings if one.kind == "shell file" and one.is_read]
    if process and process.state == "key":  # which is meant, and which the API knows, the machine does not show
        nearest = nearest if nearest and is_alike(nearest, process) else None
        shells = []
    wide = next((one for one in found.holdings if one.kind == "dotenv" and "utf-16" in one.marks), None)
    if wide:
        yield Setting(wide.place, "file", found.variable, marks=wide.marks | {"refers"})
    for one in [*([nearest] if nearest else []), *shells]:
        yield Setting(one.place, HOLDERS[one.kind], found.variable, one.credential, marks=one.marks)
