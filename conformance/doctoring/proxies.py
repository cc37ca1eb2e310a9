"""The proxies that the environment names for an address, and which clients use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.doctoring.no_proxy import READINGS, Destination, left_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.diagnosis.clients.model import Client, NoProxyReading

_OF_ALL = ("all_proxy", "ALL_PROXY")


@dataclass(frozen=True)
class Proxy:
    """A proxy and the variables that name it, as far as they are about the address; the address without a password.

    `left_out` are the readings of NO_PROXY by which the address is reached without it.
    """

    variables: tuple[str, ...]
    host: str
    port: int
    has_user: bool
    scheme: str = "http"
    left_out: frozenset[NoProxyReading] = frozenset()

    def __str__(self) -> str:
        return f"{self.host}:{self.port}" if self.host else "no address"

    def is_known_to(self, client: Client) -> bool:
        """Whether a client takes its proxy from one of the variables."""
        return not set(self.variables).isdisjoint(client.proxies)

    def is_used_by(self, client: Client) -> bool:
        """Whether a client takes its proxy from one of the variables, and does not leave the address out."""
        return self.is_known_to(client) and client.no_proxy not in self.left_out


def proxy_for(base_url: str, environment: Mapping[str, str]) -> Proxy | None:
    """The proxy that the environment names for an address; `None` where there is none, or everybody leaves it out."""
    parts = urlsplit(base_url)
    names = (f"{parts.scheme}_proxy", f"{parts.scheme}_proxy".upper(), *_OF_ALL)
    set_to = {name: environment[name] for name in names if environment.get(name)}
    without = left_out(Destination(parts.scheme, parts.hostname or "", parts.port or 0), environment)
    if not set_to or without == READINGS:
        return None
    value = next(iter(set_to.values()))
    try:
        to = urlsplit(value if "://" in value else f"http://{value}")
        port = to.port or (443 if to.scheme == "https" else 1080 if to.scheme.startswith("socks") else 80)
    except ValueError:
        return Proxy(tuple(set_to), "", 0, has_user=False, left_out=without)
    return Proxy(tuple(set_to), to.hostname or "", port, bool(to.username), to.scheme, without)
