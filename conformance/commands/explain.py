"""hopx-auth explain: why it failed, out of what people hand in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.commands import status
from conformance.commands.given import spec_file
from conformance.commands.output import ask_for_paste, complain, print_proved, width
from conformance.diagnosis.detection import kind_of, reader
from conformance.diagnosis.diagnosing import diagnose
from conformance.diagnosis.evidence import Evidence
from conformance.diagnosis.hiding import hidden
from conformance.diagnosis.inputs import head, sources
from conformance.diagnosis.knowledge_cache import knowledge
from conformance.diagnosis.reading import Reading, unreadable
from conformance.diagnosis.rendering import as_json, as_text
from conformance.diagnosis.ticket import without_surroundings
from conformance.recognition.encodings import wide_encoding
from conformance.spec.files import default_causes
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    import argparse

    from conformance.diagnosis.evidence import Note
    from conformance.diagnosis.finding import Diagnosis
    from conformance.diagnosis.knowledge import Knowledge
    from conformance.diagnosis.reading import Input


_WITH_SURROUNDINGS = ("har", "log")  # whose readers make something of what stands before a line


def explain_files(options: argparse.Namespace) -> int:
    """Print the cause that evidence shows; 0 healthy, 1 a problem, 2 unreadable, 3 cannot tell, 5 refused as unsafe."""
    causes = Path(options.causes) if options.causes else default_causes()
    try:
        known = knowledge(causes, spec_file(options))
    except FileError as error:
        complain(str(error))
        return status.USAGE
    reading = Reading(known.surface, os.urandom(16))
    ask_for_paste(options.files)
    with sources(options.files) as inputs:
        for refusal in inputs.refused:
            complain(str(refusal))
        if inputs.refused:
            return status.USAGE
        evidence = Evidence(notes=inputs.notes)
        for source in inputs.sources:
            evidence += _read(source, options.kind, reading)
        evidence = hidden(evidence, reading)  # also what was met in another file only
    diagnosis = diagnose(evidence, known, reading)
    text = _text(diagnosis, evidence, known, options.format)
    return status.OF_VERDICT[diagnosis.verdict] if print_proved(text, reading) else status.UNSAFE


def _read(source: Input, kind: str, reading: Reading) -> Evidence:
    beginning = head(source)
    if not beginning.strip():
        return unreadable(source, "it is empty")
    found = kind or kind_of(beginning)
    notes: tuple[Note, ...] = ()
    if found not in _WITH_SURROUNDINGS:
        bare, notes = without_surroundings(source, reading.surface)
        if bare is not source:
            source, found = bare, kind or kind_of(head(bare))
    evidence = reader(found).read(source, reading) + Evidence(notes=notes)
    if found == "error" and b"\0" in beginning and not wide_encoding(beginning):
        return evidence + unreadable(source, "it is binary, and no text that tells of a failure")
    return evidence


def _text(diagnosis: Diagnosis, evidence: Evidence, known: Knowledge, form: str) -> str:
    if form == "json":
        import json

        return json.dumps(as_json(diagnosis))
    if form == "html":
        from conformance.diagnosis.page import as_page

        return as_page(diagnosis, evidence, known)
    return as_text(diagnosis, known.titles, width())
