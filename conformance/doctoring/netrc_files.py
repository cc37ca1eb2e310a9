"""The entries of `.netrc` files for the API, which some clients turn into a header of their own."""

from __future__ import annotations

import netrc
import os.path
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.diagnosis.clients.model import Netrc
from conformance.diagnosis.evidence import Place
from conformance.doctoring.holding import Holding
from conformance.doctoring.machine import contents

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.diagnosis.clients.model import Clients
    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.seen import Seen

_UNKNOWN = Netrc(sends="it")


@dataclass(frozen=True)
class NetrcEntry:
    """An entry for the API, or a file that cannot be read, and what the clients that read it do with it."""

    holding: Holding
    told: tuple[str, ...]
    is_sent_unasked: bool

    @property
    def is_of_host(self) -> bool:
        """Whether it names the very host."""
        return self.holding.state == "key" and self.holding.name != "default"


def netrc_entries(machine: Machine, clients: Clients, host: str, reading: Reading) -> tuple[NetrcEntry, ...]:
    """Every entry that a client would find, once; that of the usual file where no client is known to read any."""
    readers = [(f"{one.title} sends", one.netrc) for one in clients.clients if one.netrc] or [
        ("clients may send", _UNKNOWN)
    ]
    found: dict[Place, list[tuple[Holding, str, Netrc]]] = {}
    for who, kept in readers:
        path = _path(machine, kept)
        held = _of_file(path, machine.shown(path), host, reading) if path else None
        if held:
            found.setdefault(held.place, []).append((held, who, kept))
    return tuple(
        NetrcEntry(
            of_place[0][0],
            tuple(f"{who} {kept.sends}{f' when {kept.when}' if kept.when else ''}" for _, who, kept in of_place),
            any(not kept.when for _, _, kept in of_place),
        )
        for of_place in found.values()
    )


def check_netrc(entries: tuple[NetrcEntry, ...], seen: Seen) -> None:
    """Rows for the entries; a fact for one that a client sends by itself."""
    if not entries:
        seen.check("netrc", "ok", "it has no entry for the API")
    for one in entries:
        held = one.holding
        if held.state == "unreadable":
            seen.check("netrc", "unknown", held.note, str(held.place))
            continue
        seen.check("netrc", "warn", "; ".join(one.told), str(held.place))
        if one.is_of_host and one.is_sent_unasked:
            seen.fact("netrc-has-host", f"it has an entry for {held.name}, which some clients send", held.place)


def _path(machine: Machine, kept: Netrc) -> Path | None:
    """The file that a client reads: the one that its variable names, else the first that is there."""
    if kept.moved_by in machine.environment:
        named = machine.environment[kept.moved_by]
        return machine.path(named) if named else None
    return next((path for path in map(machine.path, kept.files) if os.path.exists(path)), None)  # noqa: PTH110 - Path's raises where a folder is closed


def _of_file(path: Path, shown: str, host: str, reading: Reading) -> Holding | None:
    place = Place(shown)
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
        return Holding("netrc", Place(shown, f"machine {host}"), host, "key")
    if "default" in entries.hosts:
        return Holding("netrc", Place(shown, "default"), "default", "key")
    return None
