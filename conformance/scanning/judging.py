"""What a text that begins like a key is: a key, one with a broken secret, the documented example, a placeholder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.recognition.pieces import BrokenKeys
from conformance.scanning.find import EXAMPLE, KEY, NEAR_KEY, PLACEHOLDER, Judgement

if TYPE_CHECKING:
    from conformance.keys import KeyFormat

# what people write for a secret: `${KEY}`, `<your key>`, `XXXX`; bytes outside ASCII stand there as if Latin-1
_TOKEN = re.compile(r"\$?\{\{?[^{}\s]{1,60}\}\}?|<[^<>\n]{1,60}>|[A-Za-z0-9_.*\x80-\xff-]{3,80}")
_MASK = re.compile(
    r"[*\x85]|\.\.|\xe2\x80[\xa2\xa6]|\[?\(?\.\.\.|\\+u202[26]|&hellip;|\[REDACTED"
    r"|<(?=[^<>\n]{0,20}(?i:hidden|secret|redacted|removed|masked|omitted|snip|cut)[^<>\n]{0,20}>)"
)  # of what is not shown
_NAME = re.compile(r"[A-Z]?[a-z]+(?:[A-Z][a-z]+)*")  # of a field or of a kind of file, behind an id
_WORDS = re.compile(r"[a-z_-]+|[A-Z]+(?:_[A-Z]+)+|[0-9]+(?:-[0-9]+)+")  # of which no drawn secret is made alone
_LONGEST_NAME = 12
_FEWEST = 4  # different characters; a drawn secret has more


class Judge:
    """Judges texts by the format of keys."""

    def __init__(self, key_format: KeyFormat) -> None:
        self._format = key_format
        self._broken = BrokenKeys(key_format)
        some_prefix = "|".join(map(re.escape, key_format.prefixes))
        self._prefix = re.compile(some_prefix)
        self._parts = re.compile(
            f"(?:{some_prefix})([{re.escape(key_format.id_alphabet)}]{{{key_format.id_length}}})"
            f"{re.escape(key_format.separator)}([{re.escape(key_format.secret_alphabet)}]{{4,}})"
        )

    def judged(self, text: str) -> Judgement | None:
        """What stands at the beginning of the text; `None` where that is nothing of interest."""
        parts = self._parts.match(text)
        found = self._judged_parts(parts, text) if parts else None
        if found and (found.kind != NEAR_KEY or len(parts[2]) >= self._format.secret_length):  # type: ignore[index]
            return found
        whole = self._parts.fullmatch(self._joined(text))
        if whole:
            return self._judged_parts(whole, "")
        prefix = self._prefix.match(text)
        return found or (self._placeholder(text, prefix[0]) if prefix else None)

    def _joined(self, text: str) -> str:
        """The key that begins the text, without what broke it; "" where that is none."""
        broken = self._broken.broken_key(text.encode("latin-1"))
        if broken is None:
            return ""
        secret = "".join(text[start:end] for start, end in broken.pieces)
        return f"{broken.prefix}{broken.key_id}{self._format.separator}{secret}"

    def _judged_parts(self, parts: re.Match[str], around: str) -> Judgement | None:
        text, (key_id, secret) = parts[0], parts.groups()
        if text == self._format.example:
            kind = EXAMPLE
        elif _is_filling(secret):
            kind = PLACEHOLDER
        elif len(secret) == self._format.secret_length and secret[-1] in self._format.last_characters:
            kind = KEY
        elif len(secret) >= self._format.secret_length // 2 or not _MASK.match(around, parts.end()):
            kind = NEAR_KEY  # which goes on elsewhere where it is short: in the next line, or behind what broke it
        else:
            return None
        if kind == NEAR_KEY and _is_name(key_id, secret):
            return None
        return Judgement(kind, self._format.redact(text), key_id)

    def _placeholder(self, text: str, prefix: str) -> Judgement | None:
        from conformance.recognition.placeholders import is_masked, is_placeholder, is_variable

        token = _TOKEN.match(text, len(prefix))
        if token is None:
            return None
        body = token[0].rstrip(".") if not token[0].endswith("..") else token[0]
        if is_placeholder(prefix + body) or is_placeholder(body) or is_variable(body) or is_masked(body):
            return Judgement(PLACEHOLDER, self._format.redact(prefix + body), "")
        return None


def _is_name(key_id: str, secret: str) -> bool:
    """Whether this is a name behind an id, or behind a word that is as long as one."""
    is_short = len(secret) < _LONGEST_NAME or _NAME.fullmatch(key_id)
    return bool(_WORDS.fullmatch(secret) or (is_short and _NAME.fullmatch(secret)))


def _is_filling(secret: str) -> bool:
    """Whether somebody wrote this in the place of a secret."""
    from conformance.recognition.placeholders import is_placeholder, is_pseudonym

    return len(set(secret)) < min(_FEWEST, len(secret) // 2) or is_pseudonym(secret) or is_placeholder(secret)
