"""A trial of an SDK: one probe's call, looked at from both ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.judge import Verdict, broken, kept
from conformance.sdk.call import Call
from conformance.sdk.protocol import Raised, Returned, Unsupported
from conformance.suites.trial import BlockedError

if TYPE_CHECKING:
    from conformance.probes import Probe
    from conformance.sdk.called import Called, SeenRequest
    from conformance.sdk.protocol import SdkError
    from conformance.sdk.target import SdkTarget
    from conformance.spec.model import Spec
    from conformance.spec.sdk import Played, PlayedAnswer

_SHOWN = 120


@dataclass
class SdkTrial:
    """One probe being asked of an SDK."""

    spec: Spec
    target: SdkTarget
    probe: Probe

    @cached_property
    def called(self) -> Called:
        """What came of the probe's call, for who looks at the user's end.

        Raises:
            BlockedError: The SDK has no such feature, or asked for what the recording server does not play.

        """
        self._expect_played()
        return self.recorded

    @cached_property
    def recorded(self) -> Called:
        """What came of the probe's call, for who looks at the wire alone: what was not played counts there as well.

        Raises:
            BlockedError: The SDK has no such feature.

        """
        called = self.target.called(call_of(self.probe))
        if isinstance(called.answer, Unsupported):
            raise BlockedError(called.answer.reason)
        if self.probe.answer and self.probe.source != "nowhere" and not called.to_api:
            raise BlockedError("a request to be answered so, and none came")
        return called

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """The requests that went to the API.

        Raises:
            BlockedError: There were none; whether there have to be some is asked by another rule.

        """
        if not self.recorded.to_api:
            raise BlockedError("a request to look at, and none came")
        return self.recorded.to_api

    @property
    def error(self) -> SdkError:
        """The error that the user got.

        Raises:
            BlockedError: There was none; whether there has to be one is asked by another rule.

        """
        error = self.called.error
        if error is None:
            raise BlockedError(f"an error to look at (there was {self.outcome})")
        return error

    @property
    def played(self) -> Played:
        """The refusal that the probe is about."""
        assert self.spec.sdk is not None  # noqa: S101  there are no calls without
        return self.spec.sdk.answers[self.probe.answer]

    @property
    def form(self) -> PlayedAnswer:
        """The form of that refusal."""
        return self.played.forms[self.probe.form]

    def expect_whole(self) -> None:
        """Go on only when the whole call was seen.

        Raises:
            BlockedError: It ended early, though nothing was refused, so that later requests were not seen.

        """
        if not self.probe.answer and not isinstance(self.called.answer, Returned):
            raise BlockedError(f"a call that goes through (there was {self.outcome})")

    @property
    def outcome(self) -> str:
        """What the user got, in a few words."""
        answer = self.recorded.answer
        if isinstance(answer, Raised):
            status = f" with status {answer.error.status_code}" if answer.error.status_code else ""
            return f"{answer.error.type}{status}: {shortened(answer.error.message)}"
        if isinstance(answer, Returned):
            return f"no error, but {shortened(msgspec.json.encode(answer.value).decode())}"
        return self.recorded.problem

    def kept(self, expected: str, observed: str) -> Verdict:
        """The verdict on a promise that held.

        Raises:
            BlockedError: The SDK asked for what the recording server does not play.

        """
        self._expect_played()
        return self._with_user(kept(self.probe, expected, observed, self._exchanges))

    def broken(self, expected: str, observed: str) -> Verdict:
        """The verdict on a promise that did not hold."""
        return self._with_user(broken(self.probe, expected, observed, self._exchanges))

    def verdict(self, expected: str, misfit: str, observed: str = "") -> Verdict:
        """The verdict, by whether there is a misfit."""
        return self.broken(expected, misfit) if misfit else self.kept(expected, observed or self.outcome)

    @property
    def _exchanges(self) -> list[Any]:
        return [seen.exchange for seen in self.recorded.seen]

    def _expect_played(self) -> None:
        unknown = [seen for seen in self.recorded.to_api if not seen.played]
        if unknown:
            raise BlockedError(f"an answer to {unknown[0]}, which the recording server does not know; add it to routes")

    def _with_user(self, verdict: Verdict) -> Verdict:
        answer = self.recorded.answer
        user = msgspec.to_builtins(answer) if answer else {"outcome": self.recorded.problem}
        return replace(verdict, user=user)


def call_of(probe: Probe) -> Call:
    """The call that a probe is about."""
    return Call(probe.recipe, probe.source, probe.operation, probe.answer, probe.form)


def places(seen: tuple[SeenRequest, ...]) -> str:
    """Requests in a few words."""
    return ", ".join(f"{one.exchange.request.method} {one.exchange.asked.target}" for one in seen) or "no request"


def shortened(text: str) -> str:
    """A text as one line, cut off where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"
