"""What to search for: the words that a key begins with in each form that it is written in."""

from __future__ import annotations

import re
from binascii import b2a_base64
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from conformance.recognition.base64_signs import URL_SAFE, decoded_signs
from conformance.recognition.pieces import GAP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.keys import KeyFormat

PLAIN, ESCAPED, BASE64 = "plain", "escaped", "base64"
_SHORTEST = 4  # characters; a common beginning of fewer would stand everywhere
# the end of a line, as it is or as JSON writes it, with what ends a line of a program before it, and quotation, a
# comment's sign or indentation behind it
_BREAK = (
    rb"[\"' \t]{0,4}+(?:[+.&\\][ \t]{0,8}+)?(?:\r?\n|(?:\\+r)?\\+n)"
    rb"[ \t]{0,160}+(?:(?:[>#*;\"']|//(?=[ \t])|--(?=[ \t])|[+.&](?=[ \t]*[\"']))[ \t]{0,80}+){0,3}"
)
_TORN = GAP.replace(b"{0,120}", b"{0,40}")
_SIGNS = re.compile(rb"[A-Za-z0-9+/_-]*+(?:%b[A-Za-z0-9+/_-]++){0,24}" % _BREAK)
_BREAKS = re.compile(rb"(?=[\"' \t+.&\\\r\n])%b" % _BREAK)  # which most signs do not even begin
_ESCAPE = re.compile(
    rb"%([0-9A-Fa-f]{2})|\\+u00([0-9A-Fa-f]{2})|\\+x([0-9A-Fa-f]{2})|&#x([0-9A-Fa-f]{2});|&#([0-9]{2,3});"
)


class Needle(NamedTuple):
    """Bytes to search for, and how to read what stands there.

    What is written begins `behind` bytes before it. A block without `gate` cannot hold the word: one byte is found
    sooner than several. Where `whole` does not match, the word begins another one. `head` matches what
    belongs before the word and was torn off, with what did that.
    """

    text: bytes
    behind: int
    gate: bytes
    form: str
    is_wide: bool
    read: Callable[[bytes], bytes]
    whole: re.Pattern[bytes] | None = None
    head: re.Pattern[bytes] | None = None


def needles_of(key_format: KeyFormat) -> list[Needle]:
    """The words for all forms of keys: plain, escaped, in base64; and each of these in UTF-16."""
    prefixes = [prefix.encode() for prefix in key_format.prefixes]
    words = [word for beginning in _beginnings(prefixes) for word in _narrow(beginning, prefixes)]
    return words + [_widened(word) for word in words]


def torn_needles_of(key_format: KeyFormat) -> list[Needle]:
    """The needles for keys of whose prefix the first letters were torn off, as by the end of a line."""
    needles = []
    for prefix in map(str.encode, key_format.prefixes):
        letters = re.match(rb"[A-Za-z0-9]*", prefix)[0]  # type: ignore[index]
        rest = prefix[len(letters) :]
        if letters and len(rest) >= _SHORTEST:
            torn = _TORN.join(letters[at : at + 1] for at in range(len(letters)))
            head = re.compile(rb"(?!%b\Z)%b%b\Z" % (letters, torn, _TORN))
            needles.append(Needle(rest, 0, b"", PLAIN, is_wide=False, read=unescaped, head=head))
    return needles


def _beginnings(prefixes: list[bytes]) -> list[bytes]:
    alike = takewhile(lambda column: len(set(column)) == 1, zip(*prefixes, strict=False))
    common = bytes(column[0] for column in alike)
    return [common] if len(common) >= _SHORTEST else prefixes


def _narrow(beginning: bytes, prefixes: list[bytes]) -> Iterator[Needle]:
    yield Needle(beginning, 0, b"", PLAIN, is_wide=False, read=unescaped, whole=_whole(beginning, prefixes))
    letters = re.match(rb"[A-Za-z0-9]*", beginning)[0]  # type: ignore[index]
    if len(letters) >= 2 and letters != beginning:
        for sign in (b"%", b"\\", b"&"):
            yield Needle(letters + sign, 0, sign, ESCAPED, is_wide=False, read=unescaped)
    for before in range(3):
        standard = b2a_base64(b"\0" * before + beginning, newline=False)
        skipped = before + (before > 0)
        decided = (before + len(beginning)) * 8 // 6  # signs that no byte behind the beginning has a part in
        group = slice(4 * (before > 0), 4 * (before > 0) + 4)  # of signs that no end of a line parts
        sought = group if group.stop <= decided else slice(skipped, decided)
        read = _decoder(before, standard[: sought.start])
        for signs in dict.fromkeys((standard[sought], standard[sought].translate(URL_SAFE))):
            yield Needle(signs, sought.start - skipped, b"", BASE64, is_wide=False, read=read)


def _whole(beginning: bytes, prefixes: list[bytes]) -> re.Pattern[bytes]:
    """Matches a prefix that begins so, or what there is of one before something that may have broken it."""
    ours = [prefix for prefix in prefixes if prefix.startswith(beginning)]
    broken = {prefix[:end] for prefix in ours for end in range(len(beginning), len(prefix))}
    return re.compile(
        rb"%b|(?:%b)(?![A-Za-z0-9_-])" % tuple(b"|".join(map(re.escape, some)) for some in (ours, broken))
    )


def _widened(word: Needle) -> Needle:
    """The word in UTF-16, whichever byte comes first."""
    text = b"\0".join(word.text[at : at + 1] for at in range(len(word.text)))
    return word._replace(text=text, behind=2 * word.behind, gate=b"\0", is_wide=True, whole=None)


def unescaped(text: bytes) -> bytes:
    """The text with what is URL-encoded, or escaped for JSON, HTML or a string, as it was."""
    return _ESCAPE.sub(_character, text) if b"%" in text or b"\\" in text or b"&" in text else text


def _character(escape: re.Match[bytes]) -> bytes:
    code = int(escape[5]) if escape[5] else int(next(filter(None, escape.groups())), 16)
    return bytes([code]) if code < 128 else escape[0]


def _decoder(before: int, head: bytes) -> Callable[[bytes], bytes]:
    def decoded(text: bytes) -> bytes:
        """The decoded base64 that begins there, over several lines where it is broken."""
        run = _SIGNS.match(text)[0]  # type: ignore[index]
        return unescaped(decoded_signs(head + _BREAKS.sub(b"", run))[before:])

    return decoded
