"""Where 8 characters in a row of a secret are found, however they are spelled, worked out without the scrubber."""

from __future__ import annotations

import base64
import json
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from runs import FORMAT, Ran

if TYPE_CHECKING:
    from collections.abc import Iterator


WINDOW = 8


def spellings(secret: str) -> Iterator[str]:
    """How a secret may be spelled, worked out without the scrubber."""
    yield from (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1])
    yield from (secret.upper(), secret.lower(), secret.encode().hex(), secret.encode().hex("%").upper())
    for shift in range(3):
        padded = b"\0" * shift + secret.encode() + b"\0" * (-(shift + len(secret)) % 3)
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(padded).decode()
            yield whole[4 if shift else 0 : -4 if (shift + len(secret)) % 3 else None]


def windows(keys: list[str]) -> list[bytes]:
    """All that must not be found of these keys: every 8 characters in a row of every spelling of their secrets."""
    secrets = [FORMAT.parse(key).secret for key in keys]
    texts = chain.from_iterable(map(spellings, secrets))
    return [text[at : at + WINDOW].encode() for text in texts for at in range(len(text) - WINDOW + 1)]


def leaks(ran: Ran, keys: list[str]) -> list[str]:
    """Where a secret is found in what a process printed or left in its directory."""
    written = {"stdout": ran.stdout.encode("utf-8", "surrogateescape"), "stderr": ran.stderr.encode("utf-8", "replace")}
    for path in ran.directory.rglob("*"):
        if path.is_file() and path.suffix != ".pyc" and path.name != ".env":
            written[str(path.relative_to(ran.directory))] = path.read_bytes()
    wanted = windows(keys)
    return sorted(place for place, text in written.items() if any(window in text for window in wanted))
