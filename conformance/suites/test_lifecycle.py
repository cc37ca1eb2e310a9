"""The life of keys: created, used, rotated, revoked, expired, given another scope; in two organizations.

A Hypothesis state machine compares the mock with a model of what the pages promise, request by request.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.compose import compose
from conformance.exchange import Recipe, Response
from conformance.judge import Verdict, expectation, mismatch
from conformance.mock.directory import Directory
from conformance.mock.faults import with_faults
from conformance.mock.message import Request as Received
from conformance.mock.respond import Mock
from conformance.suites.check import check
from conformance.suites.generation import settings_for
from conformance.suites.trial import BlockedError

if TYPE_CHECKING:
    from conformance.keys import ApiKey
    from conformance.suites.trial import Trial

_ORGANIZATIONS = ("own", "other")
_STEPS = 20
_LIVES = 20  # fewer may miss what only the right order of steps shows


@dataclass(slots=True)
class Expected:
    """What the model knows of a key."""

    key: ApiKey
    organization: str
    scope: str
    stops_at: float


class World:
    """A mock of its own, with a clock that stands until it is moved."""

    def __init__(self, trial: Trial) -> None:
        self.spec = trial.spec
        self.time = 1_000_000.0
        self.directory = Directory(trial.spec, now=lambda: self.time)
        mock = Mock(self.directory)
        self.base_path = mock.base_path
        self.respond = with_faults(mock, trial.fault)
        self.sandboxes = {name: self.directory.create_sandbox(name, {}) for name in _ORGANIZATIONS}

    def use(self, trial: Trial, held: Expected, style: str, operation: str) -> tuple[str, str]:
        """Use a key; what was wrong with the answer ("" for nothing) and what had been expected."""
        recipe = Recipe(_credential(trial, held.scope))
        probe = trial.varied(recipe=recipe, style=style, operation=operation)
        item = self.sandboxes[held.organization]
        request = compose(self.spec, probe, item)
        target, query, body, *values = (
            text.replace("{key}", held.key.reveal())
            for text in (
                *request.target.partition("?")[::2],
                request.body or "",
                *(value for _, value in request.headers),
            )
        )
        names = (name.lower().encode() for name, _ in request.headers)
        headers = tuple(zip(names, (value.encode() for value in values), strict=True))
        answer = self.respond(Received(request.method, self.base_path + target, query, headers, body.encode()))
        if operation == "delete" and answer.status < 300:
            self.sandboxes[held.organization] = self.directory.create_sandbox(held.organization, {})
        outcome = _by_status(trial, 401) if held.stops_at <= self.time else _by_scope(trial)
        expected = expectation(self.spec, probe, trial.vocabulary, outcome)
        received = tuple((name.decode(), value.decode()) for name, value in answer.headers)
        return mismatch(expected, Response(answer.status, received, answer.body)), str(expected)


@check(requests=0)
def key_lifecycle(trial: Trial) -> Verdict:
    """The mock agrees with the model after any sequence of administration and use."""
    from hypothesis import settings
    from hypothesis.stateful import run_state_machine_as_test

    expected = "keys work while, and only while, they are in force"
    _check_words(trial)
    try:
        run_state_machine_as_test(
            _machine(trial),
            settings=settings(settings_for(max(_LIVES, trial.examples // 5)), stateful_step_count=_STEPS),
        )
    except AssertionError as error:
        return trial.broken(expected, str(error).splitlines()[0])
    return trial.kept(expected, "the mock agrees with the model")


def _machine(trial: Trial) -> Any:
    from hypothesis import strategies as st
    from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, rule

    scopes = st.sampled_from(list(trial.spec.scopes))
    styles = st.sampled_from(list(trial.spec.styles))
    seconds = st.sampled_from([1.0, 60.0, 3600.0, 48 * 3600.0])

    class KeyLifecycle(RuleBasedStateMachine):
        keys: Bundle[Expected] = Bundle("keys")

        @initialize()
        def begin(self) -> None:
            self.world = World(trial)

        @rule(
            target=keys,
            organization=st.sampled_from(_ORGANIZATIONS),
            scope=scopes,
            lifetime=st.one_of(st.just(math.inf), seconds),
        )
        def create(self, organization: str, scope: str, lifetime: float) -> Expected:
            expires_at = self.world.time + lifetime
            key = self.world.directory.create_key(organization, scope, expires_at=expires_at)
            return Expected(key, organization, scope, expires_at)

        @rule(held=keys, style=styles)
        def use(self, held: Expected, style: str) -> None:
            for operation in trial.spec.operations:
                misfit, expected = self.world.use(trial, held, style, operation)
                assert not misfit, f"{operation} in {style} gave {misfit}, not {expected}"  # noqa: S101  Hypothesis's way

        @rule(target=keys, held=keys, overlap=seconds, style=styles)
        def rotate(self, held: Expected, overlap: float, style: str) -> Expected:
            self.use(held, style)
            expires_at = self.world.directory.keys[self.world.directory.key_id(held.key)].expires_at
            new = self.world.directory.rotate(self.world.directory.key_id(held.key), overlap)
            held.stops_at = min(held.stops_at, self.world.time + overlap)
            self.use(held, style)
            return Expected(new, held.organization, held.scope, expires_at)

        @rule(held=keys, style=styles)
        def revoke(self, held: Expected, style: str) -> None:
            self.use(held, style)
            self.world.directory.revoke(self.world.directory.key_id(held.key))
            held.stops_at = min(held.stops_at, self.world.time)
            self.use(held, style)

        @rule(held=consumes(keys), scope=scopes, style=styles, target=keys)
        def change_scope(self, held: Expected, scope: str, style: str) -> Expected:
            self.use(held, style)
            self.world.directory.change_scope(self.world.directory.key_id(held.key), scope)
            changed = Expected(held.key, held.organization, scope, held.stops_at)
            self.use(changed, style)
            return changed

        @rule(passed=seconds)
        def wait(self, passed: float) -> None:
            self.world.time += passed

    return KeyLifecycle


def _check_words(trial: Trial) -> None:
    """What the model says has to have words in the spec."""
    try:
        _by_status(trial, 401), _by_scope(trial), [_credential(trial, scope) for scope in trial.spec.scopes]
    except StopIteration:
        raise BlockedError("a credential for every scope, and outcomes for a 401 and by scope, in the spec") from None


def _credential(trial: Trial, scope: str) -> str:
    return next(name for name, c in trial.spec.credentials.items() if c.scope == scope and c.key == "active")


def _by_status(trial: Trial, status: int) -> str:
    return next(name for name, outcome in trial.spec.outcomes.items() if outcome.status == [status])


def _by_scope(trial: Trial) -> str:
    return next(name for name, outcome in trial.spec.outcomes.items() if outcome.in_scope)
