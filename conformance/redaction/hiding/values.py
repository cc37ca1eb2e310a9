"""Values that are secrets as a whole: headers, cookies, fields and variables whose names say so."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING, NamedTuple, Protocol

from conformance.recognition import placeholders
from conformance.recognition.base64_signs import STANDARD, URL_SAFE
from conformance.redaction.extent import looks_random
from conformance.redaction.hiding.runs import SIGNS, lay, without_escapes
from conformance.redaction.hiding.tokens import JWT, VENDOR
from conformance.redaction.pseudonyms import is_hidden
from conformance.redaction.sparing import free_spans, without_escaped_letters

if TYPE_CHECKING:
    from conformance.keys import KeyFormat
    from conformance.recognition.shapes import Shapes
    from conformance.redaction.hiding.keys import Keys
    from conformance.redaction.hiding.ledger import Ledger, Note
    from conformance.redaction.hiding.tokens import Tokens

_REMEMBERED = 20_000  # values whose replacement is kept, since most come again
_EDGE = (
    rb"(?:\s|\\+[nrt]|\\*[\"']|\xe2\x80[\x80-\xaf]|\xef\xbb\xbf|\xc2\xa0|\\+u(?:20[0-2][0-9a-fA-F]|feff|FEFF|00a0|00A0)"
    rb"|%0[aAdD]|%2[02])"
)
_LEADING = re.compile(_EDGE + rb"{1,6}")
_TRAILING = re.compile(_EDGE + rb"{1,6}\Z")
_SPACE = rb"(?:[ \t]+|%20|\+|\\+t)"
_SCHEME = re.compile(rb"(?:bearer|basic|token|apikey|api-key|digest|negotiate|bot)(?:%b|\Z)" % _SPACE, re.IGNORECASE)
_OTHER_SCHEME = re.compile(rb"[A-Z][A-Za-z0-9-]{2,30}" + _SPACE)
_COOKIE_LINE = re.compile(rb"(?:\\+[nr]|[\r\n])*((?:(?!\\+[nr])[^\r\n])+)")  # behind the breaks, as they are or escaped
_COOKIE = re.compile(rb"([^;=]*)=([^;]*)|[^;=]+")
# the first, and those behind a comma, as which programs show several headers
_SET_COOKIE = re.compile(rb"(?:\A|,[ \t]*(?=[^;,=\s]+=))(?:([^;=]*)=((?:(?!,[ \t]*[^;,=\s]+=)[^;])*)|[^;=]+)")
_PATH = re.compile(rb"(?:[A-Za-z]:|~|[.]{1,2})?(?:[/\\][A-Za-z_. -]*[A-Za-z0-9_. -]{0,4})+")
_WORDS = re.compile(rb"[A-Za-z]+([ ,.:'_/-]+[A-Za-z]+)*[.!?]?")
_LONG_WORD = 16  # letters; a shorter one may be a word that stands anywhere
# lines of a program, whose quotation marks are not where they seem
_INDENTED = re.compile(rb"(?:\n|\\+n)[ \t]{2,}[^\s]")
_MAY_BE_KEYS = ("authorization", "token", "secret", "named secret")  # what is wrong with one is evidence
_URL_SCHEME = re.compile(rb"https?://")
_SENTENCE = re.compile(rb"[A-Za-z,.;:!?'-]+(?: [A-Za-z,.;:!?'-]+){2,}")


class _Hide(Protocol):
    def __call__(self, text: bytearray, start: int, end: int, kind: str) -> None: ...


class _Before(NamedTuple):
    """What became of a value before, and which secrets stood where in it."""

    becomes: bytes
    notes: tuple[Note, ...]


class Values:
    """Hides values, and remembers what became of them."""

    def __init__(self, key_format: KeyFormat, shapes: Shapes, ledger: Ledger, keys: Keys, tokens: Tokens) -> None:
        self._ledger = ledger
        self._keys = keys
        self._tokens = tokens
        self._plain = shapes.plain_bytes()
        self._beginning = _beginning(key_format)
        self._memory: dict[tuple[bytes, str], _Before] = {}

    def hide_value(self, text: bytearray, start: int, end: int, kind: str) -> None:
        """Hide a value that is a secret as a whole; whitespace, quotes and schemes around it stay."""
        self._once(text, start, end, kind, self._hide_value)

    def hide_pair(self, text: bytearray, start: int, end: int) -> None:
        """Hide a user and a password in base64, and nothing else."""
        self._hide_basic(text, *_inside(text, start, end))

    def hide_cookies(self, text: bytearray, start: int, end: int, *, sets: bool) -> None:
        """Hide the values of a cookie header; of one that sets a cookie the attributes stay."""
        self._once(text, start, end, "Set-Cookie" if sets else "Cookie", self._hide_cookies)

    def _once(self, text: bytearray, start: int, end: int, kind: str, hide: _Hide) -> None:
        """Hide a value as the same one was hidden before, or for the first time."""
        value = bytes(text[start:end])
        if before := self._memory.get((value, kind)):
            text[start:end] = before.becomes
            for found, secret, at in before.notes:
                self._ledger.note(found, secret, start + at)
            return
        noted = len(self._ledger.notes)
        hide(text, start, end, kind)
        if len(self._memory) < _REMEMBERED:
            begin = self._ledger.offset + start
            notes = tuple(note._replace(at=note.at - begin) for note in self._ledger.notes[noted:])
            self._memory[value, kind] = _Before(bytes(text[start:end]), notes)
        if not noted:
            self._ledger.notes.clear()

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
            sets = kind == "Set-Cookie"
            pairs = list((_SET_COOKIE if sets else _COOKIE).finditer(line[1]))
            for pair in pairs:
                if pair[2] is not None:
                    at = start + line.start(1)
                    self.hide_value(text, at + pair.start(2), at + pair.end(2), "cookie")
                elif len(pairs) == 1:
                    self.hide_value(text, start + line.start(1), start + line.end(1), "cookie")

    def _hide_basic(self, text: bytearray, start: int, end: int) -> bool:
        pair = _said(text, start, end)
        if b":" not in pair:
            return False
        colon = pair.index(b":")
        self._within(pair, start, 0, colon, "user of Basic credentials")
        self._within(pair, start, colon + 1, len(pair), "password of Basic credentials")
        _say(text, start, end, pair)
        return True

    def _hide_coded_key(self, text: bytearray, start: int, end: int, kind: str) -> bool:
        """Hide what a value says in base64, where that is a key: what is wrong with it, and around it, is evidence."""
        said = _said(text, start, end)
        head, tail = _inside(said, 0, len(said))
        if not self._beginning.match(said, head):
            return False
        self._within(said, start, head, tail, kind)
        _say(text, start, end, said)
        return True

    def _within(self, pair: bytearray, at: int, start: int, end: int, kind: str) -> None:
        here, self._ledger.offset = self._ledger.offset, self._ledger.offset + at - start
        if end > start:
            self._hide_core(pair, start, end, kind)
        self._ledger.offset = here

    def _hide_core(self, text: bytearray, start: int, end: int, kind: str) -> None:
        value = bytes(text[start:end])
        if is_hidden(value) or placeholders.is_no_secret(value.decode("latin-1")):
            return
        shown = self._hide_shapes(text, start, end)
        if shown is not None:
            _hide_beside(text, start, end, shown)
        elif kind in _MAY_BE_KEYS and (beginning := self._beginning.match(value)):
            self._keys.hide_signs(text, start + beginning.end(), end)
        elif not self._hide_coded_key(text, start, end, kind):
            self._replace(text, start, end, kind)

    def _hide_shapes(self, text: bytearray, start: int, end: int) -> list[tuple[int, int]] | None:
        """Hide the keys within a value; returns where they and what may be shown of them stand."""
        value = bytes(text[start:end])
        spans = [match.span() for match in self._plain.finditer(value)]
        spans += [match.span() for match in JWT.finditer(value) if match[2] is not None]
        spans += [match.span() for match in VENDOR.finditer(value)]
        spans = _apart(sorted(spans, key=lambda span: (span[0], -span[1])))
        if not spans:
            return None
        return [(start + head, start + tail) for head, tail in spans if self._hide_shape(text, start + head)]

    def _hide_shape(self, text: bytearray, at: int) -> bool:
        return self._keys.hide_key(text, at) or self._tokens.hide_jwt(text, at) or self._tokens.hide_vendor(text, at)

    def _replace(self, text: bytearray, start: int, end: int, kind: str) -> None:
        if kind in _MAY_BE_KEYS and (scheme := _URL_SCHEME.match(text, start, end)):
            start = scheme.end()
        secret = bytes(text[start:end])
        if kind in _MAY_BE_KEYS and _SENTENCE.fullmatch(secret):
            text[start:end] = re.sub(rb"[^\s\\\"']", b"x", secret)
            self._ledger.note(kind, secret, start)
            return
        spans = [(start + head, start + tail) for head, tail in free_spans(secret)]
        signs = b"".join(bytes(text[head:tail]) for head, tail in spans)
        if not is_hidden(signs):
            lay(text, spans, b"1" * len(secret) if secret.isdigit() else self._ledger.pseudonyms.of(signs))
        text[start:end] = without_escaped_letters(bytes(text[start:end]))
        if text[start:end] != secret:
            self._ledger.note(kind, secret, start)
            if _is_searched(kind, secret) and not is_hidden(signs):
                self._ledger.search(secret)


def _said(text: bytearray, start: int, end: int) -> bytearray:
    """What a value says in base64; nothing where it is none, or no ASCII."""
    signs = bytes(text[start:end]).rstrip(b"=")
    if not re.fullmatch(rb"[A-Za-z0-9+/_-]+", signs):
        return bytearray()
    try:
        said = a2b_base64(signs.translate(STANDARD) + b"=" * (-len(signs) % 4))
    except Base64Error:
        return bytearray()
    return bytearray(said if said.isascii() else b"")


def _say(text: bytearray, start: int, end: int, said: bytearray) -> None:
    """Let a value say something else of the same length in base64."""
    signs = bytes(text[start:end]).rstrip(b"=")
    coded = b2a_base64(said, newline=False).rstrip(b"=")
    text[start : start + len(signs)] = coded.translate(URL_SAFE) if {45, 95} & set(signs) else coded


def _hide_beside(text: bytearray, start: int, end: int, shown: list[tuple[int, int]]) -> None:
    """Hide what stands in a value beside the secrets in it, but for schemes."""
    at = start
    plain = without_escapes(bytes(text[start:end]))
    for head, tail in [*shown, (end, end)]:
        for run in SIGNS.finditer(plain, at - start, head - start):
            if not _SCHEME.fullmatch(run[0]):
                text[start + run.start() : start + run.end()] = b"x" * len(run[0])
        at = tail


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


def _beginning(key_format: KeyFormat) -> re.Pattern[bytes]:
    """Matches the part of a malformed key that may be shown: prefix, key id and separator."""
    prefixes = "|".join(map(re.escape, key_format.prefixes))
    sort = r"[A-Za-z]{2,8}[_-][A-Za-z]{2,8}[_-](?=%s)"
    some_id, separator = f"[{re.escape(key_format.id_alphabet)}]", re.escape(key_format.separator)
    whole = f"{some_id}{{{key_format.id_length}}}{separator}"
    any_prefix = sort % f"{whole}[{re.escape(key_format.secret_alphabet)}]{{{key_format.secret_length}}}"
    return re.compile(
        f"(?:(?:{prefixes})(?:{whole}|{some_id}{{0,{key_format.id_length}}})|{any_prefix}{whole})".encode()
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
