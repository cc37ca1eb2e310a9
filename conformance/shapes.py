"""What a key looks like in a text: plain or URL-encoded, wrapped over several lines, in base64."""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.keys import KeyFormat

MARK = "…"
_LONG = 8  # so many characters more than a key id has make a text key-shaped, though its parts are wrong
# the end of a line, plain or as JSON writes it, with a shell's sign before it and indentation or quotation after it;
# all that repeats is bounded, so that a search takes time in proportion to the text
_BREAK = r"(?:[\\`]{0,2}[ \t]{0,8}+(?:\r?\n|(?:\\r)?\\n)[ \t]{0,80}+(?:>[ \t]{0,80}+){0,3})"
_BREAKS = re.compile(_BREAK)
_SIGN = "[A-Za-z0-9+/_-]"
_SIGNS = re.compile(f"{_BREAK}|({_SIGN})")
_STANDARD = str.maketrans("-_", "+/")
_URL_SAFE = str.maketrans("+/", "-_")


class Shapes:
    """Finds the keys of one format in any text, known or not."""

    def __init__(self, key_format: KeyFormat) -> None:
        self._openings = {_first_letters(prefix) for prefix in key_format.prefixes}
        self._plain = _plain(key_format)
        self._wrapped = _wrapped(key_format)
        self._encoded = [encoded for prefix in key_format.prefixes for encoded in _encodings(key_format, prefix)]

    def without_keys(self, text: str) -> str:
        """The text with a mark for every secret; prefixes and key ids go on being shown."""
        has_lines = "\n" in text or "\\n" in text
        if has_lines:
            text = self._wrapped.sub(lambda match: match[1] + MARK if _BREAKS.search(match[0]) else match[0], text)
        for encoded in self._encoded:
            if encoded.literal in text:
                text = encoded.without_wrapped_keys(text) if has_lines else text
                text = encoded.without_keys(text, self._plain)
        if any(opening in text for opening in self._openings):
            text = self._plain.sub(lambda match: (match[1] or match[2]) + MARK, text)
        return text


class Encoded:
    """Base64 of keys that begin so many bytes, 0 to 2, after a group of three.

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

    def without_keys(self, text: str, key_shaped: re.Pattern[str]) -> str:
        """The text with a mark for whatever decodes to something key-shaped."""
        return self._run.sub(lambda match: self._cut(match[0], key_shaped), text)

    def without_wrapped_keys(self, text: str) -> str:
        """The text with a mark for every whole key whose base64 goes on in another line."""
        pieces: list[str] = []
        at = end = 0
        while match := self._wrapped.search(text, at):
            at = match.start() + 1
            signs = _BREAKS.sub("", match[0])
            if len(signs) == len(match[0]) or not self._whole.match(self._decoded(signs), self._before):
                continue
            places = [one.start() for one in _SIGNS.finditer(match[0]) if one[1]]
            pieces += [text[end : match.start() + places[self._secret.start]], MARK]
            at = end = match.end()
        return "".join([*pieces, text[end:]])

    def _cut(self, signs: str, key_shaped: re.Pattern[str]) -> str:
        pieces: list[str] = []
        end = 0
        for match in key_shaped.finditer(self._decoded(signs)):
            first = max(match.end(1), match.end(2)) * 8 // 6 - len(self._head)
            pieces += [signs[end:first], MARK]
            end = -(-match.end() * 8 // 6) - len(self._head)
        return "".join([*pieces, signs[end:]])

    def _decoded(self, signs: str) -> str:
        signs = self._head + signs.translate(_STANDARD)
        signs = signs[: len(signs) - (len(signs) % 4 == 1)]  # a sign too many, which decides no byte
        return a2b_base64(signs + "=" * (-len(signs) % 4)).decode("latin-1")


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
    """A pattern for one of the characters, which may be percent-encoded unless it is a letter or digit."""
    encoded = ["".join(f"%{byte:02x}" for byte in one.encode()) for one in characters if not _is_plain(one)]
    plain = re.escape(characters) if len(characters) == 1 else f"[{re.escape(characters)}]"
    return f"(?:{plain}|(?i:{'|'.join(encoded)}))" if encoded else plain


def _first_letters(text: str) -> str:
    return "".join(takewhile(_is_plain, text))


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isalnum()
