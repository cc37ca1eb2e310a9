"""What the way to the API shows: names, connections, certificates, proxies; no key goes over it here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from conformance.diagnosis.evidence import PartialExchange, Place
from conformance.doctoring.reaching import connected, resolved, shaken_hands, tunnelled

if TYPE_CHECKING:
    from conformance.diagnosis.client import Clients
    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.plan import Questions
    from conformance.doctoring.proxies import Proxy
    from conformance.doctoring.reaching import Tls
    from conformance.doctoring.seen import Seen

NETWORK = "the network"
_OUT_OF_TIME = (9, 10)  # OpenSSL: not valid yet, expired
_OTHER_HOST = (62, 63, 64)
_PROXY_AUTHENTICATION = 407


def check_proxy_settings(proxy: Proxy | None, clients: Clients, seen: Seen) -> None:
    """Rows on the proxy that the environment names, and on who uses it."""
    if proxy is None:
        seen.check("proxy", "ok", "no variable names one for the API")
        return
    seen.check("proxy", "warn", f"{' and '.join(proxy.variables)} names {proxy}")
    users = [one.title for one in clients.clients if proxy.is_used_by(one)]
    others = [one.title for one in clients.clients if not proxy.is_used_by(one)]
    if users:
        seen.check("proxy", "ok", f"they use it: {', '.join(users)}")
    if others:
        seen.check("proxy", "warn", f"they do not use it, and go to the API directly: {', '.join(others)}")


def is_reached(asked: Questions, clients: Clients, seconds: float, seen: Seen) -> bool:
    """Go as far towards the API as can be gone without sending anything."""
    found = resolved(asked.host, asked.port, seconds)
    place = Place(NETWORK, "name resolution")
    if isinstance(found, str):
        seen.check("dns", "fail", f"{asked.host} is not found: {found}")
        seen.fact("not-connected", f"the name {asked.host} is not found: {found}", place)
        _skip(seen, "tcp", "tls")
        return False
    kinds = " and ".join(name for name, is_four in (("IPv4", True), ("IPv6", False)) if is_four in dict(found).values())
    pinned = [one.title for one in clients.clients if one.addresses == "ipv4"]
    if not any(is_ipv4 for _, is_ipv4 in found):
        seen.check("dns", "warn", f"{asked.host} has no IPv4 address, and these use no other: {', '.join(pinned)}")
        seen.fact("no-ipv4", f"{asked.host} has no IPv4 address, and {pinned[0] if pinned else 'who'} needs one", place)
    else:
        seen.check("dns", "ok", f"{asked.host} has {len(found)} address{'es' if len(found) > 1 else ''} ({kinds})")
    return _is_connected(found, asked, seconds, seen)


def _is_connected(found: list[tuple[str, bool]], asked: Questions, seconds: float, seen: Seen) -> bool:
    tried = [connected(one, asked.port, seconds) for one in _one_of_each(found)]
    for one in tried:
        if one.problem:
            is_other = any(not other.problem for other in tried)
            seen.check("tcp", "warn" if is_other else "fail", f"{one.address} port {asked.port}: {one.problem}")
        else:
            seen.check("tcp", "ok", f"{one.address} port {asked.port} takes connections")
    if all(one.problem for one in tried):
        says = f"{tried[0].address} port {asked.port}: {tried[0].problem}"
        seen.fact("not-connected", says, Place(NETWORK, "connection"))
        _skip(seen, "tls")
        return False
    if not asked.is_secure:
        seen.check("tls", "skipped", "the address is one without TLS, which is for this machine only")
        return True
    return _is_believed(shaken_hands(asked.host, asked.port, seconds), asked, seen)


def _one_of_each(found: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    return [*[one for one in found if one[1]][:1], *[one for one in found if not one[1]][:1]]


def _is_believed(tls: Tls, asked: Questions, seen: Seen) -> bool:
    place = Place(NETWORK, "TLS")
    issuer = f", issued by {tls.certificate.issuer}" if tls.certificate else ""
    if not tls.problem:
        seen.valid = (tls.certificate.not_before, tls.certificate.not_after) if tls.certificate else None
        maker = tls.certificate.interceptor if tls.certificate else ""
        if maker:
            says = f"the certificate of {asked.host} is made by an inspecting proxy ({maker}){issuer}"
            seen.check("tls", "warn", f"{says}; this machine believes it, and clients with others do not")
            seen.fact("issuer-intercepts", says, place)
        else:
            seen.check("tls", "ok", f"the certificate is believed{issuer}")
        return True
    seen.check("tls", "fail", f"{tls.problem}{issuer}")
    seen.fact(_name_of(tls), f"{asked.host}: {tls.problem}{_validity(tls)}{issuer}", place)
    return False


def _name_of(tls: Tls) -> str:
    if tls.code in _OUT_OF_TIME:
        return "certificate-out-of-time"
    if tls.code in _OTHER_HOST:
        return "certificate-of-another-host"
    return "issuer-unknown" if tls.code else "not-connected"


def _validity(tls: Tls) -> str:
    if tls.code not in _OUT_OF_TIME or tls.certificate is None:
        return ""
    begins, ends, now = (
        time.strftime("%Y-%m-%d %H:%M", time.gmtime(at))
        for at in (tls.certificate.not_before, tls.certificate.not_after, time.time())
    )
    return f" (valid from {begins} to {ends}, and this machine believes it is {now}, all UTC)"


def opens_way(proxy: Proxy, asked: Questions, machine: Machine, reading: Reading, seconds: float, seen: Seen) -> bool:
    """Ask the proxy for a way to the API; whether it opens one."""
    user = _user(machine.environment[proxy.variables[0]])
    if user:
        reading.scrubber.learn(user)
    answer = _answer_of(proxy, user, asked, seconds)
    if isinstance(answer, int) and 200 <= answer < 300:
        seen.check("proxy", "ok", f"{proxy} opens a way to {asked.host}")
        return True
    if answer == _PROXY_AUTHENTICATION:
        seen.check("proxy", "fail", f"{proxy} answers 407: it wants a user and a password")
        seen.exchanges.append(PartialExchange(Place(f"the proxy {proxy}", "CONNECT"), method="CONNECT", status=407))
    elif not answer or (isinstance(answer, int) and not asked.is_secure):
        seen.check("proxy", "unknown", f"{proxy} answers; whether it opens a way to {asked.host} was not asked")
    else:
        says = f"{proxy} opens no way to {asked.host}: {answer}"
        seen.check("proxy", "fail", says)
        seen.fact("proxy-opens-no-way", says, Place(f"the proxy {proxy}", "CONNECT"))
    return False


def _answer_of(proxy: Proxy, user: str, asked: Questions, seconds: float) -> int | str:
    """The status of a proxy's answer, or why there is none; "" where it takes connections and speaks no plain HTTP."""
    if not proxy.host:
        return "it has no host"
    if proxy.scheme == "http":
        return tunnelled(proxy, user, asked.host, asked.port, seconds)
    found = resolved(proxy.host, proxy.port, seconds)
    return found if isinstance(found, str) else connected(found[0], proxy.port, seconds).problem


def _user(value: str) -> str:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
    except ValueError:
        return ""
    return f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""


def _skip(seen: Seen, *names: str) -> None:
    for name in names:
        seen.check(name, "skipped", "there is nothing to connect to")
