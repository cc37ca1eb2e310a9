"""All checks of a spec file that its types cannot make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.spec.references.claims import check_citations, check_claims
from conformance.spec.references.outcomes import check_outcomes
from conformance.spec.references.requests import check_requests
from conformance.spec.references.rules import check_rules, check_thorough

if TYPE_CHECKING:
    from conformance.spec.source import Source


def check_references(source: Source) -> None:
    """Note in `source` every dangling name, duplicate id and senseless entry of its data."""
    check_citations(source)
    check_claims(source)
    check_rules(source)
    check_requests(source)
    check_thorough(source)
    check_outcomes(source)
