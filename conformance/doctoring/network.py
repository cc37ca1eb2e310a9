"""What the way to the API shows: names, connections, certificates, proxies; no key goes over it here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from conformance.diagnosis.clients.model import listed
from conformance.diagnosis.evidence import PartialExchange, Place
from conformance.doctoring.open_questions import (
    NETWORK,
    TLS,
    certificate_expired,
    issuer_not_known,
    speaks_no_tls,
)
from conformance.doctoring.reaching import bundled_authorities, connected, resolved, shaken_hands, tunnelled
from conformance.doctoring.trust import OF_CLIENTS

if TYPE_CHECKING:
    from conformance.diagnosis.clients.model import Clients
    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.plan import Questions
    from conformance.doctoring.proxies import Proxy
    from conformance.doctoring.reaching import Address, Tls
    from conformance.doctoring.seen import Seen

_NOT_YET, _EXPIRED = (9,), (10,)  # numbers of OpenSSL
_OTHER_HOST = (62, 63, 64)
_PROXY_AUTHENTICATION = 407
_MOST_ADDRESSES = 3  # of a kind


def check_proxy_settings(proxy: Proxy | None, clients: Clients, seen: Seen) -> None:
    """Rows on the proxy that the environment names, and on who uses it."""
    if proxy is None:
        seen.check("proxy", "ok", "no variable names one for the API")
        return
    seen.check("proxy", "warn", f"{' and '.join(proxy.variables)} names {proxy}")
    users = [one.title for one in clients.clients if proxy.is_used_by(one)]
    others = [one.title for one in clients.clients if not proxy.is_used_by(one)]
    count = len(clients.clients)
    direct = [one.title for one in clients.clients if proxy.is_known_to(one) and not proxy.is_used_by(one)]
    if users and direct:
        says = (
            f"clients read NO_PROXY differently: it leaves the API out for {', '.join(direct)}, and not for the others"
        )
        seen.check("proxy", "warn", f"{says} that know the proxy")
    if users:
        seen.check("proxy", "ok", f"they use it: {listed(users, count)}")
    if others:
        seen.check("proxy", "warn", f"they do not use it, and go to the API directly: {listed(others, count)}")


def is_reached(asked: Questions, clients: Clients, seconds: float, seen: Seen) -> bool:
    """Whether the API can be reached: name, connection and TLS are tried, and no request is sent."""
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
        _miss_ipv4(f"{asked.host} has no IPv4 address", pinned, place, seen)
    else:
        seen.check("dns", "ok", f"{asked.host} has {len(found)} address{'es' if len(found) > 1 else ''} ({kinds})")
    return _is_connected(found, asked, pinned, seconds, seen)


def _miss_ipv4(says: str, pinned: list[str], place: Place, seen: Seen) -> None:
    """A fact for the clients that use IPv4 alone, where there are some."""
    if pinned:
        seen.fact("no-ipv4", f"{says}, and {pinned[0]} uses nothing else", place)


def _is_connected(
    found: list[tuple[str, bool]], asked: Questions, pinned: list[str], seconds: float, seen: Seen
) -> bool:
    of_four, of_six = (
        _tried([one for one, is_ipv4 in found if is_ipv4 is kind], asked.port, seconds) for kind in (True, False)
    )
    tried, place = [*of_four, *of_six], Place(NETWORK, "connection")
    is_reached = any(not one.problem for one in tried)
    for one in tried:
        if one.problem:
            seen.check("tcp", "warn" if is_reached else "fail", f"{one.address} port {asked.port}: {one.problem}")
        else:
            seen.check("tcp", "ok", f"{one.address} port {asked.port} takes connections")
    if not is_reached:
        seen.fact("not-connected", f"{tried[0].address} port {asked.port}: {tried[0].problem}", place)
        _skip(seen, "tls")
        return False
    if of_four and of_four[-1].problem:
        _miss_ipv4(f"{asked.host} is not reached by IPv4 ({of_four[-1].problem})", pinned, place, seen)
    if not asked.is_secure:
        seen.check("tls", "skipped", "the address is one without TLS, which is for this machine only")
        return True
    return _is_believed(asked, seconds, seen)


def _tried(addresses: list[str], port: int, seconds: float) -> list[Address]:
    """One address after the other, as clients try them, until one takes a connection."""
    tried: list[Address] = []
    for one in addresses[:_MOST_ADDRESSES]:
        tried.append(connected(one, port, seconds))
        if not tried[-1].problem:
            break
    return tried


def _is_believed(asked: Questions, seconds: float, seen: Seen) -> bool:
    tls = shaken_hands(asked.host, asked.port, seconds)
    issuer = f", issued by {tls.certificate.issuer}" if tls.certificate else ""
    if tls.problem:
        seen.check("tls", "fail", f"{tls.problem}{issuer}")
        _note_disbelief(tls, f"{asked.host}: {tls.problem}{_validity(tls)}{issuer}", asked, seen)
        return False
    seen.valid = (tls.certificate.not_before, tls.certificate.not_after) if tls.certificate else None
    maker = tls.certificate.interceptor if tls.certificate else ""
    if maker:
        says = f"the certificate of {asked.host} is made by an inspecting proxy ({maker}){issuer}"
        seen.check("tls", "warn", f"{says}; this machine believes it, and clients with others do not")
        seen.fact("issuer-intercepts", says, TLS)
        return True
    seen.check("tls", "ok", f"the certificate is believed with the authorities of this system{issuer}")
    _check_bundled(asked, seconds, issuer, seen)
    return True


def _check_bundled(asked: Questions, seconds: float, issuer: str, seen: Seen) -> None:
    """The row on certifi, whose authorities clients in Python take in the place of those of the system."""
    bundle = bundled_authorities()
    if not bundle:
        return
    problem = shaken_hands(asked.host, asked.port, seconds, bundle).problem
    takers = "certifi, which clients in Python take where no variable names others"
    if not problem:
        seen.check("tls", "ok", f"the certificate is believed with those of {takers}")
        return
    says = f"the certificate is not believed with the authorities of {takers}: {problem}"
    seen.check("tls", "warn", f"{says}{issuer}")
    if asked.is_usual:
        seen.fact("bundled-authorities-differ", f"{says}{issuer}", TLS)


def _note_disbelief(tls: Tls, says: str, asked: Questions, seen: Seen) -> None:
    """A fact that says why a certificate is not believed, or what is left open where that has several reasons."""
    if tls.code in _NOT_YET:
        seen.fact("certificate-out-of-time", says, TLS)
    elif tls.code in _EXPIRED:
        seen.doubts.append(certificate_expired(says, asked))
    elif tls.code in _OTHER_HOST:
        seen.fact("certificate-of-another-host", says, TLS)
    elif tls.is_plain:
        seen.doubts.append(speaks_no_tls(f"{asked.host} port {asked.port} speaks no TLS: {tls.problem}", asked))
    elif not tls.code:
        seen.fact("not-connected", says, TLS)
    elif tls.certificate and tls.certificate.interceptor:
        seen.fact("interceptor-not-believed", says, TLS)
    elif not any(one.name == "authorities-missing" and one.place.where not in OF_CLIENTS for one in seen.facts):
        seen.doubts.append(issuer_not_known(says, asked))


def _validity(tls: Tls) -> str:
    if tls.code not in (*_NOT_YET, *_EXPIRED) or tls.certificate is None:
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
    return found if isinstance(found, str) else connected(found[0][0], proxy.port, seconds).problem


def _user(value: str) -> str:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
    except ValueError:
        return ""
    return f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""


def _skip(seen: Seen, *names: str) -> None:
    for name in names:
        seen.check(name, "skipped", "there is nothing to connect to")
