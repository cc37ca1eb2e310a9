"""The kill matrix: impostors by rules, and what it says about the suite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.selftest.judged import Judged
    from conformance.spec.model import Spec

_ENOUGH = 2  # two different mistakes may break a promise


def matrix(spec: Spec, everybody: Iterable[Judged]) -> dict[str, Any]:
    """The matrix as data: who survived, who was accused, and which rules have nobody to catch."""
    everybody = list(everybody)
    wrong = [one for one in everybody if one.rule]
    right = [one for one in everybody if not one.rule]
    caught_by = {rule.id: [one for one in wrong if one.rule == rule.id] for rule in spec.rules}
    promised = [rule for rule in spec.rules if rule.level == "must"]
    return {
        "spec": spec.version,
        "counts": _counts(everybody),
        "survivors": [_row(one) for one in wrong if not one.broken and not one.problem],
        "caught_by_others_only": [_row(one) for one in wrong if one.broken and not one.is_caught],
        "false_alarms": [_row(one) for one in right if one.failed or one.errors],
        "not_judged": [_row(one) for one in everybody if one.problem],
        "unexercised": [rule.id for rule in promised if not caught_by[rule.id]],
        "exercised_once": [rule.id for rule in promised if len(caught_by[rule.id]) == _ENOUGH - 1],
        "redundant": _redundant(spec, wrong),
        "impostors": [_row(one) for one in everybody],
    }


def is_proof(data: dict[str, Any]) -> bool:
    """Whether every impostor was caught by its rule, nobody else was accused, and every promise has its impostor."""
    flaws = ("survivors", "caught_by_others_only", "false_alarms", "not_judged", "unexercised")
    return not any(data[name] for name in flaws)


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
    row: dict[str, Any] = msgspec.to_builtins(one)
    return row
