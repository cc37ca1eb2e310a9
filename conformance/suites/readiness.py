"""Readiness: a sandbox that is still being made may refuse everything for a while, whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.exchange import Exchange
    from conformance.targets.pace import Pace

Answer = TypeVar("Answer", bound="Exchange | None")
_NOT_READY = (409, 423, 425)
_WAITS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)  # seconds


def is_not_ready(exchange: Exchange | None) -> bool:
    """Whether an answer is about the state of a sandbox, and says nothing of a key."""
    return exchange is not None and exchange.response.status in _NOT_READY


class Readiness:
    """Waits for sandboxes to become ready; once one has not, in time, no other one is waited for."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._waits: tuple[float, ...] = _WAITS

    def wait_for(self, ask: Callable[[], Answer]) -> Answer:
        """The answer of a sandbox that is ready, or the last one that it gave."""
        exchange = ask()
        for seconds in self._waits:
            if not is_not_ready(exchange):
                return exchange
            self._pace.pause(seconds)
            exchange = ask()
        if is_not_ready(exchange):
            self._waits = ()
        return exchange
