"""Texts with a minted key in the place of KEY, what readers make of them, and changes of them."""

from __future__ import annotations

import io
from dataclasses import fields, is_dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from conformance.diagnosis.digest import knowledge
from conformance.diagnosis.reading import Reading, Source
from conformance.keys import ApiKey
from conformance.spec.files import default_causes, default_spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.evidence import Evidence
    from conformance.diagnosis.reading import Reader
    from conformance.diagnosis.surface import Surface


class Known:
    """The API whose evidence is read."""

    @cached_property
    def surface(self) -> Surface:
        return knowledge(default_causes(), default_spec()).surface

    @property
    def prefix(self) -> str:
        return self.surface.key_format.prefix

    def mint(self) -> str:
        return self.surface.key_format.mint().reveal()

    def read(self, reader: Reader, data: bytes) -> Evidence:
        return reader.read(Source("pasted.txt", lambda: io.BytesIO(data)), Reading(self.surface, b"salt"))


KNOWN = Known()
BREAKS = ["'", '"', "\\", "\n", "\\\n", "`", "^", "$", "{{", "@{", "“", "\ufffd"]


class Pasted:
    """A text, with one key wherever it says KEY; names of headers and variables keep theirs."""

    def __init__(self, text: str, key: str = "") -> None:
        self.key = key or KNOWN.mint()
        kept = text.replace("API_KEY", "\0").replace("API-KEY", "\1")
        self.data = kept.replace("KEY", self.key).replace("\0", "API_KEY").replace("\1", "API-KEY").encode()

    def __repr__(self) -> str:
        return f"Pasted({self.data.decode('utf-8', 'replace').replace(self.key.partition('.')[2], 'SECRET')!r})"

    def read(self, reader: Reader) -> Evidence:
        return KNOWN.read(reader, self.data)


def secret_pieces(value: Any, key: str) -> list[str]:
    """The texts of some evidence that hold 8 characters in a row of a key's secret."""
    secret = key.partition(KNOWN.surface.key_format.separator)[2]
    pieces = {secret[at : at + 8] for at in range(len(secret) - 7)}
    return [text for text in [repr(value), *_texts(value)] if any(piece in text for piece in pieces)]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, ApiKey):
        return [value.shown]
    if is_dataclass(value):
        return [text for one in fields(value) for text in _texts(getattr(value, one.name))]
    if isinstance(value, tuple | list | frozenset):
        return [text for one in value for text in _texts(one)]
    return []


def broken(text: str, sign: str) -> Iterator[Pasted]:
    """The text with a sign in the secret of its key, at several places."""
    for at in (3, 10, 22, 34):
        key = KNOWN.mint()
        middle = key.index(KNOWN.surface.key_format.separator) + at
        pasted = Pasted(text, f"{key[:middle]}{sign}{key[middle:]}")
        pasted.key = key
        yield pasted


def mutations(samples: list[str]) -> st.SearchStrategy[Pasted]:
    """The samples with bytes flipped, cut out, put in, and lines doubled; the key itself stays whole."""

    @st.composite
    def one(draw: st.DrawFn) -> Pasted:
        pasted = Pasted(draw(st.sampled_from(samples)))
        key = pasted.key.encode()
        for _ in range(draw(st.integers(1, 4))):
            pasted.data = _changed(draw, pasted.data.replace(key, b"\x02")).replace(b"\x02", key)
        return pasted

    return one()


def _changed(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data)))
    how = draw(st.sampled_from(["flip", "cut", "insert", "double", "end"]))
    if how == "cut":
        return data[:at] + data[at + draw(st.integers(1, 30)) :]
    if how == "flip":
        return data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
    if how == "insert":
        quotes = [b"'", b'"', b"\\", b"`", b"^", b"$", b"\xe2\x80\x9c"]
        pieces = [*quotes, b"\n", b"\xff", b"{{", b"> ", b"* ", b"@{", b"\x1b["]
        return data[:at] + draw(st.sampled_from(pieces)) + data[at:]
    if how == "end":
        return data[:at]
    lines = data.splitlines(keepends=True) or [b""]
    number = draw(st.integers(0, len(lines) - 1))
    return b"".join([*lines[:number], lines[number], *lines[number:]])
