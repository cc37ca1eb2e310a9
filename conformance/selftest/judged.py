"""What came of judging one implementation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.judge import Verdict
    from conformance.probes import Probe
    from conformance.selftest.impostor import Impostor

_BROKEN = ("fail", "advisory")


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """The broken rules of an implementation, each with the probes that found it; `problem` when it was not judged.

    `rule` is the one that had to catch it, "" where none may; `errors` are probes without an answer, each with what
    happened instead, and `blocked` the rules of which no probe came to a verdict: at most so many may be of one that
    conforms.
    """

    kind: str
    name: str
    rule: str
    program: str = ""
    failed: dict[str, list[str]] = {}
    advised: dict[str, list[str]] = {}
    errors: dict[str, str] = {}
    blocked: list[str] = []
    most_blocked: int = 0
    problem: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, self.name, self.program and f"({self.program})")))

    @property
    def broken(self) -> dict[str, list[str]]:
        """Every broken rule, whatever its level."""
        return self.failed | self.advised

    @property
    def is_caught(self) -> bool:
        """Whether the rule that had to catch it did."""
        return self.rule in self.broken


def judged(impostor: Impostor, verdicts: Iterable[tuple[Probe, Verdict]], problem: str, seconds: float) -> Judged:
    """What the verdicts on an implementation come to; one that was caught before a problem arose was judged."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for probe, verdict in verdicts:
        found.setdefault(verdict.kind, {}).setdefault(probe.rule.id, {})[probe.id] = verdict.observed
    failed, advised = ({rule: list(probes) for rule, probes in found.get(kind, {}).items()} for kind in _BROKEN)
    answered = {rule for kind, rules in found.items() if kind != "blocked" for rule in rules}
    return Judged(
        kind=impostor.kind,
        name=impostor.name,
        rule=impostor.rule,
        program=impostor.program,
        failed=failed,
        advised=advised,
        errors={probe: said for probes in found.get("error", {}).values() for probe, said in probes.items()},
        blocked=[rule for rule in found.get("blocked", {}) if rule not in answered],
        most_blocked=impostor.most_blocked,
        problem="" if impostor.rule in failed | advised else problem,
        seconds=seconds,
    )
