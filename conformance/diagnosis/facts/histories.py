"""What many exchanges with keys show over time: until when each worked, and from when it did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.case import is_success
from conformance.diagnosis.fact import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.case import Case
    from conformance.diagnosis.evidence import PartialExchange, Place

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
    others = [other for other in histories if other is not one and other.accepted]
    when = one.exchanges[one.refused[0]].at
    newer = [other for other in others if _began_by(other, when) and not other.refused and not _overlaps(other, one)]
    if newer:
        says = f"the key {one.key_id} is refused, and {newer[0].key_id} has taken its place elsewhere"
        yield Fact("replaced-key-in-use", says, where)
    else:
        yield Fact("worked-until", f"the key {one.key_id} worked before, and is refused from here on", where)


def _overlaps(other: KeyHistory, one: KeyHistory) -> bool:
    """Whether the other key was in use before the first one's uses began."""
    first, others = one.exchanges[0].at, other.exchanges[0].at
    return first is not None and others is not None and others <= first


def _began_by(other: KeyHistory, when: float | None) -> bool:
    last = other.exchanges[other.accepted[-1]].at
    return when is None or last is None or last >= when


def _histories(case: Case) -> list[KeyHistory]:
    ordered = sorted(case.exchanges, key=lambda one: one.at if one.at is not None else 0.0)
    found: dict[str, list[PartialExchange]] = {}
    for one in ordered:
        key_id = case.key_id(one)
        if key_id and one.status:
            found.setdefault(key_id, []).append(one)
    return [KeyHistory(key_id, tuple(exchanges)) for key_id, exchanges in found.items() if _has_order(exchanges)]


def _has_order(exchanges: list[PartialExchange]) -> bool:
    """Whether it shows which exchange came first: those of one file follow each other, files do so by their times."""
    if len({one.place.source for one in exchanges}) == 1:
        return True
    times = [one.at for one in exchanges]
    return None not in times and len(set(times)) == len(times)
