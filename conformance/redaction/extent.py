"""Where a value begins and ends: quoted at any depth of escaping, or bare in a header, a query, an assignment."""

from __future__ import annotations

import re
from typing import NamedTuple

from conformance.redaction.names import AFTER, PLAIN, WORDS
from conformance.redaction.sparing import end_of_string

LONGEST = 1 << 20  # bytes; what goes on for longer ends there
_JUDGED = 4096  # bytes that say whether a longer value is random: each of them may begin with a name in one before it
_ANY_WORD = "|".join(map(re.escape, WORDS))
_REACH = 200  # bytes that a name and what separates it from its value may have
# read backwards, since where the separator ends is known: `=` of `api_key=`, `%3D` of `api_key%3D`, `", "` of
# `("api_key", "`, the empty line of a form behind `name="api_key"`, `>` of `<token>`, the space of `--token …`
_NAMED = re.compile(
    rb"([=:][ \t]?eulav[ \t\r\n]{1,40}"
    rb"|(?:\n\r?|n\\{1,7}r\\{1,7})(?:(?:\n\r?|n\\{1,7}r\\{1,7})[^\r\n\\\"]{1,80}:[a-z-]{1,24}-tnetnoc){0,2}(?:\n\r?|n\\{1,7}r\\{1,7})"
    rb"|>?=|:|[ad]3(?:52){0,3}%|>|[ \t]|[(b\"'][ \t\r\n\\nrt]{0,80},)"
    rb"[ \t]{0,4}(\]?(?:[\"']\\{0,7}|22(?:52){0,3}%|;touq&|;43#&)?)([A-Za-z0-9_.\-\[\]]+)",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(f"(?:.*?)(?:{_ANY_WORD}){AFTER}".encode(), re.IGNORECASE)
_SHORT_NAME = re.compile(rb"(?:.*[_-])?(?:auth|sig)|code", re.IGNORECASE)
_PLAIN_NAME = re.compile(f".*(?:{'|'.join(map(re.escape, PLAIN))})s?".encode(), re.IGNORECASE)
# of HAR files, between name and value: `, "value": "`
_PAIR = re.compile(rb',(?:\s|\\[nrt])*(\\*)"value\1"(?:\s|\\[nrt])*:(?:\s|\\[nrt])*\1"')
_TUPLE = re.compile(rb",[ \t\r\n]*b?(\\*)([\"'])")
_TUPLE_ENDS = re.compile(rb"\\*[\"']\s*([)\],])")
_TUPLE_BEGINS = re.compile(rb"([(\[])[ \t]*b?\\*[\"']\Z")
_CODED_QUOTE = re.compile(rb"[ \t]{0,8}(%(?:25){0,3}22|&quot;|&#34;)")
_LONGEST_CODED = 4096  # bytes
_VALUE_WITHIN = re.compile(  # of an output of Terraform
    rb'\s*\{\s*(?:"(?:sensitive|type)"\s*:\s*(?:true|false|"[a-z]{1,20}")\s*,\s*){0,2}"value"\s*:\s*"'
)
_OPENING = re.compile(rb"[ \t]{0,8}(?:\\u003d)?[bu$]?(\\*)([\"'])")
_SPACES = re.compile(rb"[ \t]{0,8}")
_LINE = re.compile(rb"(?:[= ]\"[^\"\s\\;]+\"|[^\r\n\0\"'\\]|\\(?![rnu\"'\\])|\\u(?!000[ad]))*")
_BARE = re.compile(rb"[^\s\0&\"'<>;,(){}\[\]\\`|]+")
_WORDLESS = re.compile(rb"[^\s\0\"'<>\\]+")
# a list of one text, and of no number: `[abc]`
_LISTED = re.compile(rb"\[(?!(?:-?[0-9][0-9.eE+-]*|true|false|null|NaN|-?Infinity)\])([^\s,\[\]{}()\"'\\]+)\]")
# the value of YAML that stands below its name, behind `|` or `>`
_BLOCK = re.compile(rb"(?:[>|][+-]?)?[ \t]*\r?\n[ \t]+([A-Za-z0-9+/=_.~-]{8,})(?=[ \t]*[\r\n\0])")
_WORDS_MORE = re.compile(rb"(?: [A-Za-z0-9]{1,20}){1,8}(?=[ \t]*[\r\n\0])")
_ENCODED = re.compile(rb"(?:%(?!(?:25){0,3}(?:26|22|27|0[ad]|3b))[0-9a-f]{2}|[^&\s\0\"'<>%\\])+", re.IGNORECASE)
_ELEMENT = re.compile(rb"([^<>]{1,4096})</")
_CONNECTION = re.compile(rb"(?:password|pwd)=[^;\"'\s]{4,}[;\"'\s\0]", re.IGNORECASE)  # the address of a database
_TAG = re.compile(rb"<(?:[A-Za-z][A-Za-z0-9_.-]*:)?\Z")
_NUMBER = re.compile(rb"[0-9]{6,}(?![.0-9A-Za-z])")
_HEADER = re.compile(rb"(?:proxy-)?authorization|(?:set-)?cookie2?|(?:[a-z0-9]+-)+[a-z0-9-]+", re.IGNORECASE)
# what may stand before a name that is set: `export`, `set`, `$env:`, `-e`, `ENV`, the signs of a list or a quotation
_LINE_START = re.compile(
    rb"[ \t>#*<+-]*(?:export[ \t]+|set[ \t]+|\$env:|env[ \t]+|-e[ \t]+|ENV[ \t]+|ARG[ \t]+)?", re.IGNORECASE
)
_SHORTEST_CODE = 16
_WORDS = re.compile(rb"(?:[a-z]+|[A-Z]+|[0-9]{1,6})(?:[_.-](?:[a-z]+|[A-Z]+|[0-9]{1,6}))+")
_LETTER = re.compile(rb"[A-Za-z]")
_DIGIT = re.compile(rb"[0-9]")
_DIRECTORIES = (b"pwd", b"oldpwd")  # which end like a password's name
_PATH = re.compile(rb"~|[./]|[A-Za-z]:[\\/]")


class Named(NamedTuple):
    """A value that a name says is a secret; `name` is in small letters."""

    name: bytes
    start: int
    end: int


class _Place(NamedTuple):
    """Where a name begins, where what separates it from its value begins and ends, and what that is."""

    name: int
    separator: int
    end: int
    sign: bytes
    is_quoted: bool


class NeedsMore(Exception):  # noqa: N818
    """The text ends before the value does."""


def named_value(text: bytearray, at: int) -> Named | None:
    """The value behind the separator that ends at `at`, where a name before it says that it is a secret.

    Raises:
        NeedsMore: The value may go on behind the text.

    """
    match = _NAMED.match(bytes(text[max(at - _REACH, 0) : at])[::-1])
    if match is None:
        return None
    name = match[3][::-1].rstrip(b"[]0123456789")
    bare = name.rpartition(b"[")[2].rpartition(b".")[2]
    if not (_SECRET_NAME.fullmatch(bare) or _SHORT_NAME.fullmatch(bare)) or _PLAIN_NAME.fullmatch(bare):
        return None
    place = _Place(at - match.end(), at - match.end(1), at, match[1][::-1].lower(), bool(match[2]))
    is_code = bare.lower() == b"code"
    if is_code and place.sign == b":" and not place.is_quoted:  # as that of an error
        return None
    extent = _after_comma(text, place) if place.sign[:1] == b"," else _after_sign(text, place, bare)
    if extent is None:
        return None
    start, end = extent
    if (crossing := end_of_string(bytes(text[start:end]))) is not None:
        end = start + crossing
    if bare.lower() in _DIRECTORIES and (_is_variable(text, place, bare) or _PATH.match(text, start, end)):
        return None
    if is_code and not _is_drawn(bytes(text[start:end]), place):
        return None
    return Named(bare.lower(), start, end) if end > start else None


def quoted_end(text: bytearray, start: int, depth: int, quote: bytes) -> int:
    """Where a quoted value ends whose quotation mark has so many backslashes before it.

    Raises:
        NeedsMore: No such mark is in the text.

    """
    at = start
    while (at := text.find(quote, at, start + LONGEST)) >= 0:
        run = at
        while run > start and text[run - 1] == 0x5C:
            run -= 1
        if (at - run) % (2 * (depth + 1)) == depth:
            return at - depth
        if at - run < depth and quote == b'"':  # the text around it ends
            return run
        at += 1
    raise NeedsMore


def _after_comma(text: bytearray, place: _Place) -> tuple[int, int] | None:
    """The value of a pair, as HAR files have it, or of a tuple of name and value."""
    if pair := _PAIR.match(text, place.separator):
        return pair.end(), quoted_end(text, pair.end(), len(pair[1]), b'"')
    opening = _TUPLE.match(text, place.separator)
    if not place.is_quoted or opening is None:
        return None
    begins = _TUPLE_BEGINS.search(text[max(place.name - 12, 0) : place.name])
    start, end = opening.end(), quoted_end(text, opening.end(), len(opening[1]), opening[2])
    ends = _TUPLE_ENDS.match(text, end)
    is_pair = begins and ends and (ends[1] != b"," or begins[1] == b"(")
    return (start, end) if is_pair or looks_random(bytes(text[start:end])) else None


def _after_sign(text: bytearray, place: _Place, name: bytes) -> tuple[int, int] | None:
    if quoted := _in_quotes(text, place):
        return quoted
    at, sign = place.end, place.sign
    start = _SPACES.match(text, at).end()  # type: ignore[union-attr]
    if b"n" in sign or b"\n" in sign or b"value" in sign:
        return _span(text, _WORDLESS.match(text, start))
    if text[start : start + 1] == b"[" and (inner := _LISTED.match(text, start)):
        return inner.span(1)
    if sign == b":" and not place.is_quoted and (block := _BLOCK.match(text, start)):
        return block.span(1) if looks_random(bytes(block[1])) else None
    if sign == b">":
        element = _ELEMENT.match(text, at)
        return element.span(1) if element and _TAG.search(text[max(place.name - 32, 0) : place.name]) else None
    if sign[:1] == b"%":
        return _span(text, _ENCODED.match(text, at))
    if place.is_quoted and sign != b"=>":
        return _span(text, _NUMBER.match(text, start))
    if sign == b":" and _HEADER.fullmatch(name):
        return _span(text, _LINE.match(text, start))
    return _bare(text, start, place, name)


def _bare(text: bytearray, start: int, place: _Place, name: bytes) -> tuple[int, int] | None:
    """A value that nothing but its end tells apart from what follows."""
    if _is_long_and_dull(text, start) and not _begins_something(text, place):
        return None
    value = _span(text, _BARE.match(text, start))
    if value and place.sign == b"=" and name.isupper() and (more := _WORDS_MORE.match(text, value[1])):
        value = value[0], more.end()
    return value if value and _is_assigned(text, place.name, value, place.sign) else None


def _in_quotes(text: bytearray, place: _Place) -> tuple[int, int] | None:
    """The value between quotation marks, however they are written."""
    if coded := _CODED_QUOTE.match(text, place.end):
        end = text.find(coded[1], coded.end(), coded.end() + _LONGEST_CODED)
        return (coded.end(), end) if end >= 0 else None
    if place.is_quoted and (within := _VALUE_WITHIN.match(text, place.end)):
        return within.end(), quoted_end(text, within.end(), 0, b'"')
    if opening := _OPENING.match(text, place.end):
        return opening.end(), quoted_end(text, opening.end(), len(opening[1]), opening[2])
    return None


def _is_variable(text: bytearray, place: _Place, name: bytes) -> bool:
    """Whether this is the variable of a shell, and no part of the address of a database."""
    return name.isupper() and text[place.name - 1 : place.name] != b";"


def _is_drawn(code: bytes, place: _Place) -> bool:
    """Whether what is called a code is one of OAuth, and not that of an error, which is written in words."""
    has_both = re.search(rb"[A-Z]", code) is not None and re.search(rb"[a-z]", code) is not None
    is_long = len(code) >= _SHORTEST_CODE and looks_random(code) and not _WORDS.fullmatch(code[:_JUDGED])
    return is_long and (has_both or not place.is_quoted)


def _span(text: bytearray, match: re.Match[bytes] | None) -> tuple[int, int] | None:
    if match is None or match.start() == match.end():
        return None
    if match.end() == len(text):
        raise NeedsMore
    return match.span()


def _is_assigned(text: bytearray, name_at: int, value: tuple[int, int], sign: bytes) -> bool:
    """Whether a bare value is one, and not a piece of a program."""
    before, after = bytes(text[name_at - 1 : name_at]) if name_at else b"", bytes(text[value[1] : value[1] + 1])
    if sign in (b" ", b"\t"):
        return True
    if sign == b"=" and before in (b"?", b"&"):
        return True
    if looks_random(bytes(text[value[0] : value[1]])) and after not in (b"(", b"["):
        return True
    if before == b";" and _CONNECTION.match(text, name_at, value[1] + 1):
        return True
    starts = _starts_line(text, name_at)
    if sign == b"=" and before in (b'"', b"'", b" ") and after in (b"&", b'"', b"'", b" ", b"\n", b"\r", b"\0"):
        return True
    return starts and after in (b"&", b"\n", b"\r", b"\0", b" ", b";")


def _is_long_and_dull(text: bytearray, start: int) -> bool:
    """Whether a bare value goes on for long, and does not begin as a random one does."""
    head = _BARE.match(text, start, start + _JUDGED)
    return head is not None and head.end() == start + _JUDGED and not looks_random(head[0])


def _begins_something(text: bytearray, place: _Place) -> bool:
    """Whether the name stands at the beginning of a line, an argument or a parameter, and not within a value."""
    before = bytes(text[place.name - 1 : place.name]) if place.name else b""
    return before in (b"", b"?", b"&", b";", b'"', b"'", b" ", b"\t") or _starts_line(text, place.name)


def _starts_line(text: bytearray, at: int) -> bool:
    line = max(text.rfind(b"\n", max(at - 80, 0), at) + 1, 0)
    return _LINE_START.fullmatch(text, line, at) is not None


def looks_random(value: bytes) -> bool:
    """Whether this looks random: 8 characters or more, letters and digits, more than 4 of them different."""
    body = value.strip(b"=")
    has_both = _DIGIT.search(body) is not None and _LETTER.search(body) is not None
    return len(body) >= 8 and has_both and len(set(body)) > 4
