"""The addresses that clients ask, as the variables of this machine make them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.diagnosis.urls import host_of, parts_of, shown_host

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from conformance.diagnosis.clients.model import Client, Clients
    from conformance.diagnosis.evidence import Place
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.seen import Seen
    from conformance.doctoring.sources import Sources
    from conformance.spec.model import Spec


@dataclass(frozen=True)
class Address:
    """Where a client sends its requests to, with the path of the API, and the place that says so."""

    client: Client
    base_url: str
    place: Place

    def __str__(self) -> str:
        """It without what may be a password."""
        parts, host = parts_of(self.base_url), host_of(self.base_url)
        if not host or shown_host(host) != host:
            return "what is no address"
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def asked_address(environment: Mapping[str, str], clients: Clients, spec: Spec) -> str:
    """The address of the API that the environment names, else that of the spec file.

    The variable is that of clients which put the path of the API behind it, and that of this suite, whose addresses
    have it.
    """
    value = environment.get(spec.base_url_variable, "")
    if not value:
        return spec.base_url
    paths = (one.base_path for one in clients.clients if one.base_url_variable == spec.base_url_variable)
    path = next(paths, "")
    return value if value.rstrip("/").endswith(path) else f"{value.rstrip('/')}{path}"


def check_addresses(found: Collection[Address], base_url: str, machine: Machine, seen: Seen) -> None:
    """Rows on the clients that ask elsewhere than where the API is asked; a fact for one that is installed."""
    elsewhere = [one for one in found if one.base_url.rstrip("/") != base_url.rstrip("/")]
    for place, told in dict.fromkeys((one.place, str(one)) for one in elsewhere):
        clients = [one.client for one in elsewhere if (one.place, str(one)) == (place, told)]
        says = f"it makes clients ask {told} instead: {', '.join(one.title for one in clients)}"
        seen.check("address", "warn", says, str(place))
        if any(machine.has_program(one.program) for one in clients):
            seen.fact("client-asks-elsewhere", f"{clients[0].title}: {place} makes it ask {told}", place)


def addresses(clients: Clients, sources: Sources) -> Iterator[Address]:
    """Where the clients that take their address from a variable find one."""
    for client in clients.clients:
        if told := sources.setting(client, client.base_url_variable):
            yield Address(client, f"{told[0].rstrip('/')}{client.base_path}", told[1])
