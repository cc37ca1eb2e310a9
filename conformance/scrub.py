"""The scrubber that everything written passes: no 8 characters in a row of a known secret survive it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from conformance.recognition.shapes import MARK, Shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.keys import KeyFormat

WINDOW = 8
_GRAM, _STRIDE = 5, 4  # a window of 8 characters holds a gram of 5 that begins at a multiple of 4
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
_FEWEST_DIGITS = 12  # fewer of these are in some id by chance


class Scrubber:
    """Knows secrets, and replaces them wherever they stand.

    They are known raw, in other letters, URL-encoded, in base64, in hexadecimal and JSON-escaped. Anything that is
    shaped like a key is replaced as well, known or not, also over several lines and within base64.
    """

    def __init__(self, key_format: KeyFormat) -> None:
        self._format = key_format
        self._windows: set[str] = set()
        self._digits: set[str] = set()  # windows of what spells a secret in hexadecimal
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
                self._remember(form, self._windows)
            for form in _in_hexadecimal(secret):
                self._remember(form, self._digits)

    def learn_as_written(self, text: str) -> None:
        """Remember what is too long to be remembered in every form."""
        for secret in self._format.hidden_parts(text):
            self._remember(secret, self._windows)

    def _remember(self, form: str, windows: set[str]) -> None:
        windows |= _slices(form, WINDOW)
        self._grams |= _slices(form, _GRAM)

    @property
    def size(self) -> int:
        """How many pieces of secrets are remembered, of some 200 bytes of memory each."""
        return len(self._windows) + len(self._digits)

    def learn_all(self, texts: Iterable[str]) -> None:
        """Remember several credentials."""
        for text in texts:
            self.learn(text)

    def scrub(self, text: str) -> str:
        """The text without any secret, as it may be written."""
        return self._without(text, self._spans)

    def redact(self, text: str) -> str:
        """The text without known secrets, for a run to go on with.

        Unlike `scrub` it leaves a few hexadecimal digits that are in a secret by chance: they may belong to an id.
        """
        return self._without(text, self._known_spans)

    def knows(self, text: str) -> bool:
        """Whether the text holds 8 characters in a row of a known secret, and not only by chance."""
        return self._may_hold(text) and next(self._known_spans(text), None) is not None

    def holds_secret(self, text: str) -> bool:
        """Whether scrubbing would change the text."""
        return self.scrub(text) != text

    def _may_hold(self, text: str) -> bool:
        return not self._grams.isdisjoint([text[at : at + _GRAM] for at in range(0, len(text), _STRIDE)])

    def _without(self, text: str, spans: Callable[[str], Iterator[tuple[int, int]]]) -> str:
        text = self._shapes.without_keys(text)
        if not self._may_hold(text):
            return text
        pieces: list[str] = []
        end = 0
        for start, stop in spans(text):
            pieces += [text[end:start], MARK]
            end = stop
        return "".join([*pieces, text[end:]])

    def _known_spans(self, text: str) -> Iterator[tuple[int, int]]:
        return (span for span in self._spans(text) if not self._is_chance(text, *span))

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        span: tuple[int, int] | None = None
        for at in range(len(text) - WINDOW + 1):
            window = text[at : at + WINDOW]
            if window not in self._windows and window not in self._digits:
                continue
            if span and at <= span[1]:
                span = (span[0], at + WINDOW)
                continue
            if span:
                yield span
            span = (at, at + WINDOW)
        if span:
            yield span

    def _is_chance(self, text: str, start: int, end: int) -> bool:
        """Whether so few hexadecimal digits stand there that some id of a run holds them.

        Those of a secret that is hexadecimal itself may also be shown on purpose: then they stand alone.
        """
        piece = text[start:end]
        if len(piece) >= _FEWEST_DIGITS or not _HEXADECIMAL.issuperset(piece):
            return False
        is_part = text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()
        return is_part or self._windows.isdisjoint(_slices(piece, WINDOW))


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


def _in_hexadecimal(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield from (form for digits in (raw.hex(), raw.hex(" "), raw.hex("%")) for form in (digits, digits.upper()))
