"""Texts with a minted key in the place of KEY, what readers make of them, and changes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence import FORMAT, SURFACE, evidence_of, leaks, minted
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from conformance.diagnosis.evidence import Evidence


class Known:
    """The API whose evidence is read."""

    surface = SURFACE
    prefix = FORMAT.prefix

    def mint(self) -> str:
        return minted()

    def read(self, reader: ModuleType, data: bytes) -> Evidence:
        return evidence_of(reader, data)


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

    def read(self, reader: ModuleType) -> Evidence:
        return KNOWN.read(reader, self.data)


def secret_pieces(value: Evidence, key: str) -> list[str]:
    """The texts of some evidence that hold 8 characters in a row of a key's secret."""
    return leaks(value, key)


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
