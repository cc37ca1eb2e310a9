"""Which kind of evidence an input is, by what it holds and never by its name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from conformance.diagnosis.reading import Reader

# in the order in which they are asked; where two are as sure, the first has it
READERS = {
    "har": "har",
    "log": "log",
    "http": "transcript",
    "curl": "curl",
    "env": "environment",
    "key": "key",
    "error": "failure",
}
_ENOUGH = 95


def reader(kind: str) -> Reader:
    """The reader of a kind."""
    return cast("Reader", import_module(f"conformance.diagnosis.readers.{READERS[kind]}"))


def kind_of(head: bytes) -> str:
    """The kind that what begins so is of; an error's text where nothing else fits."""
    best, surest = "error", 0
    for kind in READERS:
        sure = reader(kind).recognises(head)
        if sure > surest:
            best, surest = kind, sure
        if surest >= _ENOUGH:
            break
    return best
