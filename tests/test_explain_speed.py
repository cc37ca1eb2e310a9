"""How much is done to read errors, counted: four times the text takes some four times as much."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from evidence import evidence_of

from conformance.diagnosis.lines import Lines
from conformance.diagnosis.readers import failure

LINES = [
    "header value '\n",
    "api_key='a' header value 'b', 'c'\n",
    'INFO HTTP Request: GET https://api.hopx.dev/v1/sandboxes "HTTP/1.1 200 OK"\n',
    "'X-API-Key': undefined,\n",
]


def read(line: str, count: int) -> None:
    evidence_of(failure, "Error: x\n" + line * count)


def calls(line: str, count: int) -> int:
    """How many functions and generators are entered."""
    entered = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal entered
        entered += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        read(line, count)
    finally:
        sys.setprofile(None)
    return entered


@pytest.mark.parametrize("line", LINES)
def test_the_same_line_many_times_is_read_in_proportion(line: str) -> None:
    read(line, 1)  # what is compiled and loaded once is so now
    assert calls(line, 2000) < 5 * calls(line, 500)


@pytest.mark.parametrize("line", LINES)
def test_the_lines_of_a_text_are_counted_once_and_not_for_everything_in_it(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []

    class Counted(Lines):
        def __init__(self, text: str) -> None:
            super().__init__(text)
            counted.append(len(text))

    for module in ("errors.repeated_keys", "errors.logged_requests", "errors.copied_requests"):
        monkeypatch.setattr(f"conformance.diagnosis.{module}.Lines", Counted)
    read(line, 500)
    assert 1 <= len(counted) <= 3
