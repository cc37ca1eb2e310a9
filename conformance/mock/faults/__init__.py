"""Faults on demand: each breaks one promise, by standing between a request and the mock's answer."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from conformance.mock.faults import (
    bypassing,
    carrying,
    comparing,
    identifying,
    ordering,
    permitting,
    placing,
    remembering,
    repeating,
    wording,
)
from conformance.mock.faults.fault import FAULTS, Fault
from conformance.mock.message import Held

if TYPE_CHECKING:
    from conformance.mock.message import Respond
    from conformance.mock.respond import Mock

__all__ = ["FAULTS", "Fault", "names_of", "unknown_fault", "with_faults"]
_ALL = (  # which make their faults known when they are imported
    placing,
    identifying,
    comparing,
    permitting,
    ordering,
    bypassing,
    remembering,
    carrying,
    repeating,
    wording,
)


def names_of(text: str) -> list[str]:
    """The names in a list with commas."""
    return [name for name in map(str.strip, text.split(",")) if name]


def unknown_fault(text: str) -> str:
    """What is wrong with a list of faults, for people; "" when nothing is."""
    unknown = next((name for name in names_of(text) if name not in FAULTS), "")
    if not unknown:
        return ""
    near = get_close_matches(unknown, FAULTS)
    meant = f" did you mean {' or '.join(near)}?" if near else ""
    return f"unknown fault {unknown!r};{meant} hopx-auth mock --list-faults names them all"


def with_faults(mock: Mock, text: str) -> Respond:
    """How the mock, which is changed for it, answers with the faults of a list with commas; "" is no fault."""
    respond: Respond = mock.respond
    held: Held | None = None
    for name in names_of(text):
        respond = FAULTS[name].put(mock, respond)
        if isinstance(respond, Held):
            held, respond = respond, respond.respond
    return Held(held.arrive, respond, held.seconds) if held else respond
