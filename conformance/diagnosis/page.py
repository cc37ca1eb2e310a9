"""A diagnosis as one self-contained page for a ticket."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.diagnosis.letters import note, reply
from conformance.diagnosis.quotes import quotes
from conformance.diagnosis.rendering import ROTATE, headline, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.diagnosis.evidence import Evidence
    from conformance.diagnosis.finding import Diagnosis


def as_page(diagnosis: Diagnosis, evidence: Evidence, checks: Sequence[Any] = ()) -> str:
    """The page: what was found, the evidence with a mark at what decides, and two texts ready to send.

    `checks` are rows with `name`, `status` and `says`.
    """
    from jinja2 import Environment  # slow to import, and only needed here

    environment = Environment(autoescape=True, trim_blocks=False)
    template = environment.from_string(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
    facts = [fact for finding in diagnosis.findings for fact in (*finding.facts, *finding.against)]
    return template.render(
        diagnosis=diagnosis,
        headline=headline(diagnosis),
        says=lambda finding: summary(finding).removeprefix(f"{finding.cause.title}. "),
        rotate=ROTATE,
        checks=checks,
        quotes=quotes(evidence, facts or (diagnosis.doubt.facts if diagnosis.doubt else ())),
        reply=reply(diagnosis),
        note=note(diagnosis),
    )
