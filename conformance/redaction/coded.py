"""Texts in base64 or hexadecimal: where one begins, what it says, how another of its length takes its place."""

from __future__ import annotations

import re
import zlib
from binascii import b2a_base64
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

import stringzilla

from conformance.recognition.base64_signs import URL_SAFE, decoded_signs

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 4 << 20  # bytes of base64; what goes on for longer is looked into up to there
_SIGNS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_COMMON = b"[A-Za-z0-9+]"  # the others are hardly ever in that of a text, and in every path and id
_CLASSES = bytes(97 if re.match(_COMMON, bytes([byte])) else 32 for byte in range(256))
FEWEST = 32  # signs; of fewer, many words are a text in base64
PACKED = b"H4sI"  # which what is packed with gzip begins with in base64
RUN = b"%b{%d}" % (_COMMON, FEWEST)  # without which there is none
_SIGN = re.compile(rb"[A-Za-z0-9+/_-]|%2[BbFf]|\\/")
_RUN = re.compile(b"(?:%b)++" % _SIGN.pattern)
_WRAPPED = 60  # signs, which lines of base64 have at least that goes on in the next one
_LINE_BREAK = rb"(?:\r?\n|(?:\\r)?\\n|(?:%0[dD])?%0[aA])[ \t]{0,40}"
_NEXT_LINE = re.compile(b"(?:%b)(%b)(?=%b)" % (_LINE_BREAK, _RUN.pattern, rb"(?:=|%3[dD]){0,2}[\s\"'\\<%\0]"))
_DOTTED = re.compile(rb"[.][A-Za-z0-9_-]")


class Coded(NamedTuple):
    """A text in base64 or hexadecimal: where each of its signs stands, and what they say."""

    places: list[tuple[int, int]]
    text: bytes
    is_hex: bool = False

    @property
    def is_packed(self) -> bool:
        """Whether it is packed with gzip."""
        return self.text.startswith(_GZIP)

    def holds(self, at: int) -> bool:
        """Whether a text in base64 that begins there is the rest of this one."""
        sign = bisect_left(self.places, (at, at))
        return sign < len(self.places) and self.places[sign][0] == at and not sign % 4


def _signs_of(matches: Iterator[int]) -> bytes:
    """A pattern for one sign of those with these values."""
    signs = b"".join(_SIGNS[value : value + 1] for value in matches)
    return b"[%b]" % signs.replace(b"/", b"")


# each sign of a group, for ASCII that is printed, or ends a line, or indents one
_GROUP = b"%b%b%b%b" % (
    _signs_of(value for value in range(64) if value in (2, 3) or 8 <= value < 32),
    _signs_of(value for value in range(64) if value & 15 in (0, 2, 3, 4, 5, 6, 7)),
    _signs_of(value for value in range(64) if value & 3 < 2),
    b"[A-Za-z0-9+/_-]",
)
_DIGITS = rb"(?:[2-7][0-9a-fA-F]|0[9aAdD])"
_BEGINS = b"(?:(?:%b){%d}|(?:%b){%d})" % (_GROUP, FEWEST // 4, _DIGITS, FEWEST // 2)
_NO_SIGN = rb"[^A-Za-z0-9+/_-]"
_BEFORE = (rb"^", _NO_SIGN, rb"\\[nrtx]", rb"%[0-9a-fA-F]{2}", rb"^0x", _NO_SIGN + b"0x")
BEGINNING = b"(?:%b)%b" % (b"|".join(_BEFORE), _BEGINS)
_BEGINNING = re.compile(b"(?:%b)%b" % (b"|".join(b"(?<=%b)" % one for one in _BEFORE), _BEGINS))
_SIGNS_ALONE = re.compile(rb"[A-Za-z0-9+/_-]*")
_CUT = re.compile(rb"\A[\x80-\xbf]{1,3}|[\xc0-\xff][\x80-\xbf]{0,2}\Z")
_ASCII = re.compile(rb"[\t\r\n -~]+")
_HEX_TEXT = re.compile(b"(?:%b){%d,}+(?!%b)" % (_DIGITS, FEWEST // 2, rb"[A-Za-z0-9+/_-]"))
_GZIP = b"\x1f\x8b"
_MOST_UNPACKED = 16 << 20  # bytes


def beginnings(text: bytes | bytearray) -> Iterator[int]:
    """Where a text in base64 or hexadecimal may begin: behind the letters of an escape, too."""
    classes = text.translate(_CLASSES)
    run, end = b"a" * FEWEST, 0
    at = stringzilla.find(classes, run)
    while at >= 0:
        start = max(at - FEWEST, end)
        if end == 0 or not _SIGNS_ALONE.fullmatch(text, end, at):  # else it goes on with what was before it
            while begins := _BEGINNING.search(text, start, at + FEWEST + len(r"\n")):
                yield begins.start()
                start = begins.start() + 1
        end = classes.find(b" ", at)
        at = stringzilla.find(classes, run, end) if end >= 0 else -1


def coded_text(text: bytes | bytearray, at: int) -> Coded | None:
    """The text that begins there; `None` for a part of a JWT, or of anything else with dots in it."""
    if digits := _HEX_TEXT.match(text, at, at + LONGEST):
        places = [(one, one + 1) for one in range(at, digits.end())]
        return Coded(places, bytes.fromhex(digits[0].decode()), is_hex=True)
    run = _RUN.match(text, at, at + LONGEST)
    if run is None or text[at - 1 : at] == b"." or _DOTTED.match(text, run.end()):
        return None
    places = _places(text, *run.span())
    width = len(places)
    if width >= _WRAPPED and not width % 4:
        while not len(places) % width and (line := _NEXT_LINE.match(text, places[-1][1], at + LONGEST)):
            more = _places(text, *line.span(1))
            if len(more) > width or not (run[0].startswith(PACKED) or _is_text(_said(text, more))):
                break  # of another text, a key perhaps
            places += more
    places = places[: len(places) - (len(places) % 4 == 1)]  # a sign too many, which decides no byte
    return Coded(places, _said(text, places))


def _said(text: bytes | bytearray, places: list[tuple[int, int]]) -> bytes:
    """What the signs of base64 at some places say."""
    return decoded_signs(bytes(_sign_at(text, place) for place in places))


def _is_text(said: bytes) -> bool:
    """Whether a piece of what stands in base64 reads as text: as UTF-8 that is cut at its ends, or mostly as ASCII."""
    letters = _CUT.sub(b"", said).decode("utf-8", "replace")
    is_utf_8 = all(one.isprintable() or one.isspace() for one in letters) and "\ufffd" not in letters
    return is_utf_8 or 5 * len(_ASCII.sub(b"", said)) <= len(said)


def unpacked(coded: Coded) -> bytes | None:
    """What is packed with gzip in base64, as far as it can be unpacked; `None` for what is not."""
    if not coded.is_packed:
        return None
    said, at = bytearray(), 0
    while at >= 0 and len(said) < _MOST_UNPACKED:
        at = _unpack(coded.text, at, said)
        at = coded.text.find(_GZIP, at)
    return bytes(said)


def _unpack(packed: bytes, at: int, said: bytearray) -> int:
    """Unpack what begins there, byte by byte, so that nothing before a mistake is lost; returns where it ends."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        while at < len(packed) and not unpacking.eof and len(said) < _MOST_UNPACKED:
            said += unpacking.decompress(packed[at : at + 1])
            at += 1
    except zlib.error:
        return at + 1
    return at


def write_coded(text: bytearray, coded: Coded, other: bytes) -> None:
    """Write another text of the same length; a sign that JSON escapes stays, since no other is as long."""
    if coded.is_hex:
        start, end = coded.places[0][0], coded.places[-1][1]
        text[start:end] = (other.hex().upper() if text[start:end].isupper() else other.hex()).encode()
        return
    signs = b2a_base64(other, newline=False)
    if any(text[start] in b"-_" for start, _ in coded.places):
        signs = signs.translate(URL_SAFE)
    for (start, end), sign in zip(coded.places, signs, strict=False):
        if end - start == 1:
            text[start] = sign
        elif end - start == len("%2B") and sign != _sign_at(text, (start, end)):
            text[start:end] = b"%%%02X" % sign


def _places(text: bytes | bytearray, start: int, end: int) -> list[tuple[int, int]]:
    return [sign.span() for sign in _SIGN.finditer(text, start, end)]


def _sign_at(text: bytes | bytearray, place: tuple[int, int]) -> int:
    written = bytes(text[place[0] : place[1]])
    return int(written[1:], 16) if written[:1] == b"%" else written[-1]
