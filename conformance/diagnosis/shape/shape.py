"""What can be said of a credential from its text alone: facts, and nothing of a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.fact import Fact
from conformance.diagnosis.shape.foreign import REDACTED, foreign
from conformance.diagnosis.shape.key_parts import changed_separator, halves, of_key, prefix_of, without_prefix
from conformance.diagnosis.shape.odd_characters import odd_characters
from conformance.diagnosis.shape.wrapping import unwrapped
from conformance.keys import MalformedKeyError
from conformance.recognition import placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.keys import KeyFormat

_RIGHT = ("secret-length", "last-character", "redacted")
_CONSIDERED = 100_000  # characters; nobody's key is longer


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
    return shape._replace(shown=key_format.redact(text), facts=(*shape.facts, REDACTED))


def _shape_of(text: str, key_format: KeyFormat) -> Shape:
    try:
        parsed = key_format.parse(text)
    except MalformedKeyError as error:
        return _of_malformed(text, key_format, str(error))
    prefix, length = parsed.prefix, len(parsed.secret)
    facts = tuple(of_key(text[len(prefix) :], prefix, key_format))
    return Shape(True, key_format.redact(text), prefix, parsed.key_id, len(text), length, facts)


def _of_malformed(text: str, key_format: KeyFormat, reason: str) -> Shape:
    considered = text[:_CONSIDERED]
    core, around = unwrapped(considered)
    facts = [*around, *_of_core(core, considered, key_format)]
    prefix = prefix_of(core, key_format)
    key_id, secret = halves(core[len(prefix) :], key_format) if prefix else ("", "")
    if not any(fact.name not in _RIGHT for fact in facts):
        facts.append(Fact("malformed", f"no key: {reason}"))
    return Shape(False, key_format.redact(text), prefix, key_id, len(text), len(secret), tuple(facts))


def _is_drawn_key(core: str, key_format: KeyFormat) -> bool:
    """Whether it is a key and nothing else, which is known sooner than all that it might be."""
    try:
        secret = key_format.parse(core).secret
    except MalformedKeyError:
        return False
    return secret[-1] in key_format.last_characters and len(set(secret)) > len(secret) // 4


def _of_core(core: str, whole: str, key_format: KeyFormat) -> Iterator[Fact]:
    if not core.strip():
        yield Fact("empty", "nothing is there" if not whole else "nothing is there but what surrounds a key")
        return
    changed = changed_separator(core, key_format)
    if changed and not placeholders.is_placeholder(core):
        yield changed
        return
    yield from odd_characters(core)
    if not _is_drawn_key(core, key_format) and (other := foreign(core, key_format)):
        yield other
        return
    prefix = prefix_of(core, key_format)
    if prefix:
        yield from of_key(core[len(prefix) :], prefix, key_format)
    else:
        yield without_prefix(core, key_format)
