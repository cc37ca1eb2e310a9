"""Where the body of a private key ends, and which of it is the key: not its headers, nor what breaks its lines."""

from __future__ import annotations

import re

LONGEST = 1 << 18  # bytes of a body
_BREAK = rb"(?:[ \t]*(?:\r?\n|\\+r\\+n|\\+n|%0[dD]%0[aA]|%0[aA]|<br ?/?>|\Z)[ \t]*[>|]?[ \t]*)"
_HEADER = rb"[A-Z][A-Za-z]{2,15}(?:-[A-Z][A-Za-z]{2,15})?: [^\r\n\\<>%\"]{0,200}"
_LINES = re.compile(
    rb"(?:%b++(?:%b%b++)*+)?(?:[A-Za-z0-9+/]{16,}={0,2}%b++)*(?:[A-Za-z0-9+/]{1,80}={0,2}(?=%b))?"
    % ((_BREAK, _HEADER) + (_BREAK,) * 3)
)
_NO_KEY = re.compile(
    rb"(?:(?<=[\n>\"])|(?<=\\n|0[aA]))%b|\\+u[0-9a-fA-F]{4}|\\+[nrtbf]|%%[0-9A-Fa-f]{2}"
    rb"|</?[a-zA-Z]{1,8} ?/?>|&[a-z#0-9]{2,8};" % _HEADER
)
_SIGNS = re.compile(rb"[A-Za-z0-9+/=]+")
_SHORTEST = 4  # signs; base64 has no fewer in a line
_END = b"-----END"


def body_end(text: bytes | bytearray, start: int) -> int:
    """Where the body that begins here ends; the length of the text where that cannot be seen yet."""
    end = text.find(_END, start, start + LONGEST)
    if end >= 0 and _is_body(bytes(text[start:end])):
        return end
    lines = _LINES.match(text, start, start + LONGEST)
    return lines.end() if lines else start


def key_runs(body: bytes) -> list[tuple[int, int]]:
    """Where the key itself stands in a body."""
    plain = _NO_KEY.sub(lambda match: b" " * len(match[0]), body)
    return [run.span() for run in _SIGNS.finditer(plain) if len(run[0]) >= _SHORTEST]


def _is_body(body: bytes) -> bool:
    """Whether this is almost only base64."""
    plain = _NO_KEY.sub(lambda match: b" " * len(match[0]), body)
    signs = sum(len(run) for run in _SIGNS.findall(plain) if len(run) >= _SHORTEST)
    return signs * 10 >= len(b"".join(plain.split())) * 7
