"""JWTs, the keys of other vendors and private keys replaced in place: what they begin with stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.recognition import placeholders
from conformance.recognition.vendors import VENDORS
from conformance.redaction.extent import looks_random
from conformance.redaction.private_keys import key_runs
from conformance.redaction.pseudonyms import is_hidden

if TYPE_CHECKING:
    from conformance.redaction.hiding.ledger import Ledger

VENDOR = re.compile(
    b"|".join(b"(%b)%b" % (re.escape(vendor.begins.encode()), vendor.rest.encode()) for vendor in VENDORS)
)
_DOT = rb"(?:[.]|%2[eE])"
JWT = re.compile(
    rb"(eyJ[A-Za-z0-9_-]{5,})(?:%b(e?[A-Za-z0-9_-]*))?(?:%b([A-Za-z0-9_-]*))?((?:%b[A-Za-z0-9_-]+)*)" % ((_DOT,) * 3)
)
_INNER = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.")
_BEGINNING = re.compile(
    rb"(?:\\+[nrtbf]|\\+u[0-9a-fA-F]{4}|\\+x[0-9a-fA-F]{2}|%[0-9A-Fa-f]{2}"
    rb"|(?:\x1b|\\+u001[bB]|\\+x1[bB]|\\+033|\\+e)\[[0-9;]{0,16}[A-Za-z])\Z"
)


class Tokens:
    """Hides secrets that show by themselves what they are."""

    def __init__(self, ledger: Ledger, jwt_parts: str) -> None:
        self._ledger = ledger
        self._jwt_parts = jwt_parts

    def hide_jwt(self, text: bytearray, at: int) -> bool:
        """Hide the JWT that begins here; its shape of three parts stays."""
        match = JWT.match(text, at)
        if match is None or match[2] is None or not begins(text, at):
            return False
        whole, parts = bytes(match[0]), [match.span(1), match.span(2)]
        signature = bytes(match[3] or b"") + bytes(match[4])
        if (not match[3] and self._jwt_parts != "all") or not match[1][3:].strip(b"x"):
            return True
        if match[3]:
            if is_hidden(bytes(match[3])):
                return True
            text[match.start(3) : match.end(3)] = self._ledger.pseudonyms.of(bytes(match[3]))
        elif bytes(match[2]).strip(b"x") in (b"", b"ey", b"eyJ", b"e"):
            return True
        if match[4]:
            text[match.start(4) : match.end(4)] = re.sub(rb"(%b)|." % _DOT, lambda one: one[1] or b"x", match[4])
        if self._jwt_parts == "all":
            for start, end in parts:
                head = 3 if bytes(text[start : start + 3]) == b"eyJ" else 0
                text[start + head : end] = b"x" * (end - start - head)
            self._ledger.note("JWT", whole, at)
            self._ledger.search(whole)
        else:
            self._ledger.note("JWT", signature, at)
            self._ledger.search(signature)
        return True

    def hide_vendor(self, text: bytearray, at: int) -> bool:
        """Hide the key of another vendor that begins here; what it begins with stays."""
        match = VENDOR.match(text, at)
        if match is None or not (begins(text, at) or (text[at - 1] == 0x2E and looks_random(bytes(match[0])))):
            return False
        vendor = VENDORS[(match.lastindex or 1) - 1]
        start = at + len(vendor.begins)
        secret = bytes(text[start : match.end()])
        if not is_hidden(secret) and not placeholders.is_placeholder(match[0].decode("latin-1")):
            text[start : match.end()] = self._ledger.pseudonyms.of(secret)
            self._ledger.note(vendor.name, secret, at)
            self._ledger.search(secret)
        return True

    def hide_pem(self, text: bytearray, start: int, end: int) -> None:
        """Hide the base64 of a private key between its first and last line."""
        body = bytes(text[start:end])
        lines = [(start + head, start + tail) for head, tail in key_runs(body)]
        secret = b"".join(bytes(text[head:tail]) for head, tail in lines)
        if not secret or not secret.strip(b"x"):
            return
        for a, b in lines:
            piece = bytes(text[a:b])
            text[a:b] = b"x" * (b - a)
            self._ledger.search(piece)
        self._ledger.note("private key", secret, start)


def begins(text: bytearray, at: int) -> bool:
    """Whether a word may begin here: at its left is no letter or digit, or one that belongs to an escape."""
    if not at or text[at - 1] not in _INNER:
        return True
    return _BEGINNING.search(text[max(at - 24, 0) : at]) is not None
