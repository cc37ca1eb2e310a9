"""A stream searched block by block, without missing what straddles two of them."""

from __future__ import annotations

from operator import itemgetter
from typing import IO, TYPE_CHECKING

import stringzilla

from conformance.scanning.content import read_into
from conformance.scanning.find import Find, Place
from conformance.scanning.judging import Judge
from conformance.scanning.needles import needles_of
from conformance.scanning.position import Position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.keys import KeyFormat
    from conformance.scanning.needles import Needle

BLOCK = 256 * 1024  # bytes that are read at a time: they fit the processor's cache
_AHEAD = 2048  # bytes behind the beginning of a key that are looked at; in UTF-16 half as many characters
_HEAD = 4096


class Scanner:
    """Finds keys in streams, one after the other."""

    def __init__(self, key_format: KeyFormat, block: int = BLOCK) -> None:
        self._needles = needles_of(key_format)
        self._gates = sorted({needle.gate for needle in self._needles if needle.gate})
        self._judge = Judge(key_format)
        self._buffer = bytearray(_AHEAD + block)

    def may_find(self, text: bytes) -> bool:
        """Whether anything in the text begins like a key."""
        return any(needle.text in text for needle in self._needles)

    def scan(self, stream: IO[bytes], path: str) -> Iterator[Find]:
        """The finds in a stream, in order.

        Raises:
            OSError: The stream cannot be read on; what was found until then has been given.

        """
        text, view = self._buffer, memoryview(self._buffer)
        position: Position | None = None
        before = kept = 0  # bytes of the stream before the buffer, and those in it that were read but not judged
        while True:
            failed = None
            try:
                read = read_into(stream, view[kept:])
            except Exception as error:
                read, failed = 0, error  # what was read until then is still to be judged
            end = kept + read
            judged = max(end - _AHEAD, 0) & ~1 if read else end  # even, so that UTF-16 is not torn apart
            if read and not judged:
                kept = end
                continue
            position = position or Position(bytes(text[: min(end, _HEAD)]))
            passed = 0
            for at, needle in self._hits(judged, end):
                found = self._judge.judged(_window(text, at + needle.behind, end, needle).decode("latin-1"))
                if found:
                    at -= needle.is_wide and _begins_before(text, at, before)
                    position.pass_by(text, passed, at)
                    passed = at
                    form = f"{needle.form}, UTF-16" if needle.is_wide else needle.form
                    yield Find(found, form, Place(path, position.line, position.column, before + at))
            if failed:
                raise failed
            if not read:
                return
            position.pass_by(text, passed, judged)
            before += judged
            kept = end - judged
            text[:kept] = text[judged:end]

    def _hits(self, judged: int, end: int) -> list[tuple[int, Needle]]:
        """Where what words show begins before `judged`, in order."""
        gates = {gate for gate in self._gates if self._buffer.find(gate, 0, end) >= 0}
        hits: list[tuple[int, Needle]] = []
        find = stringzilla.find
        for needle in self._needles:
            if needle.gate and needle.gate not in gates:
                continue
            stop = min(judged + needle.behind + len(needle.text) - 1, end)
            at = find(self._buffer, needle.text, needle.behind, stop)
            while at >= 0:
                if needle.whole is None or needle.whole.match(self._buffer, at, end):
                    hits.append((at - needle.behind, needle))
                at = find(self._buffer, needle.text, at + 1, stop)
        return sorted(hits, key=itemgetter(0))


def _begins_before(text: bytearray, at: int, before: int) -> bool:
    """Whether a character of UTF-16 begins one byte before this one, with a zero."""
    return (before + at) % 2 == 1 and text[at - 1] == 0


def _window(text: bytearray, at: int, end: int, needle: Needle) -> bytes:
    narrow = text[at : min(at + _AHEAD, end) : 2] if needle.is_wide else text[at : min(at + _AHEAD // 2, end)]
    return needle.read(bytes(narrow))
