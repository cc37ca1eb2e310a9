"""What a key looks like in a text: plain or URL-encoded, wrapped over several lines, in base64."""

from __future__ import annotations

import re
from binascii import b2a_base64
from itertools import takewhile
from typing import TYPE_CHECKING

from conformance.recognition.base64_signs import decoded_signs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.keys import KeyFormat

MARK = "…"
_LONG = 8  # so many characters more than a key id has make a text key-shaped, though its parts are wrong
# the end of a line, plain or as JSON writes it, with a shell's sign before it and indentation or quotation after it;
# all that repeats is bounded, so that a search takes time in proportion to the text
_BREAK = r"(?:[\\`]{0,2}[ \t]{0,8}+(?:\r?\n|(?:\\r)?\\n)[ \t]{0,80}+(?:>[ \t]{0,80}+){0,3})"
_BREAKS = re.compile(_BREAK)
_SIGN = "[A-Za-z0-9+/_-]"
_SIGNS = re.compile(f"{_BREAK}|({_SIGN})")
_URL_SAFE = str.maketrans("+/", "-_")


class Shapes:
    """Finds the keys of one format in any text, known or not."""

    def __init__(self, key_format: KeyFormat) -> None:
        self._openings: dict[str, set[str]] = {}
        for prefix in key_format.prefixes:
            letters = _first_letters(prefix)
            self._openings.setdefault(letters, set()).add(prefix[len(letters) :][:1])
        self.secret_length = key_format.secret_length
        self._plain = _plain(key_format)
        self._wrapped = _wrapped(key_format)
        self._encoded = [encoded for prefix in key_format.prefixes for encoded in _encodings(key_format, prefix)]

    @property
    def openings(self) -> dict[str, set[str]]:
        """The letters that plain keys begin with, and the signs that follow them; an empty one where any may."""
        return self._openings

    @property
    def literals(self) -> list[str]:
        """The texts that a key in base64 holds."""
        return [encoded.literal for encoded in self._encoded]

    def plain_bytes(self) -> re.Pattern[bytes]:
        """Matches a key-shaped text, plain or URL-encoded, among bytes; group 1 or 2 is what may be shown of it."""
        return re.compile(self._plain.pattern.encode())

    def with_changed_base64(self, text: str, change: Callable[[bytes], bytes]) -> str:
        """The text with another piece of base64 for every one that holds a key; `change` keeps the length."""
        for encoded in self._encoded:
            if encoded.literal in text:
                text = encoded.changed(text, change, self._plain)
        return text

    def without_keys(self, text: str) -> str:
        """The text with a mark for every secret; prefixes and key ids go on being shown."""
        pieces: list[str] = []
        end = 0
        for start, stop in self.secret_spans(text):
            pieces += [text[end:start], MARK]
            end = stop
        return "".join([*pieces, text[end:]])

    def secret_spans(self, text: str) -> list[tuple[int, int]]:
        """Where the secrets of keys stand, in order; what may be shown of a key is not in them."""
        return _merged(sorted(self._spans(text)))

    def wrapped_spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the secrets of keys stand that go on in another line, plain or in base64."""
        if "\n" not in text and "\\n" not in text:
            return
        for match in self._wrapped.finditer(text):
            if _BREAKS.search(match[0]):
                yield match.end(1), match.end()
        for encoded in self._encoded:
            if encoded.literal in text:
                yield from encoded.wrapped_spans(text)

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        yield from self.wrapped_spans(text)
        for encoded in self._encoded:
            if encoded.literal in text:
                yield from encoded.spans(text, self._plain)
        if any(opening in text for opening in self._openings):
            for match in self._plain.finditer(text):
                yield max(match.end(1), match.end(2)), match.end()


class Encoded:
    """Base64 of keys of one prefix that begin in one place of a group of three bytes, `before` bytes behind its start.

    `literal` are the signs that the prefix alone decides, `_head` those before them.
    """

    def __init__(self, key_format: KeyFormat, prefix: str, before: int, signs: str) -> None:
        skipped = before + (before > 0)
        shown = before + len(prefix.encode()) + key_format.id_length + len(key_format.separator)
        self.literal = signs[skipped : (before + len(prefix.encode())) * 8 // 6]
        self._head = signs[:skipped]
        self._before = before
        self._secret = range(shown * 8 // 6 - skipped, -(-(shown + key_format.secret_length) * 8 // 6) - skipped)
        self._whole = re.compile(_spelled_whole(key_format, prefix))
        literal = re.escape(self.literal)
        self._run = re.compile(f"{literal}{_SIGN}*")
        self._wrapped = re.compile(f"{literal}(?:{_BREAK}?{_SIGN}){{{self._secret.stop - len(self.literal)}}}")

    def spans(self, text: str, key_shaped: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """Where the secret of whatever decodes to something key-shaped stands."""
        for run in self._run.finditer(text):
            for match in key_shaped.finditer(self._decoded(run[0])):
                first = max(match.end(1), match.end(2)) * 8 // 6 - len(self._head)
                end = -(-match.end() * 8 // 6) - len(self._head)
                yield run.start() + first, min(run.start() + end, run.end())

    def changed(self, text: str, change: Callable[[bytes], bytes], key_shaped: re.Pattern[str]) -> str:
        """The text with what `change` makes of whatever decodes to something key-shaped, encoded again."""
        return self._run.sub(lambda run: self._encoded_again(run[0], change, key_shaped), text)

    def _encoded_again(self, signs: str, change: Callable[[bytes], bytes], key_shaped: re.Pattern[str]) -> str:
        decoded = self._decoded(signs)
        if not key_shaped.search(decoded):
            return signs
        again = b2a_base64(change(decoded.encode("latin-1")), newline=False).decode().rstrip("=")[len(self._head) :]
        again = again.translate(_URL_SAFE) if {"-", "_"} & set(signs) else again
        return again[: len(signs)] + signs[len(again) :]

    def wrapped_spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the secret of every whole key whose base64 goes on in another line stands."""
        at = 0
        while match := self._wrapped.search(text, at):
            at = match.start() + 1
            signs = _BREAKS.sub("", match[0])
            if len(signs) == len(match[0]) or not self._whole.match(self._decoded(signs), self._before):
                continue
            places = [one.start() for one in _SIGNS.finditer(match[0]) if one[1]]
            yield match.start() + places[self._secret.start], match.end()
            at = match.end()

    def _decoded(self, signs: str) -> str:
        return decoded_signs((self._head + signs).encode()).decode("latin-1")


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _encodings(key_format: KeyFormat, prefix: str) -> Iterator[Encoded]:
    for before in range(3):
        standard = b2a_base64(b"\0" * before + prefix.encode(), newline=False).decode()
        for signs in {standard, standard.translate(_URL_SAFE)}:
            encoded = Encoded(key_format, prefix, before, signs)
            if encoded.literal:
                yield encoded


def _plain(key_format: KeyFormat) -> re.Pattern[str]:
    """Matches key-shaped text, plain or URL-encoded; its group, 1 or 2, is what may be shown of it.

    Either the parts are right, or a prefix begins a text that is too long to be anything but a broken key.
    """
    prefix = "|".join(map(_spelled, key_format.prefixes))
    some_id = f"{_one_of(key_format.id_alphabet)}{{{key_format.id_length}}}"
    separator = _spelled(key_format.separator)
    secret = _one_of(key_format.secret_alphabet + "+/=")
    anything = _one_of(key_format.id_alphabet + key_format.secret_alphabet + key_format.separator + "+/=")
    return re.compile(
        f"((?:{prefix}){some_id}{separator}){secret}{{4,}}(?:{separator}{secret}+)*"
        f"|({prefix}){anything}{{{key_format.id_length + _LONG},}}"
    )


def _wrapped(key_format: KeyFormat) -> re.Pattern[str]:
    """Matches a whole key that may go on in another line at any place; its group is what may be shown of it.

    Nothing but a whole one: what follows half a key on the next line may be any word.
    """
    between = f"{_BREAK}?"
    prefix = "|".join(between.join(map(re.escape, prefix)) for prefix in key_format.prefixes)
    separator = "".join(between + re.escape(one) for one in key_format.separator)
    secret = f"[{re.escape(key_format.secret_alphabet)}]"
    return re.compile(
        f"((?:{prefix})(?:{between}[{re.escape(key_format.id_alphabet)}]){{{key_format.id_length}}}{separator})"
        f"(?:{between}{secret}){{{key_format.secret_length}}}(?!{secret})"
    )


def _spelled_whole(key_format: KeyFormat, prefix: str) -> str:
    some_id = f"[{re.escape(key_format.id_alphabet)}]{{{key_format.id_length}}}"
    secret = f"[{re.escape(key_format.secret_alphabet)}]{{{key_format.secret_length}}}"
    return re.escape(prefix) + some_id + re.escape(key_format.separator) + secret


def _spelled(text: str) -> str:
    return "".join(map(_one_of, text))


def _one_of(characters: str) -> str:
    """A pattern for one of the characters, which may be percent-encoded or escaped unless it is a letter or digit."""
    encoded = [spelling for one in characters if not _is_plain(one) for spelling in _spellings(one)]
    plain = re.escape(characters) if len(characters) == 1 else f"[{re.escape(characters)}]"
    return f"(?:{plain}|(?i:{'|'.join(encoded)}))" if encoded else plain


def _spellings(character: str) -> Iterator[str]:
    """How a character that is no letter or digit is written in URLs, HTML and strings."""
    yield "".join(f"%{byte:02x}" for byte in character.encode())
    if character.isascii():
        yield from (f"&#{ord(character)};", f"&#x{ord(character):x};", rf"\\{{1,8}}u{ord(character):04x}")


def _first_letters(text: str) -> str:
    return "".join(takewhile(_is_plain, text))


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isalnum()
