"""Evidence without the secrets that were met only after it had been read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.diagnosis.reading import SHORTEST_SECRET

if TYPE_CHECKING:
    from conformance.diagnosis.reading import Reading
    from conformance.keys import KeyFormat

T = TypeVar("T")
_MOST_SIGNS = 24  # characters that may have come into a key
_REACH = 160  # characters in which the rest of a key is looked for, behind what a tool writes before a line
# what stands between its pieces: an end of line, unless a header follows, or signs of a shell or of broken bytes
_BROKEN = re.compile(
    r"[A-Za-z0-9_-]*+(?:(?:[\\`^]{0,2}\r?\n[ \t>]{0,4}(?![\w-]{1,40}[:=])"
    r"|(?:[^\sA-Za-z0-9:=&/#,;<>()\[\]_-]|[\x0b\x0c\x1c-\x1f\x85]){1,8}+)[A-Za-z0-9_-]++){1,6}+"
)
# everything up to a space, a line's end, or what begins another value
_SCATTERED = re.compile(r"(?:[^\s:=&,;\"'<>]|[\t\x0b\x0c\x1c-\x1f\x85])*+")
# whatever else may stand there, where the pieces come to a whole secret
_PARTED = re.compile(r"[A-Za-z0-9_-]*+(?:(?:=\r?\n|[^A-Za-z0-9:=&/#,;<()\[\]_-]{1,8}+)[A-Za-z0-9_-]++){1,6}+")
_PIECES = re.compile(r"[A-Za-z0-9_-]++")
_WORD = re.compile(r"[a-z_-]+")  # which may be what stands behind a key that is cut off
_RUN = re.compile(r"[A-Za-z0-9_-]{16,}+")


def learn_pieces(text: str, reading: Reading) -> None:
    """Remember what a key was broken into: by a sign or an end of line that somebody put in, or the shell's."""
    key_format = reading.surface.key_format
    whole = key_format.id_length + len(key_format.separator) + key_format.secret_length
    for match in re.finditer("|".join(map(re.escape, key_format.prefixes)), text):
        start = match.end()
        if text.startswith(key_format.separator, start + key_format.id_length):
            start += key_format.id_length + len(key_format.separator)
        broken = _pieces(_BROKEN, text, start, start + whole + _MOST_SIGNS)
        parted = _pieces(_PARTED, text, start, start + whole + _MOST_SIGNS)
        pieces = _adding_up(parted, key_format.secret_length) or _missing(broken, key_format.secret_length)
        pieces += _random(_pieces(_SCATTERED, text, start, start + whole + _MOST_SIGNS), key_format)
        if start > match.end():
            runs = _PIECES.findall(text, start, start + whole + _REACH)
            pieces += _random([one for one in runs if not one.startswith(key_format.prefixes)], key_format)
        for piece in pieces:
            if SHORTEST_SECRET <= len(piece) < key_format.secret_length:
                reading.scrubber.learn(piece)


def _pieces(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[str]:
    found = pattern.match(text, start, end)
    return _PIECES.findall(found[0]) if found else []


def _missing(pieces: list[str], length: int) -> list[str]:
    """The pieces that begin before a secret of so many characters is whole, unless they are words."""
    begun = [one for at, one in enumerate(pieces) if sum(map(len, pieces[:at])) < length]
    return [one for one in begun if not _WORD.fullmatch(one)] if len(begun) > 1 else []


def _random(pieces: list[str], key_format: KeyFormat) -> list[str]:
    """The pieces that look random, where the first one is only a part of a secret, whatever stands between them."""
    is_begun = bool(pieces) and SHORTEST_SECRET <= len(pieces[0]) < key_format.secret_length
    return [one for one in pieces if is_mixed(one)] if is_begun else []


def _adding_up(pieces: list[str], length: int) -> list[str]:
    """The first pieces, where they come to exactly so many characters."""
    for number in range(2, len(pieces) + 1):
        if sum(map(len, pieces[:number])) == length:
            return pieces[:number]
    return []


def hidden(evidence: T, reading: Reading) -> T:
    """The same evidence, every text of it without any secret that the reading knows by now.

    Long runs of small and capital letters and digits are hidden as well: a secret that lost its prefix looks so.
    """
    return _hidden(evidence, reading)  # type: ignore[no-any-return]


def _hidden(value: Any, reading: Reading) -> Any:
    if isinstance(value, str):
        return value if len(value) < SHORTEST_SECRET else _of_text(value, reading)
    if not isinstance(value, tuple):
        return value
    if not hasattr(value, "_fields"):
        return tuple(_hidden(one, reading) for one in value)
    record: Any = value
    changed = {name: new for name in record._fields if (new := _changed(record, name, reading)) is not None}
    return record._replace(**changed) if changed else record


def _changed(value: Any, name: str, reading: Reading) -> Any:
    """What a member becomes, or `None` where it stays; the id of a request is random, and there to be looked up."""
    old = getattr(value, name)
    if name == "source" or not old:
        return None
    new = reading.hidden(old) if name == "request_id" else _hidden(old, reading)
    return None if new is old or new == old else new


def _of_text(text: str, reading: Reading) -> str:
    prefixes = reading.surface.key_format.prefixes

    def shown(match: re.Match[str]) -> str:
        run = match[0]
        return run if run.startswith(prefixes) or not is_mixed(run) else "…"  # of a key no more than its id is left

    return _RUN.sub(shown, reading.hidden(text))


def is_mixed(run: str) -> bool:
    """Whether a text looks random: small and capital letters, and digits."""
    return any(map(str.islower, run)) and any(map(str.isupper, run)) and any(map(str.isdigit, run))
