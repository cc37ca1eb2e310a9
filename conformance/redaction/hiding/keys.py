"""Keys of the API replaced in place: what may be shown of one stays, and what is wrong with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.recognition import placeholders
from conformance.recognition.pieces import BrokenKeys
from conformance.redaction.fragments import Fragments
from conformance.redaction.hiding.runs import lay, sign_runs
from conformance.redaction.hiding.tokens import VENDOR, begins
from conformance.redaction.pseudonyms import is_hidden

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.keys import KeyFormat
    from conformance.recognition.shapes import Shapes
    from conformance.redaction.hiding.ledger import Ledger

_HEAD = 160  # bytes before which the secret of a wrapped key begins
_GOES_ON = re.compile(
    rb"(?:(?:[\x80-\xff]{2,4}|\\+u(?:20[0-2][0-9a-fA-F]|feff|00a0|00ad))[A-Za-z0-9_-]{1,})+", re.IGNORECASE
)


class Keys:
    """Hides the keys of one format, whole or broken, plain or encoded."""

    def __init__(self, key_format: KeyFormat, shapes: Shapes, ledger: Ledger) -> None:
        self._format = key_format
        self.secret_length = key_format.secret_length
        self._shapes = shapes
        self._ledger = ledger
        self._plain = shapes.plain_bytes()
        self._broken = BrokenKeys(key_format)
        self._fragments = Fragments(key_format)
        self._example = key_format.example.encode()[-key_format.secret_length :]  # which everybody may read

    def hide_key(self, text: bytearray, at: int) -> bool:
        """Hide a key of the format that begins here; says whether one did."""
        match = self._plain.match(text, at)
        is_whole = match is not None and _signs_in(match) >= self._format.secret_length
        if not is_whole and (pieces := self._pieces(text, at)):
            self._hide_runs(text, pieces)
            return True
        if match is None:
            return False
        start, end = max(match.end(1), match.end(2)), match.end()
        if end - start < self._format.secret_length and (more := _GOES_ON.match(text, end)):
            end = more.end()
        if match[2] is not None and placeholders.is_placeholder(match[0].decode("latin-1")):
            return True
        self.hide_signs(text, start, end)
        return True

    def _pieces(self, text: bytearray, at: int) -> list[tuple[int, int]]:
        whole = self._broken.broken_key(text, at)
        return [*whole.pieces] if whole else self._fragments.broken(text, at)

    def hide_signs(self, text: bytearray, start: int, end: int) -> None:
        """Hide the secret of a key; what does not belong into one stays: escapes, line breaks, other characters."""
        self._hide_runs(text, [(run.start() + start, run.end() + start) for run in sign_runs(bytes(text[start:end]))])

    def hide_half(self, text: bytearray, end: int) -> None:
        """Hide the secret of a key that ends here, where it stands alone."""
        place = self._fragments.alone(text, end)
        if place is None or is_hidden(bytes(text[place[0] : place[1]])):
            return
        if not any(begins(text, match.start()) for match in VENDOR.finditer(text, *place)):
            self._hide_runs(text, [place])

    def _hide_runs(self, text: bytearray, runs: list[tuple[int, int]]) -> None:
        secret = b"".join(bytes(text[a:b]) for a, b in runs)
        if not secret or is_hidden(secret) or secret == self._example:
            return
        lay(text, runs, self._ledger.pseudonyms.of(secret, self._last(secret)))
        self._ledger.note("key", secret, runs[0][0])
        self._ledger.search(secret)

    def _last(self, secret: bytes) -> bytes:
        """The sign that tells whether the last character was possible, where that can be asked."""
        if len(secret) != self._format.secret_length:
            return b""
        return b"A" if chr(secret[-1]) in self._format.last_characters else b"B"

    def hide_encoded_key(self, text: bytearray, start: int, end: int) -> None:
        """Hide the keys in a run of base64."""
        changed = self._shapes.with_changed_base64(text[start:end].decode("latin-1"), self._decoded_without_keys(start))
        if len(changed) == end - start:
            text[start:end] = changed.encode("latin-1")

    def hide_wrapped_key(self, text: bytearray, start: int, end: int) -> bool:
        """Hide the key that begins here and goes on in another line; says whether one does."""
        for head, tail in self._shapes.wrapped_spans(text[start:end].decode("latin-1")):
            if head < _HEAD:
                self.hide_signs(text, start + head, start + tail)
                return True
        return False

    def _decoded_without_keys(self, at: int) -> Callable[[bytes], bytes]:
        def change(decoded: bytes) -> bytes:
            inner = bytearray(decoded)
            here, self._ledger.offset = self._ledger.offset, self._ledger.offset + at
            for match in self._plain.finditer(decoded):
                self.hide_key(inner, match.start())
            self._ledger.offset = here
            return bytes(inner)

        return change


def _signs_in(key: re.Match[bytes]) -> int:
    """How many characters of a secret stand in a key."""
    start = max(key.end(1), key.end(2)) - key.start()
    return sum(len(run[0]) for run in sign_runs(bytes(key[0])[start:]))
