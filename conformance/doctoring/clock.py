"""The clock of this machine, against the one of who answers."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.doctoring.asking import Answered
    from conformance.doctoring.seen import Seen

_NOTED, _WRONG = 60.0, 300.0  # seconds; a token's times are trusted about so far


def check_clock(answered: Answered, seen: Seen) -> None:
    """The row on the clock; a fact where it is minutes off."""
    text = answered.exchange.response_header("date")
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        seen.check("clock", "unknown" if answered.status else "skipped", "no answer has a Date header to compare with")
        return
    told = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    off = answered.at - told
    if abs(off) <= _NOTED:
        seen.check("clock", "ok", "it agrees with the Date header of the answer within a minute")
        return
    says = f"it is {duration(abs(off))} {'ahead of' if off > 0 else 'behind'} the Date header of the answer"
    seen.check("clock", "fail" if abs(off) > _WRONG else "warn", says)
    if abs(off) > _WRONG:
        now = datetime.fromtimestamp(answered.at, UTC)
        seen.fact(
            "clock-off", f"the clock of this machine, {now:%Y-%m-%d %H:%M} UTC, {says[3:]}", answered.exchange.place
        )


def duration(seconds: float) -> str:
    """A time in the largest unit that it fills."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{seconds:.0f} seconds"
