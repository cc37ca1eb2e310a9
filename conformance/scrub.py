"""The scrubber that everything written passes: no 8 characters in a row of a known secret survive it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from conformance.recognition.shapes import MARK, Shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.keys import KeyFormat

WINDOW = 8
_GRAM, _STRIDE = 5, 4  # a window of 8 characters holds a gram of 5 that begins at a multiple of 4
# what is written in hexadecimal needs two digits for each character of a secret, and three with what separates them
_HEX_WINDOW, _SEPARATED_WINDOW = 2 * WINDOW, 3 * WINDOW - 1
_FEWEST_DIGITS = 12  # of hexadecimal ones: some 8 of them are in many an id by chance
_HEX_DIGITS = re.compile("[0-9a-fA-F]*")


class Scrubber:
    """Knows secrets, and replaces them wherever they stand.

    They are known raw, in other letters, URL-encoded, in base64, in hexadecimal and JSON-escaped. Anything that is
    shaped like a key is replaced as well, known or not, also over several lines and within base64.
    """

    def __init__(self, key_format: KeyFormat) -> None:
        self._format = key_format
        self._windows: dict[int, set[str]] = {WINDOW: set(), _HEX_WINDOW: set(), _SEPARATED_WINDOW: set()}
        self._grams: set[str] = set()
        self._known: set[str] = set()
        self._shapes = Shapes(key_format)

    def learn(self, text: str) -> None:
        """Remember the secret characters of a credential; prefix and key id may go on being shown."""
        if text in self._known:
            return
        self._known.add(text)
        for secret in self._format.hidden_parts(text):
            for form in _forms(secret):
                self._remember(form, WINDOW)
            self._remember_digits(secret)

    def learn_as_written(self, text: str) -> None:
        """Remember what is too long to be remembered in every form."""
        for secret in self._format.hidden_parts(text):
            self._remember(secret, WINDOW)

    def _remember(self, form: str, width: int) -> None:
        self._windows[width] |= _slices(form, width)
        self._grams |= _slices(form, _GRAM)

    def _remember_digits(self, secret: str) -> None:
        raw = secret.encode("utf-8", "surrogatepass")
        for digits, width in (
            (raw.hex(), _HEX_WINDOW),
            (raw.hex(" "), _SEPARATED_WINDOW),
            (raw.hex("%"), _SEPARATED_WINDOW),
        ):
            self._remember(digits, width)
            self._remember(digits.upper(), width)

    @property
    def size(self) -> int:
        """How many pieces of secrets are remembered, of some 200 bytes of memory each."""
        return sum(map(len, self._windows.values()))

    def learn_all(self, texts: Iterable[str]) -> None:
        """Remember several credentials."""
        for text in texts:
            self.learn(text)

    def scrub(self, text: str) -> str:
        """The text without any secret."""
        text = self._shapes.without_keys(text)
        return self._without_windows(text) if self._may_hold(text) else text

    def knows(self, text: str) -> bool:
        """Whether the text holds 8 characters in a row of a known secret, and not by chance."""
        if not self._may_hold(text):
            return False
        return any(not _is_by_chance(text[start:end]) for start, end in self._secret_spans(text))

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
            width = self._width(text, at)
            if not width:
                continue
            if span and at <= span[1]:
                span = (span[0], max(span[1], at + width))
                continue
            if span:
                yield span
            span = (at, at + width)
        if span:
            yield span

    def _width(self, text: str, at: int) -> int:
        """How wide a window of a secret begins there; 0 for none."""
        return max((width for width, windows in self._windows.items() if text[at : at + width] in windows), default=0)


def _is_by_chance(piece: str) -> bool:
    return len(piece) < _FEWEST_DIGITS and _HEX_DIGITS.fullmatch(piece) is not None


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
    yield from {secret.upper(), secret.lower(), secret.swapcase()}
    yield from written_forms(secret)
