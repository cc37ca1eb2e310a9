"""How fast a target is asked, and how long it is waited for when it says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from scripted import ask, scripted, target_at
from scripts import answering_each, whole

from conformance.exchange import Response
from conformance.targets import pace as pace_module
from conformance.targets.errors import TooManyRequestsError
from conformance.targets.http import retry_after_seconds
from conformance.targets.pace import Pace


class Clock:
    """A clock that stands still until somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pace_module, "time", clock)
    return clock


def test_requests_are_spaced_evenly(clock: Clock) -> None:
    pace = Pace(5)
    for _ in range(4):
        pace.wait()
    assert clock.slept == [0, 0.2, 0.2, 0.2]


def test_time_that_passed_is_no_credit_for_a_burst(clock: Clock) -> None:
    pace = Pace(5)
    pace.wait()
    clock.now += 60
    pace.wait()
    pace.wait()
    assert clock.slept == [0, 0, 0.2]


def test_a_pause_holds_for_everybody(clock: Clock) -> None:
    pace = Pace(5)
    pace.pause(30)
    pace.wait()
    assert clock.slept == [30, 0]
    clock.now -= 10  # another thread, that came in the middle of the pause
    pace.wait()
    assert clock.slept[-1] == 10.2


def test_without_a_rate_nobody_waits(clock: Clock) -> None:
    Pace(0).wait()
    assert clock.slept == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 0 ", 0),
        ("9" * 400, float("inf")),
        ("", 1),
        ("soon", 1),
        ("-5", 1),
        ("1.5", 1),
        ("²", 1),
        ("Mon, 01 Jan 2024 00:00:00 +9999999999999", 1),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ],
)
def test_retry_after_is_read_as_rfc_9110_has_it(value: str, seconds: float) -> None:
    assert retry_after_seconds(Response(429, (("retry-AFTER", value),))) == seconds


def test_retry_after_may_be_a_date() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert 3500 < retry_after_seconds(Response(429, (("Retry-After", at),))) <= 3600


def test_no_retry_after_is_one_second() -> None:
    assert retry_after_seconds(Response(429)) == 1


def test_a_limited_request_waits_as_long_as_it_was_asked_to_and_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    script = answering_each(whole(b"{}", b"Retry-After: 3", status=b"429 Slow"), whole(b"{}"))
    with scripted(script) as server, target_at(server.url) as target:
        paused: list[float] = []
        monkeypatch.setattr(target.pace, "pause", paused.append)
        assert ask(target).response.status == 200
        target.close()
    assert paused == [3]


def test_nobody_waits_longer_than_a_minute_nor_a_third_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = whole(b"{}", b"Retry-After: 86400", status=b"429 Slow")
    with scripted(answering_each(slow, slow)) as server, target_at(server.url) as target:
        paused: list[float] = []
        monkeypatch.setattr(target.pace, "pause", paused.append)
        with pytest.raises(TooManyRequestsError, match="lower --rate"):
            ask(target)
        target.close()
    assert paused == [60]
