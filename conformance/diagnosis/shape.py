"""What can be said of a credential from its text alone: facts, and nothing of a secret."""

from __future__ import annotations

import re  # which keeps the patterns that it was given: most are never needed
from typing import TYPE_CHECKING, NamedTuple

from conformance import placeholders
from conformance.diagnosis.fact import Fact
from conformance.diagnosis.odd_characters import odd_characters
from conformance.diagnosis.wrapping import unwrapped
from conformance.keys import MalformedKeyError
from conformance.vendors import VENDORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.keys import KeyFormat

NAMES = frozenset(
    {
        "assignment",
        "byte-order-mark",
        "command",
        "control-character",
        "cyrillic",
        "ellipsis",
        "email",
        "empty",
        "escaped-newline",
        "header-name",
        "id-alphabet",
        "id-cut",
        "id-length",
        "id-only",
        "jwt",
        "last-character",
        "last-character-impossible",
        "leading-space",
        "line-break",
        "literal-null",
        "malformed",
        "mask-character",
        "masked",
        "no-break-space",
        "no-prefix",
        "no-separator",
        "not-ascii",
        "other-vendor",
        "placeholder",
        "prefix-case",
        "prefix-cut",
        "prefix-variant",
        "prose",
        "quotes",
        "redacted",
        "scheme-basic",
        "scheme-bearer",
        "scheme-other",
        "scheme-without-space",
        "secret-alphabet",
        "secret-length",
        "secret-long",
        "secret-missing",
        "secret-one-short",
        "secret-only",
        "secret-short",
        "smart-quotes",
        "trailing-cr",
        "trailing-newline",
        "trailing-space",
        "typographic-dash",
        "url",
        "variable",
        "zero-width",
    }
)
_RIGHT = ("secret-length", "last-character", "redacted")
_CONSIDERED = 100_000  # characters; nobody's key is longer
_URL = r"(?i)[a-z][a-z0-9+.-]{1,12}://\S*"
_MAIL = r"[^@\s]{1,80}@[^@\s]{1,80}\.[A-Za-z]{2,20}"
_COMMAND = r"(?i)(?:curl|wget|export|echo|cat|printenv|op|vault|aws|gcloud|sudo|python3?|node|npx)\s+\S"
_JWT = r"eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){1,4}"
_REDACTED = Fact("redacted", "hopx-auth redact has been here: what is said of the secret is what it kept")


class Shape(NamedTuple):
    """All that can be said of a credential without showing it."""

    well_formed: bool
    shown: str
    prefix: str
    key_id: str
    length: int
    secret_length: int
    facts: tuple[Fact, ...]


def shape_of(text: str, key_format: KeyFormat) -> Shape:
    """Everything that the text of a credential shows; its wrappings are taken off and named one after the other."""
    readable = placeholders.without_fill(text)
    shape = _shape_of(readable, key_format)
    if readable == text:
        return shape
    return shape._replace(shown=key_format.redact(text), facts=(*shape.facts, _REDACTED))


def _shape_of(text: str, key_format: KeyFormat) -> Shape:
    try:
        parsed = key_format.parse(text)
    except MalformedKeyError as error:
        return _of_malformed(text, key_format, str(error))
    prefix, length = parsed.prefix, len(parsed.secret)
    facts = tuple(_of_key(text[len(prefix) :], prefix, key_format))
    return Shape(True, key_format.redact(text), prefix, parsed.key_id, len(text), length, facts)


def _of_malformed(text: str, key_format: KeyFormat, reason: str) -> Shape:
    considered = text[:_CONSIDERED]
    core, around = unwrapped(considered)
    facts = [*around, *_of_core(core, considered, key_format)]
    prefix = _prefix_of(core, key_format)
    key_id, secret = _halves(core[len(prefix) :], key_format) if prefix else ("", "")
    if not any(fact.name not in _RIGHT for fact in facts):
        facts.append(Fact("malformed", f"no key: {reason}"))
    return Shape(False, key_format.redact(text), prefix, key_id, len(text), len(secret), tuple(facts))


def _of_core(core: str, whole: str, key_format: KeyFormat) -> Iterator[Fact]:
    if not core.strip():
        yield Fact("empty", "nothing is there" if not whole else "nothing is there but what surrounds a key")
        return
    yield from odd_characters(core)
    foreign = _foreign(core, key_format)
    if foreign:
        yield foreign
        return
    prefix = _prefix_of(core, key_format)
    if prefix:
        yield from _of_key(core[len(prefix) :], prefix, key_format)
    else:
        yield _without_prefix(core, key_format)


def _prefix_of(core: str, key_format: KeyFormat) -> str:
    """The prefix that it begins with, also where a character of another alphabet stands for one of its own."""
    return next((one for one in key_format.prefixes if core.startswith(one) or _looks_like(core, one)), "")


def _looks_like(core: str, prefix: str) -> bool:
    some = core[: len(prefix)]
    if some.isascii() or len(some) < len(prefix):
        return False
    same = sum(one == right for one, right in zip(some, prefix, strict=True))
    return same * 2 > len(prefix) and same + sum(not one.isascii() for one in some) == len(prefix)


def _foreign(core: str, key_format: KeyFormat) -> Fact | None:
    """What it is when it is no key at all, or none any more."""
    if placeholders.is_null(core):
        return Fact("literal-null", "the word for nothing stands where a key belongs")
    if placeholders.is_variable(core):
        return Fact("variable", "a variable stands here that nothing replaced by its value")
    if _with_ellipsis(core, key_format):
        return Fact("ellipsis", "an ellipsis stands where the dot between key id and secret belongs")
    if _is_redacted(core, key_format):
        return _REDACTED
    if placeholders.is_placeholder(core):
        return Fact("placeholder", "this is what documentation writes where the key goes")
    if placeholders.is_masked(core):
        return Fact("masked", "characters of it were replaced by a mask")
    if any(core.startswith(prefix) for prefix in key_format.prefixes):
        return None
    return _of_others(core)


def _of_others(core: str) -> Fact | None:
    if re.fullmatch(_JWT, core):
        return Fact("jwt", "this is a JWT, as sessions and agents have it")
    for vendor in VENDORS:
        if core.startswith(vendor.begins) and re.fullmatch(vendor.rest, core[len(vendor.begins) :]):
            return Fact("other-vendor", f"this has the shape of another vendor's secret: {vendor.name}")
    if re.fullmatch(_URL, core):
        return Fact("url", "this is a URL")
    if re.fullmatch(_MAIL, core):
        return Fact("email", "this is an e-mail address")
    if re.match(_COMMAND, core):
        return Fact("command", "this is a command")
    if len(core.split()) > 2:
        return Fact("prose", "this is a sentence")
    return None


def _with_ellipsis(core: str, key_format: KeyFormat) -> bool:
    """Whether a word processor made an ellipsis of the separator of a whole key."""
    for ellipsis in ("…", "..."):
        try:
            key_format.parse(core.replace(ellipsis, key_format.separator, 1))
        except MalformedKeyError:
            continue
        return ellipsis in core
    return False


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
        yield Fact("prefix-variant", says)
    if key_format.separator not in rest:
        if not rest or len(rest) > key_format.id_length:
            yield Fact("no-separator", f"no {key_format.separator!r} stands in it")
        elif len(rest) == key_format.id_length:
            yield Fact("id-only", "it ends behind the key id: the secret is missing")
        else:
            yield Fact("id-cut", f"it ends within the key id, after {len(rest)} characters of it")
        return
    key_id, _, secret = rest.partition(key_format.separator)
    if len(key_id) != key_format.id_length:
        says = f"its key id has {len(key_id)} characters, where there are {key_format.id_length}"
        yield Fact("id-length", says)
    elif set(key_id) - set(key_format.id_alphabet):
        yield Fact("id-alphabet", "its key id has a character that does not belong there")
    yield from _of_secret(secret, key_format)


def _of_secret(secret: str, key_format: KeyFormat) -> Iterator[Fact]:
    right, length = key_format.secret_length, len(secret)
    if not secret:
        yield Fact("secret-missing", "it ends at the separator, as a double click selects it")
        return
    wrong = [at for at, character in enumerate(secret, start=1) if character not in key_format.secret_alphabet]
    if wrong:
        where = f"position {wrong[0]}" if len(wrong) == 1 else f"{len(wrong)} positions, the first is {wrong[0]}"
        yield Fact("secret-alphabet", f"its secret has a character that does not belong there at {where}")
    says = f"its secret has {length} characters, where there are {right}"
    if length == right - 1:
        yield Fact("secret-one-short", says)
    elif length < right:
        yield Fact("secret-short", says)
    elif length > right:
        yield Fact("secret-long", says)
    elif secret[-1] not in key_format.last_characters and secret[-1] in key_format.secret_alphabet:
        says = (
            f"its last character is impossible for {key_format.secret_bytes} bytes: it was changed, or is not the last"
        )
        yield Fact("last-character-impossible", says)
    elif not wrong:
        yield Fact("secret-length", f"its secret has {length} characters, as it should")
        yield Fact("last-character", f"its last character is possible for {key_format.secret_bytes} bytes")


def _without_prefix(core: str, key_format: KeyFormat) -> Fact:
    if any(core.lower().startswith(prefix.lower()) for prefix in key_format.prefixes):
        return Fact("prefix-case", "its prefix is written in other letters")
    if len(core) == key_format.secret_length and set(core) <= set(key_format.secret_alphabet):
        return Fact("secret-only", "it is as long as a secret alone: prefix and key id are missing")
    key_id, separator, secret = core.partition(key_format.separator)
    if (
        separator
        and len(secret) == key_format.secret_length
        and len(key_id) <= key_format.id_length + len(key_format.prefix)
    ):
        return Fact("prefix-cut", "its beginning is missing")
    some = " or ".join((key_format.prefix, *key_format.other_prefixes))
    return Fact("no-prefix", f"it does not begin with {some}")
