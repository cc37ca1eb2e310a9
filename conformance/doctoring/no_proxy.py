"""What NO_PROXY leaves out, as each kind of client reads it; they agree on plain names and a `*` alone."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, NamedTuple

from conformance.targets.live import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.diagnosis.clients.model import NoProxyReading

VARIABLES = ("no_proxy", "NO_PROXY")  # in the order of clients
_USUAL_PORTS = {"http": 80, "https": 443}
_PORT = re.compile(r":(\d+)\Z")


class Destination(NamedTuple):
    """What is asked; `port` is 0 where the address does not write one."""

    scheme: str
    host: str
    port: int


def left_out(to: Destination, environment: Mapping[str, str]) -> frozenset[NoProxyReading]:
    """The readings of NO_PROXY by which an address is reached directly."""
    listed = next((environment[name] for name in VARIABLES if environment.get(name)), "").lower()
    return frozenset(name for name, leaves_out in _READINGS.items() if leaves_out(listed, to))


def _by_curl(listed: str, to: Destination) -> bool:
    """Names and their subdomains; a port is part of a name that nothing has, and so is a star."""
    if listed == "*":
        return True
    # releases from 8.9 on take no spaces between names
    entries = [one.removeprefix(".").removesuffix(".") for one in listed.replace(",", " ").split()]
    if _is_address(to.host):
        return any(to.host == one or _is_within(to.host, one) for one in entries)
    return any(_is_under(to.host, one) for one in entries)


def _by_requests(listed: str, to: Destination) -> bool:
    """Names and their subdomains, also with the port that the address writes; spaces do not count."""
    if listed == "*":
        return True
    names = [one.strip().lstrip(".") for one in listed.split(",")]
    written = f"{to.host}:{to.port}" if to.port and not _is_address(to.host) else to.host
    if any(_is_under(to.host, one) or _is_under(written, one.replace(" ", "")) for one in names):
        return True
    return ":" not in to.host and any(_is_within(to.host, one) for one in names)


def _by_axios(listed: str, to: Destination) -> bool:
    """Names alone, and subdomains behind a dot or a star; with any port of an entry being that of the request."""
    return any(_is_entry_of_axios(one, to) for one in re.split(r"[\s,]+", listed))


def _is_entry_of_axios(entry: str, to: Destination) -> bool:
    if entry == "*" or _is_within(to.host, entry):
        return True
    is_plain_address = entry.count(":") > 1 and not entry.startswith("[")
    port = None if is_plain_address else _PORT.search(entry)
    if port and int(port[1]) not in (0, to.port or _USUAL_PORTS.get(to.scheme)):
        return False
    name = (entry[: port.start()] if port else entry).strip("[]").rstrip(".")
    if name.startswith(("*", ".")):
        return to.host.endswith(name.removeprefix("*"))
    return to.host == name or (is_loopback(to.host) and is_loopback(name))


def _is_under(host: str, name: str) -> bool:
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _is_address(host: str) -> bool:
    return _is_within(host, f"{host}/{128 if ':' in host else 32}")


def _is_within(host: str, network: str) -> bool:
    """Whether a host is an address of a network that is written with a slash."""
    try:
        return "/" in network and ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


_READINGS: dict[NoProxyReading, Callable[[str, Destination], bool]] = {
    "curl": _by_curl,
    "requests": _by_requests,
    "axios": _by_axios,
}
READINGS = frozenset(_READINGS)
