"""What the tests of redact share: drawn secrets, a redaction within this process, and whether a secret is left."""

from __future__ import annotations

import base64
import io
import json
import secrets
import string
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hypothesis import settings
from runs import FORMAT, run_command

from conformance.recognition.shapes import Shapes
from conformance.redaction.candidates import WordFinder, best_finder
from conformance.redaction.run import Redaction

if TYPE_CHECKING:
    from pathlib import Path

    from runs import Ran


# Nothing that looks like a key may reach the database of examples.
settings.register_profile("redact", database=None, deadline=None, max_examples=60)
settings.load_profile("redact")

SHAPES = Shapes(FORMAT)
ALPHABET = string.ascii_letters + string.digits


def minted() -> str:
    return FORMAT.mint().reveal()


def drawn(length: int = 24) -> str:
    """A secret that is no word, with letters and digits."""
    return "a1" + "".join(secrets.choice(ALPHABET) for _ in range(length - 2))


FINDER, WORDS = best_finder(SHAPES), WordFinder(SHAPES)


def redacted(written: bytes, directory: Path, chunk: int = 1 << 20, finder: Any = FINDER) -> bytes:
    """Within this process."""
    source = directory / "in"
    source.write_bytes(written)
    redaction = Redaction(FORMAT, chunk=chunk, finder=finder)
    try:
        redaction.add(str(source))
        to = io.BytesIO()
        redaction.prove()[0].publish(to)
    finally:
        redaction.close()
    return to.getvalue()


def forms_of(secret: str) -> list[str]:
    raw = secret.encode()
    coded = [base64.b64encode(b"\0" * before + raw).decode()[before and before + 1 : -4] for before in range(3)]
    return [secret, quote(secret, safe=""), json.dumps(secret)[1:-1], *coded]


def survives(secret: str, output: bytes | str) -> bool:
    text = output if isinstance(output, bytes) else output.encode("utf-8", "surrogateescape")
    forms = [form.encode() for form in forms_of(secret)]
    return any(form[at : at + 8] in text for form in forms for at in range(len(form) - 7))


def run_on(directory: Path, written: str, *options: str) -> Ran:
    return run_command(directory, "redact", "-", *options, stdin=written)
