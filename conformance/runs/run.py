"""One run: spec, target and waivers put together, and every probe led to its verdict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.compose import compose
from conformance.exchange import SAFE_METHODS
from conformance.judge import Verdict, expectation
from conformance.probes import Axes, is_thorough, method_of, smallest_cover
from conformance.suites.presence import Presence
from conformance.suites.specimens import NoSpecimenError, Specimens
from conformance.suites.steady import Steady, is_of_a_gateway
from conformance.suites.stranger import requests_to_know, stranger
from conformance.suites.trial import BlockedError, Trial
from conformance.targets.errors import TargetError, TooManyRequestsError, UnansweredError, UnsteadyError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.exchange import Exchange, Recipe
    from conformance.probes import Probe
    from conformance.spec.model import Spec
    from conformance.suites.check import Check, Cost
    from conformance.targets.http import HttpTarget
    from conformance.waivers import Waiver

MOST_SILENCES = 3
_SMOKE = "the full set: this is a smoke test, --allow-writes or --hypothesis-profile thorough ask it"
_HOUSEKEEPING = 12


def waived(waivers: Iterable[Waiver], probe: Probe, verdict: Verdict) -> Verdict:
    """The verdict, or that it is waived where a waiver is about its probe."""
    if verdict.kind not in ("fail", "advisory"):
        return verdict
    waiver = next((waiver for waiver in waivers if waiver.matches(probe.id)), None)
    return replace(verdict, kind="waived", reason=f"{waiver.reason} ({waiver.link})") if waiver else verdict


def _see_whole_answers(exchanges: Iterable[Exchange]) -> None:
    """Nothing can be said of an API by an answer that did not arrive as it was sent."""
    broken = next((exchange for exchange in exchanges if exchange.response.problem), None)
    if broken:
        raise UnansweredError(f"the answer to {broken.request.method} {broken.request.url}: {broken.response.problem}")


@dataclass
class Run:
    """Asks probes of a target.

    `examples` is how many cases a generated check may try, `smoke` that a few probes stand for the rest.
    """

    spec: Spec
    target: HttpTarget
    waivers: list[Waiver]
    vocabulary: str = "any"
    examples: int = 20
    smoke: bool = False
    fault: str = ""
    documents: Path = Path()
    left_out: set[str] = field(default_factory=set)
    silences: int = 0
    _key_is_dead: bool | None = field(init=False, default=None)
    _instead: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.steady = Steady(self.spec, self.target)
        self.specimens = Specimens(self.spec, self.steady)
        self.presence = Presence(self.spec, self.steady, self.specimens)

    @property
    def header(self) -> str:
        """Who is asked."""
        documented = urlsplit(self.spec.base_url).hostname
        elsewhere = self.target.name == "live" and urlsplit(self.target.base_url).hostname != documented
        note = f", which is not the documented host {documented}" if elsewhere else ""
        return f"{self.target.name} at {self.target.base_url}{note}"

    def plan(self, asked: Iterable[tuple[Probe, Cost]]) -> None:
        """Choose what is asked, and set the budget of a live run: the largest number of requests it may send."""
        possible = [(probe, cost) for probe, cost in asked if not self.obstacle(probe, cost)]
        if self.smoke:
            chosen = smallest_cover(probe for probe, _ in possible if not is_thorough(self.spec, probe))
            self.left_out = {probe.id for probe, _ in possible if probe.id not in chosen}
            possible = [(probe, cost) for probe, cost in possible if probe.id in chosen]
        budget = sum(self._cost(probe, cost) for probe, cost in possible) + self.presence.cost()
        budget += _HOUSEKEEPING if self.target.may_write else 1
        budget += len(self.spec.styles) + requests_to_know(self.spec)
        if self.target.name == "live":
            self.target.limit = budget

    def obstacle(self, probe: Probe, cost: Cost) -> str:
        """What keeps a probe from being asked; "" when nothing does."""
        missing = self.target.keyring.obstacle(probe.recipe)
        if missing:
            return missing
        writes = cost.writes or method_of(self.spec, probe) not in ("", *SAFE_METHODS)
        if writes and not self.target.may_write:
            return "--allow-writes"
        return _SMOKE if probe.id in self.left_out else ""

    def ask(self, probe: Probe, check: Check, cost: Cost) -> Verdict:
        """The verdict on one probe.

        Raises:
            UnansweredError: The target did not answer as HTTP or not in whole, or something else answers in its place.
            UnsteadyError: Something else answers in its place now and then.

        """
        obstacle = self.obstacle(probe, cost)
        if obstacle:
            return self._blocked(probe, obstacle)
        if self._answers_instead():
            self.silences = MOST_SILENCES
            raise UnansweredError(self._answers_instead())
        trial = Trial(
            self.spec,
            self.steady,
            self.specimens,
            self.presence,
            probe,
            self.vocabulary,
            self.examples,
            self.fault,
            self.documents,
        )
        try:
            verdict = self._checked(trial, check)
        except (BlockedError, NoSpecimenError) as error:
            self.silences = 0 if trial.exchanges else self.silences
            return self._blocked(probe, str(error), trial.exchanges)
        except TargetError as error:
            self._count_silence(error)
            if isinstance(error, UnansweredError):
                raise
            return self._blocked(probe, str(error), trial.exchanges)
        self.silences = 0
        return self._settled(probe, verdict)

    def _checked(self, trial: Trial, check: Check) -> Verdict:
        """What the check says, where nothing but the target itself has answered, and in whole."""
        trial.look_for_operation()
        verdict = check(trial)
        _see_whole_answers(trial.exchanges)
        self._see_no_outage(verdict, trial.exchanges)
        return verdict

    def _count_silence(self, error: TargetError) -> None:
        """Count what was no answer; one that a gateway gave now and then shows that somebody is there."""
        if isinstance(error, UnsteadyError):
            self.silences = 0
        else:
            self.silences += isinstance(error, UnansweredError | TooManyRequestsError)

    def _settled(self, probe: Probe, verdict: Verdict) -> Verdict:
        """The verdict, unless the key is to blame or a waiver is about it; what the probe left behind is removed."""
        self._discard()
        if verdict.kind in ("fail", "advisory") and self._has_dead_key(probe):
            variable = self.target.keyring.variable(probe.recipe.name)
            return self._blocked(probe, f"a key that works in {variable}: this one is refused with 401 in every style")
        return waived(self.waivers, probe, verdict)

    def expected_text(self, probe: Probe) -> str:
        """What a probe's rule promises, in words."""
        return str(expectation(self.spec, probe, self.vocabulary)) if probe.rule.then else probe.rule.says

    def _answers_instead(self) -> str:
        """What answers in the place of a live API, in words; "" where it is the API, or where nothing answers."""
        if self._instead is None:
            try:
                is_known = self.target.name != "live"
                self._instead = "" if is_known else stranger(self.spec, self.target, self.specimens.owner)
            except TargetError:
                self._instead = ""
        return self._instead

    def _see_no_outage(self, verdict: Verdict, exchanges: Iterable[Exchange]) -> None:
        """A promise is not broken by an API that a gateway has ceased to reach since the run began."""
        if self.target.name != "live" or verdict.kind not in ("fail", "advisory"):
            return
        if any(is_of_a_gateway(self.spec, exchange.response) for exchange in exchanges):
            outage = stranger(self.spec, self.target, self.specimens.owner)
            if outage:
                raise UnansweredError(outage)

    def _has_dead_key(self, probe: Probe) -> bool:
        """Whether a live API refuses the full key altogether, so that nothing else can be said with it.

        That a valid key authenticates is a promise of its own, which stays broken.
        """
        is_plain = probe.rule.then and self.spec.outcomes[probe.rule.then].succeeds and not probe.alteration
        if self.target.name != "live" or is_plain or probe.recipe != self.specimens.owner:
            return False
        if self._key_is_dead is None:
            self._key_is_dead = self._is_refused(probe.recipe)
        return self._key_is_dead

    def _is_refused(self, recipe: Recipe) -> bool:
        operation = next((name for name, one in self.spec.operations.items() if one.method in SAFE_METHODS), "")
        axes = [Axes(recipe=recipe, style=style, operation=operation) for style in self.spec.styles if operation]
        try:
            return bool(axes) and all(self.target.send(compose(self.spec, one)).response.status == 401 for one in axes)
        except TargetError:
            return False

    def _discard(self) -> None:
        try:
            self.specimens.discard()
        except TargetError:
            self.silences += 1

    def _blocked(self, probe: Probe, reason: str, exchanges: Iterable[Exchange] = ()) -> Verdict:
        return Verdict("blocked", self.expected_text(probe), "not asked", tuple(exchanges), reason)

    def _cost(self, probe: Probe, cost: Cost) -> int:
        """What a probe may cost: its check, and making and removing the sandboxes it needs."""
        own = cost.of(self.examples) + (cost.more_when_writing if self.target.may_write else 0)
        if not self.target.may_write or probe.operation not in ("create", "delete"):
            return own
        return 3 * own + 2
