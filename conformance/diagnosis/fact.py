"""Facts: what evidence shows, each under the name that causes are decided by."""

from __future__ import annotations

from typing import NamedTuple

from conformance.diagnosis.evidence import Place

NOWHERE = Place("")


class Fact(NamedTuple):
    """One thing that the evidence shows: its name for the causes, a sentence for people, and where it stands.

    `at` is what shows it there: the name of a header or variable, `url`, `status`.
    """

    name: str
    says: str
    place: Place = NOWHERE
    at: str = ""
