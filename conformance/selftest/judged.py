"""What came of judging one implementation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.judge import Verdict
    from conformance.probes import Probe
    from conformance.selftest.impostor import Impostor


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """The broken rules of an implementation, each with the probes that found it; `problem` when it was not judged.

    `rule` is the one that had to catch it, "" where none may; `errors` are probes without an answer, and `blocked` the
    rules of which no probe came to a verdict.
    """

    kind: str
    name: str
    rule: str
    program: str = ""
    failed: dict[str, list[str]] = {}
    advised: dict[str, list[str]] = {}
    errors: list[str] = []
    blocked: list[str] = []
    problem: str = ""
    seconds: float = 0.0

    @property
    def broken(self) -> dict[str, list[str]]:
        """Every broken rule, whatever its level."""
        return self.failed | self.advised

    @property
    def is_caught(self) -> bool:
        """Whether the rule that had to catch it did."""
        return self.rule in self.broken


def judged(impostor: Impostor, verdicts: Iterable[tuple[Probe, Verdict]], problem: str, seconds: float) -> Judged:
    """What the verdicts on an implementation come to."""
    found: dict[str, dict[str, list[str]]] = {}
    for probe, verdict in verdicts:
        found.setdefault(verdict.kind, {}).setdefault(probe.rule.id, []).append(probe.id)
    answered = {rule for kind, rules in found.items() if kind != "blocked" for rule in rules}
    return Judged(
        kind=impostor.kind,
        name=impostor.name,
        rule=impostor.rule,
        program=impostor.program,
        failed=found.get("fail", {}),
        advised=found.get("advisory", {}),
        errors=[probe for probes in found.get("error", {}).values() for probe in probes],
        blocked=[rule for rule in found.get("blocked", {}) if rule not in answered],
        problem=problem,
        seconds=seconds,
    )
