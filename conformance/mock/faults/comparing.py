"""Faults in how a key is compared: texts that only resemble a key, and are taken for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from conformance.mock.faults.fault import fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.message import Respond
    from conformance.mock.presented import Reader
    from conformance.mock.respond import Mock

_COMPARED = 20


@fault("unauthorized-near-miss")
def trailing_ignored(mock: Mock, respond: Respond) -> Respond:
    """What follows a well-formed key is cut off."""
    length = len(mock.spec.key.example)
    return _rewriting(mock, respond, lambda text: text[:length])


@fault("unauthorized-near-miss")
def last_bits_ignored(mock: Mock, respond: Respond) -> Respond:
    """The unused bits of a secret's last character do not matter."""
    key_format = mock.directory.key_format

    def canonical(text: str) -> str:
        at = key_format.secret_alphabet.find(text[-1:])
        group = len(key_format.secret_alphabet) // len(key_format.last_characters)
        return text[:-1] + key_format.secret_alphabet[at - at % group] if text and at >= 0 else text

    return _rewriting(mock, respond, canonical)


@fault("unauthorized-near-miss")
def case_ignored(mock: Mock, respond: Respond) -> Respond:
    """Keys are compared without regard to case."""
    known = {text.lower(): text for text in _issued(mock)}
    return _rewriting(mock, respond, lambda text: known.get(text.lower(), text))


@fault("unauthorized-near-miss")
def first_half_compared(mock: Mock, respond: Respond) -> Respond:
    """Of the secret, only its first characters are compared."""
    length = len(mock.spec.key.example) - _COMPARED
    known = {text[:length]: text for text in _issued(mock)}
    return _rewriting(mock, respond, lambda text: known.get(text[:length], text))


@fault("unauthorized-near-miss")
def padding_ignored(mock: Mock, respond: Respond) -> Respond:
    """Equals signs at the end do not matter."""
    return _rewriting(mock, respond, lambda text: text.rstrip("="))


@fault("unauthorized-near-miss")
def alphabets_mixed(mock: Mock, respond: Respond) -> Respond:
    """The two alphabets of base64 are taken for one."""
    return _rewriting(mock, respond, lambda text: text.replace("+", "-").replace("/", "_"))


@fault("unauthorized-near-miss")
def other_prefix_accepted(mock: Mock, respond: Respond) -> Respond:
    """The prefix does not matter."""
    prefix = mock.spec.key.prefix
    pattern = re.compile(r"^(?:[a-z]+_)*", re.IGNORECASE)
    return _rewriting(mock, respond, lambda text: pattern.sub(prefix, text, count=1))


@fault("unauthorized-near-miss")
def percent_decoded(mock: Mock, respond: Respond) -> Respond:
    """Keys are percent-decoded, and what is blank at their end is cut off."""
    return _rewriting(mock, respond, lambda text: unquote(text).rstrip("\0 "))


@fault("unauthorized-malformed")
def quotes_stripped(mock: Mock, respond: Respond) -> Respond:
    """Quotes around a key do not matter."""
    return _rewriting(mock, respond, lambda text: text.strip('"'))


@fault("unauthorized-malformed")
def first_of_several(mock: Mock, respond: Respond) -> Respond:
    """Of several keys in one header the first counts."""
    return _rewriting(mock, respond, lambda text: re.split("[, ]", text)[0])


@fault("unauthorized-malformed")
def scheme_stripped(mock: Mock, respond: Respond) -> Respond:
    """A scheme before the key does not matter, wherever the key stands."""
    return _rewriting(mock, respond, lambda text: text.removeprefix("Bearer "))


@fault("unauthorized-malformed")
def dot_optional(mock: Mock, respond: Respond) -> Respond:
    """The dot between id and secret may be left out."""
    return _taking(mock, respond, lambda text: text.replace(mock.spec.key.separator, ""))


@fault("unauthorized-malformed")
def secret_alone(mock: Mock, respond: Respond) -> Respond:
    """The secret is enough."""
    return _taking(mock, respond, lambda text: mock.directory.key_format.parse(text).secret)


@fault("unauthorized-malformed")
def id_alone(mock: Mock, respond: Respond) -> Respond:
    """The part before the secret is enough."""
    return _taking(mock, respond, lambda text: text.partition(mock.spec.key.separator)[0])


@fault("unauthorized-malformed")
def undefined_accepted(mock: Mock, respond: Respond) -> Respond:
    """The text that an unset variable turns into is a key of somebody's."""
    return _taking(mock, respond, lambda _text: "undefined")


@fault("unauthorized-malformed")
def any_separator(mock: Mock, respond: Respond) -> Respond:
    """Whatever stands between id and secret is taken for the dot."""
    separator = mock.spec.key.separator
    at = mock.spec.key.example.find(separator)
    return _rewriting(mock, respond, lambda text: text[:at] + separator + text[at + 1 :] if text[at + 1 :] else text)


@fault("unauthorized-malformed")
def blanks_dropped(mock: Mock, respond: Respond) -> Respond:
    """Blanks in a key do not matter, as long as there is one key."""
    length = len(mock.spec.key.example)
    return _rewriting(mock, respond, lambda text: text.replace(" ", "") if len(text) <= length + 1 else text)


@fault("unauthorized-guess")
def example_accepted(mock: Mock, respond: Respond) -> Respond:
    """The key of the documentation is one of somebody's."""
    return _taking(mock, respond, lambda _text: mock.spec.key.example)


@fault("unauthorized-guess")
def nothing_accepted(mock: Mock, respond: Respond) -> Respond:
    """What programs write for nothing is taken for somebody's key."""
    return _matching(mock, respond, lambda text, _key: text.lower() in ("null", "none", "true", "0", "[object object]"))


@fault("unauthorized-guess")
def prefix_accepted(mock: Mock, respond: Respond) -> Respond:
    """The prefix of every key is enough."""
    return _taking(mock, respond, lambda _text: mock.spec.key.prefix)


@fault("unauthorized-guess")
def wildcards_match(mock: Mock, respond: Respond) -> Respond:
    """A key is looked up with LIKE, in which a percent sign stands for anything."""
    return _matching(mock, respond, lambda text, key: "%" in text and _is_like(text, "%", key))


@fault("unauthorized-guess")
def wildcards_match_secrets(mock: Mock, respond: Respond) -> Respond:
    """The id is looked up as it is, and the secret with LIKE."""
    before = len(mock.spec.key.prefix) + mock.spec.key.id.length

    def is_like(text: str, key: str) -> bool:
        return text[:before] == key[:before] and "%" in text and _is_like(text, "%", key)

    return _matching(mock, respond, is_like)


@fault("unauthorized-guess")
def stars_match(mock: Mock, respond: Respond) -> Respond:
    """A key is looked up as a pattern of file names, in which a star stands for anything."""
    return _matching(mock, respond, lambda text, key: "*" in text and "." not in text and _is_like(text, "*", key))


@fault("unauthorized-guess")
def patterns_match(mock: Mock, respond: Respond) -> Respond:
    """A key is looked up as a regular expression."""
    return _matching(mock, respond, lambda text, key: ".*" in text and _is_like(text, ".*", key))


@fault("unauthorized-guess")
def operators_work(mock: Mock, respond: Respond) -> Respond:
    """A key that is JSON becomes an operator of the database."""
    return _matching(mock, respond, lambda text, _key: text.startswith('{"$ne"'))


@fault("hostile-credential-is-survived")
def injection_works(mock: Mock, respond: Respond) -> Respond:
    """A quote in the key changes the question to the database."""
    first = next(iter(_issued(mock)), "")
    return _rewriting(mock, respond, lambda text: first if "' OR '" in text else text)


@fault("hostile-credential-is-survived")
def strange_bytes_dropped(mock: Mock, respond: Respond) -> Respond:
    """Bytes outside ASCII are dropped before a key is compared."""
    return _rewriting(mock, respond, lambda text: text.encode("ascii", "ignore").decode())


def _issued(mock: Mock) -> list[str]:
    return [key.reveal() for key in mock.issued]


def _taking(mock: Mock, respond: Respond, likeness: Callable[[str], str]) -> Respond:
    """Takes the likeness of an issued key for the key."""
    known = {likeness(text): text for text in reversed(_issued(mock))}
    return _rewriting(mock, respond, lambda text: known.get(text, text))


def _matching(mock: Mock, respond: Respond, matches: Callable[[str, str], bool]) -> Respond:
    """Takes a text for the first issued key that it matches."""
    issued = _issued(mock)
    return _rewriting(mock, respond, lambda text: next((key for key in issued if matches(text, key)), text))


def _is_like(text: str, anything: str, key: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, text.split(anything))), key) is not None


def _rewriting(mock: Mock, respond: Respond, rewrite: Callable[[str], str]) -> Respond:
    """Answers as if another text had been sent as the key."""

    def rewriting(read: Reader) -> Reader:
        return lambda request: [rewrite(text) for text in read(request)]

    mock.readers[:] = map(rewriting, mock.readers)
    return respond
