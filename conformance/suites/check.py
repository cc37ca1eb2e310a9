"""Checks by name: a rule's `check` is the name of a function in one of the suites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.judge import Verdict

    Check = Callable[[Any], Verdict]

F = TypeVar("F", bound="Check")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a check may cost a target.

    It sends at most `requests` requests, `per_example` more for each example of the Hypothesis profile, and
    `more_when_writing` where the run may create sandboxes; `writes` says that it changes things even where its probe's
    own request does not. A check of an SDK sends none.
    """

    requests: int = 0
    per_example: int = 0
    more_when_writing: int = 0
    writes: bool = False

    def of(self, examples: int) -> int:
        """The largest number of requests that the check itself sends."""
        return self.requests + self.per_example * examples


def check(
    *, requests: int = 0, per_example: int = 0, more_when_writing: int = 0, writes: bool = False
) -> Callable[[F], F]:
    """Make a function a check that rules can name; its `cost` is what it may cost a target."""

    def mark(function: F) -> F:
        function.cost = Cost(requests, per_example, more_when_writing, writes)  # type: ignore[attr-defined]
        return function

    return mark


def is_check(thing: object) -> bool:
    """Whether this is a function that rules can name."""
    return isinstance(getattr(thing, "cost", None), Cost)
