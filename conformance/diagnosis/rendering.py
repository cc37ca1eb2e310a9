"""A diagnosis as people and programs read it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.diagnosis.finding import Diagnosis, Doubt, Finding
    from conformance.diagnosis.knowledge import Remedy

WIDEST = 110  # columns that are still read with ease
_SHELLS = ("any", "bash")  # of which steps people see first; `hopx-auth spec causes ID` has all
_HEALTHY = "healthy: nothing in this evidence is wrong"
_UNASKED = "whether the API accepts the key, only the API can say"


def as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis in the shape that other programs take."""
    doubt = diagnosis.doubt
    return {
        "schema": 1,
        "verdict": diagnosis.verdict,
        "findings": [_finding_as_json(finding) for finding in diagnosis.findings],
        "cannot_tell": doubt
        and {
            "candidates": list(doubt.candidates),
            "ask": doubt.ask,
            "splits": doubt.splits,
            "evidence": [_fact_as_json(fact) for fact in doubt.facts],
        },
        "request_ids": list(diagnosis.request_ids),
        "keys": [key._asdict() for key in diagnosis.keys],
        "notes": [
            {"source": note.place.source, "where": note.place.where, "says": note.says} for note in diagnosis.notes
        ],
    }


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    cause = finding.cause
    return {
        "cause": cause.id,
        "variant": finding.variant or None,
        "confidence": finding.confidence,
        "summary": summary(finding),
        "evidence": [_fact_as_json(fact) for fact in finding.facts],
        "against": [_fact_as_json(fact) for fact in finding.against],
        "fix": [_step(remedy) for remedy in cause.fix],
        "falsified_by": cause.falsified_by,
        "because": list(cause.because),
    }


def _fact_as_json(fact: Any) -> dict[str, str]:
    return {"source": fact.place.source, "where": fact.place.where, "detail": fact.says}


def summary(finding: Finding) -> str:
    """What is wrong, in a sentence or two for people."""
    variant = next((one.says for one in finding.cause.variants if one.id and one.id == finding.variant), "")
    return f"{finding.cause.title}. {variant or finding.cause.says}"


def _step(remedy: Remedy) -> str:
    return remedy.text if remedy.place == "any" else f"{remedy.place}: {remedy.text}"


def as_text(diagnosis: Diagnosis, titles: Mapping[str, str], width: int = WIDEST) -> str:
    """The diagnosis for people: one line that says it all, then the evidence and what to do, in so many columns.

    `titles` are those of the causes, by their ids.
    """
    return "\n".join(_lines(diagnosis, titles, width))


def _lines(diagnosis: Diagnosis, titles: Mapping[str, str], width: int) -> Iterator[str]:
    yield headline(diagnosis)
    for finding in diagnosis.findings:
        yield ""
        yield from _of_finding(finding, width)
    if diagnosis.doubt:
        yield from [""] if diagnosis.findings else []
        yield from _of_doubt(diagnosis.doubt, titles, width)
    for note in diagnosis.notes:
        yield f"note: {note.place}: {note.says}"
    if diagnosis.request_ids:
        yield f"request ids: {', '.join(diagnosis.request_ids[:20])}"
    if diagnosis.keys:
        yield "keys: " + ", ".join(f"{key.key_id} (fingerprint {key.fingerprint})" for key in diagnosis.keys[:20])


def headline(diagnosis: Diagnosis) -> str:
    """The whole diagnosis in one line."""
    if diagnosis.verdict == "healthy":
        return f"{_HEALTHY}; " + (
            f"the API accepted the key ({diagnosis.accepted})" if diagnosis.accepted else _UNASKED
        )
    if diagnosis.verdict == "problem":
        found = "; ".join(f"{one.cause.title} ({one.confidence})" for one in diagnosis.findings)
        open_too = _may_be(diagnosis)
        return f"problem: {found}" + (f"; besides, {open_too}" if open_too else "")
    open_set = _may_be(diagnosis)
    return "cannot tell" + (f": {open_set}" if open_set else "")


def _may_be(diagnosis: Diagnosis) -> str:
    candidates = diagnosis.doubt.candidates if diagnosis.doubt else ()
    if len(candidates) > 1:
        return f"it may be one of {len(candidates)} causes"
    return f"it may be {candidates[0]}" if candidates else ""


def _of_finding(finding: Finding, width: int) -> Iterator[str]:
    cause = finding.cause
    yield f"{finding.variant or cause.id}: {cause.title} [{finding.confidence}]"
    yield from _wrapped(summary(finding).removeprefix(f"{cause.title}. "), "  ", width)
    yield from (f"  seen: {fact.says} ({fact.place})" for fact in _first(finding.facts))
    yield from (f"  against it: {fact.says} ({fact.place})" for fact in _first(finding.against))
    yield "  what to do:"
    for remedy in cause.fix:
        if remedy.place in _SHELLS:
            lines = remedy.text.rstrip().splitlines()
            yield from (
                _wrapped(remedy.text, "    ", width) if remedy.kind == "do" else (f"      {line}" for line in lines)
            )
    yield from _wrapped(f"it is something else when: {cause.falsified_by}", "  ", width)
    if cause.because:
        because = f"because: {', '.join(cause.because)}; more: hopx-auth spec causes {cause.id}"
        yield from _wrapped(because, "  ", width)


def _of_doubt(doubt: Doubt, titles: Mapping[str, str], width: int) -> Iterator[str]:
    if doubt.candidates:
        yield "  it may be:"
    yield from (f"    {titles.get(one, one)} ({one})" for one in doubt.candidates)
    yield from (f"  seen: {fact.says} ({fact.place})" for fact in _first(doubt.facts))
    yield "  ask this next:"
    yield from _wrapped(doubt.ask, "    ", width)
    yield "  what the answer says:"
    yield from _wrapped(doubt.splits, "    ", width)


def _first(facts: tuple[Any, ...]) -> tuple[Any, ...]:
    return facts[:5]


def _wrapped(text: str, before: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=before, subsequent_indent=before, break_long_words=False, break_on_hyphens=False
    )
