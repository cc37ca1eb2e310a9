"""Where secrets may begin: a quick look that misses none and is judged afterwards.

hyperscan, where it is installed, takes this look at a few gigabytes a second; without it the same is found by searching
for one word after the other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from conformance.redaction.names import AFTER, WORDS
from conformance.vendors import VENDORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.shapes import Shapes

KEY, HALF, VENDOR, JWT, PEM, URL, SCHEME, OPTION, NAME, COOKIES = "key", "half", "vendor", "jwt", "pem", "url", "scheme", "option", "name", "cookies"  # fmt: skip # noqa: E501
_RUN = 15
_LONGEST_BEGINNING = 48  # bytes before such a run in which a secret with signs between its parts begins
_TOKEN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_CLASSES = bytes(97 if byte in _TOKEN else 32 for byte in range(256))
_WHOLE_RUN = re.compile(rb"[A-Za-z0-9_-]+\.?[A-Za-z0-9_-]*")
_SEPARATOR = (
    AFTER + r"(?:\\{0,7}[\"'])?\]?(?:[ \t\r\n]{1,40}value[ \t]?[=:]|(?:\r?\n|\\{1,7}r\\{1,7}n){2}"
    r"|[ \t]{0,4}(?:=>?|:|%3a|%3d|,[ \t\r\n]{0,64}(?:\\[nrt][ \t]{0,64}){0,2}[\\(b\"']|>))"
)
_SEPARATES = re.compile(_SEPARATOR.encode(), re.IGNORECASE)
_ARGUMENT = re.compile(rb"--[a-z-]{0,24}")
_COMMAND = rb"(?:env|setx|set -[a-z]{1,4})[ \t]{1,4}[a-z0-9_]{0,40}"  # in small letters
_LOGIN = rb"login[ \t\r\n]{1,8}[^\s]{1,80}[ \t\r\n]{1,8}"
_SET = re.compile(rb"(?:.*[^a-z0-9])?(?:%b|%b)" % (_COMMAND, _LOGIN), re.DOTALL)
_TOKEN_USER = rb"://[A-Za-z0-9_.-]{16,128}@"
_USER = rb"://[^/\s\"'<>@?#\\:]{0,80}:[^/\s\"'<>@?#\\]{1,256}@"
_URL_USER = re.compile(b"%b|%b" % (_USER, _TOKEN_USER))
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
}


class Candidate(NamedTuple):
    """A place where something of a kind may begin; of a name the place behind what separates it from its value."""

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


class WordFinder:
    """Searches for one word after the other."""

    def __init__(self, shapes: Shapes) -> None:
        self._length = shapes.secret_length
        self._openings = [opening.encode() for opening in shapes.openings]
        begins = {vendor.begins.encode(): VENDOR for vendor in VENDORS} | {b"eyJ": JWT}
        begins |= {literal.encode(): KEY for literal in shapes.literals}
        self._begins = begins
        self._within = re.compile(b"|".join(re.escape(one) for one in sorted(begins, key=len, reverse=True)))

    def candidates(self, text: bytes | bytearray) -> list[Candidate]:
        """All candidates, in order."""
        small = text.lower()
        found = {Candidate(at, KEY) for opening in self._openings for at in _places(text, opening)}
        found |= {Candidate(at, kind) for word, kind in _LITERALS.items() for at in _places(small, word)}
        found |= {Candidate(at, URL) for at in _places(text, b"://") if _URL_USER.match(text, at)}
        found |= set(self._in_runs(text))
        for word in WORDS:
            found |= set(_named(small, word.encode()))
        return sorted(found)

    def _in_runs(self, text: bytes | bytearray) -> Iterator[Candidate]:
        classes = text.translate(_CLASSES)
        at = classes.find(b"a" * _RUN)
        while at >= 0:
            end = classes.find(b" ", at)
            end = len(text) if end < 0 else end
            if end - at >= self._length:
                yield Candidate(end - self._length, HALF)
            for match in self._within.finditer(text, max(at - _LONGEST_BEGINNING, 0), end):
                yield Candidate(match.start(), self._begins[match[0]])
            at = classes.find(b"a" * _RUN, end)


class PatternFinder:
    """Searches for everything at once, with hyperscan."""

    def __init__(self, shapes: Shapes) -> None:
        import hyperscan

        small = hyperscan.HS_FLAG_CASELESS
        patterns: list[tuple[bytes, int, str, int]] = []  # what to search, its flags, its kind, how far back it begins
        for word, kind in [(opening.encode(), KEY) for opening in (*shapes.openings, *shapes.literals)]:
            patterns.append((re.escape(word), 0, kind, len(word)))
        for begins, kind in [(vendor.begins.encode(), VENDOR) for vendor in VENDORS] + [(b"eyJ", JWT)]:
            patterns.append((re.escape(begins) + b"[A-Za-z0-9_%+/.-]{8}", 0, kind, len(begins) + 8))
        patterns += [(re.escape(word), small, kind, len(word)) for word, kind in _LITERALS.items()]
        patterns += [(_USER, 0, URL, 0), (_TOKEN_USER, 0, URL, 0)]
        words = b"|".join(re.escape(word.encode()) for word in WORDS)
        patterns.append((b"(?:%b)%b" % (words, _SEPARATOR.encode()), small, NAME, 0))
        patterns.append((rb"--[a-z-]{0,24}(?:%b) " % words, small, NAME, 0))
        patterns.append((rb"%b(?:%b)[ \t]" % (_COMMAND, words), small, NAME, 0))
        patterns.append((rb"%bpassword[ \t]" % _LOGIN, small, NAME, 0))
        self._kinds = [(kind, back) for _, _, kind, back in patterns]
        self._kinds.append((HALF, shapes.secret_length + 1))
        half = rb"(?:^|[^A-Za-z0-9_-]|\\[nrtbf])[A-Za-z0-9_-]{%d}[^A-Za-z0-9_-]" % shapes.secret_length
        # apart, since together they take twice as long
        self._database, self._halves = (hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK) for _ in range(2))
        self._database.compile(
            expressions=[pattern for pattern, *_ in patterns], flags=[flags for _, flags, *_ in patterns]
        )
        self._halves.compile(expressions=[half], ids=[len(patterns)], flags=[0])

    def candidates(self, text: bytes | bytearray) -> list[Candidate]:
        """All candidates, in order."""
        hits: set[tuple[int, int]] = set()
        add = hits.add

        def note(pattern: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add((end, pattern))

        for database in (self._database, self._halves):
            database.scan(cast("bytes", text), match_event_handler=note)
        found = []
        for end, pattern in hits:
            kind, back = self._kinds[pattern]
            at = text.rfind(b"://", 0, end) if kind == URL else end - back
            found.append(Candidate(at, kind))
        return sorted(found)


def _places(text: bytes | bytearray, word: bytes) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _named(small: bytes | bytearray, word: bytes) -> Iterator[Candidate]:
    for at in _places(small, word):
        end = at + len(word)
        match = _SEPARATES.match(small, end)
        if match:
            yield Candidate(match.end(), NAME)
        elif small[end : end + 1] in (b" ", b"\t") and _is_given(small, at):
            yield Candidate(end + 1, NAME)


def _is_given(small: bytes | bytearray, at: int) -> bool:
    """Whether a name that begins here is that of an option, or of what a command sets."""
    option = _ARGUMENT.fullmatch(small, max(small.rfind(b" ", 0, at) + 1, at - 26), at)
    return option is not None or _SET.fullmatch(small, max(at - 120, 0), at) is not None
