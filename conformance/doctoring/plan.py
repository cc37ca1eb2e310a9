"""What doctor is going to send, and where: told before anything is sent, and kept to afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.doctoring.holding import Holding
    from conformance.doctoring.proxies import Proxy
    from conformance.spec.model import Spec

MOST_OTHERS = 3  # keys that are tried where the one that is used was refused


@dataclass(frozen=True)
class PlannedStep:
    """One thing that is sent: where to, what, and which key it holds."""

    to: str
    what: str
    key: str = "no key"


@dataclass(frozen=True)
class Questions:
    """What the API is asked, as names of the spec file; `is_usual` is whether it is at the address of that file."""

    base_url: str
    keyless: str
    stranger: str
    own: str
    styles: tuple[str, ...]
    listing: str
    viewing: str
    is_usual: bool = True

    @property
    def host(self) -> str:
        """The host that is asked."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def port(self) -> int:
        """The port that is asked."""
        parts = urlsplit(self.base_url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def is_secure(self) -> bool:
        """Whether it is asked over TLS."""
        return urlsplit(self.base_url).scheme == "https"


def questions(spec: Spec, base_url: str) -> Questions:
    """What a spec file lets one ask without changing anything; "" for what it has nothing for."""

    def first(kind: str) -> str:
        return next((name for name, one in spec.credentials.items() if one.key == kind), "")

    reads = [(name, one) for name, one in spec.operations.items() if one.method == "GET"]
    return Questions(
        base_url=base_url.rstrip("/"),
        keyless=first("none"),
        stranger=first("minted"),
        own=next((name for name, one in spec.credentials.items() if one.variable), ""),
        styles=tuple(spec.styles),
        listing=next((name for name, one in reads if "{" not in one.path), ""),
        viewing=next((name for name, one in reads if "{id}" in one.path), ""),
        is_usual=base_url.rstrip("/") == spec.base_url.rstrip("/"),
    )


def steps(
    asked: Questions, spec: Spec, own: Holding | None, others: tuple[Holding, ...], proxy: Proxy | None
) -> Iterator[PlannedStep]:
    """Everything that may be sent, in its order; no more than that is."""
    here = f"{asked.host}:{asked.port}"
    yield PlannedStep("the name servers of this machine", f"a question for {asked.host}")
    yield PlannedStep(here, "connections without data, by IPv4 and IPv6")
    if asked.is_secure:
        yield PlannedStep(here, "TLS handshakes, for its certificate")
    if proxy:
        user = "with its user and password" if proxy.has_user else "without a password"
        yield PlannedStep(f"the proxy {proxy}", f"CONNECT {here}, {user}")
    listing = f"GET {_path(asked, spec, asked.listing)}"
    yield PlannedStep(here, listing)
    yield PlannedStep(here, listing, "a key that was never issued, made for this")
    if own is not None:
        for style in asked.styles:
            header = spec.styles[style].header
            yield PlannedStep(here, f"{listing} with {header}, where both were refused", f"the key of {own.place}")
        if asked.viewing:
            yield PlannedStep(
                here,
                f"GET {_path(asked, spec, asked.viewing)} with {spec.styles[asked.styles[0]].header}",
                f"the key of {own.place}",
            )
    for other in others:
        yield PlannedStep(here, f"{listing}, where that one is refused", f"the key of {other.place}")


def _path(asked: Questions, spec: Spec, operation: str) -> str:
    return urlsplit(asked.base_url).path + spec.operations[operation].path
