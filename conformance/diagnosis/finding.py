"""What a diagnosis comes to: findings, or a doubt and the question that settles it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import Note, Place
    from conformance.diagnosis.fact import Fact
    from conformance.diagnosis.knowledge import KnownCause

Confidence = Literal["certain", "likely", "possible"]
Verdict = Literal["problem", "healthy", "cannot-tell"]


class Finding(NamedTuple):
    """A cause, how sure it is, the facts that speak for it and those that speak against it."""

    cause: KnownCause
    variant: str
    confidence: Confidence
    facts: tuple[Fact, ...]
    against: tuple[Fact, ...] = ()


class Doubt(NamedTuple):
    """Causes that the evidence does not tell apart, and the question that does."""

    candidates: tuple[str, ...]
    ask: str
    splits: str
    facts: tuple[Fact, ...] = ()


class SeenKey(NamedTuple):
    """A key of the evidence, as far as it may be shown."""

    key_id: str
    fingerprint: str


class Diagnosis(NamedTuple):
    """The answer to a person who asks why it does not work; `accepted` is where the API did what a key asked for."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    doubt: Doubt | None = None
    request_ids: tuple[str, ...] = ()
    keys: tuple[SeenKey, ...] = ()
    notes: tuple[Note, ...] = ()
    accepted: Place | None = None
