"""The clock of this machine, against the one of who answers."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from conformance.diagnosis.evidence import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.doctoring.asking import Answered
    from conformance.doctoring.seen import Seen

_NOTED, _WRONG = 60.0, 300.0  # seconds; a token's times are trusted about so far
_YEARS = range(2020, 2100)  # what a Date header may say; one that is outside is no clock's
CLOCK = "the clock of this machine"


def check_clock(answers: Sequence[Answered], seen: Seen) -> None:
    """The row on the clock; a fact where it is minutes off from all of several answers, none of which is a kept one."""
    offs = [off for one in answers if (off := _off(one)) is not None]
    if not offs:
        is_asked = any(one.status for one in answers)
        seen.check("clock", "unknown" if is_asked else "skipped", "no answer has a Date header to compare with")
        return
    off = min(offs, key=abs)
    if abs(off) <= _NOTED:
        seen.check("clock", "ok", "it agrees with the Date header of the answer within a minute")
        return
    says = f"{duration(abs(off))} {'ahead of' if off > 0 else 'behind'} the Date header of the answer"
    if max(offs) - min(offs) > _NOTED or _is_out_of_the_certificate(answers, off, seen):
        seen.check("clock", "unknown", f"it is {says}, which other answers or the certificate do not bear out")
        return
    seen.check("clock", "fail" if abs(off) > _WRONG else "warn", f"it is {says}")
    if abs(off) > _WRONG and len(offs) > 1:
        now = datetime.fromtimestamp(answers[0].at, UTC)
        seen.fact("clock-off", f"{CLOCK}, {now:%Y-%m-%d %H:%M} UTC, is {says}", Place(CLOCK, "Date"))


def _off(answered: Answered) -> float | None:
    """How far this machine is ahead of an answer, in seconds; nothing where the answer is a kept one, or tells none."""
    if answered.exchange.response_header("age"):
        return None
    try:
        date = parsedate_to_datetime(answered.exchange.response_header("date"))
        told = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return answered.at - told if date.year in _YEARS else None


def _is_out_of_the_certificate(answers: Sequence[Answered], off: float, seen: Seen) -> bool:
    """Whether the certificate, which was believed, is not valid at the time that the answer tells."""
    if seen.valid is None:
        return False
    begins, ends = seen.valid
    return not begins <= answers[0].at - off <= ends


def duration(seconds: float) -> str:
    """A time in the largest unit that it fills."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{seconds:.0f} seconds"
