"""What every part of a spec file is made of."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

# (?!\n): to Python, unlike JSON Schema, a line break may follow $
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)")]
RequestLine = Annotated[str, Meta(pattern=r"^[A-Z]+ /\S*$(?!\n)")]
Text = Annotated[str, Meta(min_length=1)]
Status = Annotated[int, Meta(ge=100, le=599)]


class Entry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A mapping of the file, whose keys are known."""
