"""Characters that no key holds: what word processors, screens and other alphabets put in the place of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.fact import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

SMART = {
    **dict.fromkeys("‘’“”„‚«»′″", ("a typographic quotation mark", "smart-quotes")),
    **dict.fromkeys("‐‑‒–—―−", ("a dash that is no hyphen", "typographic-dash")),
    **dict.fromkeys("\u00a0\u202f\u2007", ("a no-break space", "no-break-space")),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\u00ad", ("an invisible character", "zero-width")),
}
INVISIBLE = "".join(one for one, (_, fact) in SMART.items() if fact in ("no-break-space", "zero-width"))


def odd_characters(core: str) -> Iterator[Fact]:
    """What characters stand in it that no key holds, and where."""
    seen: set[str] = set()
    for position, character in enumerate(core, start=1):
        if character.isascii() and character.isprintable():
            continue
        what, fact = _named(character)
        if what not in seen:
            seen.add(what)
            yield Fact(fact, f"{what} stands at position {position} ({_code(character)})")


def _code(character: str) -> str:
    """The character by its number, or the byte of no text that stands there."""
    return f"byte {ord(character) - 0xDC00:02X}" if "\udc80" <= character <= "\udcff" else f"U+{ord(character):04X}"


def _named(character: str) -> tuple[str, str]:
    if character in SMART:
        return SMART[character]
    if character in "…•●·∗":
        return "a character of a mask", "mask-character"
    if character == "\ufeff":
        return "a byte order mark", "byte-order-mark"
    if character.isascii():
        if character in "\r\n":
            return "a line break", "line-break"
        return "a control character", "control-character"
    import unicodedata  # slow to load, and seldom needed

    if "CYRILLIC" in unicodedata.name(character, ""):
        return "a Cyrillic letter", "cyrillic"
    return "a character outside ASCII", "not-ascii"
