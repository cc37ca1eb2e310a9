"""Runs of characters that may be in a secret, without the escapes between them."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    rb"\\+u[0-9a-fA-F]{4}|\\+x[0-9a-fA-F]{2}|\\+[nrtbf]?|%[0-9A-Fa-f]{2}|%|&#x?[0-9a-fA-F]{1,6};|[^A-Za-z0-9_\\%-]+"
)
SIGNS = re.compile(rb"[A-Za-z0-9_-]+")


def sign_runs(body: bytes) -> list[re.Match[bytes]]:
    """The runs of characters that may be in a secret, without those that belong to an escape."""
    return list(SIGNS.finditer(without_escapes(body)))


def without_escapes(text: bytes) -> bytes:
    """The text with spaces where no character of a secret stands."""
    return _ESCAPE.sub(lambda match: b" " * len(match[0]), text)


def lay(text: bytearray, spans: list[tuple[int, int]], written: bytes) -> None:
    """Write over several places, of which each takes the next of it."""
    at = 0
    for head, tail in spans:
        text[head:tail] = written[at : at + tail - head]
        at += tail - head
