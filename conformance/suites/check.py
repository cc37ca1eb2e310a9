"""Checks by name: a rule's `check` is the name of a function in one of the suites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.judge import Verdict

    Check = Callable[[Any], Verdict]

F = TypeVar("F", bound="Check")


def check(
    *, requests: int = 0, per_example: int = 0, more_when_writing: int = 0, writes: bool = False
) -> Callable[[F], F]:
    """Make a function a check that rules can name.

    It sends at most `requests` requests, `per_example` more for each example of the Hypothesis profile, and
    `more_when_writing` where the run may create sandboxes; `writes` says that it changes things even where its probe's
    own request does not. A check of an SDK sends none.
    """

    def mark(function: F) -> F:
        function.check = Cost(requests, per_example, more_when_writing, writes)  # type: ignore[attr-defined]
        return function

    return mark


class Cost:
    """What a check may cost a target."""

    def __init__(self, requests: int, per_example: int, more_when_writing: int, writes: bool) -> None:
        self.requests = requests
        self.per_example = per_example
        self.more_when_writing = more_when_writing
        self.writes = writes

    def of(self, examples: int) -> int:
        """The largest number of requests that the check itself sends."""
        return self.requests + self.per_example * examples
