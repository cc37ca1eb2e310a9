"""A run of an SDK: every probe's call looked at and led to its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.judge import Verdict
from conformance.runs.run import MOST_SILENCES, waived
from conformance.sdk.errors import BrokenAdapterError
from conformance.suites.sdk_trial import SdkTrial, call_of
from conformance.suites.trial import BlockedError
from conformance.targets.errors import UnansweredError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from conformance.probes import Probe
    from conformance.sdk.target import SdkTarget
    from conformance.spec.model import Spec
    from conformance.suites.check import Cost
    from conformance.waivers import Waiver


@dataclass
class SdkRun:
    """Asks probes of an SDK."""

    spec: Spec
    target: SdkTarget
    waivers: list[Waiver]
    silences: int = 0

    @property
    def header(self) -> str:
        """Who is asked."""
        who = self.target.greeting
        return f"sdk {self.target.identity} ({who.language}, {who.runtime})"

    @property
    def sdk(self) -> dict[str, str]:
        """The SDK as the results file names it."""
        who = self.target.greeting
        names = ("sdk", "version", "language", "runtime")
        return {"adapter": self.target.adapter, **{name: getattr(who, name) for name in names}}

    def plan(self, asked: Iterable[tuple[Probe, Cost]]) -> None:
        """Begin to make the calls that the probes are about."""
        self.target.prepare(call_of(probe) for probe, _ in asked if not self._obstacle(probe))

    def ask(self, probe: Probe, check: Callable[[Any], Verdict], _cost: Cost) -> Verdict:
        """The verdict on one probe.

        Raises:
            UnansweredError: The adapter is broken; no further probe can be asked.

        """
        obstacle = self._obstacle(probe)
        if obstacle:
            return self._blocked(probe, obstacle)
        try:
            return waived(self.waivers, probe, check(SdkTrial(self.spec, self.target, probe)))
        except BlockedError as error:
            return self._blocked(probe, str(error))
        except BrokenAdapterError as error:
            self.silences = MOST_SILENCES
            raise UnansweredError(str(error)) from None

    def expected_text(self, probe: Probe) -> str:
        """What a probe's rule promises, in words."""
        return probe.rule.says

    def _obstacle(self, probe: Probe) -> str:
        return self.target.obstacle(call_of(probe), probe.rule.needs)

    def _blocked(self, probe: Probe, reason: str) -> Verdict:
        return Verdict("blocked", self.expected_text(probe), "not asked", reason=reason)
