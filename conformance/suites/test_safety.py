"""What must not happen, whatever is sent: secrets repeated, crashes, sessions, borrowed credentials."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.judge import Verdict, brief
from conformance.suites.check import check
from conformance.suites.trial import BlockedError, Trial
from conformance.targets.errors import UnansweredError, UnsteadyError

if TYPE_CHECKING:
    from conformance.exchange import Exchange

_MOST_PAIRS = 6
_PATIENCE = 60.0


@check(requests=1)
def secret_is_not_repeated(trial: Trial) -> Verdict:
    """Neither headers nor body hold 8 characters in a row of the secret that was sent."""
    exchange = trial.ask()
    if exchange.repeats:
        return trial.broken(
            "no part of the secret in the answer",
            f"{brief(exchange.response)}, {exchange.repeats} repeats it",
        )
    return trial.kept("no part of the secret in the answer", brief(exchange.response))


@check(requests=2)
def secret_of_a_strange_key_is_not_repeated(trial: Trial) -> Verdict:
    """The same of a credential that a server may not even answer, which is another rule's finding."""
    try:
        return secret_is_not_repeated(trial)
    except UnansweredError:
        trial.reference()
        raise BlockedError("an answer to a strange credential, where a plain request gets one") from None


@check(requests=2)
def server_survives(trial: Trial) -> Verdict:
    """A strange credential is refused; when it is not even answered, a plain one is asked to see who is at fault."""
    expected = trial.expected()
    try:
        trial.ask()
    except UnsteadyError:
        raise
    except UnansweredError as error:
        control = trial.reference().response
        return trial.broken(str(expected), f"no answer ({error}), while a request without a key gets {brief(control)}")
    return trial.verdict(expected)


@check(requests=2)
def cookie_of_refusal_does_not_authenticate(trial: Trial) -> Verdict:
    """A refusal's cookies, sent back, are refused as well."""
    return _cookies_are_refused(trial, trial.ask())


@check(requests=2)
def cookie_of_success_does_not_authenticate(trial: Trial) -> Verdict:
    """The cookies that came with a success, sent back without its key, are refused."""
    return _cookies_are_refused(trial, _successful(trial, trial.ask()))


def _cookies_are_refused(trial: Trial, first: Exchange) -> Verdict:
    cookies = [value.partition(";")[0] for name, value in first.response.headers if name.lower() == "set-cookie"]
    if not cookies:
        return trial.kept("no cookie, or one that is refused", f"{brief(first.response)} without a cookie")
    request = trial.composed()
    headers = (*request.headers, ("Cookie", "; ".join(cookies).replace("{", "%7B")))
    misfit = trial.misfit(trial.expected(), trial.send(replace(request, headers=headers, recipe=None)))
    if misfit:
        return trial.broken("no cookie, or one that is refused", f"the cookie gave {misfit}")
    return trial.kept("no cookie, or one that is refused", "the cookie was refused")


@check(requests=2)
def bad_key_after_good_one(trial: Trial) -> Verdict:
    """On the connection that just carried a good key, a bad one is refused."""
    trial.target.hang_up()
    _successful(trial, trial.ask(recipe=trial.specimens.owner))
    trial.ask()
    return trial.verdict(trial.expected())


def _successful(trial: Trial, exchange: Exchange) -> Exchange:
    if exchange.response.status not in trial.spec.operations[trial.probe.operation].succeeds:
        raise BlockedError(f"a good key to begin with (it gave {brief(exchange.response)})")
    return exchange


@check(requests=2, per_example=2)
def concurrent_requests_keep_apart(trial: Trial) -> Verdict:
    """Good and other credentials, sent at once on several connections, each get their own answer."""
    asked = {"the good key": trial.specimens.owner, "the other credential": trial.probe.recipe}
    trial.target.hang_up()
    alone = {who: trial.ask(recipe=recipe).response.status for who, recipe in asked.items()}
    pairs = min(trial.examples, _MOST_PAIRS)
    together = threading.Barrier(2 * pairs)
    trial.target.pace.burst(2 * pairs)

    def ask(who: str) -> tuple[str, int]:
        together.wait(timeout=_PATIENCE)
        try:
            return who, trial.ask(recipe=asked[who]).response.status
        finally:
            trial.target.hang_up()  # a later thread may go by the same name

    with ThreadPoolExecutor(2 * pairs) as pool:
        answers = list(pool.map(ask, [*asked] * pairs))
    wrong = [f"{who} got {status}" for who, status in answers if status != alone[who]]
    del trial.exchanges[2:]
    expected = ", ".join(f"{who}: {status}" for who, status in alone.items())
    if wrong:
        return trial.broken(f"{expected}, as when alone", f"{len(wrong)} of {len(answers)} differ: {wrong[0]}")
    return trial.kept(f"{expected}, as when alone", f"{len(answers)} requests at once, all alike")
