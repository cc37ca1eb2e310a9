"""Names of files and of members of archives, which may hold keys themselves."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from conformance.scanning.find import SERIOUS
from conformance.scanning.scanner import Scanner

if TYPE_CHECKING:
    from conformance.keys import KeyFormat

_BLOCK = 4096
_AS_BYTES = ("utf-8", "surrogateescape")


def hidden(text: str, key_format: KeyFormat) -> str:
    """The text up to a key in it, in any form; what stands behind it may be a piece of it that something broke off."""
    from conformance.scrub import Scrubber

    written = text.encode(*_AS_BYTES)
    finds = Scanner(key_format, _BLOCK).scan(io.BytesIO(written), "")
    found = next((find for find in finds if find.judged.kind in SERIOUS), None)
    before = written[: found.place.offset if found else None].decode(*_AS_BYTES)
    shown = _without_tails(Scrubber(key_format).scrub(before), key_format)
    return shown + found.judged.shown if found else shown


def _without_tails(text: str, key_format: KeyFormat) -> str:
    """The text without what stands behind the ids of keys, which may be secrets that something broke."""
    prefixes = "|".join(map(re.escape, key_format.prefixes))
    some_id = f"[{re.escape(key_format.id_alphabet)}]{{{key_format.id_length}}}"
    return re.sub(rf"((?:{prefixes}){some_id})[^/:]{{8,}}", rf"\1{key_format.separator}…", text)
