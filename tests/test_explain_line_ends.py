"""A file that holds a key alone: the end of its line is the file's own, one that is left over is the key's."""

from __future__ import annotations

import pytest
from explained import verdict


@pytest.mark.parametrize(
    ("end", "found"),
    [
        ("", ["healthy"]),
        ("\n", ["healthy"]),
        ("\r\n", ["key-trailing-newline-cr likely"]),
        ("\r", ["key-trailing-newline-cr certain"]),
        ("\n\n", ["key-trailing-newline certain"]),
        ("\r\n\r\n", ["key-trailing-newline certain"]),
    ],
)
def test_a_line_end_of_windows_is_only_likely_to_be_a_trouble(end: str, found: list[str]) -> None:
    assert verdict(f"<KEY>{end}") == found


def test_it_is_told_beside_what_else_is_wrong() -> None:
    assert verdict('"<KEY>"\r\n') == ["key-wrapped-in-quotes certain", "key-trailing-newline-cr likely"]
