"""The summary of a run: how much of what was promised could be asked, and what came of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

LEVELS = ("must", "should", "observe")
_SHOWN = {
    "must": ("pass", "fail", "waived", "error", "blocked"),
    "should": ("pass", "advisory", "waived", "error", "blocked"),
    "observe": ("observed", "error", "blocked"),
}
_ALWAYS = ("pass", "fail", "waived", "blocked")


class Tally:
    """Counts verdicts by level."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {level: Counter() for level in LEVELS}
        self.blocked: Counter[str] = Counter()
        self.noted: list[dict[str, Any]] = []
        self.vocabularies: set[str] = set()
        self.problems: list[str] = []

    def add(self, line: dict[str, Any]) -> None:
        """Count one verdict line; keep those that somebody has to look at."""
        self.counts[line["level"]][line["verdict"]] += 1
        self.vocabularies.update(line.get("vocabularies", []))
        if line["verdict"] == "blocked":
            self.blocked[line["reason"]] += 1
        elif line["verdict"] in ("fail", "advisory", "waived", "error"):
            self.noted.append(line)

    def add_all(self, lines: Iterable[dict[str, Any]]) -> None:
        """Count several verdict lines."""
        for line in lines:
            self.add(line)

    @property
    def total(self) -> int:
        """How many verdicts there are."""
        return sum(counts.total() for counts in self.counts.values())

    @property
    def asked(self) -> int:
        """How many of the probes could be asked."""
        return self.total - sum(counts["blocked"] for counts in self.counts.values())

    def sentence(self, level: str) -> str:
        """One level with its denominator."""
        counts = self.counts[level]
        total = counts.total()
        shown = [
            f"{counts[kind]} {kind}" for kind in _SHOWN[level] if counts[kind] or (level == "must" and kind in _ALWAYS)
        ]
        return " · ".join([f"{level}: {total - counts['blocked']} asked of {total}", *shown])

    def counted(self) -> list[str]:
        """A sentence for every level that has verdicts, and one for whose words the target's errors use."""
        sentences = [self.sentence(level) for level in LEVELS if self.counts[level].total()]
        if self.vocabularies:
            sentences.append(f"vocabulary: {' and '.join(sorted(self.vocabularies))}")
        return sentences

    def needs(self) -> list[str]:
        """What would unblock the rest."""
        return [f"{count} blocked: needs {reason}" for reason, count in self.blocked.most_common()]

    def sentences(self) -> list[str]:
        """The whole summary."""
        return [*self.counted(), *self.needs()]

    def footer(self) -> dict[str, Any]:
        """The counts as the results file has them."""
        return {
            "counts": {level: dict(counts) for level, counts in self.counts.items()},
            "asked": self.asked,
            "total": self.total,
            "blocked": dict(self.blocked),
            "vocabularies": sorted(self.vocabularies),
        }
