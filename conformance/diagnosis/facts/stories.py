"""What several exchanges show together, in the order in which they happened."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from conformance.diagnosis.case import is_success
from conformance.diagnosis.fact import Fact
from conformance.diagnosis.statuses import REDIRECTS
from conformance.diagnosis.urls import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.case import Case
    from conformance.diagnosis.evidence import Credential, PartialExchange
    from conformance.keys import ApiKey

NAMES = frozenset(
    {
        "deleted-before",
        "key-lost-on-redirect",
        "may-not-create",
        "may-not-change",
        "may-not-read",
        "near-another-key",
        "other-key-sees-it",
        "reads-others",
        "sent-not-received",
    }
)
_READS = ("GET", "HEAD")
_TOGETHER = 120.0  # seconds between two clocks that may tell of the same request


def of_redirects(case: Case) -> Iterator[Fact]:
    """A request that had a key, was redirected, and went on without it."""
    for before, after in pairwise(case.exchanges):
        if before.place.source != after.place.source or before.witness != "client":
            continue
        if before.status in REDIRECTS:
            had = any(map(case.is_documented, before.credentials))
            if had and not after.credentials and after.headers:
                yield Fact("key-lost-on-redirect", "the request after the redirect has no key any more", after.place)


def of_scopes(case: Case) -> Iterator[Fact]:
    """What the same key may and may not do."""
    for own in _by_key(case).values():
        reads = [one for one in own if is_success(one) and one.method.upper() in _READS]
        writes = [one for one in own if is_success(one) and one.method.upper() not in _READS]
        for one in own:
            if one.status != 403:
                continue
            if one.method.upper() in _READS:
                if writes and not reads:
                    yield Fact("may-not-read", "the same key may create, and may not read", one.place)
            elif reads and not writes:
                name = (
                    "may-not-create"
                    if one.method.upper() == "POST" and _is_collection(one, reads)
                    else "may-not-change"
                )
                yield Fact(name, "the same key may read, and may not write", one.place)


def _is_collection(exchange: PartialExchange, reads: list[PartialExchange]) -> bool:
    return any(_path(one) == _path(exchange) for one in reads)


def of_things(case: Case) -> Iterator[Fact]:
    """What is known of a thing that was not found."""
    for one in case.exchanges:
        if one.status != 404:
            continue
        before = case.exchanges[: case.exchanges.index(one)]
        same = [other for other in case.exchanges if _path(other) == _path(one) and is_success(other)]
        if any(other.method.upper() == "DELETE" for other in same if other in before):
            yield Fact("deleted-before", "the same thing was deleted before", one.place)
        elif any(_key_of(other, case) != _key_of(one, case) for other in same):
            yield Fact("other-key-sees-it", "another key finds what this one does not", one.place)
        elif any(is_success(other) and _path(one).startswith(_path(other) + "/") for other in case.exchanges):
            yield Fact("reads-others", "the same key lists other things at the same address", one.place)


def of_both_ends(case: Case) -> Iterator[Fact]:
    """A key that the client sent, and the server did not receive."""
    received = [one for one in case.exchanges if one.witness == "server" and one.status in (401, 403)]
    keyless = [one for one in received if not one.credentials and not one.key_id]
    for sent in case.exchanges:
        if sent.witness != "client" or not case.presented(sent):
            continue
        for one in keyless:
            if _is_same_request(sent, one):
                yield Fact("sent-not-received", f"the key was sent ({sent.place}), and did not arrive", one.place)
                break


def _is_same_request(sent: PartialExchange, received: PartialExchange) -> bool:
    if sent.request_id and received.request_id:
        return sent.request_id == received.request_id
    if sent.at is not None and received.at is not None and abs(sent.at - received.at) > _TOGETHER:
        return False
    is_same = sent.method.upper() == received.method.upper() and _path(sent).endswith(_path(received))
    return is_same and sent.status in (None, received.status)


def of_likeness(case: Case) -> Iterator[Fact]:
    """Two well-formed keys that differ in one character, or in two that changed places."""
    seen: dict[ApiKey, Credential] = {}
    for credential in case.evidence.every_credential:
        if case.is_key_like(credential) and not case.is_masked_key(credential):
            seen.setdefault(credential.key, credential)
    for one, other in combinations(list(seen.values())[:50], 2):
        if are_near(one.key.reveal(), other.key.reveal()):
            says = f"this key differs in one place from the one in {one.place}: one of the two is mistyped"
            yield Fact("near-another-key", says, other.place)


def are_near(one: str, other: str) -> bool:
    """Whether two texts differ by one character, or by two that changed places."""
    if len(one) != len(other):
        return False
    at = [index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(at) == 1:
        return True
    return len(at) == 2 and at[1] == at[0] + 1 and one[at[0]] == other[at[1]] and one[at[1]] == other[at[0]]


def _by_key(case: Case) -> dict[object, list[PartialExchange]]:
    found: dict[object, list[PartialExchange]] = {}
    for one in case.exchanges:
        key = _key_of(one, case)
        if key is not None:
            found.setdefault(key, []).append(one)
    return found


def _key_of(exchange: PartialExchange, case: Case) -> object:
    own = case.key_id(exchange)
    return own or next((one.key for one in exchange.credentials), None)


def _path(exchange: PartialExchange) -> str:
    return parts_of(exchange.url).path.rstrip("/")
