"""What a scan finds, and where; nothing here holds a character of a secret."""

from __future__ import annotations

from typing import NamedTuple

KEY, NEAR_KEY, EXAMPLE, PLACEHOLDER = "key", "near-key", "documented-example", "placeholder"
SERIOUS = (KEY, NEAR_KEY)


class Judgement(NamedTuple):
    """What a text that begins like a key is."""

    kind: str
    shown: str
    key_id: str


class Place(NamedTuple):
    """Where something stands: a file, a member of an archive in it, or a path in a commit.

    Lines and columns count from 1, columns in characters; the offset counts bytes from 0.
    """

    path: str
    line: int = 0
    column: int = 0
    offset: int = 0
    member: str = ""
    commit: str = ""


class Find(NamedTuple):
    """A text that is, or looks like, a key; `form` says how it is written."""

    judged: Judgement
    form: str
    place: Place
