"""The parts of what begins like a key, and what is right and wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.fact import Fact
from conformance.keys import MalformedKeyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.keys import KeyFormat


def prefix_of(core: str, key_format: KeyFormat) -> str:
    """The prefix that it begins with, also where a character of another alphabet stands for one of its own."""
    return next((one for one in key_format.prefixes if core.startswith(one) or _looks_like(core, one)), "")


def _looks_like(core: str, prefix: str) -> bool:
    some = core[: len(prefix)]
    if some.isascii() or len(some) < len(prefix):
        return False
    same = sum(one == right for one, right in zip(some, prefix, strict=True))
    return same * 2 > len(prefix) and same + sum(not one.isascii() for one in some) == len(prefix)


def _differs_little(beginning: str, prefix: str) -> bool:
    same = sum(one == right for one, right in zip(beginning, prefix, strict=False))
    return len(beginning) == len(prefix) and same * 2 > len(prefix)


def changed_separator(core: str, key_format: KeyFormat) -> Fact | None:
    """That something else stands where the separator of a key belongs that is whole otherwise."""
    prefix = next((one for one in key_format.prefixes if core.startswith(one)), "")
    at = len(prefix) + key_format.id_length
    if not prefix or at >= len(core) or core[at] == key_format.separator:
        return None
    coded = f"%{ord(key_format.separator):02X}"
    is_coded = core[at : at + len(coded)].upper() == coded
    try:
        key_format.parse(core[:at] + key_format.separator + core[at + (len(coded) if is_coded else 1) :])
    except MalformedKeyError:
        return None
    what = f"{coded}, as an address is written," if is_coded else "another character"
    says = f"{what} stands where the {key_format.separator!r} between key id and secret belongs"
    return Fact("separator-changed" if core[at].isascii() else "not-ascii", says)


def halves(rest: str, key_format: KeyFormat) -> tuple[str, str]:
    """Key id and secret; the id only where it is whole, since it might be a piece of the secret otherwise."""
    key_id, separator, secret = rest.partition(key_format.separator)
    if len(key_id) == key_format.id_length and set(key_id) <= set(key_format.id_alphabet) and separator:
        return key_id, secret
    return "", secret


def of_key(rest: str, prefix: str, key_format: KeyFormat) -> Iterator[Fact]:
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


def without_prefix(core: str, key_format: KeyFormat) -> Fact:
    """What a text is of a key without the beginning of one."""
    if any(core.lower().startswith(prefix.lower()) for prefix in key_format.prefixes):
        return Fact("prefix-case", "its prefix is written in other letters")
    if len(core) == key_format.secret_length and set(core) <= set(key_format.secret_alphabet):
        return Fact("secret-only", "it is as long as a secret alone: prefix and key id are missing")
    before, separator, secret = core.partition(key_format.separator)
    if separator and len(secret) == key_format.secret_length:
        beginning = before[: -key_format.id_length]
        if any(prefix.endswith(beginning) for prefix in key_format.prefixes):
            return Fact("prefix-cut", "its beginning is missing")
        if any(_differs_little(beginning, prefix) for prefix in key_format.prefixes):
            return Fact("prefix-case", "its prefix is written with other characters")
    some = " or ".join((key_format.prefix, *key_format.other_prefixes))
    return Fact("no-prefix", f"it does not begin with {some}")
