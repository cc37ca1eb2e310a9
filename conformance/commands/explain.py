"""hopx-auth explain: why it failed, out of what people hand in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.commands.output import complain
from conformance.diagnosis.detection import kind_of, reader
from conformance.diagnosis.diagnosing import diagnose
from conformance.diagnosis.digest import knowledge
from conformance.diagnosis.evidence import Evidence
from conformance.diagnosis.hiding import hidden
from conformance.diagnosis.inputs import head, sources
from conformance.diagnosis.reading import Reading, unreadable
from conformance.diagnosis.rendering import as_json, as_text
from conformance.report.text import printable
from conformance.spec.files import default_causes, default_spec
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    import argparse

    from conformance.diagnosis.finding import Diagnosis
    from conformance.diagnosis.knowledge import Knowledge
    from conformance.diagnosis.reading import Source

_STATUS = {"healthy": 0, "problem": 1, "cannot-tell": 3}
_UNSAFE = 5


def explain_files(options: argparse.Namespace) -> int:
    """Print the cause that evidence shows; 0 healthy, 1 a problem, 2 unreadable, 3 cannot tell, 5 refused as unsafe."""
    spec = Path(options.spec) if options.spec else default_spec()
    causes = Path(options.causes) if options.causes else default_causes()
    try:
        known = knowledge(causes, spec)
    except FileError as error:
        complain(str(error))
        return 2
    reading = Reading(known.surface, os.urandom(16))
    with sources(options.files) as inputs:
        for refusal in inputs.refused:
            complain(str(refusal))
        if inputs.refused:
            return 2
        evidence = Evidence(notes=inputs.notes)
        for source in inputs.sources:
            evidence += _read(source, options.kind, reading)
        evidence = hidden(evidence, reading)  # also what was met in another file only
    diagnosis = diagnose(evidence, known, reading)
    text = _text(diagnosis, evidence, known, options.format)
    return _STATUS[diagnosis.verdict] if print_proved(text, reading) else _UNSAFE


def _read(source: Source, kind: str, reading: Reading) -> Evidence:
    beginning = head(source)
    if not beginning.strip():
        return unreadable(source, "it is empty")
    return reader(kind or kind_of(beginning)).read(source, reading)


def _text(diagnosis: Diagnosis, evidence: Evidence, known: Knowledge, form: str) -> str:
    if form == "json":
        import json

        return json.dumps(as_json(diagnosis))
    if form == "html":
        from conformance.diagnosis.page import as_page

        return as_page(diagnosis, evidence, known)
    return as_text(diagnosis, known.titles)


def print_proved(text: str, reading: Reading) -> bool:
    """Print a text without the secrets that were read; whether it was proved to hold none, and so printed."""
    text = printable(reading.hidden(text))
    if reading.scrubber.holds_secret(text):
        complain(
            "refused: the answer would hold a piece of a secret that was read, so it is not printed; please report it"
        )
        return False
    print(text)
    return True
