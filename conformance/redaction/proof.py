"""The proof of a result: everything that was written is searched for every secret that was read."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Protocol

from conformance.redaction.ahead import searched
from conformance.redaction.pseudonyms import WORD
from conformance.redaction.sparing import says_nothing, without_escaped_letters
from conformance.scrub import WINDOW, written_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

_CHUNK = 1 << 20
_MOST_PATTERNS = 60_000  # which hyperscan compiles in about a second
# what may be changed without breaking the text that it stands in, behind what may not
_FREE = re.compile(
    rb"(\\+u[0-9a-fA-F]{4}|\\+[^u]|%[0-9A-Fa-f]{2})|([0-9]+)|([A-Za-z_.~!@#$^*()=+/;?&|-]+)|([\xc2-\xf4][\x80-\xbf]+)"
)
_WORD_LIKE = re.compile(rb"[A-Za-z0-9_.~!@#$*+=/-]+")
_AROUND = 8  # bytes beside a place that say what may be changed there


class Search(Protocol):
    """Looks for any of the windows in a text."""

    def __call__(self, text: bytes | bytearray) -> Iterable[int]:
        """Where they begin, in any order."""
        ...


def windows_of(secrets: Iterable[bytes]) -> set[bytes]:
    """Every 8 bytes in a row of secrets in every form that others write them in."""
    windows: set[bytes] = set()
    for secret in secrets:
        text = secret.decode("utf-8", "surrogateescape")
        for form in (secret, *(form.encode("utf-8", "surrogateescape") for form in written_forms(text))):
            windows |= {form[at : at + WINDOW] for at in range(len(form) - WINDOW + 1)}
    own = (WORD, b"x" * WINDOW, b"1" * WINDOW)
    return {one for one in windows if one not in own and not says_nothing(one)}


def best_search(windows: set[bytes]) -> Search:
    """The quickest way to look for them that can be had here."""
    if not windows:
        return lambda _text: ()
    if len(windows) <= _MOST_PATTERNS and not any(b"\0" in one for one in windows):  # where its patterns would end
        try:
            return _by_patterns(windows)
        except ImportError:
            pass
    return _by_words(windows)


def hits(file: BinaryIO, search: Search) -> Iterator[tuple[int, int]]:
    """The places in a file where windows stand, in order; those that touch each other are one."""
    last: tuple[int, int] | None = None
    for (offset, _), found in searched(_pieces(file), lambda piece: sorted(set(search(piece[1])))):
        for at in found:
            begin, end = offset + at, offset + at + WINDOW
            if last and begin <= last[1]:
                last = (last[0], max(last[1], end))
                continue
            if last:
                yield last
            last = (begin, end)
    if last:
        yield last


def _pieces(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Pieces of a file with their places, of which each begins with the last bytes of the one before."""
    offset = 0
    while True:
        file.seek(offset)
        piece = file.read(_CHUNK)
        if len(piece) < WINDOW:
            return
        yield offset, piece
        offset += len(piece) - WINDOW + 1


def cover(file: BinaryIO, place: tuple[int, int], pseudonym: Callable[[bytes], bytes | None]) -> None:
    """Replace a known secret that stands where nothing said so; only what cannot break the text around it."""
    begin = max(place[0] - _AROUND, 0)
    file.seek(begin)
    text = bytearray(file.read(place[1] + _AROUND - begin))
    start, end = place[0] - begin, place[1] - begin
    known = pseudonym(bytes(text[start:end]))
    matches = [match for match in _FREE.finditer(bytes(text)) if match.end() > start and match.start() < end]
    if known is not None and _WORD_LIKE.fullmatch(text, start, end) and not any(match[1] for match in matches):
        text[start:end] = known
    else:
        for match in matches:
            inner = match.span() if match[4] else (max(match.start(), start), min(match.end(), end))
            if match[1]:
                text[match.start() : match.end()] = without_escaped_letters(match[1])
            else:
                text[inner[0] : inner[1]] = (b"1" if match[2] else b"x") * (inner[1] - inner[0])
    file.seek(begin)
    file.write(text)


def _by_patterns(windows: set[bytes]) -> Search:
    from conformance.redaction.patterns import Patterns

    patterns = Patterns(["".join(f"\\x{byte:02x}" for byte in window).encode() for window in sorted(windows)])

    def search(text: bytes | bytearray) -> list[int]:
        found: list[int] = []
        patterns.scan(text, lambda _pattern, end: found.append(end - WINDOW))
        return found

    return search


def _by_words(windows: set[bytes]) -> Search:
    """A window of 8 bytes holds 4 that begin at a multiple of 4; looking for these is quick."""
    words = {int.from_bytes(one[at : at + 4], sys.byteorder) for one in windows for at in range(len(one) - 3)}

    def search(text: bytes | bytearray) -> list[int]:
        aligned = memoryview(text + b"\0" * (-len(text) % 4)).cast("I")
        if words.isdisjoint(aligned):
            return []
        found = []
        for index, word in enumerate(aligned):
            if word in words:
                near = range(max(4 * index - WINDOW + 4, 0), 4 * index + 1)
                found += [at for at in near if bytes(text[at : at + WINDOW]) in windows]
        return found

    return search
