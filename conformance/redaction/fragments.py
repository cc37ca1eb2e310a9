"""Fragments of keys: what is left of broken ones that are not whole, and secrets without prefix and id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.recognition.pieces import MARKUP, TERMINAL

if TYPE_CHECKING:
    from conformance.keys import KeyFormat

_WRITTEN = rb"\\+u(?!000[9aAdD])[0-9a-fA-F]{4}|\\+x(?!0[9aAdD])[0-9a-fA-F]{2}|%(?:25){0,3}[0-9A-Fa-f]{2}"
_TIGHT = rb"(?:%b|%b|%b|[\x80-\xff]{1,8}|[\0-\x08\x0e-\x1f\x7f])" % (TERMINAL, _WRITTEN, MARKUP)
_IN_GAP = re.compile(_TIGHT)
_GAP = re.compile(rb"(?:%b|\\+[nrtbf]|[^A-Za-z0-9_-]){0,40}+" % _TIGHT)
_LOOSE = re.compile(rb"[\s\"'<>;&,:|/(){}\[\]=+]|\\+[nrt]")
_RUN = re.compile(rb"[A-Za-z0-9_-]+")
_NAME = re.compile(rb"[A-Z]?[a-z_-]+|[A-Z_-]+|[0-9_-]+")
_FURTHER = 160  # bytes in which the rest of a key is looked for, behind what a log writes before a line
_SHORTEST = 8
_MOST_PARTS = 12
_ESCAPE_BEFORE = re.compile(rb"\\+(?:[nrtbf]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})")


class Fragments:
    """Finds the fragments of keys of one format."""

    def __init__(self, key_format: KeyFormat) -> None:
        self._separator = key_format.separator.encode()
        self._length = key_format.secret_length
        self._last = key_format.last_characters.encode()
        self._is_mixed = key_format.encoding == "base64url"
        some_id = f"[{re.escape(key_format.id_alphabet)}]"
        between = b"(?:%b){0,3}+" % _TIGHT
        prefixes = [between.join(re.escape(one).encode() for one in prefix) for prefix in key_format.prefixes]
        ids = between.join([some_id.encode()] * key_format.id_length)
        self._head = re.compile(b"(?:%b)%b%b" % (b"|".join(prefixes), between, ids))
        self._before = re.compile(
            rb"(?<![A-Za-z0-9])" + f"{some_id}{{{key_format.id_length}}}{re.escape(key_format.separator)}\\Z".encode()
        )
        self._reach = key_format.id_length + len(key_format.separator) + 1

    def broken(self, text: bytes | bytearray, at: int) -> list[tuple[int, int]]:
        """Where the pieces of the secret stand whose key begins here; none where nothing follows its id."""
        head = self._head.match(text, at)
        if head is None:
            return []
        runs = self._runs(text, head.end())
        missing = self._length - sum(end - start for start, end in runs)
        return [*runs, *self._rest(text, runs[-1][1], missing)] if runs and missing >= _SHORTEST else runs

    def _runs(self, text: bytes | bytearray, at: int) -> list[tuple[int, int]]:
        """The pieces that follow each other: the first, and those behind it that nothing but what breaks keys parts."""
        runs: list[tuple[int, int]] = []
        sure, length, is_tight = 0, 0, True
        while is_tight and len(runs) < _MOST_PARTS and length < self._length:
            gap = _GAP.match(text, at)
            run = _RUN.match(text, gap.end()) if gap else None
            if gap is None or run is None or (not gap[0] and not runs):
                break
            is_tight = not _LOOSE.search(_IN_GAP.sub(b"", gap[0]))
            runs.append(run.span())
            length += len(run[0])
            at = run.end()
            is_first = gap[0] == self._separator and not _NAME.fullmatch(run[0])
            goes_on = len(runs) > 1 and length <= self._length and b"<" not in gap[0]
            if is_tight and (is_first or goes_on or looks_drawn(run[0])):
                sure = len(runs)
        return runs[:sure]

    def _rest(self, text: bytes | bytearray, at: int, length: int) -> list[tuple[int, int]]:
        """The one piece of this length that may be the end of a secret, a line or a few signs further on."""
        places = [run.span() for run in _RUN.finditer(text, at, at + _FURTHER)]
        fitting = [(start, end) for start, end in places if end - start == length and text[end - 1] in self._last]
        return [place for place in fitting[:1] if not _NAME.fullmatch(text, *place)]

    def alone(self, text: bytes | bytearray, end: int) -> tuple[int, int] | None:
        """The span of a bare secret that ends there, with at most a key id before it; `None` if there is none."""
        start = end - self._length
        if start < 0 or text[end - 1] not in self._last:
            return None
        left = bytes(text[max(start - self._reach, 0) : start])
        run = _RUN.search(left[::-1])
        if run and run.start() == 0 and not self._is_escape(left, len(run[0])):
            return None
        if left[-1:] == b"\\" and text[start] in b"nrtbfux":
            return None
        if self._before.search(left):
            return start, end
        beside = left[-1:], bytes(text[end : end + 1])
        if not self._is_mixed or beside[0] == b"+" or beside[1] in (b"+", b"/", b"=", b"."):
            return None
        return (start, end) if looks_drawn(bytes(text[start:end])) else None

    @staticmethod
    def _is_escape(left: bytes, length: int) -> bool:
        """Whether the signs at the end are those of an escape."""
        begin = len(left) - length
        return left[begin - 1 : begin] == b"\\" and _ESCAPE_BEFORE.fullmatch(left, begin - 1) is not None


def looks_drawn(text: bytes) -> bool:
    """Whether this looks random: 8 characters or more, with lower case, upper case and digits."""
    return len(text) >= _SHORTEST and (
        any(97 <= sign <= 122 for sign in text)
        and any(65 <= sign <= 90 for sign in text)
        and any(48 <= sign <= 57 for sign in text)
        and len(set(text)) > len(text) // 4
    )
