"""Times as HTTP tools and servers write them, in seconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COMMON = re.compile(
    r"\[?(\d{1,2})/([A-Za-z]{3})/(\d{4}):(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?: ?([+-])(\d{2}):?(\d{2}))?\]?"
)
_SLASHES = re.compile(r"(\d{4})/(\d{2})/(\d{2}) (\d{2}:\d{2}:\d{2})")
_FRACTION = re.compile(r"(?<=\d)[.,](\d{1,9})")
_NUMBER = re.compile(r"\d{9,19}(?:\.\d{1,9})?")
_EARLIEST, _LATEST = 1e8, 1e11  # seconds; what is less is a duration, what is more has another unit
_LONGEST = 40  # characters


def seconds(written: object) -> float | None:
    """The time that is meant, or `None`; one without a zone is taken as UTC.

    Read are ISO 8601, the common log format, nginx's error log, and seconds to nanoseconds since 1970.
    """
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        return None
    if isinstance(written, str):
        text = written.strip()
        if len(text) > _LONGEST:
            return None
        return _of_number(float(text)) if _NUMBER.fullmatch(text) else _of_text(text)
    return _of_number(float(written)) if abs(written) < 1e20 else None


def _of_number(number: float) -> float | None:
    for unit in (1.0, 1e3, 1e6, 1e9):
        if _EARLIEST <= number / unit < _LATEST:
            return number / unit
    return None


def _of_text(text: str) -> float | None:
    if match := _COMMON.fullmatch(text):
        return _of_common(match)
    if match := _SLASHES.fullmatch(text):
        text = f"{match[1]}-{match[2]}-{match[3]} {match[4]}"
    try:
        # no more than microseconds, which is all that Python reads
        at = datetime.fromisoformat(_FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", text, count=1))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _of_common(match: re.Match[str]) -> float | None:
    month = match[2].lower()
    if month not in _MONTHS:
        return None
    away = timedelta(hours=int(match[8] or 0), minutes=int(match[9] or 0))
    try:
        zone = timezone(-away if match[7] == "-" else away)
        day, year, clock = int(match[1]), int(match[3]), (int(match[4]), int(match[5]), int(match[6]))
        return datetime(year, _MONTHS.index(month) + 1, day, *clock, tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        return None
