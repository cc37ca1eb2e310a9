"""The matrix of rules by releases: what became of every rule in the runs of several SDKs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.report.results import Line, Results
    from conformance.spec.model import Spec

_WORST_FIRST = ("error", "fail", "waived", "advisory", "observed", "pass", "blocked")
_SIGNS = {"pass": ".", "fail": "F", "advisory": "A", "observed": "o", "waived": "w", "blocked": "-", "error": "E"}


@dataclass(frozen=True, slots=True)
class Release:
    """One release of an SDK: the results of its run, or the problem that kept it from having any."""

    adapter: str
    version: str
    results: Results | None = None
    problem: str = ""

    @property
    def identity(self) -> str:
        """What the release is called."""
        return f"{self.adapter}@{self.version}"

    def verdict(self, rule_id: str) -> str:
        """What became of a rule: the worst verdict among its probes; "" when it was not asked at all."""
        verdicts = {line["verdict"] for line in self._lines if line["rule"] == rule_id}
        return next((kind for kind in _WORST_FIRST if kind in verdicts), "")

    def summary(self) -> str:
        """The run in a few words."""
        if self.results is None:
            return self.problem
        counts = {kind: sum(line["verdict"] == kind for line in self._lines) for kind in _WORST_FIRST}
        return " · ".join(f"{count} {kind}" for kind, count in counts.items() if count)

    @property
    def _lines(self) -> list[Line]:
        return self.results.verdicts if self.results else []


def matrix(spec: Spec, releases: list[Release]) -> dict[str, Any]:
    """The matrix as data."""
    rules = [rule for rule in spec.rules if rule.target == "sdk"]
    return {
        "releases": [
            {"release": release.identity, "complete": release.results is not None, "summary": release.summary()}
            for release in releases
        ],
        "rules": [
            {
                "rule": rule.id,
                "level": rule.level,
                "verdicts": {release.identity: release.verdict(rule.id) for release in releases if release.results},
            }
            for rule in rules
        ],
    }


def matrix_text(data: dict[str, Any]) -> str:
    """The matrix for a terminal: a line for every release, then one for every rule with a sign for each release."""
    releases = data["releases"]
    lines = [f"{number:3}  {one['release']}: {one['summary']}" for number, one in enumerate(releases, 1)]
    complete = [(number, one["release"]) for number, one in enumerate(releases, 1) if one["complete"]]
    if not complete:
        return "\n".join(lines)
    width = max(len(rule["rule"]) for rule in data["rules"])
    lines += ["", " ".join([" " * width, *(f"{number:2}" for number, _ in complete)])]
    for rule in data["rules"]:
        signs = [f" {_SIGNS.get(rule['verdicts'][name], ' ')}" for _, name in complete]
        lines.append(" ".join([rule["rule"].ljust(width), *signs]).rstrip())
    return "\n".join([*lines, "", "  ".join(f"{sign} {kind}" for kind, sign in _SIGNS.items())])
