"""The format of keys: those that were issued, the documented one, and texts that are almost a key."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from conformance.exchange import Recipe
from conformance.judge import gives_access, vocabulary_of
from conformance.keys import MalformedKeyError
from conformance.suites.check import check
from conformance.suites.generation import settings_for
from conformance.suites.trial import BlockedError, Trial
from conformance.targets.errors import TargetError

if TYPE_CHECKING:
    from conformance.judge import Verdict

_LARGEST_DRAW = 10_000
_IN_THE_SECRET = 40
_AT_A_TIME = 10  # neighbours of what is drawn, so that none of a few choices is missed
_KNOWN_BY = (403, 429)  # refusals that only a key which is known can get


@check(requests=1)
def issued_key_is_well_formed(trial: Trial) -> Verdict:
    """A key in use has the documented format; a misfit counts only when the target accepts the key."""
    obstacle = trial.target.keyring.obstacle(trial.probe.recipe)
    key = None if obstacle else trial.target.keyring.credential(trial.probe.recipe)
    if key is None:
        raise BlockedError(obstacle)
    key_format = trial.target.keyring.key_format
    expected = f"{key_format.prefix}, {key_format.id_length} characters, {key_format.separator!r}, secret"
    try:
        return trial.kept(expected, f"well-formed {key_format.parts(key).prefix}… key")
    except MalformedKeyError as reason:
        variable = trial.target.keyring.variable(trial.probe.recipe.name)
        response = trial.ask(operation="list").response
        if not gives_access(response) and not (response.status in _KNOWN_BY and vocabulary_of(trial.spec, response)):
            raise BlockedError(f"a whole key in {variable} ({reason}; the target refuses it)") from None
        return trial.broken(expected, f"{reason}, and the target accepts it")


@check(requests=0)
def example_is_well_formed(trial: Trial) -> Verdict:
    """The example key of the documentation parses."""
    try:
        trial.target.keyring.key_format.parse(trial.spec.key.example)
    except MalformedKeyError as reason:
        return trial.broken("a well-formed key", str(reason))
    return trial.kept("a well-formed key", "a well-formed key")


@check(requests=0, per_example=1)
def every_near_miss_is_refused(trial: Trial) -> Verdict:
    """Whatever place of the key is changed, in whatever style and operation, it is refused."""
    from hypothesis import Phase, given, settings
    from hypothesis import strategies as st
    from hypothesis.errors import FlakyFailure

    obstacle = trial.target.keyring.obstacle(trial.probe.recipe)
    if obstacle:
        raise BlockedError(obstacle)
    operations = [
        name
        for name, operation in trial.spec.operations.items()
        if (trial.target.may_write or operation.method in ("GET", "HEAD")) and trial.presence.of(name).is_present
    ]
    asked = [0]
    misfits: list[str] = []
    unanswered: list[TargetError] = []

    expected = trial.expected()
    several = min(trial.examples, _AT_A_TIME)
    # the first places, which may be the only ones, are in the secret, and each kind begins with another style
    kinds: list[str] = [*trial.spec.credentials[trial.probe.recipe.name].how]
    styles = list(trial.spec.styles)[:: -1 if kinds.index(trial.probe.recipe.label) % 2 else 1]

    # to shrink a near miss would take thousands of requests and say no more
    @settings(settings_for(trial.examples // several), phases=[Phase.generate])
    @given(st.integers(0, _LARGEST_DRAW), st.integers(0, len(styles) - 1), st.integers(0, len(operations) - 1))
    def refused(place: int, style_from: int, operation_from: int) -> None:
        for at in range(several):
            if unanswered:
                return
            recipe = Recipe(trial.probe.recipe.name, trial.probe.recipe.label, _IN_THE_SECRET + place + at)
            style = styles[(style_from + at) % len(styles)]
            operation = operations[(operation_from + at) % len(operations)]
            try:
                exchange = trial.ask(recipe=recipe, style=style, operation=operation)
            except TargetError as error:  # no misfit to shrink: Hypothesis would only ask again and again
                unanswered.append(error)
                return
            asked[0] += 1
            misfit = trial.misfit(expected, exchange)
            if misfit:
                misfits.append(f"{recipe} in {style} on {operation}: {misfit}")
            assert not misfit  # noqa: S101  how Hypothesis is told

    with suppress(AssertionError, FlakyFailure):  # a target may also let pass what it refuses the next time
        refused()
    if misfits:
        del trial.exchanges[:-1]
        return trial.broken(str(trial.expected()), misfits[-1])
    if unanswered:
        raise unanswered[0]
    del trial.exchanges[:-1]
    return trial.kept(str(trial.expected()), f"{asked[0]} near misses refused")
