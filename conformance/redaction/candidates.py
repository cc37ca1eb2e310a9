"""Where secrets may begin: a quick look that misses none and is judged afterwards.

hyperscan, where it is installed, takes this look at a few gigabytes a second; without it the same is found by searching
for one word after the other.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

import stringzilla

from conformance.recognition.vendors import VENDORS
from conformance.redaction.coded import BEGINNING, FEWEST, PACKED, RUN, beginnings
from conformance.redaction.names import AFTER, LAST, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.recognition.shapes import Shapes

KEY, HALF, VENDOR, JWT, PEM = "key", "half", "vendor", "jwt", "pem"
URL, SCHEME, OPTION, NAME, COOKIES = "url", "scheme", "option", "name", "cookies"
CODED = "coded"
ANNOUNCED = {KEY, VENDOR, JWT, PEM, URL, SCHEME, NAME, COOKIES}  # which are hardly ever anything else
_TOKEN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_CLASSES = bytes(97 if byte in _TOKEN else 32 for byte in range(256))
_ESCAPE = re.compile(rb"\\[nrtbf]")
_AFTER = re.compile(AFTER.encode(), re.IGNORECASE)
_ANY_NAME = b"(?:%b)%b" % (b"|".join(re.escape(word.encode()) for word in (*WORDS, *LAST)), AFTER.encode())
# behind a name, forwards, what `_NAMED` of extent.py reads backwards: `=`, `": `, `%22%3A`, ` value="`, `", "`, `>`
_SEPARATES = re.compile(
    rb"(?:\\{0,7}[\"']|%(?:25){0,3}22|&quot;|&#34;)?\]?(?:[ \t\r\n]{1,40}value[ \t]?[=:]"
    rb"|(?:\r?\n|\\{1,7}r\\{1,7}n)(?:content-[a-z-]{1,24}:[^\r\n\\\"]{1,80}(?:\r?\n|\\{1,7}r\\{1,7}n)){0,2}(?:\r?\n|\\{1,7}r\\{1,7}n)"
    rb"|[ \t]{0,4}(?:=>?|:|%(?:25){0,3}3[ad]|,[ \t\r\n]{0,64}(?:\\[nrt][ \t]{0,64}){0,2}[\\(b\"']|>))",
    re.IGNORECASE,
)
_SEPARATION_BEGINS = rb"[\\\"'\] \t\r\n=:%,>&]"
_GIVEN = re.compile(  # as an option, to a command that sets it, or behind the user of a login
    rb"(?:--[a-z-]{0,24}|(?:env|setx(?:[ \t]{1,4}/m)?|set -[a-z]{1,4})[ \t]{1,4}[a-z0-9_]{0,40}"
    rb"|login\s{1,8}[^\s]{1,80}\s{1,8})%b\Z" % _ANY_NAME,
    re.IGNORECASE,
)
_LONGEST_GIVEN = 160  # bytes
URL_PASSWORD = re.compile(rb"://([^/\s\"'<>@?#\\:]{0,80}):([^/\s\"'<>@?#\\]{1,256})@")
URL_TOKEN = re.compile(rb"://([A-Za-z0-9_.-]{16,128})@")
_FEWEST_SIGNS = 8
_SIGNS = rb"[A-Za-z0-9_%%+/.-]{%d}" % _FEWEST_SIGNS
# which break no key into pieces
_NO_BREAK = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;/=\"'()-"
_LITERALS = {  # in small letters
    b"-----begin": PEM,
    b"bearer ": SCHEME,
    b"basic ": SCHEME,
    b"bearer%20": SCHEME,
    b"basic%20": SCHEME,
    b"bearer\t": SCHEME,
    b"basic\t": SCHEME,
    b" -su": OPTION,
    b" -ksu": OPTION,
    b" -sku": OPTION,
    b" -ssu": OPTION,
    b" --proxy-user": OPTION,
    b" -u": OPTION,
    b" --user": OPTION,
    b" -b ": OPTION,
    b'cookies"': COOKIES,
    b'cookies\\"': COOKIES,
    b"\ttrue\t/": OPTION,
    b"\tfalse\t/": OPTION,
}


class Candidate(NamedTuple):
    """Where a secret of some kind may begin; for a NAME, where its value begins, behind the separator."""

    at: int
    kind: str


class Finder(Protocol):
    """Looks for candidates."""

    def candidates(self, text: bytes | bytearray) -> list[Candidate]:
        """All candidates, in order."""
        ...


def best_finder(shapes: Shapes) -> Finder:
    """The quickest finder that can be had here."""
    try:
        return PatternFinder(shapes)
    except ImportError:
        return WordFinder(shapes)


class _Beginning(NamedTuple):
    """What secrets of a kind begin with, and a pattern of the bytes behind it, of which there are `length`."""

    text: bytes
    follows: bytes
    length: int
    kind: str


def _beginnings(shapes: Shapes) -> Iterator[_Beginning]:
    for letters, signs in shapes.openings.items():
        other = _NO_BREAK.translate(None, "".join(signs).encode())
        follows = b"" if "" in signs else b"[^%b]" % re.escape(other)
        yield _Beginning(letters.encode(), follows, bool(follows), KEY)
    for literal in shapes.literals:
        yield _Beginning(literal.encode(), b"", 0, KEY)
    for vendor in VENDORS:
        yield _Beginning(vendor.begins.encode(), _SIGNS, _FEWEST_SIGNS, VENDOR)
    yield _Beginning(b"eyJ", _SIGNS, _FEWEST_SIGNS, JWT)
    yield _Beginning(PACKED, _SIGNS, _FEWEST_SIGNS, CODED)


class WordFinder:
    """Searches for one word after the other."""

    def __init__(self, shapes: Shapes) -> None:
        self._length = shapes.secret_length
        self._beginnings = [(one, re.compile(re.escape(one.text) + one.follows)) for one in _beginnings(shapes)]

    def candidates(self, text: bytes | bytearray) -> list[Candidate]:
        """All candidates, in order."""
        small = text.lower()
        found = {
            Candidate(at, beginning.kind)
            for beginning, pattern in self._beginnings
            for at in _places(text, beginning.text)
            if pattern.match(text, at)
        }
        found |= {Candidate(at, kind) for word, kind in _LITERALS.items() for at in _places(small, word)}
        found |= {
            Candidate(at, URL)
            for at in _places(text, b"://")
            if URL_PASSWORD.match(text, at) or URL_TOKEN.match(text, at)
        }
        found |= {Candidate(at, HALF) for at in self._halves(text)}
        found |= {Candidate(at, CODED) for at in beginnings(text)}
        for word in (*WORDS, *LAST):
            ends = (_AFTER.match(text, at + len(word)).end() for at in _places(small, word.encode()))  # type: ignore[union-attr]
            found |= {Candidate(at, NAME) for at in map(partial(_value_behind, text), ends) if at is not None}
        return sorted(found)

    def _halves(self, text: bytes | bytearray) -> Iterator[int]:
        run = b"a" * self._length
        classes = text.translate(_CLASSES)
        at = stringzilla.find(classes, run)
        while at >= 0 and (end := classes.find(b" ", at)) >= 0:
            start = end - self._length
            if start == at or _ESCAPE.fullmatch(text, max(start - 2, 0), start):
                yield start
            at = stringzilla.find(classes, run, end)


class PatternFinder:
    """Searches for everything at once, with hyperscan."""

    def __init__(self, shapes: Shapes) -> None:
        from hyperscan import HS_FLAG_CASELESS as SMALL
        from hyperscan import HS_FLAG_SINGLEMATCH as ONCE

        from conformance.redaction.patterns import Patterns

        patterns: list[tuple[bytes, int, str, int]] = []  # what to search, its flags, its kind, how far back it begins
        for text, follows, length, kind in _beginnings(shapes):
            patterns.append((re.escape(text) + follows, 0, kind, len(text) + length))
        patterns += [(re.escape(word), SMALL, kind, len(word)) for word, kind in _LITERALS.items()]
        patterns += [(pattern, 0, URL, 0) for pattern in (URL_PASSWORD.pattern, URL_TOKEN.pattern)]
        patterns.append((_ANY_NAME + _SEPARATION_BEGINS, SMALL, NAME, 1))
        run = rb"[A-Za-z0-9_-]{%d}" % shapes.secret_length
        half = rb"(?:^|[^A-Za-z0-9_-]|%b)%b[^A-Za-z0-9_-]" % (_ESCAPE.pattern, run)
        # apart: each takes several times as long as its run, without which there is none, and both as long as any run
        apart = [(half, HALF, shapes.secret_length + 1, run), (BEGINNING, CODED, FEWEST, RUN)]
        self._kinds = [(kind, back) for *_, kind, back in patterns] + [(kind, back) for _, kind, back, _ in apart]
        any_run = rb"[A-Za-z0-9+_-]{%d}" % min(FEWEST, shapes.secret_length)
        numbers = range(len(patterns), len(self._kinds))
        self._any_run = len(self._kinds)
        self._beginnings = Patterns(
            expressions=[*(pattern for pattern, *_ in patterns), any_run],
            flags=[*(flags for _, flags, *_ in patterns), ONCE],
            ids=[*range(len(patterns)), self._any_run],
        )
        self._runs = Patterns([run for *_, run in apart], [ONCE for _ in apart], numbers)
        self._apart = {number: Patterns([one[0]], ids=[number]) for number, one in zip(numbers, apart, strict=True)}

    def candidates(self, text: bytes | bytearray) -> list[Candidate]:
        """All candidates, in order."""
        hits: set[tuple[int, int]] = set()

        def note(pattern: int, end: int) -> None:
            hits.add((end, pattern))

        self._beginnings.scan(text, note)
        if run := next((hit for hit in hits if hit[1] == self._any_run), None):
            hits.remove(run)
            runs: set[int] = set()
            self._runs.scan(text, lambda number, _: runs.add(number))
            for number in runs:
                self._apart[number].scan(text, note)
        return sorted(candidate for hit in hits if (candidate := self._candidate(text, *hit)))

    def _candidate(self, text: bytes | bytearray, end: int, pattern: int) -> Candidate | None:
        kind, back = self._kinds[pattern]
        at: int | None = end - back
        if kind == URL:
            at = text.rfind(b"://", 0, end)
        elif kind == NAME:
            at = _value_behind(text, end - back)
        return None if at is None else Candidate(at, kind)


def _places(text: bytes | bytearray, word: bytes) -> Iterator[int]:
    at = stringzilla.find(text, word)
    while at >= 0:
        yield at
        at = stringzilla.find(text, word, at + 1)


def _value_behind(text: bytes | bytearray, end: int) -> int | None:
    """Where the value of a name begins that ends there; `None` where none follows."""
    if separator := _SEPARATES.match(text, end):
        return separator.end()
    if text[end : end + 1] in (b" ", b"\t") and _GIVEN.search(text, max(end - _LONGEST_GIVEN, 0), end):
        return end + 1
    return None
