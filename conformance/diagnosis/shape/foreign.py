"""What stands in the place of a key and is none, or none any more."""

from __future__ import annotations

import re  # which keeps the patterns that it was given: most are never needed
from typing import TYPE_CHECKING

from conformance.diagnosis.fact import Fact
from conformance.diagnosis.shape.key_parts import halves
from conformance.keys import MalformedKeyError
from conformance.recognition import placeholders
from conformance.recognition.vendors import VENDORS

if TYPE_CHECKING:
    from conformance.keys import KeyFormat

_URL = r"(?i)[a-z][a-z0-9+.-]{1,12}://\S*"
_MAIL = r"[^@\s]{1,80}@[^@\s]{1,80}\.[A-Za-z]{2,20}"
_COMMAND = r"(?i)(?:curl|wget|export|echo|cat|printenv|op|vault|aws|gcloud|sudo|python3?|node|npx)\s+\S"
_JWT = r"eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){1,4}"
# what Python and JavaScript print of what is no text: a promise that nobody awaited, a function that nobody called
_OBJECT = (
    r"\[object (?!Object\])\w{1,40}\]|<[\w. ]{1,200} at 0x[0-9a-fA-F]{1,16}>|<bound method .{1,200}>"
    r"|<(?![^<>]*\b(?i:your|my|api|key|token|secret|insert|paste|here)\b[^<>]*>\Z)"  # as people write, not programs
    r"_?[A-Z]\w{1,60}(?:\[\w.]{1,60}\])? .{0,200}>|Promise \{.{0,200}\}|SecretStr\(.{0,80}\)"
    r"|(?:async )?function\b.{0,200}\{.{0,2000}\}|\(\) ?=>.{0,2000}"
)
REDACTED = Fact("redacted", "hopx-auth redact has been here: what is said of the secret is what it kept")


def foreign(core: str, key_format: KeyFormat) -> Fact | None:
    """What it is when it is no key at all, or none any more."""
    if placeholders.is_null(core):
        return Fact("literal-null", "the word for nothing stands where a key belongs")
    if re.fullmatch(_OBJECT, core, re.DOTALL):
        return Fact("program-object", "this is what a program prints of an object, where its value was meant")
    if placeholders.is_variable(core):
        return Fact("variable", "a variable stands here that nothing replaced by its value")
    if _with_ellipsis(core, key_format):
        return Fact("ellipsis", "an ellipsis stands where the dot between key id and secret belongs")
    if _is_redacted(core, key_format):
        return REDACTED
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
            _, secret = halves(core[len(prefix) :], key_format)
            return placeholders.is_pseudonym(secret)
    return placeholders.is_pseudonym(core)
