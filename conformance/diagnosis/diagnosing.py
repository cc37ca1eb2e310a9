"""Evidence to diagnosis: its facts, what they come to, and what may be shown of its keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.case import Case, is_success
from conformance.diagnosis.evidence import Note
from conformance.diagnosis.fact import Fact
from conformance.diagnosis.facts.every import facts_of
from conformance.diagnosis.finding import Diagnosis, Doubt, SeenKey
from conformance.diagnosis.matching import match
from conformance.diagnosis.urls import parts_of
from conformance.keys import MalformedKeyError, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.diagnosis.evidence import Evidence, PartialExchange
    from conformance.diagnosis.finding import Finding, Verdict
    from conformance.diagnosis.knowledge import Knowledge
    from conformance.diagnosis.reading import Reading

_NOTHING = Doubt(
    (),
    "Could you please send the whole error message, or record the request as a HAR file or by curl -v, and run "
    "hopx-auth redact on it before you send it?",
    "A status, a header or an error message says where to look; this holds none of them.",
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,80}")
_LONGEST = 120  # characters of a message


def diagnose(evidence: Evidence, known: Knowledge, reading: Reading, more: Iterable[Fact] = ()) -> Diagnosis:
    """The answer that evidence gives, with `more` facts that somebody saw who was there."""
    case = Case(evidence, reading.surface)
    facts = (*facts_of(case, known.signs), *more)
    findings, doubts = match(facts, known)
    findings = tuple(_with_variable(one, case) for one in findings)
    verdict, doubt = _verdict(case, findings, doubts)
    return Diagnosis(
        verdict,
        findings if verdict == "problem" else (),
        doubt,
        _request_ids(case),
        _keys(evidence, reading),
        (*evidence.notes, *_notes(case)),
        next((one.place for one in case.exchanges if _is_accepted(one, case)), None),
    )


def _with_variable(finding: Finding, case: Case) -> Finding:
    """The finding with a fix for the variable that shows it, where it is one that every shell can name."""
    variables = {one.name for one in case.settings if one.holder != "client"}
    shown = {fact.at for fact in finding.facts} & variables
    name = shown.pop() if len(shown) == 1 else ""
    return finding._replace(cause=finding.cause.for_variable(name)) if _NAME.fullmatch(name) else finding


def _verdict(case: Case, findings: tuple[Finding, ...], doubts: tuple[Doubt, ...]) -> tuple[Verdict, Doubt | None]:
    if findings:
        return "problem", None
    if doubts:
        return "cannot-tell", doubts[-1]
    return ("healthy", None) if _looks_healthy(case) else ("cannot-tell", _unknown(case))


def _unknown(case: Case) -> Doubt:
    """That nothing was found, and what there is all the same: a status or an error message that no cause goes with."""
    failed = [one for one in case.answers if one.is_failure and not case.surface.is_sibling(one.host)]
    statuses = [Fact("unknown-status", f"the answer is {one.status}", one.place) for one in failed if one.status]
    said = [one for one in failed if not one.status and one.exchange is None and (one.type or one.client)]
    messages = [Fact("unknown-error", f"an error message: {one.message[:_LONGEST]}", one.place) for one in said]
    if not (facts := (*statuses, *messages)):
        return _NOTHING
    return _NOTHING._replace(splits="It is not known here; all of it, or the request, may say more.", facts=facts)


def _looks_healthy(case: Case) -> bool:
    """Whether there is a key, seen or left out, or a success, and nothing of the API's own that failed."""
    own = (told for told in case.answers if not case.surface.is_sibling(told.host))
    if case.failures or any(told.is_failure for told in own):
        return False
    well_formed = any(case.shape(one).well_formed for one in case.evidence.every_credential)
    asked = any(case.presented(one) or case.hides_key(one) for one in case.exchanges)
    return well_formed or asked or any(is_success(one) for one in case.exchanges)


def _is_accepted(exchange: PartialExchange, case: Case) -> bool:
    """Whether the API itself took a key: by its own log, or by the answer that came from its host over TLS."""
    parts = parts_of(exchange.url)
    is_of_api = exchange.witness == "server" or (parts.scheme == "https" and parts.hostname == case.surface.host)
    return is_of_api and bool(exchange.status and case.presented(exchange)) and is_success(exchange)


def _notes(case: Case) -> Iterator[Note]:
    """What is to be done whatever was found: a key that was sent without TLS, and answered, is no longer secret."""
    for one in case.exchanges:
        parts = parts_of(one.url)
        is_plain = parts.scheme == "http" and parts.hostname == case.surface.host and one.witness == "client"
        if is_plain and one.status and any(map(case.is_key_like, one.credentials)):
            yield Note(one.place, f"the key went to http://{case.surface.host} without TLS; use https, and replace it")


def _request_ids(case: Case) -> tuple[str, ...]:
    """Those of failed requests, each once."""
    failed = [one.request_id for one in case.exchanges if one.status is None or one.status >= 400]
    return tuple(dict.fromkeys(filter(None, [*failed, *(one.request_id for one in case.failures)])))


def _keys(evidence: Evidence, reading: Reading) -> tuple[SeenKey, ...]:
    seen: dict[str, SeenKey] = {}
    for credential in evidence.every_credential:
        try:
            parsed = reading.surface.key_format.parse(credential.key.reveal().strip())
        except MalformedKeyError:
            continue
        bare = reading.surface.key_format.hide(credential.key.reveal().strip())
        mark = fingerprint(bare, reading.salt)
        seen.setdefault(mark, SeenKey(parsed.key_id, mark))
    return tuple(seen.values())
