"""Secrets replaced in place: every form of one becomes its pseudonym, and what surrounds it stays."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING, NamedTuple, Protocol

from conformance import placeholders
from conformance.redaction.broken_keys import BrokenKeys
from conformance.redaction.extent import looks_random
from conformance.redaction.private_keys import key_runs
from conformance.redaction.pseudonyms import is_hidden
from conformance.redaction.sparing import free_spans, without_escaped_letters
from conformance.vendors import VENDORS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.keys import KeyFormat
    from conformance.redaction.pseudonyms import Pseudonyms
    from conformance.shapes import Shapes

_HEAD = 160  # bytes before which the secret of a wrapped key begins
_REMEMBERED = 20_000  # values whose replacement is kept, since most come again
SHORTEST = 8  # characters of a secret that are searched for afterwards
_EDGE = (
    rb"(?:\s|\\+[nrt]|\\*[\"']|\xe2\x80[\x80-\xaf]|\xef\xbb\xbf|\xc2\xa0|\\+u(?:20[0-2][0-9a-fA-F]|feff|FEFF|00a0|00A0)"
    rb"|%0[aAdD]|%2[02])"
)
_LEADING = re.compile(_EDGE + rb"{1,6}")
_TRAILING = re.compile(_EDGE + rb"{1,6}\Z")
_SPACE = rb"(?:[ \t]+|%20|\+|\\+t)"
_SCHEME = re.compile(rb"(?:bearer|basic|token|apikey|api-key|digest|negotiate|bot)(?:%b|\Z)" % _SPACE, re.IGNORECASE)
_OTHER_SCHEME = re.compile(rb"[A-Z][A-Za-z0-9-]{2,30}" + _SPACE)
_ESCAPE = re.compile(rb"\\+u[0-9a-fA-F]{4}|\\+x[0-9a-fA-F]{2}|\\+[nrtbf]?|%[0-9A-Fa-f]{2}|%|[^A-Za-z0-9_\\%-]+")
_SIGNS = re.compile(rb"[A-Za-z0-9_-]+")
_COOKIE_LINE = re.compile(rb"(?:\\+[nr]|[\r\n])*((?:(?!\\+[nr])[^\r\n])+)")  # behind the breaks, as they are or escaped
_VENDOR = re.compile(
    b"|".join(b"(%b)%b" % (re.escape(vendor.begins.encode()), vendor.rest.encode()) for vendor in VENDORS)
)
_DOT = rb"(?:[.]|%2[eE])"
JWT = re.compile(
    rb"(eyJ[A-Za-z0-9_-]{5,})(?:%b(e?[A-Za-z0-9_-]*))?(?:%b([A-Za-z0-9_-]*))?((?:%b[A-Za-z0-9_-]+)*)" % ((_DOT,) * 3)
)
_GOES_ON = re.compile(
    rb"(?:(?:[\x80-\xff]{2,4}|\\+u(?:20[0-2][0-9a-fA-F]|feff|00a0|00ad))[A-Za-z0-9_-]{1,})+", re.IGNORECASE
)


class _Hide(Protocol):
    def __call__(self, text: bytearray, start: int, end: int, kind: str) -> None: ...


class _Before(NamedTuple):
    """What became of a value before, and which secrets stood where in it."""

    becomes: bytes
    notes: tuple[tuple[str, bytes, int], ...]


class Hider:
    """Replaces secrets in a text that can be changed, and remembers what they were."""

    def __init__(self, key_format: KeyFormat, shapes: Shapes, pseudonyms: Pseudonyms, jwt_parts: str) -> None:
        self._format = key_format
        self.secret_length = key_format.secret_length
        self._shapes = shapes
        self._pseudonyms = pseudonyms
        self._jwt_parts = jwt_parts
        self._plain = shapes.plain_bytes()
        self._broken = BrokenKeys(key_format)
        self._example = key_format.example.encode()[-key_format.secret_length :]  # which everybody may read
        self._beginning = _beginning(key_format)
        self._memory: dict[tuple[bytes, str], _Before] = {}
        self._notes: list[tuple[str, bytes, int]] = []  # of the value that is being hidden
        self.file = ""
        self.offset = 0  # of the text in its file

    def hide_value(self, text: bytearray, start: int, end: int, kind: str) -> None:
        """Hide a value that is a secret as a whole; whitespace, quotes and schemes around it stay."""
        self._once(text, start, end, kind, self._hide_value)

    def hide_cookies(self, text: bytearray, start: int, end: int, *, sets: bool) -> None:
        """Hide the values of a cookie header; of one that sets a cookie the attributes stay."""
        self._once(text, start, end, "Set-Cookie" if sets else "Cookie", self._hide_cookies)

    def _once(self, text: bytearray, start: int, end: int, kind: str, hide: _Hide) -> None:
        """Hide a value as the same one was hidden before, or for the first time."""
        value = bytes(text[start:end])
        if before := self._memory.get((value, kind)):
            text[start:end] = before.becomes
            for found, secret, at in before.notes:
                self._pseudonyms.count(found, secret, self.file, self.offset + start + at)
                self._notes.append((found, secret, self.offset + start + at))
            return
        noted = len(self._notes)
        hide(text, start, end, kind)
        if len(self._memory) < _REMEMBERED:
            begin = self.offset + start
            notes = tuple((found, secret, at - begin) for found, secret, at in self._notes[noted:])
            self._memory[value, kind] = _Before(bytes(text[start:end]), notes)
        if not noted:
            self._notes.clear()

    def _hide_value(self, text: bytearray, start: int, end: int, kind: str) -> None:
        start, end = _inside(text, start, end)
        if kind == "authorization":
            start, is_basic = _behind_schemes(text, start, end)
            if is_basic and self._hide_basic(text, start, end):
                return
            start, end = _inside(text, start, end)
        self._hide_core(text, start, end, kind)

    def _hide_cookies(self, text: bytearray, start: int, end: int, kind: str) -> None:
        for line in _COOKIE_LINE.finditer(bytes(text[start:end])):
            pairs = list(re.finditer(rb"([^;=]*)=([^;]*)|[^;=]+", line[1]))
            for pair in pairs[:1] if kind == "Set-Cookie" else pairs:
                if pair[2] is not None:
                    at = start + line.start(1)
                    self.hide_value(text, at + pair.start(2), at + pair.end(2), "cookie")
                elif len(pairs) == 1:
                    self.hide_value(text, start + line.start(1), start + line.end(1), "cookie")

    def _hide_basic(self, text: bytearray, start: int, end: int) -> bool:
        signs = bytes(text[start:end]).rstrip(b"=")
        if not re.fullmatch(rb"[A-Za-z0-9+/_-]+", signs):
            return False
        try:
            decoded = a2b_base64(signs.translate(_STANDARD) + b"=" * (-len(signs) % 4))
        except Base64Error:
            return False
        if b":" not in decoded or not decoded.isascii():
            return False
        pair = bytearray(decoded)
        colon = decoded.index(b":")
        self._within(pair, start, 0, colon, "user of Basic credentials")
        self._within(pair, start, colon + 1, len(pair), "password of Basic credentials")
        coded = b2a_base64(pair, newline=False).rstrip(b"=")
        text[start : start + len(signs)] = coded.translate(_URL_SAFE) if {45, 95} & set(signs) else coded
        return True

    def _within(self, pair: bytearray, at: int, start: int, end: int, kind: str) -> None:
        here, self.offset = self.offset, self.offset + at - start
        if end > start:
            self._hide_core(pair, start, end, kind)
        self.offset = here

    def _hide_core(self, text: bytearray, start: int, end: int, kind: str) -> None:
        value = bytes(text[start:end])
        if is_hidden(value) or placeholders.is_no_secret(value.decode("latin-1")):
            return
        shown = self._hide_shapes(text, start, end)
        if shown is None and kind in _MAY_BE_KEYS and (beginning := self._beginning.match(value)):
            self.hide_signs(text, start + beginning.end(), end)
        elif shown is None:
            self._replace(text, start, end, kind)
        if shown is None:
            return
        at = start
        plain = _without_escapes(value)
        for head, tail in [*shown, (end, end)]:
            for run in _SIGNS.finditer(plain, at - start, head - start):
                if _SCHEME.fullmatch(run[0]):
                    continue
                text[start + run.start() : start + run.end()] = b"x" * len(run[0])
            at = tail

    def _hide_shapes(self, text: bytearray, start: int, end: int) -> list[tuple[int, int]] | None:
        """Hide the keys within a value; returns where they and what may be shown of them stand."""
        value = bytes(text[start:end])
        spans = [match.span() for match in self._plain.finditer(value)]
        spans += [match.span() for match in JWT.finditer(value) if match[2] is not None]
        spans += [match.span() for match in _VENDOR.finditer(value)]
        spans = _apart(sorted(spans, key=lambda span: (span[0], -span[1])))
        if not spans:
            return None
        return [(start + head, start + tail) for head, tail in spans if self._hide_shape(text, start + head)]

    def _hide_shape(self, text: bytearray, at: int) -> bool:
        return self.hide_key(text, at) or self.hide_jwt(text, at) or self.hide_vendor(text, at)

    def _replace(self, text: bytearray, start: int, end: int, kind: str) -> None:
        if kind in _MAY_BE_KEYS and (scheme := _URL_SCHEME.match(text, start, end)):
            start = scheme.end()
        secret = bytes(text[start:end])
        if kind in _MAY_BE_KEYS and _SENTENCE.fullmatch(secret):
            text[start:end] = re.sub(rb"[^\s\\\"']", b"x", secret)
            self._note(kind, secret, start, searched=False)
            return
        spans = [(start + head, start + tail) for head, tail in free_spans(secret)]
        signs = b"".join(bytes(text[head:tail]) for head, tail in spans)
        if not is_hidden(signs):
            self._lay(text, spans, b"1" * len(secret) if secret.isdigit() else self._pseudonyms.of(signs))
        text[start:end] = without_escaped_letters(bytes(text[start:end]))
        if text[start:end] != secret:
            self._note(kind, secret, start, searched=_is_searched(kind, secret))

    @staticmethod
    def _lay(text: bytearray, spans: list[tuple[int, int]], written: bytes) -> None:
        """Write over several places, of which each takes the next of it."""
        at = 0
        for head, tail in spans:
            text[head:tail] = written[at : at + tail - head]
            at += tail - head

    def _note(self, kind: str, secret: bytes, at: int, *, searched: bool = True) -> None:
        self._pseudonyms.count(kind, secret, self.file, self.offset + at)
        self._notes.append((kind, secret, self.offset + at))
        if searched and len(secret) >= SHORTEST:
            self._pseudonyms.searched.add(secret)

    def hide_key(self, text: bytearray, at: int) -> bool:
        """Hide a key of the format that begins here; says whether one did."""
        match = self._plain.match(text, at)
        if (match is None or _signs_in(match) < self._format.secret_length) and (
            broken := self._broken.broken(text, at)
        ):
            self._hide_runs(text, broken.runs)
            return True
        if match is None:
            return False
        start, end = max(match.end(1), match.end(2)), match.end()
        if end - start < self._format.secret_length and (more := _GOES_ON.match(text, end)):
            end = more.end()
        if match[2] is not None and placeholders.is_placeholder(match[0].decode("latin-1")):
            return True
        self.hide_signs(text, start, end)
        return True

    def hide_signs(self, text: bytearray, start: int, end: int) -> None:
        """Hide the secret of a key; what does not belong into one stays: escapes, line breaks, other characters."""
        self._hide_runs(text, [(run.start() + start, run.end() + start) for run in _sign_runs(bytes(text[start:end]))])

    def hide_half(self, text: bytearray, end: int) -> None:
        """Hide the secret of a key that ends here, where it stands alone."""
        place = self._broken.alone(text, end)
        if place is None or is_hidden(bytes(text[place[0] : place[1]])):
            return
        if not any(_begins(text, match.start()) for match in _VENDOR.finditer(text, *place)):
            self._hide_runs(text, [place])

    def _hide_runs(self, text: bytearray, runs: list[tuple[int, int]]) -> None:
        secret = b"".join(bytes(text[a:b]) for a, b in runs)
        if not secret or is_hidden(secret) or secret == self._example:
            return
        self._lay(text, runs, self._pseudonyms.of(secret, self._last(secret)))
        self._note("key", secret, runs[0][0])

    def _last(self, secret: bytes) -> bytes:
        """The sign that tells whether the last character was possible, where that can be asked."""
        if len(secret) != self._format.secret_length:
            return b""
        return b"A" if chr(secret[-1]) in self._format.last_characters else b"B"

    def hide_encoded_key(self, text: bytearray, start: int, end: int) -> None:
        """Hide the keys in a run of base64."""
        changed = self._shapes.with_changed_base64(text[start:end].decode("latin-1"), self._decoded_without_keys(start))
        if len(changed) == end - start:
            text[start:end] = changed.encode("latin-1")

    def hide_wrapped_key(self, text: bytearray, start: int, end: int) -> bool:
        """Hide the key that begins here and goes on in another line; says whether one does."""
        for head, tail in self._shapes.wrapped_spans(text[start:end].decode("latin-1")):
            if head < _HEAD:
                self.hide_signs(text, start + head, start + tail)
                return True
        return False

    def _decoded_without_keys(self, at: int) -> Callable[[bytes], bytes]:
        def change(decoded: bytes) -> bytes:
            inner = bytearray(decoded)
            here, self.offset = self.offset, self.offset + at
            for match in self._plain.finditer(decoded):
                self.hide_key(inner, match.start())
            self.offset = here
            return bytes(inner)

        return change

    def hide_jwt(self, text: bytearray, at: int) -> bool:
        """Hide the JWT that begins here; its shape of three parts stays."""
        match = JWT.match(text, at)
        if match is None or match[2] is None or not _begins(text, at):
            return False
        whole, parts = bytes(match[0]), [match.span(1), match.span(2)]
        signature = bytes(match[3] or b"") + bytes(match[4])
        if (not match[3] and self._jwt_parts != "all") or not match[1][3:].strip(b"x"):
            return True
        if match[3]:
            if is_hidden(bytes(match[3])):
                return True
            text[match.start(3) : match.end(3)] = self._pseudonyms.of(bytes(match[3]))
        elif bytes(match[2]).strip(b"x") in (b"", b"ey", b"eyJ", b"e"):
            return True
        if match[4]:
            text[match.start(4) : match.end(4)] = re.sub(rb"(%b)|." % _DOT, lambda one: one[1] or b"x", match[4])
        if self._jwt_parts == "all":
            for start, end in parts:
                head = 3 if bytes(text[start : start + 3]) == b"eyJ" else 0
                text[start + head : end] = b"x" * (end - start - head)
            self._note("JWT", whole, at)
        else:
            self._note("JWT", signature, at)
        return True

    def hide_vendor(self, text: bytearray, at: int) -> bool:
        """Hide the key of another vendor that begins here; what it begins with stays."""
        match = _VENDOR.match(text, at)
        if match is None or not (_begins(text, at) or (text[at - 1] == 0x2E and looks_random(bytes(match[0])))):
            return False
        vendor = VENDORS[(match.lastindex or 1) - 1]
        start = at + len(vendor.begins)
        secret = bytes(text[start : match.end()])
        if not is_hidden(secret) and not placeholders.is_placeholder(match[0].decode("latin-1")):
            text[start : match.end()] = self._pseudonyms.of(secret)
            self._note(vendor.name, secret, at)
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
            if len(piece) >= SHORTEST:
                self._pseudonyms.searched.add(piece)
        self._note("private key", secret, start, searched=False)


_PATH = re.compile(rb"(?:[A-Za-z]:|~|[.]{1,2})?(?:[/\\][A-Za-z_. -]*[A-Za-z0-9_. -]{0,4})+")
_WORDS = re.compile(rb"[A-Za-z]+([ ,.:'_/-]+[A-Za-z]+)*[.!?]?")
_LONG_WORD = 16  # letters; a shorter one may be a word that stands anywhere
_INNER = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.")
_INDENTED = re.compile(
    rb"(?:\n|\\+n)[ \t]{2,}[^\s]"
)  # lines of a program, whose quotation marks are not where they seem
_STANDARD = bytes.maketrans(b"-_", b"+/")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _inside(text: bytearray, start: int, end: int) -> tuple[int, int]:
    """A value without the whitespace and the quotation marks around it."""
    if leading := _LEADING.match(text, start, end):
        start = leading.end()
    if trailing := _TRAILING.search(text, max(start, end - 40), end):
        end = trailing.start()
    return start, end


def _behind_schemes(text: bytearray, start: int, end: int) -> tuple[int, bool]:
    """Where the credentials of an Authorization header begin, and whether they are in base64."""
    is_basic = False
    scheme = _SCHEME.match(text, start, end) or _OTHER_SCHEME.match(text, start, end)
    while scheme:
        is_basic, start = scheme[0][:5].lower() == b"basic", scheme.end()
        scheme = _SCHEME.match(text, start, end)
    return start, is_basic


def _sign_runs(body: bytes) -> list[re.Match[bytes]]:
    """The runs of characters that may be in a secret, without those that belong to an escape."""
    return list(_SIGNS.finditer(_without_escapes(body)))


def _without_escapes(text: bytes) -> bytes:
    """The text with spaces where no character of a secret stands."""
    return _ESCAPE.sub(lambda match: b" " * len(match[0]), text)


_MAY_BE_KEYS = ("authorization", "token", "secret", "named secret")  # what is wrong with one is evidence
_URL_SCHEME = re.compile(rb"https?://")
_SENTENCE = re.compile(rb"[A-Za-z,.;:!?'-]+(?: [A-Za-z,.;:!?'-]+){2,}")


def _beginning(key_format: KeyFormat) -> re.Pattern[bytes]:
    """Matches what may be shown of a key that is none: prefix and key id, with what parts it from the secret."""
    prefixes = "|".join(map(re.escape, key_format.prefixes))
    sort = r"[A-Za-z]{2,8}[_-][A-Za-z]{2,8}[_-](?=%s)"
    some_id, separator = f"[{re.escape(key_format.id_alphabet)}]", re.escape(key_format.separator)
    whole = f"{some_id}{{{key_format.id_length}}}{separator}"
    any_prefix = sort % f"{whole}[{re.escape(key_format.secret_alphabet)}]{{{key_format.secret_length}}}"
    return re.compile(
        f"(?:(?:{prefixes})(?:{whole}|{some_id}{{0,{key_format.id_length}}})|{any_prefix}{whole})".encode()
    )


def _signs_in(key: re.Match[bytes]) -> int:
    """How many characters of a secret stand in a key."""
    start = max(key.end(1), key.end(2)) - key.start()
    return sum(len(run[0]) for run in _sign_runs(bytes(key[0])[start:]))


def _begins(text: bytearray, at: int) -> bool:
    """Whether a word may begin here: at its left is no letter or digit, or one that belongs to an escape."""
    if not at or text[at - 1] not in _INNER:
        return True
    return _BEGINNING.search(text[max(at - 24, 0) : at]) is not None


_BEGINNING = re.compile(
    rb"(?:\\+[nrtbf]|\\+u[0-9a-fA-F]{4}|\\+x[0-9a-fA-F]{2}|%[0-9A-Fa-f]{2}"
    rb"|(?:\x1b|\\+u001[bB]|\\+x1[bB]|\\+033|\\+e)\[[0-9;]{0,16}[A-Za-z])\Z"
)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _is_searched(kind: str, secret: bytes) -> bool:
    """Whether this would be recognised elsewhere: words that everybody writes say nothing, cookies often hold such."""
    if kind == "cookie":
        return len(secret) >= 16 and looks_random(secret) and re.fullmatch(rb"[A-Za-z0-9_.+/=-]+", secret) is not None
    if _INDENTED.search(secret) or _PATH.fullmatch(secret):
        return False
    words = _WORDS.fullmatch(secret)
    return not words or (words[1] is None and len(secret) >= _LONG_WORD)
