"""Taking secrets out of recorded bytes, and putting others in.

What is taken out leaves `{%A[10:66]%}`: characters 10 to 66 of the secret that the case calls A. Something in base64
leaves `{%base64 …%}` with what is encoded, itself without secrets and percent-encoded.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes

from tests.corpus.minted import FORMAT
from tests.runs import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST_SHOWN = 7  # characters of a secret in a row
_LEAST = 6  # characters that are told apart from chance
_ENCODINGS = {"": "ascii", "utf16": "utf-16-le", "utf16be": "utf-16-be"}
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_SLICE = re.compile(rb"\{%([A-Z])\[([0-9]+):([0-9]+)\](?: (utf16|utf16be))?%\}")
_KEY = re.compile(rb"hopx_[a-z]+_[0-9A-Za-z]{12}\.[A-Za-z0-9_-]{8,}")
_ENCODED = re.compile(rb"\{%base64 ([^%]*(?:%[0-9A-F]{2}[^%]*)*)%\}")


def hide(data: bytes, secrets: Mapping[str, str]) -> bytes:
    """The bytes with a placeholder for every piece of a secret.

    Raises:
        ValueError: A piece of a secret is left, or the bytes would not come back.

    """
    hidden = _hidden(_BASE64.sub(lambda match: _without_base64(match[0], secrets), data), secrets)
    if fill(hidden, secrets) != data:
        raise ValueError("the bytes do not come back when the secrets are put in again")
    if pieces_in(hidden, secrets.values()) or keys_in(hidden):
        raise ValueError("a piece of a secret is left")
    return hidden


def fill(data: bytes, secrets: Mapping[str, str]) -> bytes:
    """The bytes with the secrets in the place of their placeholders."""

    def encoded(match: re.Match[bytes]) -> bytes:
        return base64.b64encode(fill(unquote_to_bytes(match[1]), secrets))

    def piece(match: re.Match[bytes]) -> bytes:
        encoding = _ENCODINGS[(match[4] or b"").decode()]
        return secrets[match[1].decode()][int(match[2]) : int(match[3])].encode(encoding)

    return _SLICE.sub(piece, _ENCODED.sub(encoded, data))


def pieces_in(data: bytes, secrets: Iterator[str] | list[str]) -> list[str]:
    """The secrets of which more than may be shown is in the bytes, as it is, in base64 or in UTF-16."""
    spellings = [data, data.replace(b"\0", b""), *(_decoded(word) for word in _BASE64.findall(data))]
    return [secret for secret in secrets if any(_shows(text, secret) for text in spellings)]


def keys_in(data: bytes) -> list[bytes]:
    """Everything in the bytes that looks like a key with its secret, but for the documented example."""
    return [match[0] for match in _KEY.finditer(data) if match[0].decode() != SPEC.key.example]


def secret_part(secret: str) -> str:
    """What of a secret nobody may see: all, or what follows the dot of a key."""
    if any(secret.startswith(prefix) for prefix in FORMAT.prefixes):
        return secret.partition(FORMAT.separator)[2]
    return secret


def _shows(text: bytes, secret: str) -> bool:
    part, length = secret_part(secret).encode(), LONGEST_SHOWN + 1
    return any(part[at : at + length] in text for at in range(len(part) - length + 1))


def _decoded(word: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(
            word.rstrip(b"=").translate(bytes.maketrans(b"+/", b"-_")) + b"=" * (-len(word.rstrip(b"=")) % 4)
        )
    except (binascii.Error, ValueError):
        return b""


def _without_base64(word: bytes, secrets: Mapping[str, str]) -> bytes:
    decoded = _decoded(word)
    if not decoded or base64.b64encode(decoded) != word:
        return word
    hidden = _hidden(decoded, secrets)
    return word if hidden == decoded else b"{%base64 " + quote_from_bytes(hidden, safe="").encode() + b"%}"


def _hidden(data: bytes, secrets: Mapping[str, str]) -> bytes:
    for suffix, encoding in _ENCODINGS.items():
        for name, secret in secrets.items():
            data = _without_slices(data, name, secret, suffix, encoding)
    return data


def _without_slices(data: bytes, name: str, secret: str, suffix: str, encoding: str) -> bytes:
    width = len("x".encode(encoding))
    whole = secret.encode(encoding)
    from_here = next((len(prefix) for prefix in FORMAT.prefixes if secret.startswith(prefix)), 0)
    seen = {whole[at * width : (at + _LEAST) * width]: at for at in range(from_here, len(secret) - _LEAST + 1)}
    out, at = [], 0
    done = 0
    while at <= len(data) - _LEAST * width:
        start = seen.get(data[at : at + _LEAST * width])
        if start is None:
            at += 1
            continue
        begin, end = at, at + _LEAST * width
        left, right = start * width, (start + _LEAST) * width
        while begin - width >= done and left >= width and data[begin - width : begin] == whole[left - width : left]:
            begin, left = begin - width, left - width
        while right < len(whole) and data[end : end + width] == whole[right : right + width]:
            end, right = end + width, right + width
        mark = f"{{%{name}[{left // width}:{right // width}]{' ' + suffix if suffix else ''}%}}"
        out += [data[done:begin], mark.encode()]
        at = done = end
    return b"".join([*out, data[done:]])
