"""A diagnosis as one self-contained page for a ticket."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.diagnosis.letters import PLACES, by_place, note, reply
from conformance.diagnosis.quotes import quotes
from conformance.diagnosis.rendering import headline, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from conformance.diagnosis.evidence import Evidence
    from conformance.diagnosis.fact import Fact
    from conformance.diagnosis.finding import Diagnosis
    from conformance.diagnosis.knowledge import Knowledge

_CODE = re.compile(r"`([^`\n]+)`")
_OF_OTHERS = {"gateway": "At the gateway", "support": "For support"}


def as_page(
    diagnosis: Diagnosis, evidence: Evidence, known: Knowledge, checks: Sequence[Any] = (), first: str = ""
) -> str:
    """The page: what was found, the evidence with a mark at what decides, and two texts ready to send.

    `checks` are rows with `name`, `status`, `says` and `place`; `first` is the line that says it all, where that is not
    the one of the diagnosis.
    """
    from jinja2 import Environment  # slow to import, and only needed here

    environment = Environment(autoescape=True, trim_blocks=False)
    environment.filters["code"] = _with_code
    template = environment.from_string(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
    facts = [fact for finding in diagnosis.findings for fact in (*finding.facts, *finding.against)]
    facts += diagnosis.doubt.facts if diagnosis.doubt else ()
    return template.render(
        diagnosis=diagnosis,
        first=first or headline(diagnosis),
        titles=known.titles,
        says=lambda finding: summary(finding).removeprefix(f"{finding.cause.title}. "),
        by_place=by_place,
        places=PLACES | _OF_OTHERS,
        checks=[(check, _decides(check, facts)) for check in checks],
        quotes=quotes(evidence, facts),
        reply=reply(diagnosis),
        note=note(diagnosis, first or headline(diagnosis)),
    )


def _with_code(text: str) -> Markup:
    """A text whose pieces between backticks are code."""
    from markupsafe import Markup

    pieces = _CODE.split(text)
    return Markup("").join(Markup("<code>{}</code>").format(one) if at % 2 else one for at, one in enumerate(pieces))


def _decides(check: Any, facts: Iterable[Fact]) -> bool:
    """Whether a row shows what a fact rests on: it is about its place, or says the same."""
    return any(str(fact.place) == check.place or check.says in fact.says or fact.says in check.says for fact in facts)
