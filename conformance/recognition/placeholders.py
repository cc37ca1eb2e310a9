"""Words that stand where a secret should: placeholders, masks, variables that nobody filled in, literal nothing."""

from __future__ import annotations

import re  # which keeps the patterns that it was given: well-formed keys need none

_NULL = r"(?i)(?:null|none|nil|undefined|nan|true|false|\[object Object\])"
_VARIABLE = (
    r"\$\{?(?:env:)?[A-Za-z_][A-Za-z0-9_]*(?:(?::?[-=?+])[^}]{0,7})?\}?"
    r"|\$\{[A-Za-z_][A-Za-z0-9_]*:?[-?](?:[A-Za-z_]{1,20}[ ,.-]{1,2}){0,12}[A-Za-z_]{0,20}\}"
    r"|\$\{[a-z]{2,16}:(?:[A-Za-z0-9_]{0,20}[/.~:-]{1,2}){0,8}[A-Za-z0-9_]{0,20}\}"
    r"|%[A-Za-z_][A-Za-z0-9_]*%"
    r"|\$\{\{[^{}]{0,80}\}\}|\{\{[^{}]{0,80}\}\}|\{[A-Za-z_][A-Za-z0-9_.]*\}"
    r"|\$\([^()]{0,80}\)|process\.env\.[A-Za-z_][A-Za-z0-9_]*|os\.environ\S{0,60}"
)
_BEFORE = "(?:[a-z]{1,10}[_-]){0,3}"  # such as the prefix of a key
_FIELD = r"[<\[{][a-z]{1,12}(?:[ _-][a-z]{1,12}){0,5}[>\]}]"
_FIELDS = rf"(?:[a-z]{{1,10}}[_-]){{1,3}}{_FIELD}(?:[._-]{_FIELD})?"  # behind a prefix; in small letters
_LABEL = (
    r"(?i)<[^<>]{0,60}>|\[[A-Za-z][^\[\]]{0,60}\]"
    rf"|{_BEFORE}(?:your|insert|enter|put|paste|replace|change|add)(?:[_ -]?(?:own|real|actual|my|the|with|in))*"
    r"[_ -]?(?:[a-z]{1,12}[_ -]){0,4}(?:key|token|secret|password|me|here|this|it|value|id)"
    r"|(?:invalid|wrong|bad|fake|test|some)[_ -](?:api[_ -]?)?key"
    rf"|{_BEFORE}(?:my[_ -])?(?:example|placeholder|dummy|sample|todo|tbd|fixme|api[_-]?key|secret[_-]?key)"
    rf"|{_BEFORE}(?:abc123|abcdef|123456|key|keyid)?(?:\.{{2,}}|…)"
    r"|secret|password|token"
)
_FILL = r"(?:[A-Za-z]{1,12}[_-]){0,3}(?:[xX]{4,}(?:[._-][xX]{4,}){0,3}|0{8,}|[.]{3,}|-{4,}|_{4,})"
_MASK = r"\*{3,}|[•●·∗]{3,}|…|\.{3}|\\u2026|\\u2022|(?<![xX])[xX]{6,}(?![xX])"
_BEGINNING = r"(?:[a-z]{1,12}_){1,3}[a-z0-9]{0,16}[._-]?"  # of a key, which people leave
_REMOVED = (
    *("redacted", "hidden", "removed", "filtered", "masked", "sanitized", "sanitised", "scrubbed", "omitted"),
    *("sensitive", "credentials"),
)
_TAKEN_OUT = (  # in small letters
    rf"(?:{_BEGINNING})?[^a-z0-9]{{0,3}}(?:[a-z]{{1,12}}[ _-]){{0,3}}(?:{'|'.join(_REMOVED)})[^a-z0-9]{{0,3}}"
    r"|(?:[a-z]{1,12}_){1,3}[a-z0-9]{6,16}[._-][<\[({][a-z][a-z _-]{0,40}[>\])}]"
)
_STARRED = r"\W?(?:[*•●]{3,}|\.{3,}|…)\W?"
_LONGEST = 80
_STARS = r"\*{3,}|[A-Za-z0-9]{12}\.\.{3}\Z"
_WITHIN = r"(?<=[^\s\"'])REDACTED[0-9a-z]{5}"  # a piece that was replaced of something that was left
_NEUTRAL = "q7Rk2Vm9Zt4Wp8"
_PSEUDONYM = r"REDACTED[0-9a-z]{5}x*[AB]?|REDACTED"


def is_null(text: str) -> bool:
    """Whether this is a literal nothing, such as undefined."""
    return re.fullmatch(_NULL, text) is not None


def is_variable(text: str) -> bool:
    """Whether this is a variable that nobody expanded."""
    return re.fullmatch(_VARIABLE, text) is not None


def is_placeholder(text: str) -> bool:
    """Whether this is text that documentation writes where a key goes."""
    return (
        len(text) <= _LONGEST
        and bool(re.fullmatch(_LABEL, text) or re.fullmatch(_FILL, text) or _is_field(text))
        and not re.search(_STARS, text)
    )


def _is_field(text: str) -> bool:
    return text[-1:] in (">", "]", "}") and re.fullmatch(_FIELDS, text.lower()) is not None


def is_masked(text: str) -> bool:
    """Whether characters of this were replaced by a mask."""
    return re.search(_MASK, without_fill(text)) is not None


def is_removed(text: str) -> bool:
    """Whether this is all that a tool left of a secret which it took out of a record."""
    return says_removed(text) or re.fullmatch(_STARRED, text) is not None


def says_removed(text: str) -> bool:
    """Whether this is such a rest, and says so in words, as no secret and no placeholder does."""
    small = text.lower()
    may_say = small[-1:] in (">", "]", ")", "}") or any(word in small for word in _REMOVED)
    return may_say and re.fullmatch(_TAKEN_OUT, small) is not None


def is_pseudonym(text: str) -> bool:
    """Whether `hopx-auth redact` wrote this."""
    return re.fullmatch(_PSEUDONYM, text) is not None


def without_fill(text: str) -> str:
    """The text with other letters for those that `hopx-auth redact` filled it up with, which are no mask."""
    if not re.search(_WITHIN, text):
        return text
    return re.sub(r"x{3,}", lambda run: (_NEUTRAL * (len(run[0]) // len(_NEUTRAL) + 1))[: len(run[0])], text)


def is_no_secret(text: str) -> bool:
    """Whether the whole text is one of these, so that nothing is lost by showing it."""
    return not text or is_null(text) or is_variable(text) or is_placeholder(text) or _is_only_mask(text)


def _is_only_mask(text: str) -> bool:
    return not text.strip("*•●·∗….xX-_ ")
