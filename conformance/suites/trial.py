"""A trial: one probe being asked, with everything that was said in the course of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.compose import UNKNOWN_ID, compose
from conformance.exchange import SAFE_METHODS, Recipe
from conformance.judge import (
    Expectation,
    Verdict,
    brief,
    broken,
    expectation,
    gives_access,
    in_scope,
    kept,
    misfit,
)
from conformance.suites.presence import NOT_THERE
from conformance.suites.readiness import is_not_ready
from conformance.suites.specimens import NoSpecimenError

if TYPE_CHECKING:
    from conformance.exchange import Exchange, Request
    from conformance.probes import Probe
    from conformance.spec.model import Spec
    from conformance.suites.presence import Presence
    from conformance.suites.specimens import Specimens
    from conformance.targets.http import Target


_GONE = (404, 410)
_REPLACEMENTS = 2
_MOST_EXCHANGES = 20


class BlockedError(Exception):
    """The probe cannot be asked; the message says what would unblock it."""


@dataclass(slots=True)
class Trial:
    """One probe being asked of a target.

    `vocabulary` pins the words of errors, `examples` is how many cases a generated check may try, `documents` is the
    directory of what the spec refers to.
    """

    spec: Spec
    target: Target
    specimens: Specimens
    presence: Presence
    probe: Probe
    vocabulary: str = "any"
    examples: int = 1
    fault: str = ""
    documents: Path = Path()
    exchanges: list[Exchange] = field(default_factory=list)

    def look_for_operation(self) -> None:
        """See that the target has the probe's operation, where no page documents it.

        Raises:
            TargetError: There was no answer.
            BlockedError: The target does not have it.

        """
        look = self.presence.of(self.probe.operation)
        if look.exchange and look.is_absent:
            self._noted(look.exchange)
            request = self.spec.operations[self.probe.operation].request
            status = look.exchange.response.status
            raise BlockedError(f"{request}, but this API does not seem to have it: the full key got {status}")

    def ask(self, item: str | None = None, **axes: Any) -> Exchange:
        """Ask the probe, or the same with other values on some axes, and keep the exchange.

        Raises:
            TargetError: There was no answer.
            BlockedError: It cannot be asked.

        """
        asked = self.varied(**axes)
        if asked.operation not in self.spec.operations:
            raise BlockedError(f"the operation {asked.operation!r} in the spec")
        if not asked.style:
            asked = replace(asked, style=self._style_of(asked.recipe))
        obstacle = self.target.keyring.obstacle(asked.recipe)
        if obstacle:
            raise BlockedError(obstacle)
        if asked.operation == "create" and not self._has_other_method(asked):
            exchange = self.specimens.create(asked)
            return self._noted(exchange)
        if item is not None:
            return self._asked_about(item, asked)
        item = self.item_for(asked)
        exchange = self._asked_about(item, asked)
        for _ in range(_REPLACEMENTS):
            if exchange.response.status not in _GONE or not self._is_about_a_specimen(asked):
                break
            self.specimens.replace(item)
            item = self.item_for(asked)
            exchange = self._asked_about(item, asked)
        return exchange

    def send(self, request: Request) -> Exchange:
        """Send a request and keep the exchange; what it creates is remembered."""
        create = self.spec.operations.get("create")
        is_create = create and self.probe.operation == "create" and request.method == create.method
        return self._noted(self.specimens.make(request) if is_create else self.target.send(request))

    @property
    def first_style(self) -> str:
        """The style that is used where a rule does not care."""
        return next(iter(self.spec.styles))

    def varied(self, **axes: Any) -> Probe:
        """The probe with other values on some axes."""
        return replace(self.probe, **axes)

    def composed(self) -> Request:
        """A request without a credential by a safe method: of the probe's operation, or of the first that has one."""
        names = [self.probe.operation, *self.spec.operations]
        looks = (name for name in names if self.spec.operations[name].method in SAFE_METHODS)
        operation = next(looks, self.probe.operation)
        looking = self.varied(style="", operation=operation, alteration="")
        return compose(self.spec, looking, self.item_for(looking))

    def reference(self) -> Exchange:
        """What a request without any key is answered."""
        keyless = next((name for name, c in self.spec.credentials.items() if c.key == "none"), None)
        if keyless is None:
            raise BlockedError("a credential with key: none in the spec, to ask for comparison")
        return self.ask(recipe=Recipe(keyless), style="", alteration="")

    def item_for(self, probe: Probe) -> str:
        """The id of the sandbox that a probe is about."""
        if "{id}" not in (self.spec.operations[probe.operation].path if probe.operation else ""):
            return ""
        kind = self.spec.alterations[probe.alteration].id if probe.alteration else None
        if kind == "unknown":
            return UNKNOWN_ID
        if kind == "other_organization":
            return self.foreign_sandbox()
        if self.spec.credentials[probe.recipe.name].key == "active":
            return self.specimen("" if probe.operation == "delete" else "use")
        # what only refused requests are about may stand in for itself, so that a fault there spoils nothing else
        try:
            return self.specimens.keep("refuse")
        except NoSpecimenError:
            return UNKNOWN_ID

    def specimen(self, purpose: str) -> str:
        """The id of a sandbox for one purpose, or of a new one for none.

        Raises:
            BlockedError: There is none, and none could be made.

        """
        try:
            return self.specimens.keep(purpose) if purpose else self.specimens.fresh()
        except NoSpecimenError as error:
            raise BlockedError(str(error)) from None

    def expected(self, probe: Probe | None = None, outcome: str = "") -> Expectation:
        """What the rule promises for the probe, or another outcome of the spec."""
        return expectation(self.spec, probe or self.probe, self.vocabulary, outcome)

    def misfit(self, expected: Expectation, exchange: Exchange) -> str:
        """How an exchange breaks an expectation, or what its refusal tells all the same; "" when it keeps it."""
        is_anonymous = exchange.response.status == HTTPStatus.UNAUTHORIZED  # whatever was sent, it is nobody's key
        withheld = self.specimens.withheld_from(None if is_anonymous else exchange.asked.recipe)
        return misfit(expected, exchange, withheld)

    def verdict(self, expected: Expectation, exchange: Exchange | None = None) -> Verdict:
        """Judge one exchange, by default the last; the report shows all of them."""
        judged = exchange or self.exchanges[-1]
        observed = self.misfit(expected, judged)
        if observed and self._is_fallback(expected, judged):
            return self.kept(str(expected), f"{brief(judged.response)}, as for every path that no page has")
        return self.broken(str(expected), observed) if observed else self.kept(str(expected), brief(judged.response))

    def kept(self, expected: str, observed: str) -> Verdict:
        """The promise held."""
        return kept(self.probe, expected, observed, self.exchanges)

    def broken(self, expected: str, observed: str) -> Verdict:
        """The promise did not hold.

        Raises:
            BlockedError: The answer may as well mean that the target does not have the operation.

        """
        if self.presence.of(self.probe.operation).is_open and self.exchanges[-1].response.status in NOT_THERE:
            request = self.spec.operations[self.probe.operation].request
            raise BlockedError(f"a sandbox, to see whether this API has {request}, which no page documents")
        return broken(self.probe, expected, observed, self.exchanges)

    def _is_fallback(self, expected: Expectation, exchange: Exchange) -> bool:
        """Whether what looks like access to an unusual path is what everybody gets for any path."""
        if not (expected.no_access and self.probe.alteration and gives_access(exchange.response)):
            return False
        return self.presence.fallback.is_seen_in(exchange, self.specimens.withheld_from(None))

    def _style_of(self, recipe: Recipe) -> str:
        return "" if self.spec.credentials[recipe.name].key == "none" else self.probe.style or self.first_style

    def foreign_sandbox(self) -> str:
        """The id of another organization's sandbox.

        Raises:
            BlockedError: None was given.

        """
        if self.target.keyring.foreign_sandbox:
            return self.target.keyring.foreign_sandbox
        raise BlockedError(" or ".join(self.foreign_variables()))

    def foreign_variables(self) -> list[str]:
        """The variables that may name another organization's sandbox."""
        return [c.sandbox_variable for c in self.spec.credentials.values() if c.sandbox_variable]

    def _noted(self, exchange: Exchange) -> Exchange:
        self.exchanges.append(exchange)
        del self.exchanges[:-_MOST_EXCHANGES]  # a generated check may have hundreds, each with a body of megabytes
        return exchange

    def _asked_about(self, item: str, asked: Probe) -> Exchange:
        request = compose(self.spec, asked, item)
        if self._may_be_told(asked):
            exchange = self.specimens.readiness.wait_for(partial(self.send, request))
            if is_not_ready(exchange) and in_scope(self.spec, asked):
                raise BlockedError(f"a sandbox that is ready (it still gave {exchange.response.status} after a wait)")
        else:
            exchange = self.send(request)
        is_deleted = asked.operation == "delete" and 200 <= exchange.response.status < 300
        if is_deleted and not self._has_other_method(asked):
            self.specimens.forget(item)
        return exchange

    def _may_be_told(self, asked: Probe) -> bool:
        """Whether a good key asks about a sandbox of its own organization, so that nothing has to be kept from it."""
        credential, owner = (self.spec.credentials[one.name] for one in (asked.recipe, self.specimens.owner))
        is_own = credential.key == "active" and credential.organization == owner.organization
        return is_own and asked.style in self.spec.styles and self._is_about_a_specimen(asked)

    def _has_other_method(self, asked: Probe) -> bool:
        return bool(asked.alteration and self.spec.alterations[asked.alteration].method)

    def _is_about_a_specimen(self, asked: Probe) -> bool:
        """Whether a probe is about a sandbox that the suite chose, and that may have come to its end meanwhile."""
        if "{id}" not in self.spec.operations[asked.operation].path:
            return False
        if asked.alteration and self.spec.alterations[asked.alteration].id:
            return False
        return self.spec.credentials[asked.recipe.name].key == "active"
