"""The scrubber that everything written passes: no 8 characters in a row of a known secret survive it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from conformance.shapes import MARK, Shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.keys import KeyFormat

WINDOW = 8
_GRAM, _STRIDE = 5, 4  # a window of 8 characters holds a gram of 5 that begins at a multiple of 4


class Scrubber:
    """Knows secrets, and replaces them wherever they stand.

    They are known raw, in other letters, URL-encoded, in base64, in hexadecimal and JSON-escaped. Anything that is
    shaped like a key is replaced as well, known or not, also over several lines and within base64.
    """

    def __init__(self, key_format: KeyFormat) -> None:
        self._format = key_format
        self._windows: set[str] = set()
        self._grams: set[str] = set()
        self._known: set[str] = set()
        self._shapes = Shapes(key_format)

    def learn(self, text: str) -> None:
        """Remember the secret characters of a credential; prefix and key id may go on being shown."""
        if text in self._known:
            return
        self._known.add(text)
        for form in (form for secret in self._format.hidden_parts(text) for form in _forms(secret)):
            self._windows |= _slices(form, WINDOW)
            self._grams |= _slices(form, _GRAM)

    def learn_as_written(self, text: str) -> None:
        """Remember what is too long to be remembered in every form."""
        for secret in self._format.hidden_parts(text):
            self._windows |= _slices(secret, WINDOW)
            self._grams |= _slices(secret, _GRAM)

    @property
    def size(self) -> int:
        """How many pieces of secrets are remembered, of some 200 bytes of memory each."""
        return len(self._windows)

    def learn_all(self, texts: Iterable[str]) -> None:
        """Remember several credentials."""
        for text in texts:
            self.learn(text)

    def scrub(self, text: str) -> str:
        """The text without any secret."""
        text = self._shapes.without_keys(text)
        return self._without_windows(text) if self._may_hold(text) else text

    def knows(self, text: str) -> bool:
        """Whether the text holds 8 characters in a row of a known secret."""
        return self._may_hold(text) and next(self._secret_spans(text), None) is not None

    def holds_secret(self, text: str) -> bool:
        """Whether scrubbing would change the text."""
        return self.scrub(text) != text

    def _may_hold(self, text: str) -> bool:
        return not self._grams.isdisjoint([text[at : at + _GRAM] for at in range(0, len(text), _STRIDE)])

    def _without_windows(self, text: str) -> str:
        pieces: list[str] = []
        end = 0
        for start, stop in self._secret_spans(text):
            pieces += [text[end:start], MARK]
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


def _slices(text: str, length: int) -> set[str]:
    return {text[start : start + length] for start in range(len(text) - length + 1)}


def written_forms(secret: str) -> Iterator[str]:
    """The secret as others write it: raw, URL-encoded, JSON-escaped, and in base64 behind 0 to 2 other bytes."""
    import base64  # slow to import, and only needed where there are secrets to learn
    import json

    raw = secret.encode("utf-8", "surrogatepass")
    quoted = {quote(raw), quote(raw, safe=""), quote_plus(raw)}
    yield from {secret, *quoted, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    for offset in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # the characters at either end depend on what surrounds the secret
            yield encode(b"\0" * offset + raw).decode().rstrip("=")[offset + 1 if offset else 0 : -1]


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield from {secret.upper(), secret.lower(), secret.swapcase()}
    yield from {raw.hex(), raw.hex().upper(), raw.hex(" "), raw.hex("%"), raw.hex("%").upper()}
    yield from written_forms(secret)
