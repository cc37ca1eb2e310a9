"""The proxies that the environment names for an address, and which clients use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.diagnosis.clients.model import Client

_OF_ALL = ("all_proxy", "ALL_PROXY")


@dataclass(frozen=True)
class Proxy:
    """A proxy and the variables that name it, as far as they are about the address; the address without a password."""

    variables: tuple[str, ...]
    host: str
    port: int
    has_user: bool
    scheme: str = "http"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}" if self.host else "no address"

    def is_used_by(self, client: Client) -> bool:
        """Whether a client takes its proxy from one of the variables."""
        return not set(self.variables).isdisjoint(client.proxies)


def proxy_for(base_url: str, environment: Mapping[str, str]) -> Proxy | None:
    """The proxy that the environment names for an address; `None` where there is none, or the host is left out."""
    parts = urlsplit(base_url)
    names = (f"{parts.scheme}_proxy", f"{parts.scheme}_proxy".upper(), *_OF_ALL)
    set_to = {name: environment[name] for name in names if environment.get(name)}
    if not set_to or is_left_out(parts.hostname or "", environment):
        return None
    value = next(iter(set_to.values()))
    try:
        to = urlsplit(value if "://" in value else f"http://{value}")
        port = to.port or (443 if to.scheme == "https" else 1080 if to.scheme.startswith("socks") else 80)
    except ValueError:
        return Proxy(tuple(set_to), "", 0, has_user=False)
    return Proxy(tuple(set_to), to.hostname or "", port, has_user=bool(to.username), scheme=to.scheme)


def is_left_out(host: str, environment: Mapping[str, str]) -> bool:
    """Whether NO_PROXY says that a host is reached directly."""
    listed = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    for word in listed.replace(",", " ").lower().split():
        domain = word.partition(":")[0].lstrip("*.")
        if word == "*" or (domain and (host.lower() == domain or host.lower().endswith(f".{domain}"))):
            return True
    return False
