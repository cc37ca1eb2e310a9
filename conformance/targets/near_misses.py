"""Near misses: texts that differ from a valid key in one place, and so must be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.keys import KeyFormat, ParsedKey


T = TypeVar("T")


def near_miss(key_format: KeyFormat, text: str, how: str, draw: int) -> str:
    """The near miss of kind `how` of a well-formed key; every non-negative `draw` chooses one of its places.

    Raises:
        MalformedKeyError: `text` is not a key of this format.

    """
    return _KINDS[how](key_format, text, key_format.parse(text), draw)


def _drop(_format: KeyFormat, text: str, _key: ParsedKey, draw: int) -> str:
    place = draw % len(text)
    return text[:place] + text[place + 1 :]


def _add(key_format: KeyFormat, text: str, _key: ParsedKey, draw: int) -> str:
    place = draw % (len(text) + 1)
    return text[:place] + _pick(key_format.secret_alphabet, draw) + text[place:]


def _swap(_format: KeyFormat, text: str, _key: ParsedKey, draw: int) -> str:
    place = _pick([at for at in range(len(text) - 1) if text[at] != text[at + 1]], draw)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _flip_case(_format: KeyFormat, text: str, _key: ParsedKey, draw: int) -> str:
    places = [at for at, character in enumerate(text) if character.isalpha()]
    place = _pick(places or range(len(text)), draw)
    other = text[place].swapcase() if places else ""
    return text[:place] + other + text[place + 1 :]


def _prefix(_format: KeyFormat, text: str, key: ParsedKey, draw: int) -> str:
    return text[: -1 - draw % len(key.secret)]


def _trailing(_format: KeyFormat, text: str, _key: ParsedKey, draw: int) -> str:
    return text + _pick([" x", ",x", ".", "A", "_", "%20", ";", "\\n", "%00", "'"], draw)


def _pad(_format: KeyFormat, text: str, _key: ParsedKey, draw: int) -> str:
    return text + "=" * (1 + draw % 3)


def _last_bits(key_format: KeyFormat, text: str, _key: ParsedKey, draw: int) -> str:
    """Another last character that a lax decoder reads as the same bytes."""
    alphabet, last = key_format.secret_alphabet, key_format.secret_alphabet.index(text[-1])
    group = len(alphabet) // len(key_format.last_characters)
    if group == 1:
        return text[:-1] + alphabet[(last + 1 + draw % (len(alphabet) - 1)) % len(alphabet)]
    return text[:-1] + alphabet[last + 1 + draw % (group - 1)]


def _alphabet(key_format: KeyFormat, text: str, key: ParsedKey, draw: int) -> str:
    """The same value in another alphabet: standard base64, or upper-case hexadecimal."""
    head = text[: -len(key.secret)]
    standard = key.secret.replace("-", "+").replace("_", "/")
    other = key.secret.upper() if key_format.encoding == "hex" else standard
    if other != key.secret:
        return head + other
    place = draw % len(other)
    return head + other[:place] + "+/"[draw % 2] + other[place + 1 :]


def _other_prefix(key_format: KeyFormat, text: str, key: ParsedKey, draw: int) -> str:
    others = (*key_format.prefixes, key.prefix.swapcase(), key.prefix * 2)
    return _pick([other for other in others if other != key.prefix], draw) + text[len(key.prefix) :]


def _pick(choices: Sequence[T], draw: int) -> T:
    return choices[draw % len(choices)]


_KINDS: dict[str, Callable[[KeyFormat, str, ParsedKey, int], str]] = {
    "drop": _drop,
    "add": _add,
    "swap": _swap,
    "flip-case": _flip_case,
    "prefix": _prefix,
    "trailing": _trailing,
    "pad": _pad,
    "last-bits": _last_bits,
    "alphabet": _alphabet,
    "other-prefix": _other_prefix,
}
