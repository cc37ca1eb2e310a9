"""Two texts ready to send: a reply to the customer, and a note for the colleague."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from conformance.diagnosis.rendering import summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.diagnosis.finding import Diagnosis, Doubt, Finding
    from conformance.diagnosis.knowledge import Remedy

PLACES = {
    "bash": "In bash or zsh",
    "powershell": "In PowerShell",
    "cmd": "In cmd",
    "docker": "With Docker or Kubernetes",
    "python": "In Python",
    "node": "In JavaScript",
    "cli": "With the command line tool",
    "curl": "With curl",
}
_SURE = {
    "certain": "We found the cause",
    "likely": "This is most likely the cause",
    "possible": "This may be the cause",
}
_OF_SEVERAL = {"certain": "", "likely": "Most likely: ", "possible": "Perhaps: "}
_OPEN = "Thank you for what you sent. It fits several causes, and one answer would help us to tell which it is:"
_OPEN_TOO = "This may not be all. One more answer would help us:"


def reply(diagnosis: Diagnosis) -> str:
    """What to write to the customer: the cause in plain words and what to do, or what we have to ask."""
    return "\n".join(["Hello,", "", *_reply(diagnosis), "", "Kind regards"])


def _reply(diagnosis: Diagnosis) -> Iterator[str]:
    if diagnosis.verdict == "healthy":
        yield "Thank you for what you sent. We found nothing wrong in it."
        yield "Does it still fail? Then please send us the whole error message, without the key, and the time of it."
        return
    yield from _explained(diagnosis.findings)
    if diagnosis.doubt:
        yield from ["", _OPEN_TOO] if diagnosis.findings else [_OPEN]
        yield from ["", diagnosis.doubt.ask]


def _explained(findings: Sequence[Finding]) -> Iterator[str]:
    if len(findings) == 1:
        yield f"{_SURE[findings[0].confidence]}. {summary(findings[0])}"
        yield from _advised(findings[0])
    elif findings:
        yield f"We found {len(findings)} causes."
        for number, finding in enumerate(findings, start=1):
            yield from ["", f"{number}. {_OF_SEVERAL[finding.confidence]}{summary(finding)}"]
            yield from _advised(finding)


def _advised(finding: Finding) -> Iterator[str]:
    yield from ["", "What to do:"]
    for place, steps in by_place(finding.cause.fix):
        if place in PLACES:
            yield from ["", f"{PLACES[place]}:"]
        if place in ("any", *PLACES):
            yield from (line for step in steps for line in _step(step))


def _step(step: Remedy) -> list[str]:
    return [f"- {step.text}"] if step.kind == "do" else [f"    {line}".rstrip() for line in step.text.splitlines()]


def by_place(steps: Iterable[Remedy]) -> list[tuple[str, list[Remedy]]]:
    """The steps of a fix with those of each place together, in their order."""
    return [(place, list(some)) for place, some in groupby(steps, key=lambda step: step.place)]


def note(diagnosis: Diagnosis, verdict: str) -> str:
    """What to write to the colleague: the verdict in a line, what it rests on, and what would refute it."""
    return "\n".join(_note(diagnosis, verdict))


def _note(diagnosis: Diagnosis, verdict: str) -> Iterator[str]:
    yield f"Verdict: {verdict if diagnosis.verdict == 'healthy' else diagnosis.verdict}"
    for finding in diagnosis.findings:
        yield f"- {finding.cause.title} ({finding.variant or finding.cause.id}, {finding.confidence})"
        yield from (f"  Seen: {fact.says} ({fact.place})" for fact in finding.facts[:5])
        yield from (f"  Against it: {fact.says} ({fact.place})" for fact in finding.against[:5])
        yield f"  What would refute it: {finding.cause.falsified_by}"
    if diagnosis.doubt:
        yield from _open(diagnosis.doubt)
    yield from (f"Note: {one.place}: {one.says}" for one in diagnosis.notes)
    if diagnosis.request_ids:
        yield f"Request ids: {', '.join(diagnosis.request_ids)}"
    if diagnosis.keys:
        yield "Keys: " + ", ".join(f"{key.key_id} (fingerprint {key.fingerprint})" for key in diagnosis.keys)


def _open(doubt: Doubt) -> Iterator[str]:
    if doubt.candidates:
        yield f"Still open: {', '.join(doubt.candidates)}"
    yield from (f"  Seen: {fact.says} ({fact.place})" for fact in doubt.facts[:5])
    yield f"Ask next: {doubt.ask}"
    yield f"What the answer says: {doubt.splits}"
