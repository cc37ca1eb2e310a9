"""Every place of a machine that a key can come from, and who takes which."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from conformance.doctoring.addresses import addresses
from conformance.doctoring.holding import STORES
from conformance.doctoring.indirect_sources import of_docker_files, of_dotenv_above, of_start_up_files
from conformance.doctoring.netrc_files import netrc_entries
from conformance.doctoring.sources import PROCESS, Sources
from conformance.doctoring.winners import winner

if TYPE_CHECKING:
    from conformance.diagnosis.clients.model import Clients
    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.addresses import Address
    from conformance.doctoring.holding import Holding
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.netrc_files import NetrcEntry
    from conformance.doctoring.winners import Winner

_USED_BY_HAND = ("dotenv", "shell file")  # what a person may have meant to be used


@dataclass(frozen=True)
class Places:
    """What was found on a machine; `variable` is the one that clients read, `strays` are keys under other names, and
    `addresses` those that variables give to clients.
    """

    variable: str
    winners: tuple[Winner, ...]
    holdings: tuple[Holding, ...]
    strays: tuple[Holding, ...]
    netrcs: tuple[NetrcEntry, ...]
    addresses: tuple[Address, ...] = ()

    @property
    def process(self) -> Holding | None:
        """What the variable of this process holds, where it is set."""
        found = (one for one in self.holdings if one.kind == "variable" and one.place.source == PROCESS)
        return next((one for one in found if one.name == self.variable and one.state != "absent"), None)

    @property
    def nearest(self) -> Holding | None:
        """The nearest `.env` file that holds a key under the very name of the variable."""
        found = (one for one in self.holdings if one.kind == "dotenv" and one.state == "key")
        return next((one for one in found if one.name == self.variable), None)

    @cached_property
    def own(self) -> Holding | None:
        """The key that is tried: that of this process, else the first that a client or a person would use."""
        process = self.process
        if process and process.state == "key":
            return process
        won = [one.holding for one in self.winners if one.holding]
        by_hand = [one for one in self.holdings if one.kind in _USED_BY_HAND and one.state == "key"]
        return next(iter([*won, *by_hand]), None)

    @property
    def only_stored(self) -> Winner | None:
        """A client that finds a key in a store of its own, where no variable and no file of another kind has one."""
        elsewhere = [*self.strays, *(one for one in self.holdings if one.state == "key" and one.kind not in STORES)]
        won = (one for one in self.winners if one.holding and one.holding.kind in STORES)
        return None if self.process or elsewhere else next(won, None)

    @property
    def others(self) -> tuple[Holding, ...]:
        """One place of every other key that a client or a person may use."""
        found: dict[str, Holding] = {}
        for one in self.holdings:
            if one.state == "key" and one.kind not in ("docker file", "netrc"):
                found.setdefault(one.text, one)
        return tuple(one for text, one in found.items() if self.own is None or text != self.own.text)


def places(machine: Machine, clients: Clients, host: str, reading: Reading, keyring_seconds: float) -> Places:
    """Look into every place; nothing is changed, and nothing is sent."""
    variable = reading.surface.variable
    sources = Sources(machine, reading, keyring_seconds)
    sources.variable(variable)
    winners = tuple(winner(client, sources) for client in clients.clients)
    in_files = [
        *of_dotenv_above(machine, variable, reading),
        *of_start_up_files(machine, variable, reading),
        *of_docker_files(machine, variable, reading),
    ]
    found = [*sources.seen.values(), *(one for one in in_files if one.name == variable)]
    others = (one for one in in_files if one.name != variable and one.kind in _USED_BY_HAND)
    strays = tuple(one for one in others if one.state == "key" and not one.note and "conditional" not in one.marks)
    distinct = {(one.kind, one.place, one.state): one for one in reversed(found)}
    return Places(
        variable,
        winners,
        tuple(reversed(distinct.values())),
        strays,
        netrc_entries(machine, clients, host, reading),
        tuple(addresses(clients, sources)),
    )
