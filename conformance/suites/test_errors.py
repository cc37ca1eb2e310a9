"""What an error tells those who have to deal with it."""

from __future__ import annotations

from conformance.judge import Verdict, brief, vocabulary_of
from conformance.suites.check import check
from conformance.suites.trial import BlockedError, Trial


@check(requests=1)
def challenge_is_sent(trial: Trial) -> Verdict:
    """A 401 has WWW-Authenticate (RFC 9110, section 11.6.1)."""
    response = trial.ask().response
    if response.status != 401:
        raise BlockedError("a 401, where something else was answered")
    challenge = response.header("www-authenticate")
    if challenge:
        return trial.kept("WWW-Authenticate", f"{brief(response)} with {challenge}")
    return trial.broken("WWW-Authenticate", f"{brief(response)} without it")


@check(requests=1)
def request_id_is_sent(trial: Trial) -> Verdict:
    """An error has X-Request-ID, or request_id in its body (D6)."""
    response = trial.ask().response
    if response.status < 400:
        raise BlockedError("an error, where access was given")
    body = response.json if isinstance(response.json, dict) else {}
    request_id = response.header("x-request-id") or body.get("request_id")
    if request_id:
        return trial.kept("X-Request-ID or request_id", f"{brief(response)} with an id")
    return trial.broken("X-Request-ID or request_id", f"{brief(response)} without an id")


@check(requests=2)
def one_vocabulary(trial: Trial) -> Verdict:
    """An error uses the words of the same page as the refusal of a missing key does (D1)."""
    reference = vocabulary_of(trial.spec, trial.reference().response)
    response = trial.ask().response
    if response.status < 400:
        raise BlockedError("an error, where access was given")
    said = vocabulary_of(trial.spec, response)
    if said and reference and said != reference:
        return trial.broken(f"the words of page {reference}", f"{brief(response)}, of page {said}")
    return trial.kept("the words of one page", f"{brief(response)}, of page {said}" if said else brief(response))


@check(requests=1)
def retry_after(trial: Trial) -> Verdict:
    """Whether a 429 says how long to wait."""
    response = trial.ask().response
    return trial.kept(
        "nothing is promised", f"{brief(response)}, Retry-After {response.header('retry-after') or 'missing'}"
    )
