"""Secrets that stand in pieces in a text, and how they are remembered, also where their key has lost its prefix."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.reading import SHORTEST_SECRET
from conformance.recognition.drawn import changes_often, looks_drawn
from conformance.recognition.shapes import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.reading import Reading
    from conformance.keys import KeyFormat

_WINDOW = 2048  # characters in which a broken key ends
_MOST_SIGNS = 24  # characters that may have come into a key
_REACH = 160  # characters in which the rest of a key is looked for, behind what a tool writes before a line
# what stands between its pieces: an end of line, unless a header follows, or signs of a shell or of broken bytes
_BROKEN = re.compile(
    r"[A-Za-z0-9_-]*+(?:(?:[\\`^]{0,2}\r?\n[ \t>]{0,4}(?![\w-]{1,40}[:=])"
    r"|(?:[^\sA-Za-z0-9:=&/#,;<>()\[\]_-]|[\x0b\x0c\x1c-\x1f\x85]){1,8}+)[A-Za-z0-9_-]++){1,6}+"
)
# everything up to a space, a line's end, or what begins another value
_SCATTERED = re.compile(r"(?:[^\s:=&,;\"'<>]|[\t\x0b\x0c\x1c-\x1f\x85])*+")
_PIECE = "[A-Za-z0-9_-]++"
_PIECES = re.compile(_PIECE)
_WORD = re.compile(r"[A-Z]?[a-z_-]{2,}")  # which may be what stands behind a key that is cut off
_CALLED_ID = re.compile(r"(?<![a-z])(?:request|trace|span|cf|e)?[ _-]?(?:id|ray|tag)\W{1,6}\Z", re.IGNORECASE)
_HEX = re.compile(r"[ :][0-9A-Fa-f]{2}(?:(?: |[0-9A-Fa-f]{2} )[0-9A-Fa-f]{2}){3}")
_LIKE_SEPARATOR = r"%[0-9a-fA-F]{2}|\\{1,8}(?:u00[0-9a-fA-F]{2}|[nrt])|[^A-Za-z0-9_]{1,2}"
_LONGEST_NAME = 20  # characters


class _Beginning(NamedTuple):
    """Where a key begins, and where its secret does; a key id stands before it, or may be missing."""

    key: int
    secret: int
    has_id: bool


def learn_pieces(text: str, reading: Reading) -> None:
    """Remember what a key was broken into: by a sign or an end of line that somebody put in, or the shell's."""
    length = reading.surface.key_format.secret_length
    for beginning in _beginnings(text, reading.surface.key_format):
        first = _PIECES.match(text, beginning.secret)
        if text.startswith(MARK, beginning.secret) or (first and len(first[0]) >= length):
            continue
        for piece in _pieces_of(text, beginning, reading):
            if SHORTEST_SECRET <= len(piece) < length:
                reading.scrubber.learn(piece)
    if _HEX.search(text):
        _learn_dumps(text, reading)


def _learn_dumps(text: str, reading: Reading) -> None:
    """Remember the keys of hex dumps, which show them line by line."""
    from conformance.redaction.dumps import dumps_in  # of which few texts hold any

    for dump in dumps_in(text.encode("utf-8", "surrogatepass")):
        content = dump.content.decode("latin-1")
        for start, end in reading.shapes.secret_spans(content):
            reading.scrubber.learn(content[start:end])


def _beginnings(text: str, key_format: KeyFormat) -> Iterator[_Beginning]:
    """Where keys begin: with a prefix, or without it with an id that was drawn."""
    with_prefix, bare = _patterns(key_format)
    starts, ends = [], []  # of what is known to be a key, in which no other begins
    for match in with_prefix.finditer(text):
        has_id = bool(match[2]) or looks_drawn(match[1] or "")
        start = match.end() if has_id else match.end() - len(match[1] or "")
        run = _PIECES.match(text, start)
        starts.append(match.start())
        ends.append(run.end() if run else start)
        yield _Beginning(match.start(), start, has_id)
    for match in bare.finditer(text):
        before = bisect_right(starts, match.start()) - 1
        if (before < 0 or match.end() > ends[before]) and _may_be_key(*match.groups("")):
            yield _Beginning(match.start(), match.end(), has_id=True)


@cache
def _patterns(key_format: KeyFormat) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Matches a prefix with the id behind it; an id, and a separator or what may have become of one."""
    prefix, separator = "|".join(map(re.escape, key_format.prefixes)), re.escape(key_format.separator)
    length = key_format.id_length
    some_id = f"[{re.escape(key_format.id_alphabet)}]{{{length}}}"
    return (
        re.compile(f"(?:{prefix})(?:(.{{{length}}}(?={separator})|{some_id})({separator})?)?", re.DOTALL),
        re.compile(f"({some_id})(?:({separator})|{_LIKE_SEPARATOR})(?=({_PIECE})?)"),
    )


def _may_be_key(key_id: str, separator: str, secret: str) -> bool:
    """Whether these can be nothing else, without a prefix before them."""
    if separator and changes_often(key_id):
        return True
    return looks_drawn(secret) and (
        looks_drawn(key_id) or (bool(separator) and len(secret) >= SHORTEST_SECRET and changes_often(secret))
    )


def _pieces_of(text: str, beginning: _Beginning, reading: Reading) -> list[str]:
    if whole := _whole(text, beginning, reading):
        return whole
    key_format, start = reading.surface.key_format, beginning.secret
    end = start + key_format.id_length + len(key_format.separator) + key_format.secret_length + _MOST_SIGNS
    scattered = _pieces(_SCATTERED, text, start, end)
    if beginning.has_id:
        runs = [one for one in _PIECES.finditer(text, start, end + _REACH) if not _is_called_id(text, one.start())]
        scattered = [one[0] for one in runs if not one[0].startswith(key_format.prefixes)]
    broken = _missing(_pieces(_BROKEN, text, start, end), key_format.secret_length)
    return broken + _drawn(scattered, key_format.secret_length)


def _whole(text: str, beginning: _Beginning, reading: Reading) -> list[str]:
    """The pieces of the whole key that begins there, whatever broke it; none where they make no whole one."""
    window = text[beginning.key : beginning.key + _WINDOW].encode("utf-8", "surrogatepass")
    broken = reading.broken_keys.broken_key(window)
    if broken is None and not beginning.has_id:
        return []
    places = broken.pieces if broken else reading.broken_keys.secret_pieces(window, beginning.secret - beginning.key)
    return [window[start:end].decode() for start, end in places]


def _is_called_id(text: str, at: int) -> bool:
    """Whether what stands there is there to be looked up, as its name says."""
    return _CALLED_ID.search(text, max(at - _LONGEST_NAME, 0), at) is not None


def _pieces(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[str]:
    found = pattern.match(text, start, end)
    return _PIECES.findall(found[0]) if found else []


def _missing(pieces: list[str], length: int) -> list[str]:
    """The pieces that begin before a secret of so many characters is whole, unless they are words."""
    begun = [one for at, one in enumerate(pieces) if sum(map(len, pieces[:at])) < length]
    return [one for one in begun if not _WORD.fullmatch(one)] if len(begun) > 1 else []


def _drawn(pieces: list[str], length: int) -> list[str]:
    """The pieces that look random, up to a secret of so many characters; none where the first is a word."""
    if not pieces or _WORD.fullmatch(pieces[0]):
        return []
    drawn = [one for one in pieces if looks_drawn(one)]
    return [one for at, one in enumerate(drawn) if sum(map(len, drawn[:at])) <= length - SHORTEST_SECRET]
