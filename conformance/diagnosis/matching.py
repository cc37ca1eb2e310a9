"""Facts to causes: what a causes file says decides, suggests and excludes; nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.finding import Doubt, Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from conformance.diagnosis.fact import Fact
    from conformance.diagnosis.knowledge import Knowledge, KnownCause, KnownVariant


def match(facts: Sequence[Fact], known: Knowledge) -> tuple[tuple[Finding, ...], tuple[Doubt, ...]]:
    """What the facts decide or suggest, the surest first, and which sets of causes they leave open.

    A cause that the facts decide is certain unless another fact excludes it; what only a status decides gives way to
    what its answer says. One that they only suggest is likely, and only where nothing at the same place was decided. A
    set is left open when nothing was found at all and more than one of its candidates is not excluded.
    """
    every = [found for cause in known.causes if (found := _decided(cause, facts))]
    decided = [one for one in every if not _gives_way(one, every)]
    explained = {fact.place for one in decided for fact in one.facts}
    open_facts = [fact for fact in facts if fact.place not in explained]
    named = {one.cause.id for one in decided}
    others = [cause for cause in known.causes if cause.id not in named]
    suggested = [found for cause in others if (found := _suggested(cause, open_facts, facts))]
    findings = (*sorted(decided, key=lambda one: one.confidence != "certain"), *suggested)
    if findings:
        return findings, ()
    doubts, single = _doubts(facts, known)
    return tuple(single), tuple(doubts)


def _decided(cause: KnownCause, facts: Sequence[Fact]) -> Finding | None:
    against = _named(facts, cause.excluded_by)
    for variant in cause.variants:
        if deciding := _named(facts, variant.decided_by):
            return Finding(cause.as_variant(variant), variant.id, "likely" if against else "certain", deciding, against)
    return None


def _gives_way(one: Finding, decided: Sequence[Finding]) -> bool:
    """Whether only a status speaks for a cause, and what its answer says decides another one and speaks against it."""
    sure = {fact for other in decided if other.confidence == "certain" for fact in other.facts}
    said = {fact.place for fact in one.against if fact in sure}
    return all(fact.at == "status" and fact.place in said for fact in one.facts)


def _suggested(cause: KnownCause, open_facts: Sequence[Fact], facts: Sequence[Fact]) -> Finding | None:
    for variant in cause.variants:
        if suggesting := _named(open_facts, variant.suggested_by):
            return None if _named(facts, cause.excluded_by) else _likely(cause, variant, suggesting)
    return None


def _likely(cause: KnownCause, variant: KnownVariant, facts: tuple[Fact, ...]) -> Finding:
    return Finding(cause.as_variant(variant), variant.id, "likely", facts)


def _doubts(facts: Sequence[Fact], known: Knowledge) -> tuple[list[Doubt], list[Finding]]:
    """The sets that the facts lead to; one with a single candidate left is a finding."""
    doubts: list[Doubt] = []
    single: list[Finding] = []
    for entry in known.sets:
        if not (leading := _named(facts, entry.suggested_by)):
            continue
        candidates = tuple(name for name in entry.candidates if not _named(facts, known.by_id[name].excluded_by))
        if len(candidates) > 1:
            doubts.append(Doubt(candidates, entry.ask, entry.splits, leading))
        elif candidates:
            single.append(Finding(known.by_id[candidates[0]], "", "likely", leading))
    return doubts, single


def _named(facts: Iterable[Fact], names: Collection[str]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.name in names)
