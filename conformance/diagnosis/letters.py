"""Two texts ready to send: a reply to the customer, and a note for the colleague."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.rendering import ROTATE, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.finding import Diagnosis, Doubt, Finding

_SURE = {
    "certain": "We found the cause:",
    "likely": "This is the most likely cause:",
    "possible": "This may be the cause:",
}
_OPEN = "Thank you for what you sent. It does not say yet which of several causes it is. One thing would help us:"
_PLACES = {
    "bash": "In bash or zsh",
    "powershell": "In PowerShell",
    "cmd": "In cmd",
    "docker": "With Docker or Kubernetes",
    "python": "In Python",
    "node": "In JavaScript",
    "cli": "With the command line tool",
    "curl": "With curl",
}


def reply(diagnosis: Diagnosis) -> str:
    """What to write to the customer: the cause in plain words and what to do, or what we have to ask."""
    return "\n".join(["Hello,", "", *_reply(diagnosis), "", "Kind regards"])


def _reply(diagnosis: Diagnosis) -> Iterator[str]:
    if diagnosis.verdict == "healthy":
        yield "Thank you for what you sent. Nothing in it is wrong as far as we can see."
        yield "Does it still fail? Then please send us the whole error message, and the time at which you saw it."
        return
    for number, finding in enumerate(diagnosis.findings):
        if number:
            yield ""
        yield from _explained(finding)
    if diagnosis.doubt:
        if diagnosis.findings:
            yield ""
            yield "What we have does not say everything yet. One more thing would help us:"
        else:
            yield _OPEN
        yield ""
        yield diagnosis.doubt.ask


def _explained(finding: Finding) -> Iterator[str]:
    cause = finding.cause
    yield f"{_SURE[finding.confidence]} {summary(finding)}"
    yield ""
    yield "What to do:"
    last = ""
    for remedy in cause.fix:
        if remedy.place not in ("any", *_PLACES):
            continue
        if remedy.place not in ("any", last):
            yield f"{_PLACES[remedy.place]}:"
        last = remedy.place
        lines = remedy.text.splitlines()
        yield from [f"- {remedy.text}"] if remedy.kind == "do" else [f"    {line}" for line in lines]
    if cause.rotate:
        yield f"- {ROTATE}"


def note(diagnosis: Diagnosis) -> str:
    """What to write to the colleague: the verdict, what it rests on, and what would refute it."""
    return "\n".join(_note(diagnosis))


def _note(diagnosis: Diagnosis) -> Iterator[str]:
    yield f"Verdict: {diagnosis.verdict}"
    for finding in diagnosis.findings:
        yield f"- {finding.variant or finding.cause.id} ({finding.confidence}): {finding.cause.title}"
        yield from (f"  seen: {fact.says} ({fact.place})" for fact in finding.facts[:5])
        yield from (f"  against it: {fact.says} ({fact.place})" for fact in finding.against[:5])
        yield f"  it is something else when: {finding.cause.falsified_by}"
    if diagnosis.doubt:
        yield from _open(diagnosis.doubt)
    yield from (f"Note: {one.place}: {one.says}" for one in diagnosis.notes)
    if diagnosis.request_ids:
        yield f"Request ids: {', '.join(diagnosis.request_ids)}"
    if diagnosis.keys:
        yield "Keys: " + ", ".join(f"{key.key_id} (fingerprint {key.fingerprint})" for key in diagnosis.keys)


def _open(doubt: Doubt) -> Iterator[str]:
    if doubt.candidates:
        yield f"Open: {', '.join(doubt.candidates)}"
    yield from (f"  seen: {fact.says} ({fact.place})" for fact in doubt.facts[:5])
    yield f"Asked: {doubt.ask}"
    yield f"What the answer says: {doubt.splits}"
