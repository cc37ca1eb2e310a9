"""A scan finds keys with something in them that does not belong there."""

from __future__ import annotations

import base64
import random

import pytest
from breaks import BREAKS
from scans import FORMAT, OTHER, found_in, minted


@pytest.mark.parametrize("shown", [5, 17, 22, 24, 40, 50])
@pytest.mark.parametrize("line_break", BREAKS.values(), ids=BREAKS)
def test_a_key_that_is_broken_is_found_as_a_whole(shown: int, line_break: str) -> None:
    for text, key_format in ((minted(), FORMAT), (OTHER.mint().reveal(), OTHER)):
        (find,) = found_in(f'x = "{text[:shown]}{line_break}{text[shown:]}"\n'.encode(), key_format)
        expected = key_format.parse(text).key_id
        assert (find.judged.kind, find.judged.key_id, find.place.offset) == ("key", expected, 5)


@pytest.mark.parametrize("width", [8, 20, 64])
@pytest.mark.parametrize(
    "line_break",
    ["\n", "\r\n        ", "\\\n", '" +\n  "', "\n# ", "\n// ", "\n-- "],
    ids=repr,
)
def test_base64_that_is_broken_is_found_as_a_whole(width: int, line_break: str) -> None:
    key = minted()
    encoded = base64.b64encode(b"a" * 60 + key.encode() + b"b" * 60).decode()
    before, rest = encoded[:80], encoded[80:]  # the word that is searched for is in one piece
    pieces = [before + rest[:8], *(rest[at : at + width] for at in range(8, len(rest), width))]
    (find,) = found_in(f'"{line_break.join(pieces)}"'.encode())
    assert (find.judged.kind, find.judged.key_id) == ("near-key", FORMAT.parse(key).key_id)


@pytest.mark.parametrize("width", range(5, 12))
def test_a_key_that_is_wrapped_into_short_lines_is_found_though_some_look_like_words(width: int) -> None:
    chance = random.Random(width)
    for _ in range(60):
        key = FORMAT.mint(chance.randbytes).reveal()
        first = chance.choice([width, *range(5, width)])
        lines = [key[:first], *(key[at : at + width] for at in range(first, len(key), width))]
        (find,) = found_in("\n".join(lines).encode())
        assert (find.judged.kind, find.judged.key_id) == ("key", FORMAT.parse(key).key_id)


@pytest.mark.parametrize("sign", BREAKS.values(), ids=BREAKS)
def test_a_key_whose_first_letters_were_torn_off_is_found(sign: str) -> None:
    for at in range(1, len(FORMAT.prefix)):
        key = minted()
        (find,) = found_in(f"a line\nthe key: {key[:at]}{sign}{key[at:]}\n".encode())
        assert (find.judged.kind, find.judged.key_id) == ("key", FORMAT.parse(key).key_id)
        assert (find.place.line, find.place.column, find.place.offset) == (2, 10, 16)


@pytest.mark.parametrize("width", [64, 76])
@pytest.mark.parametrize("line_break", ["\n", "\r\n    "], ids=repr)
def test_base64_of_which_a_line_ends_within_the_beginning_of_a_key_is_found(width: int, line_break: str) -> None:
    key = minted()
    for before in range(width):
        encoded = base64.b64encode(b"a" * before + key.encode() + b"b" * 60).decode()
        text = line_break.join(encoded[at : at + width] for at in range(0, len(encoded), width))
        for written in (text.encode(), text.encode("utf-16-le")):
            assert [find.judged.key_id for find in found_in(written)] == [FORMAT.parse(key).key_id], before
