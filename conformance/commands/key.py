"""hopx-auth key: inspect, check, redact, fingerprint and make keys."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from conformance.commands import status
from conformance.commands.given import key_format_of, spec_file
from conformance.commands.output import complain, print_result
from conformance.keys import MalformedKeyError, fingerprint
from conformance.recognition.encodings import wide_encoding
from conformance.standard_input import standard_input

if TYPE_CHECKING:
    import argparse

    from conformance.keys import KeyFormat

_OF_ANOTHER_ENVIRONMENT = "test-key-on-live"  # which a well-formed key may well be


def check_key(options: argparse.Namespace) -> int:
    """Say whether a text is a key; exit status 1 when it is none."""
    key_format, text = key_format_of(options), _text(options)
    shown = key_format.redact(text)
    try:
        parsed = key_format.parse(text)
    except MalformedKeyError as error:
        result = {"well_formed": False, "shown": shown, "reason": str(error)}
        print_result(options, result, f"{shown or 'nothing'}: no key: {error}")
        return status.PROBLEM
    note = f"the prefix is a variant, see {parsed.note}" if parsed.note else ""
    result = {"well_formed": True, "shown": shown, "key_id": parsed.key_id, "note": note}
    print_result(options, result, f"{shown}: well-formed{f'; {note}' if note else ''}")
    return status.OK


def inspect_key(options: argparse.Namespace) -> int:
    """Say everything about the shape of a key; exit status 1 when something is wrong with it."""
    from conformance.diagnosis.knowledge_cache import knowledge
    from conformance.diagnosis.shape.shape import shape_of
    from conformance.spec.files import default_causes

    key_format = key_format_of(options)
    shape = shape_of(_text(options), key_format)
    known = knowledge(default_causes(), spec_file(options))
    facts = [{"fact": fact.name, "says": fact.says, "cause": known.pointed_to(fact.name)} for fact in shape.facts]
    causes = list(dict.fromkeys(filter(None, (fact["cause"] for fact in facts))))
    result = {
        "well_formed": shape.well_formed,
        "shown": shape.shown,
        "prefix": shape.prefix,
        "key_id": shape.key_id,
        "length": shape.length,
        "secret_length": shape.secret_length,
        "facts": facts,
        "causes": causes,
    }
    is_healthy = shape.well_formed and not set(causes) - {_OF_ANOTHER_ENVIRONMENT}
    lines = [f"{shape.shown}: {'well-formed' if shape.well_formed else 'no well-formed key'}"] if shape.shown else []
    lines += [f"{fact['says']} [{fact['cause']}]".removesuffix(" []") for fact in facts]
    print_result(options, result, "\n  ".join(lines))
    return status.OK if is_healthy else status.PROBLEM


def redact_key(options: argparse.Namespace) -> int:
    """Print a text without the keys in it."""
    key_format, text = key_format_of(options), _text(options)
    redacted = key_format.redact(text) if len(text.split()) == 1 else _without_keys(text, options)
    print_result(options, {"redacted": redacted}, redacted)
    return status.OK


def _without_keys(text: str, options: argparse.Namespace) -> str:
    from conformance.diagnosis.knowledge_cache import knowledge
    from conformance.diagnosis.learning import learn_pieces
    from conformance.diagnosis.reading import Reading
    from conformance.spec.files import default_causes

    reading = Reading(knowledge(default_causes(), spec_file(options)).surface, b"")
    learn_pieces(text, reading)
    return reading.hidden(text)


def fingerprint_key(options: argparse.Namespace) -> int:
    """Print the fingerprint of a key and the salt that it was made with."""
    key_format, text = key_format_of(options), _text(options)
    if not text:
        complain("there is no text, and nothing is the same key as another nothing; check the variable or the file")
        return status.PROBLEM
    try:
        key_format.parse(text)
    except MalformedKeyError as error:
        complain(f"note: this is no key: {error}")
    if options.salt and _has_a_secret(options.salt, text, key_format):
        complain(
            "a salt is shown to others, and this one holds a key, or is as long as a secret; "
            "give a shorter one, or none to have one drawn"
        )
        return status.USAGE
    salt = options.salt or os.urandom(8).hex()
    found = fingerprint(key_format.hide(text), os.fsencode(salt))
    print_result(options, {"fingerprint": found, "salt": salt}, f"{found} (salt {salt})")
    return status.OK


def _has_a_secret(salt: str, text: str, key_format: KeyFormat) -> bool:
    from conformance.scrub import Scrubber

    scrubber = Scrubber(key_format)
    scrubber.learn(text)
    some_secret = f"[{re.escape(key_format.secret_alphabet)}]{{{key_format.secret_length}}}"
    return scrubber.knows(salt) or scrubber.holds_secret(salt) or bool(re.search(some_secret, salt))


def new_key(options: argparse.Namespace) -> int:
    """Print a new key; this is the one command that prints a whole one."""
    text = key_format_of(options).mint().reveal()
    print_result(options, {"key": text}, text)
    return status.OK


def _pasted() -> str:
    """What somebody types or pastes without it being shown."""
    import getpass

    try:
        return getpass.getpass("Key (is not shown): ")
    except EOFError:
        return ""


def _text(options: argparse.Namespace) -> str:
    if options.text != "-":
        complain(
            "a key is not taken as an argument: it would stay in your shell's history and in the list of processes, "
            "and should be replaced if it did; pipe it in, or start the command alone and paste it"
        )
        sys.exit(status.USAGE)
    if sys.stdin and sys.stdin.isatty():
        return _pasted()
    try:
        data = standard_input().read()
    except OSError:  # it is closed, or something that cannot be read
        complain("standard input cannot be read; pipe the text in")
        sys.exit(status.USAGE)
    return _decoded(data).removesuffix("\n")


def _decoded(data: bytes) -> str:
    """The text with its byte order mark, which belongs to it; also where a shell wrote it in UTF-16."""
    if encoding := wide_encoding(data):
        return data.decode(encoding, "replace")
    return data.decode("utf-8", "surrogateescape")
