"""The scrubber that everything written passes: no 8 characters in a row of a known secret survive it."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.keys import KeyFormat

WINDOW = 8
_GRAM, _STRIDE = 5, 4  # a window of 8 characters holds a gram of 5 that begins at a multiple of 4
_MARK = "…"


class Scrubber:
    """Knows secrets, and replaces them wherever they stand: raw, URL-encoded, base64-encoded or JSON-escaped.

    Anything that is shaped like a key is replaced as well, known or not.
    """

    def __init__(self, key_format: KeyFormat) -> None:
        self._format = key_format
        self._windows: set[str] = set()
        self._grams: set[str] = set()
        self._known: set[str] = set()
        prefixes = "|".join(map(re.escape, key_format.prefixes))
        some_id = f"[{re.escape(key_format.id_alphabet)}]{{{key_format.id_length}}}"
        self._key_shaped = re.compile(
            f"((?:{prefixes}){some_id}(?:{re.escape(key_format.separator)}|%2[eE]))"
            f"[{re.escape(key_format.secret_alphabet)}]{{4,}}"
        )

    def learn(self, text: str) -> None:
        """Remember the secret characters of a credential; prefix and key id may go on being shown."""
        if text in self._known:
            return
        self._known.add(text)
        secret = self._secret_part(text)
        for form in _forms(secret):
            for start in range(len(form) - WINDOW + 1):
                self._windows.add(form[start : start + WINDOW])
            for start in range(len(form) - _GRAM + 1):
                self._grams.add(form[start : start + _GRAM])

    def learn_all(self, texts: Iterable[str]) -> None:
        """Remember several credentials."""
        for text in texts:
            self.learn(text)

    def scrub(self, text: str) -> str:
        """The text without any secret."""
        if self._may_hold(text):
            text = self._without_windows(text)
        if any(prefix in text for prefix in self._format.prefixes):
            text = self._key_shaped.sub(rf"\1{_MARK}", text)
        return text

    def knows(self, text: str) -> bool:
        """Whether the text holds 8 characters in a row of a known secret."""
        return self._may_hold(text) and next(self._secret_spans(text), None) is not None

    def holds_secret(self, text: str) -> bool:
        """Whether scrubbing would change the text."""
        return self.scrub(text) != text

    def _may_hold(self, text: str) -> bool:
        return not self._grams.isdisjoint([text[at : at + _GRAM] for at in range(0, len(text), _STRIDE)])

    def _secret_part(self, text: str) -> str:
        for prefix in self._format.prefixes:
            if text.startswith(prefix):
                return text[len(prefix) :].partition(self._format.separator)[2] or text[len(prefix) :]
        return text

    def _without_windows(self, text: str) -> str:
        pieces: list[str] = []
        end = 0
        for start, stop in self._secret_spans(text):
            pieces += [text[end:start], _MARK]
            end = stop
        return "".join([*pieces, text[end:]])

    def _secret_spans(self, text: str) -> Iterator[tuple[int, int]]:
        span: tuple[int, int] | None = None
        for at in range(len(text) - WINDOW + 1):
            if text[at : at + WINDOW] not in self._windows:
                continue
            if span and at <= span[1]:
                span = (span[0], at + WINDOW)
                continue
            if span:
                yield span
            span = (at, at + WINDOW)
        if span:
            yield span


def _forms(secret: str) -> Iterator[str]:
    yield secret
    for other in {quote(secret, safe=""), json.dumps(secret)[1:-1]} - {secret}:
        yield other
    raw = secret.encode("utf-8", "surrogatepass")
    for offset in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # the characters at either end depend on what surrounds the secret
            yield encode(b"\0" * offset + raw).decode().rstrip("=")[offset + 1 if offset else 0 : -1]
