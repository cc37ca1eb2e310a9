"""hopx-auth report show: what results files say, and what is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from runs import run_command

if TYPE_CHECKING:
    from pathlib import Path


HEADER = {"type": "header", "target": "mock", "started": "2020-01-01T00:00:00Z"}
VERDICT = {
    "type": "verdict",
    "rule": "r",
    "level": "must",
    "probe": "r[x]",
    "verdict": "fail",
    "expected": "401",
    "observed": "200",
    "reason": "",
    "because": [],
}


def results(directory: Path, *lines: dict[str, Any]) -> str:
    (directory / "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return "results.jsonl"


def test_a_truncated_file_of_results_is_said_to_be_one(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "report", "show", results(tmp_path, HEADER, VERDICT))
    assert (ran.status, ran.stderr) == (1, "")
    assert "TRUNCATED" in ran.stdout
    assert "fail: r[x]: 200" in ran.stdout
    ran = run_command(tmp_path, "report", "show", "--format=json", results(tmp_path, HEADER, VERDICT))
    assert (ran.status, json.loads(ran.stdout)["files"][0]["truncated"]) == (1, True)


@pytest.mark.parametrize(("status", "kind"), [(0, "pass"), (1, "fail")])
def test_the_status_of_a_whole_file_is_that_of_its_run(status: int, kind: str, tmp_path: Path) -> None:
    footer = {"type": "footer", "exit_status": status, "problems": []}
    name = results(tmp_path, HEADER, {**VERDICT, "verdict": kind}, footer)
    ran = run_command(tmp_path, "report", "show", name, name)
    assert (ran.status, ran.stderr) == (status, "")
    assert ran.stdout.count("results.jsonl: mock, started 2020") == 2


@pytest.mark.parametrize("name", ["gone.jsonl", "directory", "binary", "empty", "text"])
def test_what_holds_no_results_is_said(name: str, tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "binary").write_bytes(b"\xff\x00")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "text").write_text("hello\n")
    ran = run_command(tmp_path, "report", "show", name)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("hopx-auth: ")
    assert name in ran.stderr
    assert ran.stderr.endswith("; give a results.jsonl that a run wrote\n")
