"""Reading evidence in tests, and searching all of it for what it must not hold."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import msgspec
from runs import FORMAT, SPEC

from conformance.diagnosis.reading import Input, Reading
from conformance.diagnosis.surface import surface_of
from conformance.keys import ApiKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from conformance.diagnosis.evidence import Evidence

SURFACE = surface_of(msgspec.to_builtins(SPEC))
HOST = SURFACE.host


def minted() -> str:
    return FORMAT.mint().reveal()


def id_of(key: str) -> str:
    return FORMAT.parse(key).key_id


def evidence_of(reader: ModuleType, raw: bytes | str) -> Evidence:
    written = raw.encode() if isinstance(raw, str) else raw
    return reader.read(Input("given", lambda: io.BytesIO(written)), Reading(SURFACE, b"salt"))


def says(evidence: Evidence) -> str:
    return " | ".join(note.says for note in evidence.notes)


def texts(value: Any) -> Iterator[str]:
    """Everything that is written in evidence, and how all of it prints itself."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | frozenset | list):
        if hasattr(value, "_fields"):
            yield repr(value)
        for one in value:
            yield from texts(one)
    elif isinstance(value, ApiKey):
        yield value.shown


def leaks(evidence: Evidence, *keys: str) -> list[str]:
    """What holds 8 characters in a row of a secret."""
    secrets = [FORMAT.parse(key).secret for key in keys]
    pieces = {secret[at : at + 8] for secret in secrets for at in range(len(secret) - 7)}
    return [text for text in texts(evidence) if any(piece in text for piece in pieces)]


def holds_secret(text: str, key: str) -> bool:
    """Whether a text holds 8 characters in a row of the secret of a key."""
    secret = FORMAT.parse(key).secret
    return any(secret[at : at + 8] in text for at in range(len(secret) - 7))
