"""SDKs and refusals: what becomes of a 401, a 403 or a 429 at the user's end."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from conformance.sdk.playing import REQUEST_ID
from conformance.sdk.protocol import Raised
from conformance.suites.check import check
from conformance.suites.trial import BlockedError

if TYPE_CHECKING:
    from conformance.judge import Verdict
    from conformance.suites.sdk_trial import SdkTrial

_MOST_ATTEMPTS = 10
_NOT_FOR_PEOPLE = (
    (re.compile(r"\s*[\[{]"), "raw JSON"),
    (re.compile(r"\s*<"), "raw HTML"),
    (re.compile(r"(?i)request failed with status code \d+\.?$"), "nothing but the status code"),
    (re.compile(r"(?i)(http\s*|error\s*|status\s*|code\s*)*:?\s*\d{3}\.?$"), "nothing but the status code"),
)


@check()
def refusal_is_an_error(trial: SdkTrial) -> Verdict:
    """The user gets an error, and no value as if all were well; one who goes on waiting as told has neither yet."""
    if trial.called.answer is None and trial.played.waits:
        raise BlockedError(f"an end of the call ({trial.called.problem})")
    return trial.verdict("an error", "" if isinstance(trial.called.answer, Raised) else trial.outcome)


@check()
def error_has_its_type(trial: SdkTrial) -> Verdict:
    """The error is of the documented class, has the status, and a message that is not empty."""
    status, kind = trial.form.status, trial.played.type
    expected = f"{kind} with status {status} and a message"
    error = trial.error
    if kind not in (error.type, *error.bases):
        return trial.broken(expected, trial.outcome)
    if error.status_code != status:
        return trial.broken(expected, f"{error.type} whose status is {error.status_code}")
    misfit = "" if error.message.strip() else f"{error.type} with an empty message"
    return trial.verdict(expected, misfit)


@check()
def status_is_reachable(trial: SdkTrial) -> Verdict:
    """The error has the status of the refusal."""
    status = trial.form.status
    misfit = "" if trial.error.status_code == status else f"{trial.outcome}; its status is {trial.error.status_code}"
    return trial.verdict(f"an error with status {status}", misfit)


@check()
def code_is_reachable(trial: SdkTrial) -> Verdict:
    """The error has the documented code that was sent, as an attribute or in what it shows."""
    code = trial.form.code
    error = trial.error
    is_there = error.code == code or code in error.message + error.display
    return trial.verdict(
        f"an error that tells the code {code}", "" if is_there else _lacking(trial, "code", error.code)
    )


@check()
def code_is_an_attribute(trial: SdkTrial) -> Verdict:
    """The error has the documented code where a program can compare it."""
    code = trial.form.code
    error = trial.error
    misfit = "" if error.code == code else f"{error.type} whose code is {error.code}"
    return trial.verdict(f"an error whose code is {code}", misfit)


@check()
def request_id_is_surfaced(trial: SdkTrial) -> Verdict:
    """The error has the request id that was sent, as an attribute where the SDK types its errors."""
    error = trial.error
    is_there = error.request_id == REQUEST_ID
    if "typed_errors" not in trial.target.greeting.features:
        is_there = is_there or REQUEST_ID in error.message + error.display
    misfit = "" if is_there else _lacking(trial, "request id", error.request_id)
    return trial.verdict("an error with the request id that was sent", misfit)


def _lacking(trial: SdkTrial, what: str, found: str | None) -> str:
    return f"{trial.outcome}; its {what} is {found}"


@check()
def message_is_for_people(trial: SdkTrial) -> Verdict:
    """The error's message is a sentence, and no dump of the answer."""
    expected = "a message for people"
    error = trial.error
    shape = next((name for pattern, name in _NOT_FOR_PEOPLE if pattern.match(error.message)), "")
    return trial.verdict(expected, f"{shape}: {json.dumps(error.message[:100])}" if shape else "")


@check()
def error_is_of_no_other_kind(trial: SdkTrial) -> Verdict:
    """The error's classes are not named after something that did not happen."""
    expected = f"an error that is not named after: {', '.join(trial.played.never)}"
    error = trial.error
    classes = [kind for kind in (error.type, *error.bases) if not kind.startswith("_")]  # those are nobody's business
    wrong = [kind for kind in classes if any(word in kind for word in trial.played.never)]
    return trial.verdict(expected, f"{wrong[0]}: {error.message[:100]}" if wrong else "")


@check()
def error_names_the_variable(trial: SdkTrial) -> Verdict:
    """The error says which variable the SDK would have read."""
    variable = next(c.variable for c in trial.spec.credentials.values() if c.key == "active")
    error = trial.error
    named = variable in error.message + error.display
    return trial.verdict(f"an error that names {variable}", "" if named else trial.outcome)


@check()
def refusal_is_not_retried(trial: SdkTrial) -> Verdict:
    """The same request is not sent again, whatever its query: another try gets the same answer."""
    expected = "every request once"
    counts = Counter(str(seen).partition("?")[0] for seen in trial.recorded.to_api)
    repeated = [f"{request} came {count} times" for request, count in counts.items() if count > 1]
    return trial.verdict(expected, repeated[0] if repeated else "")


@check()
def attempts_are_bounded(trial: SdkTrial) -> Verdict:
    """An SDK that tries again gives up."""
    expected = f"an end within {_MOST_ATTEMPTS} attempts"
    attempts = len(trial.called.to_api)
    if trial.called.answer is None:
        return trial.broken(expected, f"no end after {attempts} attempts: {trial.called.problem}")
    misfit = f"{attempts} attempts" if attempts > _MOST_ATTEMPTS else ""
    return trial.verdict(expected, misfit, f"{attempts} attempts")


@check()
def retry_after_is_surfaced(trial: SdkTrial) -> Verdict:
    """The error says how long to wait."""
    seconds = _retry_after(trial)
    found = trial.error.retry_after
    misfit = "" if found == seconds else f"{trial.outcome}; its waiting time is {found}"
    return trial.verdict(f"an error that says to wait {seconds:g} s", misfit)


@check()
def retry_after_is_honoured(trial: SdkTrial) -> Verdict:
    """An SDK that tries again waits as long as it was told."""
    seconds = _retry_after(trial)
    times: dict[str, list[float]] = {}
    for seen in trial.called.to_api:
        times.setdefault(str(seen), []).append(seen.at)
    gaps = [later - earlier for tries in times.values() for earlier, later in pairwise(tries)]
    early = [f"{gap:.1f} s" for gap in gaps if gap < seconds]
    misfit = f"tried again after {', '.join(early)}" if early else ""
    return trial.verdict(f"no new attempt within {seconds:g} s", misfit, f"{len(gaps) + 1} attempts")


def _retry_after(trial: SdkTrial) -> float:
    return float(next(value for name, value in trial.form.headers.items() if name.lower() == "retry-after"))
