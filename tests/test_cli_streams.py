"""What commands print where nobody reads it, or where it cannot be printed: the status is the answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import shell
from runs import FORMAT, run_command

EVERY = [
    ["key", "mint"],
    ["key", "redact"],
    ["spec", "show"],
    ["spec", "coverage"],
    ["mock", "--list-faults"],
    ["-h"],
]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_a_reader_that_stops_reading_is_no_mistake(words: list[str], tmp_path: Path) -> None:
    line = " ".join(words)
    ran = shell(f'{{ "$@" {line} < /dev/null; echo "status $?" >&2; }} | true', tmp_path)
    assert ran.output in ("status 0\n", "status 141\n")
    ran = shell(f'{{ "$@" {line} < /dev/null; echo "status $?" >&2; }} | head -1 > /dev/null', tmp_path)
    assert ran.output in ("status 0\n", "status 141\n")


def test_what_is_found_is_not_told_as_nothing_because_nobody_reads_it(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(f"{FORMAT.mint().reveal()}\n" * 20_000)
    for reader in ("true", "head -1 > /dev/null"):
        ran = shell(f'{{ "$@" scan log 2> told; echo "status $?" >&2; }} | {reader}', tmp_path)
        assert ran.output == "status 1\n"
        assert "20000 keys" in (tmp_path / "told").read_text()


@pytest.mark.parametrize("words", [["explain", "key"], ["doctor", "--offline"]], ids=" ".join)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_diagnosis_that_nobody_reads_keeps_its_status(words: list[str], form: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text('"' + FORMAT.mint().reveal() + '"')
    line = " ".join([*words, "--format", form])
    ran = shell(f'{{ sleep 0.3; "$@" {line} 2> /dev/null; echo "status $?" >&2; }} | true', tmp_path)
    assert ran.output == "status 1\n"


@pytest.mark.parametrize("words", [["explain", "key"], ["explain", "--help"]], ids=" ".join)
@pytest.mark.parametrize("columns", [85, 100])
def test_what_is_printed_is_as_wide_as_columns_says(words: list[str], columns: int, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f'"{FORMAT.mint().reveal()}"')
    printed = run_command(tmp_path, *words, given={"COLUMNS": str(columns)}).stdout
    assert columns - 15 < max(map(len, printed.splitlines())) <= columns


@pytest.mark.parametrize("words", EVERY[:-1], ids=" ".join)
def test_without_standard_output_nothing_breaks(words: list[str], tmp_path: Path) -> None:
    ran = shell(f'"$@" {" ".join(words)} < /dev/null >&-', tmp_path)
    assert (ran.status, ran.output) == (0, "")


@pytest.mark.parametrize("words", ["redact a", "scan a --format json", "explain gone"])
def test_without_standard_error_no_complaint_gets_into_the_result(words: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("A_PASSWORD=hunter2hunter2\n")
    ran = shell(f'"$@" {words} 2>&-', tmp_path)
    assert "hopx-auth" not in ran.output


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("words", EVERY[:-1], ids=" ".join)
def test_a_full_disk_is_said_in_a_line(words: list[str], tmp_path: Path) -> None:
    ran = shell(f'"$@" {" ".join(words)} < /dev/null > /dev/full', tmp_path)
    assert (ran.status, ran.stderr) == (4, "hopx-auth: reading or writing failed: No space left on device\n")


@pytest.mark.parametrize("words", EVERY[:-1], ids=" ".join)
@pytest.mark.parametrize("given", [{}, {"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}, {"LC_ALL": "C"}], ids=str)
def test_no_command_prints_escapes(words: list[str], given: dict[str, str], tmp_path: Path) -> None:
    ran = run_command(tmp_path, *words, given=given)
    assert (ran.status, ran.stderr) == (0, "")
    assert "\x1b" not in ran.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_standard_error_changes_no_status(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(FORMAT.mint().reveal())
    for line, status in (
        ("explain nosuch", 2),
        ("redact key", 0),
        ("scan key", 1),
        ("key inspect x", 2),
        ("nosuch", 2),
    ):
        assert shell(f'"$@" {line} < /dev/null 2> /dev/full', tmp_path).status == status, line
