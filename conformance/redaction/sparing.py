"""What holds a text together and is never written over: escapes, quotation marks, line breaks, what stands between."""

from __future__ import annotations

import re

from conformance.redaction.names import PLAIN, WORDS

# between two strings of JSON, behind the quotation mark of the first
_GLUE = rb"\s*+[,:\]}](?:[\s,:\[\]{}]|true|false|null|-?[0-9][0-9.eE+-]*+)*+"
_CROSSING = re.compile(rb"\\*+\"" + _GLUE + rb"(?:\\*\"|\Z)|\A\s*+[,:\]}][\s,:\[\]{}]*+\\*\"")
_SPARED = re.compile(
    rb"\A\s*+[,:\]}][\s,:\[\]{}]*+(?=\\*\"|\Z)"
    rb"|'|\\*+\"(?:" + _GLUE + rb"(?=\\*\"|\Z))?"
    rb"|\\+(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[nrtbf/'])?"
    rb"|[\0-\x1f]+"
)
_CODE = re.compile(rb"(\\+u)([0-9a-fA-F]{4})|(\\+x)([0-9a-fA-F]{2})")
# in a window: what says nothing wherever it stands, whole or cut off
_NOTHING = re.compile(
    rb"\A(?:u?[0-9a-fA-F]{1,4}|[nrtbf])(?=\\)"
    rb"|\\+[nrtbf]|\\+\Z"
    rb"|%(?:[0-2][0-9A-Fa-f]|[357][B-Fb-f])|%[0-9A-Fa-f]?\Z|[^A-Za-z0-9\\%\x80-\xff]+"
)
_ESCAPED = re.compile(rb"\\+u([0-9a-fA-F]{4})")
_CUT_OFF = re.compile(rb"\\+u[0-9a-fA-F]{0,3}\Z")
_FEWEST = 3  # characters that say something
_WINDOW = 8
_NAMES = {word.encode()[at : at + _WINDOW] for word in (*WORDS, *PLAIN) for at in range(len(word) - _WINDOW + 1)}


def free_spans(text: bytes) -> list[tuple[int, int]]:
    """Where a text may be written over, in order."""
    spans = []
    at = 0
    for spared in _SPARED.finditer(text):
        if spared.start() > at:
            spans.append((at, spared.start()))
        at = max(at, spared.end())
    if at < len(text):
        spans.append((at, len(text)))
    return spans


def end_of_string(text: bytes) -> int | None:
    """Where a string of JSON seems to end within a text, and another to begin."""
    crossing = _CROSSING.search(text)
    return crossing.start() if crossing else None


def without_escaped_letters(text: bytes) -> bytes:
    """The text with an escaped x for every escaped letter or digit; as long as it was."""
    return _CODE.sub(_as_x, text) if b"\\" in text else text


def says_nothing(window: bytes) -> bool:
    """Whether a window proves nothing: mostly escapes and punctuation, or part of a field's name."""
    if window.lower() in _NAMES:
        return True
    if window.isalnum():
        return False
    left = _NOTHING.sub(b"", window)
    if b"\\" in left:
        left = _CUT_OFF.sub(b"a", _ESCAPED.sub(_two_if_letter, left)).replace(b"\\", b"")
    return len(left) < _FEWEST


def _as_x(escape: re.Match[bytes]) -> bytes:
    if not _is_letter(escape[2] or escape[4]):
        return escape[0]
    return escape[1] + b"0078" if escape[1] else escape[3] + b"78"


def _two_if_letter(escape: re.Match[bytes]) -> bytes:
    return b"aa" if _is_letter(escape[1]) else b""


def _is_letter(digits: bytes) -> bool:
    """Whether digits of an escape are of a letter or digit, or of a half of a character."""
    code = int(digits, 16)
    return chr(code).isalnum() or 0xD800 <= code < 0xE000
