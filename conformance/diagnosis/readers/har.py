"""Reads HTTP archives: whole ones, single entries and lists of them, from browsers, proxies and API testers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.archives.capture import Capture
from conformance.diagnosis.archives.entry import entry_of
from conformance.diagnosis.archives.objects import Objects
from conformance.diagnosis.decoded import decoded, opened_text
from conformance.diagnosis.evidence import Evidence, Note, Place
from conformance.diagnosis.hiding import hidden

if TYPE_CHECKING:
    from conformance.diagnosis.reading import Input, Reading

_CONTAINERS = frozenset({"log", "har", "entries"})
_LOG = re.compile(r"[\s,\[]*+\{\s*+\"log\"\s*+:\s*+\{")
_JSON = re.compile(r"[\s\ufeff]*+[\[{]")
_PAIR = re.compile(r"\{\s*+\"(?:name|key)\"\s*+:\s*+\"[^\"\\]{0,200}+\"\s*+,\s*+\"value\"\s*+:")
_MESSAGE = re.compile(r"\"(?:request|response)\"\s*+:\s*+\{")
_REPORT = re.compile(r"\"(?:stacktrace|exception|breadcrumbs)\"\s*+:")  # of an error, with the request that led to it


def recognises(head: bytes) -> int:
    """How sure it is that this is an HTTP archive, or a piece of one."""
    text = decoded(head)
    if not _JSON.match(text):
        return 0
    if _LOG.match(text) and any(f'"{name}"' in text for name in ("entries", "creator", "pages", "startedDateTime")):
        return 98
    has_message, has_pair = _MESSAGE.search(text), _PAIR.search(text)
    if has_message and '"startedDateTime"' in text:
        return 95
    if has_message and (has_pair or '"entries"' in text):
        return 88
    if has_pair and '"headers"' in text and ('"method"' in text or '"status"' in text):
        return 80
    return 40 if ('"entries"' in text or has_message) and not _REPORT.search(text) else 0


def read(source: Input, reading: Reading) -> Evidence:
    """The entries that concern the API, in exchanges; errors that a tool wrote beside them, in failures."""
    capture = Capture(source.name, reading)
    with opened_text(source) as text:
        objects = Objects(text, _CONTAINERS)
        for number, raw in objects:
            entry = entry_of(raw)
            if entry:
                capture.add(number, entry)
            if not capture.wants_more:
                break
    notes = tuple(Note(Place(source.name), says) for says in objects.notes)
    return hidden(capture.evidence(objects.around) + Evidence(notes=notes), reading)
