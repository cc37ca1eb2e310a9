"""How good `hopx-auth explain` is: `python -m tests.corpus.score`; exit status 1 where a goal is missed."""

from __future__ import annotations

import argparse
import fnmatch
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.corpus.case import FAMILIES, cases
from tests.corpus.judging import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.corpus.judging import Judged

SINGLE_GOAL, SEVERAL_GOAL, CANNOT_TELL_GOAL = 0.97, 0.85, 0.90
_COLUMNS = (
    "cases",
    "all right",
    "single top-1",
    "several exact",
    "c-t precision",
    "c-t recall",
    "conf. wrong",
    "false alarms",
    "leaks",
    "crashes",
)


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    right: int
    of: int

    @property
    def value(self) -> float:
        """From 0 to 1; nothing of nothing is 1."""
        return self.right / self.of if self.of else 1.0

    def __str__(self) -> str:
        return f"{self.right}/{self.of}" if self.of else "-"


@dataclass(frozen=True)
class Score:
    """The measures of some cases."""

    cases: int
    right: Share
    single: Share
    several: Share
    precision: Share
    recall: Share
    confidently_wrong: int
    false_alarms: int
    leaks: int
    crashes: int

    @property
    def missed(self) -> list[str]:
        """The goals that are missed, in words."""
        goals = [
            (self.single.value >= SINGLE_GOAL, f"single causes named first: {self.single}, goal {SINGLE_GOAL:.0%}"),
            (self.several.value >= SEVERAL_GOAL, f"several causes, exactly: {self.several}, goal {SEVERAL_GOAL:.0%}"),
            (
                self.precision.value >= CANNOT_TELL_GOAL,
                f"precision of cannot-tell: {self.precision}, goal {CANNOT_TELL_GOAL:.0%}",
            ),
            (
                self.recall.value >= CANNOT_TELL_GOAL,
                f"recall of cannot-tell: {self.recall}, goal {CANNOT_TELL_GOAL:.0%}",
            ),
            (not self.confidently_wrong, f"confidently wrong: {self.confidently_wrong}, goal 0"),
            (not self.false_alarms, f"false alarms: {self.false_alarms}, goal 0"),
            (not self.leaks, f"leaks: {self.leaks}, goal 0"),
            (not self.crashes, f"crashes: {self.crashes}, goal 0"),
        ]
        return [words for is_met, words in goals if not is_met]


def score(judged: Sequence[Judged]) -> Score:
    """The measures of these answers.

    Single causes count where only a problem is right, and it is one; several where it is more. Cannot-tell is precise
    where it is said of a case that allows it, and recalled where a case allows nothing else; both with fitting
    candidates.
    """
    problems = [one for one in judged if one.expects == {"problem"}]
    single = [one for one in problems if not one.is_several]
    several = [one for one in problems if one.is_several]
    said = [one for one in judged if one.verdict == "cannot-tell"]
    untold = [one for one in judged if one.expects == {"cannot-tell"}]
    return Score(
        cases=len(judged),
        right=Share(sum(one.is_right for one in judged), len(judged)),
        single=Share(sum(one.is_top_right for one in single), len(single)),
        several=Share(sum(one.is_exact for one in several), len(several)),
        precision=Share(sum(one.is_exact for one in said), len(said)),
        recall=Share(sum(one.is_exact for one in untold), len(untold)),
        confidently_wrong=sum(one.is_confidently_wrong for one in judged),
        false_alarms=sum(one.is_false_alarm for one in judged),
        leaks=sum(bool(one.leaks) for one in judged),
        crashes=sum(bool(one.crash) for one in judged),
    )


def table(judged: Sequence[Judged]) -> list[str]:
    """The measures by kind of evidence, and of all."""
    groups = {name: [one for one in judged if one.case.family == family] for family, name in FAMILIES.items()}
    rows = [(name, score(members)) for name, members in [*groups.items(), ("all", list(judged))] if members]
    lines = [f"{'':8}" + "".join(f"{column:>14}" for column in _COLUMNS)]
    for name, made in rows:
        cells = (made.cases, made.right, made.single, made.several, made.precision, made.recall, made.confidently_wrong,
                 made.false_alarms, made.leaks, made.crashes)  # fmt: skip
        lines.append(f"{name:8}" + "".join(f"{cell!s:>14}" for cell in cells))
    return lines


def wrong(judged: Sequence[Judged]) -> list[str]:
    """The answers that are not right, each with what was expected."""
    return [_told(one) for one in judged if not one.is_right]


def _told(one: Judged) -> str:
    notes = [
        word
        for word, holds in (
            ("CONFIDENTLY WRONG", one.is_confidently_wrong),
            ("LEAK", one.leaks),
            ("CRASH " + one.crash, one.crash),
        )
        if holds
    ]
    said = ", ".join(f"{cause} ({sure})" for cause, sure in one.found) or ", ".join(one.candidates)
    wanted = " or ".join(
        f"{answer.verdict} {', '.join(answer.causes or answer.holds or answer.candidates)}".strip()
        for answer in one.case.answers
    )
    return f"{one.case.family}/{one.case.id}: {' '.join(notes)}\n    said   {one.verdict}: {said}\n    wanted {wanted}"


def main() -> int:
    """Print the table; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("tuning", "apart"), help="only these (default: all)")
    parser.add_argument("--kind", choices=tuple(FAMILIES.values()), help="only evidence of this kind")
    parser.add_argument("--cases", default="*", metavar="GLOB", help="only cases whose id matches")
    parser.add_argument("--list-wrong", action="store_true", help="name the answers that are not right")
    options = parser.parse_args()
    chosen = [
        case
        for case in cases()
        if options.split in (None, case.split)
        and options.kind in (None, FAMILIES[case.family])
        and fnmatch.fnmatch(case.id, options.cases)
    ]
    judged = [judge(case) for case in chosen]
    if options.list_wrong:
        print("\n".join(wrong(judged)))
    print("\n".join(table(judged)))
    missed = score(judged).missed
    print("\n".join(f"missed: {words}" for words in missed) or "every goal is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
