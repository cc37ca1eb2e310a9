"""Reads what people tell of a failure beside a command, where nothing that was printed says how it went."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.diagnosis.reading import Reading
    from conformance.diagnosis.transcripts.lines import Line

_REFUSAL = re.compile(
    r"\b(?P<status>40[1347]|429|(?<=(?i:rror|http|atus)[ :])[45]\d\d)\b"
    r"|\b[A-Z]{3,30}_(?:[A-Z]{2,30}_)?(?:ERROR|DENIED|EXPIRED|INVALID|REQUIRED|EXCEEDED)\b"
    # what gateways say in plain text: Envoy, load balancers, Cloudflare
    r"|\b(?i:bad gateway|service (?:temporarily )?unavailable|gateway time-?out|no healthy upstream|upstream \w{4,10} "
    r"(?:error|timeout)|stream timeout|error code:? \d{3,4}|access denied"
    r"|not (?:valid|accepted|authori[sz]ed|allowed))\b"
    r"|\bauth_[a-z_]{4,40}\b|\b(?i:invalid|missing|expired|revoked|unknown|no) (?i:api[ _-]?key|credentials?|token)\b"
)


def told_beside(lines: Iterable[Line], printed: Evidence, source: str, reading: Reading) -> Evidence:
    """The failure that lines beside commands tell of; nothing where an answer was printed, or none is told of."""
    if printed.failures or any(one.status is not None or one.response_text for one in printed.exchanges):
        return Evidence()
    by_number = {line.number: line.text for line in lines if line.text.strip()}
    if not by_number:
        return Evidence()
    from conformance.diagnosis.readers.failure import failure_in, tells_error  # slow to import

    text = "\n".join(by_number.get(number, "") for number in range(1, max(by_number) + 1))
    refusal = _REFUSAL.search(text)
    if refusal is None and not tells_error(text):
        return Evidence()
    failure = failure_in(text, source, reading)
    number = int(refusal["status"]) if refusal and refusal["status"] else None
    status = failure.status if failure.status is not None else number
    return Evidence(failures=(failure._replace(text=failure.text.strip("\n"), status=status),))
