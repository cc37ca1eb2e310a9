"""A text that is one credential and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.decoded import decoded, encoding_of
from conformance.diagnosis.evidence import Evidence, Place
from conformance.recognition import placeholders

if TYPE_CHECKING:
    from conformance.diagnosis.reading import Input, Reading

_LONGEST = 65_536  # bytes
_QUOTE = "[\"'`\u201c\u201d\u2018\u2019]"
_WORD = rf"(?i)\s*(?:bearer\s+)?{_QUOTE}?[A-Za-z][A-Za-z0-9]{{1,11}}[_-][^\s=:;{{}}()<>]{{6,200}}{_QUOTE}?\s*"


def recognises(head: bytes) -> int:
    """How sure it is that this is one credential."""
    text = decoded(head)
    if len(text) > 1000 or not text.strip() or len(text.strip().splitlines()) > 1:
        return 0
    word = text.strip()
    if placeholders.is_no_secret(word) or re.fullmatch(_WORD, text):
        return 80
    return 40 if re.fullmatch(r"\S{8,300}", word) and "://" not in word else 0


def read(source: Input, reading: Reading) -> Evidence:
    """The credential; one line break at the end is the file's own, everything else belongs to it.

    A line end of Windows stays, since programs take off only half of it.
    """
    with source.open() as stream:
        data = stream.read(_LONGEST)
    text = data.decode(encoding_of(data) if not data.startswith(b"\xef\xbb\xbf") else "utf-8", "replace")
    text = text if text.endswith("\r\n") else text.removesuffix("\n")
    return Evidence(credentials=(reading.credential(text, Place(source.name), "text"),))
