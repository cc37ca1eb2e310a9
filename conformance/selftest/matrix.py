"""The kill matrix: impostors by rules, and what it says about the suite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.selftest.judged import Judged
    from conformance.spec.model import Spec

_ENOUGH = 2  # two different mistakes may break a promise
FLAWS = (
    "survivors",
    "caught_by_others_only",
    "false_alarms",
    "unanswered",
    "hardly_asked",
    "not_judged",
    "unexercised",
    "exercised_once",
)
OF_THE_WHOLE = ("unexercised", "exercised_once", "exercised_alike", "redundant")  # what a part of everybody cannot show


def matrix(spec: Spec, everybody: Iterable[Judged]) -> dict[str, Any]:
    """The matrix as data: who survived, who was accused, and which rules have nobody to catch."""
    everybody = list(everybody)
    rows = [one for one in everybody if not one.problem]
    wrong, right = [one for one in rows if one.rule], [one for one in rows if not one.rule]
    names = [one.rule for one in everybody]
    promised = [rule.id for rule in spec.rules if rule.level == "must"]
    caught = [one for one in wrong if one.is_caught]
    return {
        "spec": spec.version,
        "part": "",
        "counts": _counts(everybody),
        "survivors": [_row(one) for one in wrong if not one.broken],
        "caught_by_others_only": [_row(one) for one in wrong if one.broken and not one.is_caught],
        "false_alarms": [_row(one) for one in right if one.failed],
        "unanswered": [_row(one) for one in right if one.errors],
        "hardly_asked": [_row(one) for one in right if len(one.blocked) > one.most_blocked],
        "not_judged": [_row(one) for one in everybody if one.problem],
        "unexercised": [rule for rule in promised if rule not in names],
        "exercised_once": [rule for rule in promised if names.count(rule) == _ENOUGH - 1],
        "exercised_alike": [rule for rule in promised if _are_alike([one for one in caught if one.rule == rule])],
        "redundant": _redundant(spec, wrong),
        "different": len({_signature(one) for one in caught}),
        "same_as": _same_as(caught),
        "impostors": [_row(one) for one in everybody],
    }


def is_proof(data: dict[str, Any]) -> bool:
    """Whether every impostor was caught by its rule, nobody else was accused, and every promise has its impostors."""
    return not any(data[name] for name in FLAWS)


def _signature(one: Judged) -> tuple[str, frozenset[str]]:
    """What an impostor is caught by: two of the same may be one mistake under two names."""
    return one.rule, frozenset(probe for probes in one.broken.values() for probe in probes)


def _are_alike(impostors: list[Judged]) -> bool:
    return len(impostors) >= _ENOUGH > len({_signature(one) for one in impostors})


def _same_as(caught: list[Judged]) -> list[list[str]]:
    """Impostors that break exactly the same probes and name the same rule."""
    alike: dict[tuple[str, frozenset[str]], list[str]] = {}
    for one in caught:
        alike.setdefault(_signature(one), []).append(str(one))
    return [names for names in alike.values() if len(names) > 1]


def _counts(everybody: list[Judged]) -> dict[str, int]:
    kinds = sorted({one.kind for one in everybody})
    return {kind: sum(one.kind == kind for one in everybody) for kind in kinds}


def _redundant(spec: Spec, wrong: list[Judged]) -> list[list[str]]:
    """Rules that exactly the same impostors break, so that one of them would do."""
    broken_by: dict[frozenset[tuple[str, str]], list[str]] = {}
    for rule in spec.rules:
        impostors = frozenset((one.kind, one.name) for one in wrong if rule.id in one.broken)
        if impostors:
            broken_by.setdefault(impostors, []).append(rule.id)
    return [rules for rules in broken_by.values() if len(rules) > 1]


def _row(one: Judged) -> dict[str, Any]:
    row: dict[str, Any] = {"who": str(one)} | msgspec.to_builtins(one)
    return row
