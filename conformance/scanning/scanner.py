"""A stream searched block by block, without missing what straddles two of them."""

from __future__ import annotations

from operator import itemgetter
from typing import IO, TYPE_CHECKING

import stringzilla

from conformance.scanning.content import read_into
from conformance.scanning.find import Find, Place
from conformance.scanning.judging import Judge
from conformance.scanning.needles import needles_of, torn_needles_of
from conformance.scanning.position import Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.keys import KeyFormat
    from conformance.scanning.needles import Needle

BLOCK = 256 * 1024  # bytes that are read at a time: they fit the processor's cache
AHEAD = 2048  # bytes behind the beginning of a key that are looked at; in UTF-16 half as many characters
HEAD = 4096  # bytes that show the encoding
_TORN_OFF = 200  # bytes in which the letters stand that were torn off a needle


class Scanner:
    """Finds keys in streams, one after the other."""

    def __init__(self, key_format: KeyFormat, block: int = BLOCK) -> None:
        self._needles = needles_of(key_format)
        self._torn = torn_needles_of(key_format)
        self._gates = sorted({needle.gate for needle in self._needles if needle.gate})
        self._judge = Judge(key_format)
        self._buffer = bytearray(AHEAD + block)

    def may_find(self, text: bytes) -> bool:
        """Whether anything in the text begins like a key."""
        return any(needle.text in text for needle in (*self._needles, *self._torn))

    def scan(self, stream: IO[bytes], path: str, position: Position | None = None) -> Iterator[Find]:
        """The finds in a stream, in order; `position` is that of its beginning, and in the end that of its end.

        Raises:
            OSError: The stream cannot be read on; what was found until then has been given.

        """
        text, view = self._buffer, memoryview(self._buffer)
        before = position.offset if position else 0  # the bytes before the buffer
        kept = 0  # the bytes in it that were read but not judged
        while True:
            failed = None
            try:
                read = read_into(stream, view[kept:])
            except Exception as error:
                read, failed = 0, error  # what was read until then is still to be judged
            end = kept + read
            judged = max(end - AHEAD, 0) & ~1 if read else end  # even, so that UTF-16 is not torn apart
            if read and not judged:
                kept = end
                continue
            position = position or Position(bytes(text[: min(end, HEAD)]))
            passed = 0
            needles = self._needles if before else (*self._needles, *self._torn)  # which take time in what is long
            for at, needle in self._hits(needles, judged, end):
                found = self._judge.judged(_window(text, at + needle.behind, end, needle).decode("latin-1"))
                if found:
                    at -= needle.is_wide and _begins_before(text, at, before)
                    position.pass_by(text, passed, at)
                    passed = at
                    form = f"{needle.form}, UTF-16" if needle.is_wide else needle.form
                    yield Find(found, form, Place(path, position.line, position.column, before + at))
            if failed:
                raise failed
            position.pass_by(text, passed, judged)
            if not read:
                return
            before += judged
            kept = end - judged
            text[:kept] = text[judged:end]

    def _hits(self, needles: Iterable[Needle], judged: int, end: int) -> list[tuple[int, Needle]]:
        """Where what needles show begins before `judged`, in order."""
        gates = {gate for gate in self._gates if self._buffer.find(gate, 0, end) >= 0}
        hits: dict[int, Needle] = {}
        find = stringzilla.find
        for needle in needles:
            if needle.gate and needle.gate not in gates:
                continue
            behind = _TORN_OFF if needle.head else needle.behind
            stop = min(judged + behind + len(needle.text) - 1, end)
            at = find(self._buffer, needle.text, needle.behind, stop)
            while at >= 0:
                start = self._start(needle, at, end)
                if start is not None and start < judged:
                    hits.setdefault(start, needle)
                at = find(self._buffer, needle.text, at + 1, stop)
        return sorted(hits.items(), key=itemgetter(0))

    def _start(self, needle: Needle, at: int, end: int) -> int | None:
        """Where what the needle shows begins; `None` where it shows nothing."""
        if needle.head:
            head = needle.head.search(self._buffer, max(at - _TORN_OFF, 0), at)
            return head.start() if head else None
        return at - needle.behind if needle.whole is None or needle.whole.match(self._buffer, at, end) else None


def _begins_before(text: bytearray, at: int, before: int) -> bool:
    """Whether a character of UTF-16 begins one byte before this one, with a zero."""
    return (before + at) % 2 == 1 and text[at - 1] == 0


def _window(text: bytearray, at: int, end: int, needle: Needle) -> bytes:
    narrow = text[at : min(at + AHEAD, end) : 2] if needle.is_wide else text[at : min(at + AHEAD // 2, end)]
    return needle.read(bytes(narrow))
