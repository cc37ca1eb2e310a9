"""The history in a server's log, in bounded memory: what failed, and when each key id was last and first let in."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import PartialExchange

MOST_FAILURES = 20_000
MOST_SUCCESSES = 5_000
_MOST_PAIRS = 10_000  # of a key id and an origin


class LoggedExchange(NamedTuple):
    """An exchange with its number in the log, and the two things that may be called its origin."""

    number: int
    exchange: PartialExchange
    pod: str
    address: str

    @property
    def pair(self) -> tuple[str, str]:
        """Which key came from where."""
        return self.exchange.key_id, self.pod or self.address


class History:
    """Gathers exchanges: the first and last that failed, all successes or the first and last of each pair."""

    def __init__(self, most_failures: int = MOST_FAILURES, most_successes: int = MOST_SUCCESSES) -> None:
        self._first: list[LoggedExchange] = []
        self._last: deque[LoggedExchange] = deque(maxlen=max(most_failures // 2, 1))
        self._half = max(most_failures // 2, 1)
        self._most_successes = most_successes
        self._all: list[LoggedExchange] = []
        self._bounds: dict[tuple[str, str], tuple[LoggedExchange, LoggedExchange]] = {}
        self._failures = self._successes = self._unbounded = 0

    def add(self, seen: LoggedExchange) -> None:
        """Keep an exchange, or what has to be kept of it."""
        if _has_succeeded(seen.exchange):
            self._add_success(seen)
            return
        self._failures += 1
        (self._first if len(self._first) < self._half else self._last).append(seen)

    def _add_success(self, seen: LoggedExchange) -> None:
        self._successes += 1
        if self._successes <= self._most_successes:
            self._all.append(seen)
        elif self._all:
            self._all = []
        pair = seen.pair
        if pair not in self._bounds and len(self._bounds) >= _MOST_PAIRS:
            self._unbounded += 1
            pair = (seen.exchange.key_id, "")
        if pair not in self._bounds and len(self._bounds) >= 2 * _MOST_PAIRS:
            return
        first, last = self._bounds.get(pair, (seen, seen))
        if _before(seen, first):
            first = seen
        if not _before(seen, last):
            last = seen
        self._bounds[pair] = first, last

    def exchanges(self) -> tuple[PartialExchange, ...]:
        """What was kept, in the order of the log."""
        successes = self._all or [one for bounds in self._bounds.values() for one in bounds]
        kept = {one.number: one for one in (*self._first, *self._last, *successes)}
        ordered = [kept[number] for number in sorted(kept)]
        by_pod = len({one.pod for one in ordered}) > 1  # one alone is that of the server which wrote the log
        return tuple(
            one.exchange._replace(origin=(one.pod if by_pod else one.address) or one.address or one.pod)
            for one in ordered
        )

    @property
    def notes(self) -> list[str]:
        """What was left out, in sentences."""
        told = []
        if dropped := self._failures - len(self._first) - len(self._last):
            told.append(
                f"of {self._failures} requests that failed the first {self._half} and the last {self._half} were kept; "
                f"{dropped} between them were not"
            )
        if self._successes > self._most_successes:
            told.append(
                f"of {self._successes} successful requests the first and the last of each key id and origin were kept"
            )
        if self._unbounded:
            told.append(
                f"{self._unbounded} successful requests have key ids and origins beyond the first {_MOST_PAIRS}"
            )
        return told


def _has_succeeded(exchange: PartialExchange) -> bool:
    return exchange.status is not None and (200 <= exchange.status < 300 or exchange.status == 304)


def _before(one: LoggedExchange, other: LoggedExchange) -> bool:
    if one.exchange.at is None or other.exchange.at is None:
        return one.number < other.number
    return one.exchange.at < other.exchange.at
