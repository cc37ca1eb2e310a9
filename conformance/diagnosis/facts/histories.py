"""What many exchanges with keys show over time: until when each worked, and from when it did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.case import is_success
from conformance.diagnosis.fact import Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.diagnosis.case import Case
    from conformance.diagnosis.evidence import PartialExchange, Place
    from conformance.keys import ApiKey

NAMES = frozenset({"came-to-work", "comes-and-goes", "many-keys-refused", "replaced-key-in-use", "worked-until"})
_MANY = 5  # keys that fail together


class KeyHistory(NamedTuple):
    """How one key fared: for every exchange, in order, whether it was accepted or refused."""

    key_id: str
    exchanges: tuple[PartialExchange, ...]

    @property
    def accepted(self) -> list[int]:
        """Which exchanges succeeded, or failed for another reason than the key."""
        return [at for at, one in enumerate(self.exchanges) if is_success(one) or one.status in (403, 404, 429)]

    @property
    def refused(self) -> list[int]:
        """Which exchanges were refused, or met a server in trouble."""
        return [at for at, one in enumerate(self.exchanges) if one.status == 401 or (one.status or 0) >= 500]

    @property
    def stopped(self) -> bool:
        """Whether it worked, and then did not any more."""
        return bool(self.accepted and self.refused) and max(self.accepted) < min(self.refused)

    @property
    def began(self) -> bool:
        """Whether it did not work, and then did."""
        return bool(self.accepted and self.refused) and max(self.refused) < min(self.accepted)

    @property
    def first_refusal(self) -> Place:
        """Where it was refused for the first time."""
        return self.exchanges[self.refused[0]].place


def of_histories(case: Case) -> Iterator[Fact]:
    """What became of every key, and of all together."""
    histories = _histories(case)
    failing = [one for one in histories if one.refused and not one.began]
    stopped = [one for one in histories if one.stopped]
    if len(failing) >= _MANY and len(failing) * 2 > len(histories):
        says = f"{len(failing)} of {len(histories)} keys are refused from one time on"
        yield Fact("many-keys-refused", says, failing[0].first_refusal)
        return
    for one in histories:
        if one.began:
            yield Fact("came-to-work", f"the key {one.key_id} was refused at first, and works now", one.first_refusal)
        elif one in stopped:
            yield from _of_stopped(one, histories)
        elif one.accepted and one.refused:
            yield Fact("comes-and-goes", f"the key {one.key_id} is refused now and then", one.first_refusal)


def _of_stopped(one: KeyHistory, histories: list[KeyHistory]) -> Iterator[Fact]:
    where = one.first_refusal
    newer = next((other for other in histories if not other.refused and _has_replaced(other, one)), None)
    if newer:
        says = f"the key {one.key_id} is refused, and {newer.key_id} has taken its place elsewhere"
        yield Fact("replaced-key-in-use", says, where)
    else:
        yield Fact("worked-until", f"the key {one.key_id} worked before, and is refused from here on", where)


def _has_replaced(other: KeyHistory, one: KeyHistory) -> bool:
    """Whether some who used one key went over to the other, and those who are refused did not.

    That both are in one log says nothing: they may be those of two customers.
    """
    last, first = _times(one, one.accepted, max), _times(other, other.accepted, min)
    moved = {origin for origin, at in last.items() if origin in first and at < first[origin]}
    refused = {one.exchanges[at].origin for at in one.refused}
    return bool(moved) and refused.isdisjoint(moved) and "" not in refused


def _times(one: KeyHistory, which: list[int], chosen: Callable[[Iterable[float]], float]) -> dict[str, float]:
    """For everybody who used a key the time that is chosen; nobody of whom a time is not known."""
    found: dict[str, list[float | None]] = {}
    for exchange in (one.exchanges[at] for at in which):
        found.setdefault(exchange.origin, []).append(exchange.at)
    known = {origin: [at for at in times if at is not None] for origin, times in found.items() if None not in times}
    return {origin: chosen(times) for origin, times in known.items() if origin}


def _histories(case: Case) -> list[KeyHistory]:
    ordered = sorted(case.exchanges, key=lambda one: one.at if one.at is not None else 0.0)
    found: dict[str, list[PartialExchange]] = {}
    for one in ordered:
        key_id = case.key_id(one)
        if key_id and one.status:
            found.setdefault(key_id, []).append(one)
    histories = ((key_id, own) for key_id, exchanges in found.items() for own in _by_secret(exchanges, case))
    return [KeyHistory(key_id, tuple(exchanges)) for key_id, exchanges in histories if _has_order(exchanges)]


def _by_secret(exchanges: list[PartialExchange], case: Case) -> list[list[PartialExchange]]:
    """The exchanges with one id, apart from each other where their keys show different secrets."""
    found: dict[ApiKey | None, list[PartialExchange]] = {}
    for one in exchanges:
        key = next((credential.key for credential in one.credentials if case.shape(credential).key_id), None)
        found.setdefault(key, []).append(one)
    return list(found.values()) if len(found.keys() - {None}) > 1 else [exchanges]


def _has_order(exchanges: list[PartialExchange]) -> bool:
    """Whether it shows which exchange came first: those of one file follow each other, files do so by their times."""
    if len({one.place.source for one in exchanges}) == 1:
        return True
    times = [one.at for one in exchanges]
    return None not in times and len(set(times)) == len(times)
