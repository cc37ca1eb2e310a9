"""A result is proved: no secret that was read stands in it anywhere, or there is none."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redacting import drawn, minted, redacted
from runs import FORMAT, run_command

from conformance.redaction.proof import best_search, hits, windows_of

settings.load_profile("redact")


@pytest.mark.parametrize(
    "around", ["HOPX_API_KEY='Bearer {}'\n", "declare -x HOPX_API_KEY=$'{}\\r'\n", "X-API-Key: Bearer {}\n"]
)
def test_what_was_wrong_around_a_key_stays(around: str, tmp_path: Path) -> None:
    head, tail = around.split("{}")
    result = redacted(around.format(minted()).encode(), tmp_path).decode()
    assert result.startswith(f"{head}{FORMAT.prefix}")
    assert result.endswith(tail)


def test_programs_that_write_about_keys_in_every_way_can_be_shared(tmp_path: Path) -> None:
    for program in sorted(Path(__file__).parent.rglob("*.py")):
        archived = json.dumps({"key": minted(), "content": {"text": program.read_text(encoding="utf-8")}})
        json.loads(redacted(archived.encode(), tmp_path))


def test_a_line_break_within_what_seems_a_cookie_stays_one(tmp_path: Path) -> None:
    archived = json.dumps({"text": '"Cookie: ",\n  \'"\',\n'}).encode()
    assert json.loads(redacted(archived, tmp_path))["text"].count("\n") == 2


def test_what_cannot_be_hidden_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    secret = "%D0%BF%D0%B0"
    written = f'{{"password": "xxx{secret}", "x":\n "{secret}"}}'
    (tmp_path / "in.json").write_text(written)
    ran = run_command(tmp_path, "redact", "in.json", "-o", "out.json")
    assert (ran.status, ran.stdout) == (5, "")
    assert "in.json: line 2, byte 39" in ran.stderr
    assert "%D0" not in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.json"]


@given(st.lists(st.binary(min_size=8, max_size=40), min_size=1, max_size=4), st.data())
def test_every_window_of_a_secret_is_found_wherever_it_stands(found: list[bytes], data: st.DataObject) -> None:
    windows = windows_of(found)
    before, after = data.draw(st.binary(max_size=30)), data.draw(st.binary(max_size=30))
    for window in sorted(windows)[:5]:
        places = list(hits(io.BytesIO(before + window + after), best_search(windows)))
        assert any(start <= len(before) and end >= len(before) + 8 for start, end in places)


def test_a_secret_with_zeros_is_searched_whole() -> None:
    search = best_search(windows_of([b"\0\0a\0b\0c\0d\0e"]))
    assert list(hits(io.BytesIO(b"\0\0a....."), search)) == []
    assert list(hits(io.BytesIO(b"\0\0a\0b\0c\0"), search)) == [(0, 8)]


def test_thousands_of_secrets_are_searched_as_well(tmp_path: Path) -> None:
    found = [drawn(43).encode() for _ in range(600)]
    search = best_search(windows_of(found))
    text = b"-" * 1001 + found[77][20:28] + b"-" * 99
    assert list(hits(io.BytesIO(text), search)) == [(1001, 1009)]
    assert list(hits(io.BytesIO(b"- " * 5000), search)) == []
