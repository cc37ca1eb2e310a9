"""What surrounds a key where it was copied or stored with more than itself: quotes, spaces, schemes, names."""

from __future__ import annotations

import re

from conformance.diagnosis.fact import Fact
from conformance.diagnosis.shape.odd_characters import INVISIBLE, SMART

_QUOTES = "\"'`‘’“”„‚«»"
_SPACES = " \t\r\n\v\f"
_SCHEME = rf"(?i)(bearer|basic|token|apikey|digest)([\s{INVISIBLE}]+|:\s*|%20|\Z)"
_GLUED_SCHEME = r"(?i)bearer(?=[a-z0-9]+[_-])"
_HEADER = r"[A-Za-z][A-Za-z0-9-]{1,40}:\s+(?=\S)"
_ASSIGNMENT = r"(?:export\s+|set\s+|\$env:)?[A-Za-z_][A-Za-z0-9_]{1,60}\s?=\s?(?=\S)"
_MOST_LAYERS = 50  # one around the other
_ESCAPED = r"(?:(?:\\+[nrt])+|\^M\$?)\Z"  # also as cat -A shows it


def unwrapped(text: str) -> tuple[str, list[Fact]]:
    """The text without what surrounds it, and what that was."""
    facts: list[Fact] = []
    for _ in range(_MOST_LAYERS):
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
            break
    return text, list(dict.fromkeys(facts))


def _without_bom(text: str) -> tuple[str, list[Fact]]:
    bare = text.strip("\ufeff")
    facts = [Fact("byte-order-mark", "a byte order mark stands at an end")]
    return bare, facts if len(bare) < len(text) else []


def _without_ends(text: str) -> tuple[str, list[Fact]]:
    bare = text.strip(_SPACES)
    facts: list[Fact] = []
    before, after = text[: len(text) - len(text.lstrip(_SPACES))], text[len(text.rstrip(_SPACES)) :]
    if "\r" in after and "\n" not in after:
        facts.append(Fact("trailing-cr", "a carriage return stands at the end"))
    if "\n" in after:
        facts.append(Fact("trailing-newline", "a newline stands at the end"))
    if after.strip("\r\n"):
        facts.append(Fact("trailing-space", "whitespace stands at the end"))
    if before:
        facts.append(Fact("leading-space", "whitespace stands in front"))
    return bare, facts if bare else []


def _without_invisible(text: str) -> tuple[str, list[Fact]]:
    ends = [one for one in (text[:1], text[-1:]) if one in INVISIBLE]
    facts = [Fact(SMART[one][1], f"{SMART[one][0]} stands at an end") for one in ends if one]
    return text.strip(INVISIBLE), facts


def _without_escapes(text: str) -> tuple[str, list[Fact]]:
    bare = re.sub(_ESCAPED, "", text)
    facts = [Fact("escaped-newline", "an escaped newline is spelled out at the end")]
    return bare, facts if len(bare) < len(text) else []


def _without_quotes(text: str) -> tuple[str, list[Fact]]:
    bare = text.strip(_QUOTES)
    if len(bare) == len(text):
        return text, []
    before, after = text[: len(text) - len(text.lstrip(_QUOTES))], text[len(text.rstrip(_QUOTES)) :]
    where = "around it" if before and after else "in front" if before else "at the end"
    if (before + after).isascii():
        return bare, [Fact("quotes", f"quotation marks stand {where}")]
    says = f"typographic quotation marks stand {where}"
    return bare, [Fact("smart-quotes", says)]


def _without_scheme(text: str) -> tuple[str, list[Fact]]:
    match = re.match(_SCHEME, text)
    if match:
        name = match[1].capitalize()
        fact = f"scheme-{name.lower()}" if name in ("Bearer", "Basic") else "scheme-other"
        odd = dict.fromkeys(one for one in match[2] if one in INVISIBLE)
        facts = [Fact(SMART[one][1], f"{SMART[one][0]} stands behind {name} (U+{ord(one):04X})") for one in odd]
        return text[match.end() :], [Fact(fact, f"the scheme {name} stands in front"), *facts]
    glued = re.match(_GLUED_SCHEME, text)
    if glued:
        says = "the scheme Bearer stands in front, with no space behind it"
        return text[glued.end() :], [Fact("scheme-without-space", says)]
    return text, []


def _without_name(text: str) -> tuple[str, list[Fact]]:
    if match := re.match(_HEADER, text):
        return text[match.end() :], [Fact("header-name", "the name of a header was copied with it")]
    if match := re.match(_ASSIGNMENT, text):
        if match[0].lower().startswith(("export", "set")):
            return text[match.end() :], [Fact("command", "the command that sets it was copied with it")]
        return text[match.end() :], [Fact("assignment", "the name of a variable was copied with it")]
    return text, []
