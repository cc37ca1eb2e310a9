"""What can be said of a credential from its text alone: facts, each with the cause that it points to, and no secret."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance import placeholders
from conformance.keys import MalformedKeyError
from conformance.vendors import VENDORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.keys import KeyFormat

_CONSIDERED = 100_000  # characters; nobody's key is longer
_SMART = {
    **dict.fromkeys("‘’“”„‚«»′″", ("a typographic quotation mark", "unicode-lookalike-smart-quotes")),
    **dict.fromkeys("‐‑‒–—―−", ("a dash that is no hyphen", "unicode-lookalike-en-dash")),
    **dict.fromkeys("\u00a0\u202f\u2007", ("a no-break space", "unicode-lookalike-nbsp")),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\u00ad", ("an invisible character", "unicode-lookalike-zwsp")),
}
_QUOTES = "\"'`‘’“”„‚«»"
_SPACES = " \t\r\n\v\f"
_INVISIBLE = "".join(one for one, (_, cause) in _SMART.items() if cause.endswith(("nbsp", "zwsp")))
_SCHEME = re.compile(r"(bearer|basic|token|apikey|digest)(?:\s+|:\s*|%20|\Z)", re.IGNORECASE)
_GLUED_SCHEME = re.compile(r"bearer(?=[a-z0-9]+[_-])", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,40}:\s+(?=\S)")
_ASSIGNMENT = re.compile(r"(?:export\s+|set\s+|\$env:)?[A-Za-z_][A-Za-z0-9_]{1,60}\s?=\s?(?=\S)")
_ESCAPED = re.compile(r"(?:\\+[nrt])+\Z")
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,12}://\S*", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]{1,80}@[^@\s]{1,80}\.[A-Za-z]{2,20}")
_COMMAND = re.compile(
    r"(?:curl|wget|export|echo|cat|printenv|op|vault|aws|gcloud|sudo|python3?|node|npx)\s+\S", re.IGNORECASE
)
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){1,4}")
_VENDOR = [(vendor, re.compile(re.escape(vendor.begins) + vendor.rest)) for vendor in VENDORS]


@dataclass(frozen=True)
class Fact:
    """One thing that the text shows: its name for programs, a sentence for people, and the cause it points to."""

    name: str
    says: str
    cause: str = ""


@dataclass(frozen=True)
class Shape:
    """All that can be said of a credential without showing it."""

    well_formed: bool
    shown: str
    prefix: str
    key_id: str
    length: int
    secret_length: int
    facts: tuple[Fact, ...]

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes that the facts point to, each once, in order."""
        return tuple(dict.fromkeys(fact.cause for fact in self.facts if fact.cause))


def shape_of(text: str, key_format: KeyFormat) -> Shape:
    """Everything that the text of a credential shows; its wrappings are taken off and named one after the other."""
    considered = text[:_CONSIDERED]
    core, around = _unwrapped(considered)
    facts = [*around, *_of_core(core, considered, key_format)]
    prefix = next((one for one in key_format.prefixes if core.startswith(one)), "")
    key_id, secret = _halves(core[len(prefix) :], key_format) if prefix else ("", "")
    try:
        key_format.parse(text)
        well_formed = True
    except MalformedKeyError as error:
        well_formed = False
        if not any(fact.cause for fact in facts):
            facts.append(Fact("malformed", f"no key: {error}", "not-a-key"))
    return Shape(well_formed, key_format.redact(text), prefix, key_id, len(text), len(secret), tuple(facts))


def _unwrapped(text: str) -> tuple[str, list[Fact]]:
    """The text without what surrounds it, and what that was."""
    facts: list[Fact] = []
    while True:
        for unwrap in (
            _without_bom,
            _without_ends,
            _without_invisible,
            _without_escapes,
            _without_quotes,
            _without_scheme,
            _without_name,
        ):
            rest, found = unwrap(text)
            if found:
                facts += found
                text = rest
                break
        else:
            return text, list(dict.fromkeys(facts))


def _without_bom(text: str) -> tuple[str, list[Fact]]:
    bare = text.strip("\ufeff")
    facts = [Fact("bom", "a byte order mark stands at an end", "dotenv-bom-or-utf16")]
    return bare, facts if len(bare) < len(text) else []


def _without_ends(text: str) -> tuple[str, list[Fact]]:
    bare = text.strip(_SPACES)
    facts: list[Fact] = []
    before, after = text[: len(text) - len(text.lstrip(_SPACES))], text[len(text.rstrip(_SPACES)) :]
    if "\r" in after:
        facts.append(Fact("trailing-cr", "a carriage return stands at the end", "key-trailing-newline-cr"))
    if "\n" in after:
        facts.append(Fact("trailing-newline", "a newline stands at the end", "key-trailing-newline"))
    if after.strip("\r\n"):
        facts.append(Fact("trailing-space", "whitespace stands at the end", "key-surrounding-whitespace"))
    if before:
        facts.append(Fact("leading-space", "whitespace stands in front", "key-surrounding-whitespace"))
    return bare, facts if bare else []


def _without_invisible(text: str) -> tuple[str, list[Fact]]:
    ends = [one for one in (text[:1], text[-1:]) if one in _INVISIBLE]
    facts = [Fact("invisible", f"{_SMART[one][0]} stands at an end", _SMART[one][1]) for one in ends if one]
    return text.strip(_INVISIBLE), facts


def _without_escapes(text: str) -> tuple[str, list[Fact]]:
    bare = _ESCAPED.sub("", text)
    facts = [Fact("escaped-newline", "an escaped newline is spelled out at the end", "key-trailing-newline")]
    return bare, facts if len(bare) < len(text) else []


def _without_quotes(text: str) -> tuple[str, list[Fact]]:
    bare = text.strip(_QUOTES)
    if len(bare) == len(text):
        return text, []
    before, after = text[: len(text) - len(text.lstrip(_QUOTES))], text[len(text.rstrip(_QUOTES)) :]
    where = "around it" if before and after else "in front" if before else "at the end"
    if (before + after).isascii():
        return bare, [Fact("quotes", f"quotation marks stand {where}", "key-wrapped-in-quotes")]
    says = f"typographic quotation marks stand {where}"
    return bare, [Fact("smart-quotes", says, "unicode-lookalike-smart-quotes")]


def _without_scheme(text: str) -> tuple[str, list[Fact]]:
    match = _SCHEME.match(text)
    if match:
        name = match[1].capitalize()
        cause = "basic-auth-instead" if name == "Basic" else "bearer-in-env"
        return text[match.end() :], [Fact("scheme", f"the scheme {name} stands in front", cause)]
    glued = _GLUED_SCHEME.match(text)
    if glued:
        says = "the scheme Bearer stands in front, with no space behind it"
        return text[glued.end() :], [Fact("scheme-without-space", says, "bearer-no-space")]
    return text, []


def _without_name(text: str) -> tuple[str, list[Fact]]:
    if match := _HEADER.match(text):
        return text[match.end() :], [Fact("header-name", "the name of a header was copied with it", "not-a-key")]
    if match := _ASSIGNMENT.match(text):
        return text[match.end() :], [Fact("assignment", "the name of a variable was copied with it", "not-a-key")]
    return text, []


def _of_core(core: str, whole: str, key_format: KeyFormat) -> Iterator[Fact]:
    if not core.strip():
        yield Fact(
            "empty", "nothing is there" if not whole else "nothing is there but what surrounds a key", "env-var-unset"
        )
        return
    yield from _characters(core)
    foreign = _foreign(core, key_format)
    if foreign:
        yield foreign
        return
    prefix = next((one for one in key_format.prefixes if core.startswith(one)), "")
    if prefix:
        yield from _of_key(core[len(prefix) :], prefix, key_format)
    else:
        yield _without_prefix(core, key_format)


def _characters(core: str) -> Iterator[Fact]:
    """What characters stand in it that no key holds, and where."""
    seen: set[str] = set()
    for position, character in enumerate(core, start=1):
        if character.isascii() and character.isprintable():
            continue
        what, cause = _named(character)
        if what not in seen:
            seen.add(what)
            yield Fact("character", f"{what} stands at position {position} (U+{ord(character):04X})", cause)


def _named(character: str) -> tuple[str, str]:
    if character in _SMART:
        return _SMART[character]
    if character in "…•●·∗":
        return "a character of a mask", "key-masked"
    if character == "\ufeff":
        return "a byte order mark", "dotenv-bom-or-utf16"
    if character.isascii():
        if character in "\r\n":
            return "a line break", "key-trailing-newline"
        return "a control character", "key-surrounding-whitespace" if character == "\t" else "not-a-key"
    if "CYRILLIC" in unicodedata.name(character, ""):
        return "a Cyrillic letter", "unicode-lookalike-cyrillic"
    return "a character outside ASCII", "unicode-lookalike"


def _foreign(core: str, key_format: KeyFormat) -> Fact | None:
    """What it is when it is no key at all, or none any more."""
    if placeholders.is_null(core):
        return Fact("literal-null", "the word for nothing stands where a key belongs", "literal-null-key")
    if placeholders.is_variable(core):
        return Fact("variable", "a variable stands here that nothing replaced by its value", "env-var-not-expanded")
    if _is_redacted(core, key_format):
        return Fact("redacted", "hopx-auth redact has been here: what is said of the secret is what it kept")
    if placeholders.is_placeholder(core):
        return Fact("placeholder", "this is what documentation writes where the key goes", "placeholder-key")
    if placeholders.is_masked(core):
        return Fact("masked", "characters of it were replaced by a mask", "key-masked")
    if any(core.startswith(prefix) for prefix in key_format.prefixes):
        return None
    return _of_others(core)


def _of_others(core: str) -> Fact | None:
    if _JWT.fullmatch(core):
        return Fact("jwt", "this is a JWT, as sessions and agents have it", "jwt-instead-of-key")
    for vendor, pattern in _VENDOR:
        if pattern.fullmatch(core):
            return Fact(
                "other-vendor", f"this has the shape of another vendor's secret: {vendor.name}", "wrong-vendor-key"
            )
    if _URL.fullmatch(core):
        return Fact("url", "this is a URL", "not-a-key-url")
    if _MAIL.fullmatch(core):
        return Fact("email", "this is an e-mail address", "not-a-key-email")
    if _COMMAND.match(core):
        return Fact("command", "this is a command", "not-a-key-command")
    if len(core.split()) > 2:
        return Fact("prose", "this is a sentence", "not-a-key-prose")
    return None


def _is_redacted(core: str, key_format: KeyFormat) -> bool:
    for prefix in key_format.prefixes:
        if core.startswith(prefix):
            _, secret = _halves(core[len(prefix) :], key_format)
            return placeholders.is_pseudonym(secret)
    return placeholders.is_pseudonym(core)


def _halves(rest: str, key_format: KeyFormat) -> tuple[str, str]:
    """Key id and secret; the id only where it is whole, since it might be a piece of the secret otherwise."""
    key_id, separator, secret = rest.partition(key_format.separator)
    if len(key_id) == key_format.id_length and set(key_id) <= set(key_format.id_alphabet) and separator:
        return key_id, secret
    return "", secret


def _of_key(rest: str, prefix: str, key_format: KeyFormat) -> Iterator[Fact]:
    """What is right and wrong with the parts of what begins like a key."""
    note = key_format.other_prefixes.get(prefix)
    if note:
        says = f"its prefix is the variant {prefix} (see {note}): it belongs to another environment"
        yield Fact("prefix-variant", says, "test-key-on-live")
    if key_format.separator not in rest:
        if not rest or len(rest) > key_format.id_length:
            yield Fact("no-separator", f"no {key_format.separator!r} stands in it", "key-truncated")
        elif len(rest) == key_format.id_length:
            yield Fact("id-only", "it ends behind the key id: the secret is missing", "key-id-only")
        else:
            yield Fact("id-cut", f"it ends within the key id, after {len(rest)} characters of it", "key-truncated")
        return
    key_id, _, secret = rest.partition(key_format.separator)
    if len(key_id) != key_format.id_length:
        says = f"its key id has {len(key_id)} characters, where there are {key_format.id_length}"
        yield Fact("id-length", says, "key-mistyped")
    elif set(key_id) - set(key_format.id_alphabet):
        yield Fact("id-alphabet", "its key id has a character that does not belong there", "key-mistyped")
    yield from _of_secret(secret, key_format)


def _of_secret(secret: str, key_format: KeyFormat) -> Iterator[Fact]:
    right, length = key_format.secret_length, len(secret)
    if not secret:
        yield Fact("secret-missing", "it ends at the separator, as a double click selects it", "key-truncated-at-dot")
        return
    wrong = [at for at, character in enumerate(secret, start=1) if character not in key_format.secret_alphabet]
    if wrong:
        where = f"position {wrong[0]}" if len(wrong) == 1 else f"{len(wrong)} positions, the first is {wrong[0]}"
        yield Fact(
            "secret-alphabet", f"its secret has a character that does not belong there at {where}", "key-mistyped"
        )
    if length == right - 1:
        yield Fact(
            "secret-length", f"its secret has {length} characters, where there are {right}", "key-truncated-last-char"
        )
    elif length < right:
        yield Fact("secret-length", f"its secret has {length} characters, where there are {right}", "key-truncated")
    elif length > right:
        yield Fact("secret-length", f"its secret has {length} characters, where there are {right}", "key-mistyped")
    elif secret[-1] not in key_format.last_characters and secret[-1] in key_format.secret_alphabet:
        says = (
            f"its last character is impossible for {key_format.secret_bytes} bytes: it was changed, or is not the last"
        )
        yield Fact("last-character", says, "key-mistyped")
    elif not wrong:
        yield Fact("secret-length", f"its secret has {length} characters, as it should")
        yield Fact("last-character", f"its last character is possible for {key_format.secret_bytes} bytes")


def _without_prefix(core: str, key_format: KeyFormat) -> Fact:
    if any(core.lower().startswith(prefix.lower()) for prefix in key_format.prefixes):
        return Fact("prefix-case", "its prefix is written in other letters", "key-mistyped")
    if len(core) == key_format.secret_length and set(core) <= set(key_format.secret_alphabet):
        return Fact("secret-only", "it is as long as a secret alone: prefix and key id are missing", "secret-only")
    key_id, separator, secret = core.partition(key_format.separator)
    if (
        separator
        and len(secret) == key_format.secret_length
        and len(key_id) <= key_format.id_length + len(key_format.prefix)
    ):
        return Fact("prefix-cut", "its beginning is missing", "key-truncated")
    return Fact(
        "no-prefix",
        f"it does not begin with {' or '.join((key_format.prefix, *key_format.other_prefixes))}",
        "not-a-key",
    )
