"""Reads what people tell of a failure beside a command, where nothing that was printed says how it went."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.case import is_success
from conformance.diagnosis.evidence import Evidence, Failure, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.diagnosis.reading import Reading
    from conformance.diagnosis.transcripts.lines import Line

REFUSAL = re.compile(
    r"\b(?i:http(?:/[\d.]{1,3})?|status(?:[ _]?code)?|code|error|response|return(?:s|ed)|answer(?:s|ed)|gets?|got|gives"
    r"|gave)"
    r"[ :=]{1,3}(?:me |with )?(?:an? )?(?P<status>[45]\d\d)\b(?![.,]?\w)"
    r"|(?<![\w.#/-])(?P<named>[45]\d\d)[ :]{1,2}(?:Unauthorized|Forbidden|Not Found|Too Many Requests|Bad Gateway)\b"
    r"|\b(?P<code>[A-Z]{3,30}_(?:[A-Z]{2,30}_)?(?:ERROR|DENIED|EXPIRED|INVALID|REQUIRED|EXCEEDED)|auth_[a-z_]{4,40})\b"
    # what gateways say in plain text: Envoy, load balancers, Cloudflare
    r"|\b(?i:bad gateway|service (?:temporarily )?unavailable|gateway time-?out|no healthy upstream|upstream \w{4,10} "
    r"(?:error|timeout)|stream timeout|error code:? \d{3,4}|access denied|rate limit exceeded"
    r"|not (?:valid|accepted|authori[sz]ed|allowed))\b"
    r"|\b(?i:invalid|missing|expired|revoked|unknown|no) (?i:api[ _-]?key|credentials?|token)\b"
)


def told_beside(lines: Iterable[Line], printed: Evidence, source: str, reading: Reading) -> Evidence:
    """The failure that lines beside commands tell of; nothing where an answer was printed, or none is told of."""
    if printed.failures or any(one.status is not None or one.response_text for one in printed.exchanges):
        return Evidence()
    by_number = {line.number: line.text for line in lines if line.text.strip()}
    if not by_number:
        return Evidence()
    from conformance.diagnosis.errors.text import cleaned  # slow to import, as the next one is
    from conformance.diagnosis.readers.failure import failure_in, tells_error

    text = cleaned("\n".join(by_number.get(number, "") for number in range(1, max(by_number) + 1)))
    refusal = REFUSAL.search(text)
    if tells_error(text):
        failure = failure_in(text, source, reading)
    elif refusal:  # somebody's own words, of which no more is taken than that it failed, unless nothing else is said
        line = text.count("\n", 0, refusal.start()) + 1
        is_printed = refusal["code"] or text.strip(" .!\n") == refusal[0]
        code = refusal["code"] or ""
        failure = Failure(Place(source, f"line {line}"), text=refusal[0] if is_printed else "", code=code)
    else:
        return Evidence()
    number = refusal and (refusal["status"] or refusal["named"])
    status = failure.status if failure.status is not None or not number else int(number)
    return Evidence(failures=(failure._replace(text=failure.text.strip("\n"), status=status),))


def told_by_others(lines: Iterable[tuple[int, str]], printed: Evidence, source: str, reading: Reading) -> Evidence:
    """The error of another program, where no command failed; else nothing."""
    by_number = dict(lines)
    answers = [one for one in printed.exchanges if one.status is not None or one.response_text]
    if not by_number or printed.failures or not all(map(is_success, answers)):
        return Evidence()
    from conformance.diagnosis.errors.text import cleaned, status_of, type_of  # slow to import, as the next one is
    from conformance.diagnosis.readers.failure import failure_in

    text = cleaned("\n".join(by_number.get(number, "").rstrip("\r\n") for number in range(1, max(by_number) + 1)))
    if not type_of(text)[0] and (status_of(text) or 0) < 400:
        return Evidence()
    return Evidence(failures=(failure_in(text, source, reading),))
