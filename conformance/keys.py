"""The key format: parse, mint, redact, fingerprint; and the type that keeps a key from being printed.

What only some functions need is imported in them: `hopx-auth key` has to start at once.
"""

from __future__ import annotations

import os
import re
import string
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

ALPHABETS = {
    "base62": string.digits + string.ascii_uppercase + string.ascii_lowercase,
    "base64url": string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_",
    "hex": string.digits + "abcdef",
}
_OPENING = {'"', "'", "`", "\u201c", "\u2018", "<", "(", "[", "{"}  # which say more than how many characters there are
_BITS = {"base64url": 6, "hex": 4}


class MalformedKeyError(ValueError):
    """Text is not a key; the message says why and holds nothing of the text."""


class ApiKey:
    """A key whose every printed form is redacted; only `reveal` gives its text."""

    __slots__ = ("_text", "shown")

    def __init__(self, text: str, shown: str) -> None:
        self._text = text
        self.shown = shown

    def reveal(self) -> str:
        """The text itself; call this where bytes go to a socket and nowhere else."""
        return self._text

    def __repr__(self) -> str:
        return f"ApiKey({self.shown})"

    def __str__(self) -> str:
        return self.shown

    def __format__(self, spec: str) -> str:
        return format(self.shown, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ApiKey):
            return NotImplemented
        import hmac

        return hmac.compare_digest(_bytes(self._text), _bytes(other._text))

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("an ApiKey is never pickled or copied to another process")


class ParsedKey:
    """The parts of a well-formed key; like the key, it is printed redacted and never serialized."""

    __slots__ = ("key_id", "note", "prefix", "secret")

    def __init__(self, prefix: str, key_id: str, secret: str, note: str) -> None:
        self.prefix = prefix
        self.key_id = key_id
        self.secret = secret
        self.note = note

    def __repr__(self) -> str:
        return f"ParsedKey({self.prefix}{self.key_id}, {len(self.secret)} secret characters)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a ParsedKey is never pickled or copied to another process")


class KeyFormat:
    """A documented key format, ready to parse and to mint.

    Built from the `key` section of a spec file (claims S1 to S4, D2, D4).
    """

    def __init__(self, key: dict[str, Any]) -> None:
        self.prefix: str = key["prefix"]
        self.other_prefixes: dict[str, str] = key.get("other_prefixes", {})
        self.separator: str = key["separator"]
        self.example: str = key.get("example", "")
        self.id_length: int = key["id"]["length"]
        self.id_alphabet = ALPHABETS[key["id"]["alphabet"]]
        self.encoding: str = key["secret"]["encoding"]
        self.secret_bytes: int = key["secret"]["bytes"]
        self.secret_alphabet = ALPHABETS[self.encoding]
        bits = _BITS[self.encoding]
        self.secret_length = -(-self.secret_bytes * 8 // bits)
        unused = self.secret_length * bits - self.secret_bytes * 8
        self.last_characters = self.secret_alphabet[:: 1 << unused]
        # the longest first, so that a prefix is not taken for another that it begins with
        self.prefixes: tuple[str, ...] = tuple(sorted((self.prefix, *self.other_prefixes), key=len, reverse=True))
        self._ambiguous = not set(self.separator).isdisjoint(self.id_alphabet + self.secret_alphabet)
        some_prefix, separator = "|".join(map(re.escape, self.prefixes)), re.escape(self.separator)
        some_id = f"[{re.escape(self.id_alphabet)}]{{{self.id_length}}}"
        some_secret = f"[{re.escape(self.secret_alphabet)}]"
        last = f"[{re.escape(self.last_characters)}]"
        # what stands before a separator that a secret may hold is a key id only if a whole secret follows
        follows = f"(?={some_secret}{{{self.secret_length}}})" if self._ambiguous else ""
        self._shown = re.compile(f"(?:{some_prefix})(?:{some_id}{separator}{follows})?")
        self._whole = re.compile(
            f"({some_prefix})({some_id}){separator}({some_secret}{{{self.secret_length - 1}}}{last})"
        )

    def parse(self, text: str) -> ParsedKey:
        """The parts of a key.

        Raises:
            MalformedKeyError: The text is not a key of this format; the message is the reason.

        """
        match = self._whole.fullmatch(text)
        if match is None:
            raise MalformedKeyError(self.reason(text))
        prefix, key_id, secret = match.groups()
        return ParsedKey(prefix, key_id, secret, self.other_prefixes.get(prefix, ""))

    def holds(self, text: str) -> bool:
        """Whether a text is a key of this format."""
        return self._whole.fullmatch(text) is not None

    def parts(self, key: ApiKey) -> ParsedKey:
        """The parts of a hidden key.

        Raises:
            MalformedKeyError: As `parse` does.

        """
        return self.parse(key.reveal())

    def reason(self, text: str) -> str:
        """Why `text` is not a key of this format."""
        return (
            _surroundings(text)
            or self._reason_for_prefix(text)
            or self._reason_for_parts(text[len(self._prefix_of(text)) :])
            or "it is well-formed"
        )

    def _prefix_of(self, text: str) -> str:
        return next((prefix for prefix in self.prefixes if text.startswith(prefix)), "")

    def _reason_for_prefix(self, text: str) -> str:
        if self._prefix_of(text):
            return ""
        return f"it does not begin with {' or '.join((self.prefix, *self.other_prefixes))}"

    def _reason_for_parts(self, rest: str) -> str:
        count = rest.count(self.separator)
        if count == 0 or (count > 1 and not self._ambiguous):
            return f"it has {count} of {self.separator!r}, where exactly one stands between key id and secret"
        here = rest.startswith(self.separator, self.id_length)
        end = self.id_length if here else rest.index(self.separator)
        key_id, secret = rest[:end], rest[end + len(self.separator) :]
        wrong = _reason_for_part("key id", key_id, self.id_alphabet, self.id_length)
        return wrong or self._reason_for_secret(secret)

    def _reason_for_secret(self, secret: str) -> str:
        if self.encoding == "base64url":
            if secret.endswith("="):
                return "its secret is padded with '='"
            if {"+", "/"} & set(secret):
                return "its secret is in standard base64 ('+', '/'), where base64url has '-' and '_'"
        size = self.secret_bytes
        wrong = _reason_for_part("secret", secret, self.secret_alphabet, self.secret_length)
        if not wrong and secret[-1] not in self.last_characters:
            return f"its last character is impossible: {size} bytes leave unused bits there, which are zero"
        return wrong

    def mint(self, token_bytes: Callable[[int], bytes] = os.urandom) -> ApiKey:
        """A new well-formed key, from the system's random source unless another is given."""
        drawn = token_bytes(self.id_length)
        key_id = "".join(self.id_alphabet[byte % len(self.id_alphabet)] for byte in drawn)
        return self.compose(self.prefix, key_id, self.mint_secret(token_bytes))

    def mint_secret(self, token_bytes: Callable[[int], bytes] = os.urandom) -> str:
        """The text of a new secret."""
        import base64

        raw = token_bytes(self.secret_bytes)
        return raw.hex() if self.encoding == "hex" else base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def compose(self, prefix: str, key_id: str, secret: str) -> ApiKey:
        """The key of these parts."""
        return self.hide(f"{prefix}{key_id}{self.separator}{secret}")

    def hide(self, text: str) -> ApiKey:
        """Any text as a credential that is printed redacted."""
        return ApiKey(text, self.redact(text))

    def redact(self, text: str) -> str:
        """What may be shown of `text`: prefix, key id and the shape of the rest; nothing of the secret.

        A key id is shown only between prefix and separator: without these it might be a piece of the secret.
        """
        match = self._shown.search(text)
        if match is None:
            return f"… ({_shape(text)})" if text else ""
        before, rest = text[: match.start()], text[match.end() :]
        shown = before if before in _OPENING else f"… ({_shape(before)}) " if before else ""
        return f"{shown}{match[0]}" + (f"… ({_shape(rest)})" if rest else "")

    def hidden_parts(self, text: str) -> list[str]:
        """The pieces of `text` that may not be shown: all but prefixes and key ids."""
        return [part for part in self._shown.split(text) if part]


def fingerprint(key: ApiKey, salt: bytes) -> str:
    """Says "same key" or "another key" under one salt, and reveals neither (HMAC-SHA256, 16 hex digits)."""
    import hashlib
    import hmac

    return hmac.new(salt, _bytes(key.reveal()), hashlib.sha256).hexdigest()[:16]


def _bytes(text: str) -> bytes:
    """UTF-8, also of what an environment variable holds that was no UTF-8."""
    return text.encode("utf-8", "surrogatepass")


def _reason_for_part(name: str, part: str, alphabet: str, length: int) -> str:
    for position, character in enumerate(part, start=1):
        if character not in alphabet:
            return f"its {name} has a character at position {position} that does not belong there"
    return f"its {name} has {len(part)} characters, where there are {length}" if len(part) != length else ""


def _surroundings(text: str) -> str:
    if not text:
        return "it is empty"
    facts = _facts(text)
    return f"it has a {facts[0]}" if facts else ""


def _facts(text: str) -> list[str]:
    ends = {"\r\n": "trailing CR LF", "\n": "trailing newline", "\r": "trailing carriage return"}
    facts = [fact for end, fact in ends.items() if text.endswith(end)][:1]
    if not facts and text[-1:].isspace():
        facts.append("trailing space")
    if text[:1].isspace():
        facts.append("leading space")
    if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]:
        facts.append("pair of quotes around it")
    if not text.isascii():
        facts.append("character outside ASCII")
    return facts


def _shape(text: str) -> str:
    count = "1 character" if len(text) == 1 else f"{len(text)} characters"
    return ", ".join([count, *_facts(text)])
