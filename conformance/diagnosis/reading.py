"""What every reader of evidence needs: what a key looks like here, and a way to hide whatever stands in its place."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from conformance.diagnosis.evidence import Credential, Evidence, Note, Place
from conformance.diagnosis.shape.shape import shape_of
from conformance.diagnosis.shells.words import closes
from conformance.keys import ApiKey
from conformance.recognition import placeholders
from conformance.recognition.drawn import looks_drawn
from conformance.recognition.shapes import Shapes
from conformance.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.diagnosis.evidence import Carrier
    from conformance.diagnosis.surface import Surface
    from conformance.recognition.pieces import BrokenKeys

SHORTEST_SECRET = 8  # characters; less of a secret may be shown
LONGEST_WORD = 4096  # characters
_LONG_RUN = re.compile(r"[A-Za-z0-9_-]{16,}")
_LONGEST_KEY = 512  # characters; what is longer, such as a JWT, is remembered only as it is written
_BOLD = "*~"  # as chats mark it
_NO_SECRETS = {"url", "email", "prose", "command", "literal-null", "variable", "placeholder", "redacted", "empty"}


class Input(NamedTuple):
    """An input: how it was named, and a way to open it, unpacked, as often as it takes."""

    name: str
    open: Callable[[], BinaryIO]


class Reader(Protocol):
    """Reads one kind of evidence."""

    def recognises(self, head: bytes) -> int:
        """How sure the reader is, from 0 to 100, that an input with these first bytes is of its kind."""
        ...

    def read(self, source: Input, reading: Reading) -> Evidence:
        """What the source holds; what cannot be read becomes a note, whatever the bytes are."""
        ...


class Reading:
    """One reading of evidence: it knows the API, and remembers every secret that it meets.

    `salt` makes the fingerprints of one reading comparable with each other and with nothing else.
    """

    def __init__(self, surface: Surface, salt: bytes) -> None:
        self.surface = surface
        self.salt = salt
        self.scrubber = Scrubber(surface.key_format)

    @cached_property
    def shapes(self) -> Shapes:
        """Where keys stand in a text, plain, encoded or wrapped."""
        return Shapes(self.surface.key_format)

    @cached_property
    def broken_keys(self) -> BrokenKeys:
        """The pieces of keys that something has broken."""
        from conformance.recognition.pieces import BrokenKeys  # few texts hold such

        return BrokenKeys(self.surface.key_format)

    def credential(self, text: str, place: Place, carrier: Carrier, name: str = "", scheme: str = "") -> Credential:
        """What stood in a key's place, hidden and remembered; a placeholder may be shown."""
        is_key = self.surface.key_format.holds(text.strip("\"' \t\r\n"))
        is_word = not is_key and placeholders.is_no_secret(text)
        is_filled = is_word and _holds_drawn(text)  # somebody put a secret between its brackets
        shown = text if is_word and not is_filled else self.hidden(self.surface.key_format.redact(text))
        if is_key or is_filled or self._is_secret(text):
            self._learn(text)
        return Credential(ApiKey(text, shown), place, carrier, name, scheme)

    def _learn(self, text: str) -> None:
        if len(text) <= _LONGEST_KEY:
            self.scrubber.learn(text)
        else:
            self.scrubber.learn_as_written(text[:LONGEST_WORD])

    def hidden(self, text: str) -> str:
        """The text without the secrets that were met so far, and without anything shaped like a key."""
        return self.scrubber.scrub(text)

    def keys_in(self, text: str, place: Place, carrier: Carrier = "text") -> tuple[Credential, ...]:
        """Every word of a running text that begins as a key does, masked and shortened ones as well."""
        found = (
            word.rstrip(".") if not word.endswith("..") else word for word in map(_unquoted, self._word.finditer(text))
        )
        return tuple(self.credential(word, place, carrier) for word in found)

    @cached_property
    def _word(self) -> re.Pattern[str]:
        some = "|".join(map(re.escape, self.surface.key_format.prefixes))
        return re.compile(rf"(?<![A-Za-z0-9_])(?:{some})[^\s\"'`<>(){{}}\[\],;|\\&]{{0,{LONGEST_WORD}}}")

    def _is_secret(self, text: str) -> bool:
        if len(text) < SHORTEST_SECRET or placeholders.is_no_secret(text):
            return False
        return _NO_SECRETS.isdisjoint(fact.name for fact in shape_of(text, self.surface.key_format).facts)


def _unquoted(match: re.Match[str]) -> str:
    """A word of a sentence without what people put around it there, at its end: typographic quotes, stars for bold."""
    word, before = match[0], match.string[max(match.start() - 2, 0) : match.start()]
    bare, opening = word.rstrip(".,;:!?"), before[-1:]
    is_quoted = (opening in _BOLD and bare[-1:] == opening) or closes(bare[-1:], opening)
    is_of_sentence = before[:-1].strip(" \t\r\n(") == ""
    return bare[:-1] if opening and is_quoted and is_of_sentence else word


def _holds_drawn(text: str) -> bool:
    """Whether a run of signs that is too long for a word looks random."""
    return any(map(looks_drawn, _LONG_RUN.findall(text)))


def unreadable(source: Input, why: str) -> Evidence:
    """Evidence that holds nothing but the reason why."""
    return Evidence(notes=(Note(Place(source.name), why),))
