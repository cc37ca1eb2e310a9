"""What one request is answered, and whether the same question is answered the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.compose import compose
from conformance.exchange import Recipe
from conformance.judge import Verdict, brief
from conformance.suites.check import check
from conformance.suites.specimens import NoSpecimenError
from conformance.suites.trial import BlockedError, Trial

if TYPE_CHECKING:
    from conformance.exchange import Response

_MOST_REPETITIONS = 19  # so that one server of twenty behind a balancer is met


@check(requests=1)
def answer(trial: Trial) -> Verdict:
    """One request gets the answer that the rule promises."""
    exchange = trial.ask()
    if not trial.probe.rule.then:
        return trial.kept("nothing is promised", brief(exchange.response))
    return trial.verdict(trial.expected())


@check(requests=2, more_when_writing=2)
def same_answer_for_every_style(trial: Trial) -> Verdict:
    """Status and error do not depend on the header that carried the credential, nor what a list shows."""
    expected = "the same answer in every style"
    witness = _witness(trial)
    seen, observed = _in_every_style(trial, witness)
    if len(set(seen.values())) == 1:
        return trial.kept(expected, observed)
    if witness and _in_every_style(trial, witness)[0] != seen:
        raise BlockedError("a list that stays as it is from one request to the next")
    return trial.broken(expected, observed)


def _witness(trial: Trial) -> str:
    """The id of a sandbox that a list has to show or hide in every style; "" where the run has none of its own."""
    if trial.probe.operation != "list" or not trial.target.may_write:
        return ""
    try:
        return trial.specimens.keep("use")
    except NoSpecimenError:
        return ""


def _in_every_style(trial: Trial, witness: str) -> tuple[dict[str, str], str]:
    """What has to be alike of the answers in every style, and the answers in words."""
    answers = {style: trial.ask(style=style).response for style in trial.spec.styles}
    seen = {style: _comparable(trial, response, witness) for style, response in answers.items()}
    words = (f"{style}: {brief(answers[style])}{' ' + how if 'list' in how else ''}" for style, how in seen.items())
    return seen, ", ".join(words)


def _comparable(trial: Trial, response: Response, witness: str) -> str:
    """What has to be alike: how it ended, the documented fields of an error, whether a list shows what is there."""
    operation = trial.spec.operations[trial.probe.operation]
    status, body = response.status, response.json
    if status in operation.succeeds:
        if not witness:
            return "success"
        return "listing it" if witness in trial.specimens.listed_in(response) else "not listing it"
    forms = [form for outcome in trial.spec.outcomes.values() for forms in outcome.bodies.values() for form in forms]
    documented = {pair for form in forms for pair in form.has.items()}
    said = {name: value for name, value in documented if isinstance(body, dict) and body.get(name) == value}
    return f"{status} {sorted(said.items())}"  # other words may differ from answer to answer


@check(requests=2)
def both_headers_at_once(trial: Trial) -> Verdict:
    """What happens when every header is there: this credential in one of them, a full key in the other."""
    names = [name for name, style in trial.spec.styles.items() if style.header]
    if len(names) < 2:
        raise BlockedError("two header styles in the spec")
    first, second = (trial.spec.styles[name] for name in names[:2])
    full = _full_key(trial)
    observed = []
    for one, other in ((trial.probe.recipe, full), (full, trial.probe.recipe)):
        request = compose(trial.spec, replace(trial.probe, recipe=one, style=names[0]))
        header = (second.header, second.value.replace("{key}", "{second}"))
        exchange = trial.send(replace(request, headers=(*request.headers, header), second=other))
        observed.append(f"{first.header}: {one}, {second.header}: {other} gives {brief(exchange.response)}")
    return trial.kept("nothing is promised", "; ".join(observed))


def _full_key(trial: Trial) -> Recipe:
    for name, credential in trial.spec.credentials.items():
        recipe = Recipe(name)
        if credential.key == "active" and not trial.target.keyring.obstacle(recipe):
            return recipe
    raise BlockedError("a key that works")


@check(requests=1, per_example=1)
def refused_every_time(trial: Trial) -> Verdict:
    """The same refusal, however often it is asked."""
    expected = trial.expected()
    times = 1 + min(trial.examples, _MOST_REPETITIONS)
    for count in range(1, times + 1):
        misfit = trial.misfit(expected, trial.ask())
        if misfit:
            return trial.broken(f"{expected}, {times} times", f"{misfit}, at request number {count}")
    return trial.kept(f"{expected}, {times} times", f"{times} refusals")
