"""What a part of the examination came to: rows for people, evidence and facts for the diagnosis."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.diagnosis.evidence import Evidence
from conformance.diagnosis.fact import NOWHERE, Fact
from conformance.doctoring.check import Check

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import PartialExchange, Place, Setting
    from conformance.diagnosis.finding import Doubt
    from conformance.doctoring.check import Status


@dataclass
class Seen:
    """What an examination has found so far; `doubts` are questions that no set of the causes file asks.

    `valid` is from when to when the certificate of the API is, in seconds since 1970, where it was believed.
    """

    checks: list[Check] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    exchanges: list[PartialExchange] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    valid: tuple[float, float] | None = None

    def check(self, name: str, status: Status, says: str, place: str = "") -> None:
        """Note a row."""
        self.checks.append(Check(name, status, says, place))

    def fact(self, name: str, says: str, place: Place = NOWHERE) -> None:
        """Note a fact of `DOCTOR_FACTS`."""
        self.facts.append(Fact(name, says, place))

    def forget(self, *names: str) -> None:
        """Drop the facts of these names, which something else has explained."""
        self.facts = [one for one in self.facts if one.name not in names]

    def evidence(self) -> Evidence:
        """What goes to the diagnosis beside the facts."""
        return Evidence(exchanges=tuple(self.exchanges), settings=tuple(self.settings))
