"""Keys with something in them that does not belong there: the end of a line, quotation, markup, colours."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from conformance.keys import KeyFormat

# all that repeats is bounded, and never tried again
TERMINAL = (
    rb"(?:\x1b|\\{1,8}+(?:u001[bB]|x1[bB]|033|e))"
    rb"(?:\[[0-9;]{0,16}[A-Za-z]|\][^\x07\x1b\n]{0,200}(?:\x07|\x1b\\))"  # a colour, or a link
)
_WRITTEN = rb"\\{1,8}+(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[nrtbf])|%(?:25){0,3}[0-9A-Fa-f]{2}"
MARKUP = rb"</?[a-zA-Z][^<>\n]{0,80}>|&(?:#[0-9]{1,6}|#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});"
_LIST = rb"(?<=[\n ])--?(?= )"  # a comment of SQL, or an item of YAML
GAP = rb"(?:%b|%b|%b|%b|[^A-Za-z0-9_-]){0,120}+" % (TERMINAL, _WRITTEN, MARKUP, _LIST)
_RUN = rb"[A-Za-z0-9_-]+"
# or a date; letters that are as many as no secret may show in a row are a piece of it, where they make it whole
_WORD = re.compile(rb"[A-Z]?[a-z]{3,6}|[A-Z]{3,7}|[0-9-]{4,}(?:T[0-9]{2})?")
_SPACED = re.compile(rb"\s|\\[nrt]")
_MOST_PIECES = 12


class BrokenKey(NamedTuple):
    """A key whose secret stands in pieces: its other parts, and where each piece begins and ends."""

    prefix: str
    key_id: str
    pieces: tuple[tuple[int, int], ...]


class BrokenKeys:
    """Puts the pieces of keys of one format together."""

    def __init__(self, key_format: KeyFormat) -> None:
        self._sign = re.compile(b"%b([A-Za-z0-9_-])" % GAP)
        self._piece = re.compile(b"%b(%b)" % (GAP, _RUN))
        self._prefixes = [prefix.encode() for prefix in key_format.prefixes]
        self._id_alphabet = set(key_format.id_alphabet.encode())
        self._id_length = key_format.id_length
        self._separator = key_format.separator.encode()
        self._length = key_format.secret_length
        self._is_mixed = key_format.encoding == "base64url"

    def broken_key(self, text: bytes | bytearray, at: int = 0) -> BrokenKey | None:
        """The key that begins there; `None` where its pieces make no whole one."""
        for prefix in self._prefixes:
            if not text.startswith(prefix[:1], at):
                continue
            begun, end_of_prefix = self._signs(text, at, len(prefix))
            if begun != prefix:
                continue
            key_id, end = self._signs(text, end_of_prefix, self._id_length)
            piece = self._piece.match(text, end)
            if piece and len(key_id) == self._id_length and self._id_alphabet.issuperset(key_id):
                pieces = self.secret_pieces(text, end) if self._separator in text[end : piece.start(1)] else ()
                return BrokenKey(prefix.decode(), key_id.decode(), pieces) if pieces else None
        return None

    def _signs(self, text: bytes | bytearray, at: int, count: int) -> tuple[bytes, int]:
        """So many signs of a key, whatever stands between them, and where they end; fewer where there are no more."""
        signs = b""
        while len(signs) < count and (found := self._sign.match(text, at)):
            signs, at = signs + found[1], found.end()
        return signs, at

    def secret_pieces(self, text: bytes | bytearray, at: int) -> tuple[tuple[int, int], ...]:
        """Where the pieces of the secret stand that begins there; none where they make no whole one."""
        pieces: list[tuple[int, int]] = []
        missing = self._length
        while missing > 0 and len(pieces) < _MOST_PIECES and (piece := self._piece.match(text, at)):
            pieces.append(piece.span(1))
            at, missing = piece.end(), missing - len(piece[1])
        is_whole = not missing and (not self._is_mixed or _is_secret(text, pieces))
        return tuple(pieces) if is_whole else ()


def _is_secret(text: bytes | bytearray, pieces: list[tuple[int, int]]) -> bool:
    """Whether these may be drawn by chance, and are no sentence: lines of one width, or without a word among them."""
    lengths = [end - start for start, end in pieces]
    is_wrapped = {max(lengths)} == set(lengths[1:-1])
    secret = b"".join(bytes(text[start:end]) for start, end in pieces).decode()
    words = (_is_word(text, before[1], *piece) for before, piece in pairwise(pieces))
    return _is_drawn(secret) and (is_wrapped or not any(words))


def _is_word(text: bytes | bytearray, before: int, start: int, end: int) -> bool:
    """Whether what stands there may be a word of its own, with a space before it."""
    return _WORD.fullmatch(text, start, end) is not None and _SPACED.search(text, before, start) is not None


def _is_drawn(text: str) -> bool:
    """Whether it has lower and upper case, and digits, or changes between the cases more often than words do."""
    changes = sum(one.isupper() != other.isupper() for one, other in pairwise(text))
    has_both = any(map(str.islower, text)) and any(map(str.isupper, text))
    return has_both and (any(map(str.isdigit, text)) or changes > len(text) // 4)
