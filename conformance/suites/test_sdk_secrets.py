"""SDKs and the secret: nothing that they print or log holds a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.sdk.protocol import Returned
from conformance.suites.check import check
from conformance.suites.trial import BlockedError

if TYPE_CHECKING:
    from conformance.judge import Verdict
    from conformance.suites.sdk_trial import SdkTrial

_EXPECTED = "no part of the secret"


@check()
def error_hides_the_secret(trial: SdkTrial) -> Verdict:
    """Neither what an error shows nor its traceback holds a part of the secret; an odd key needs not lead to one."""
    if trial.probe.answer:
        _ = trial.error  # there has to be one to look at
    shown = [place for place in trial.called.leaks if place not in ("log", "value")]
    return trial.verdict(_EXPECTED, f"the error's {', '.join(shown)} show some" if shown else "")


@check()
def log_hides_the_secret(trial: SdkTrial) -> Verdict:
    """The SDK's own debug log holds no part of the secret."""
    return trial.verdict(_EXPECTED, "the debug log shows some" if "log" in trial.called.leaks else "")


@check()
def objects_hide_the_secret(trial: SdkTrial) -> Verdict:
    """A client or sandbox that is printed or serialized holds no part of the secret."""
    if not isinstance(trial.called.answer, Returned):
        raise BlockedError(f"objects to print (there was {trial.outcome})")
    return trial.verdict(_EXPECTED, "printing or serializing shows some" if "value" in trial.called.leaks else "")
