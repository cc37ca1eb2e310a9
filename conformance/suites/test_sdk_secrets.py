"""SDKs and the secret: nothing that they print or log holds a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.sdk.protocol import Returned
from conformance.suites.check import check
from conformance.suites.sdk_trial import shortened
from conformance.suites.trial import BlockedError

if TYPE_CHECKING:
    from conformance.judge import Verdict
    from conformance.suites.sdk_trial import SdkTrial

_EXPECTED = "no part of the secret"


@check()
def error_hides_the_secret(trial: SdkTrial) -> Verdict:
    """Neither what an error shows nor its traceback holds a part of the secret; an odd key need not lead to one."""
    if trial.probe.answer:
        _ = trial.error  # there has to be one to look at
    shown = [place for place in trial.called.leaks if place not in ("log", "value")]
    return trial.verdict(_EXPECTED, f"the error's {', '.join(shown)} show some" if shown else "")


@check()
def log_hides_the_secret(trial: SdkTrial) -> Verdict:
    """The SDK's own debug log holds no part of the secret."""
    return trial.verdict(_EXPECTED, "the debug log shows some" if "log" in trial.called.leaks else "")


@check()
def output_hides_the_secret(trial: SdkTrial) -> Verdict:
    """What the SDK prints of its own accord holds no part of the secret; a debug log is looked at by itself."""
    recorded = trial.recorded
    if recorded.said is None:
        raise BlockedError("an SDK whose standard error is read here")
    if recorded.said:
        return trial.broken(_EXPECTED, f"standard error shows some: {shortened(recorded.said[0])}")
    prints = "debug_log" not in trial.target.greeting.features  # then the log is what was printed and nothing else
    return trial.verdict(_EXPECTED, "what it prints shows some" if prints and "log" in recorded.leaks else "")


@check()
def objects_hide_the_secret(trial: SdkTrial) -> Verdict:
    """A client or sandbox that is printed or serialized holds no part of the secret."""
    if not isinstance(trial.called.answer, Returned):
        raise BlockedError(f"objects to print (there was {trial.outcome})")
    return trial.verdict(_EXPECTED, "printing or serializing shows some" if "value" in trial.called.leaks else "")


@check()
def files_hide_the_secret(trial: SdkTrial) -> Verdict:
    """No file that the run's calls have left in the home folder or the working directory holds a part of the secret."""
    _ = trial.recorded  # there has to be a call to speak of
    files = ", ".join(trial.target.left_behind())
    return trial.verdict(_EXPECTED, shortened(f"some is left in {files}") if files else "")
