"""What makes a run fail, and what blocks it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from runs import (
    KEY,
    LIVE,
    NOBODY,
    REVOKED,
    ROOT,
    URL,
    run_command,
    run_suite,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_an_advisory_fails_a_run_only_when_that_is_asked_for(tmp_path: Path) -> None:
    options = ("--target=mock", "--fault=no-challenge", "-k", "challenge-is-sent")
    ran = run_suite(tmp_path, *options)
    assert ran.status == 0
    assert ran.rules("advisory") == {"challenge-is-sent"}
    assert f"{len(ran.verdicts)} advisory" in ran.stdout
    strict = run_suite(tmp_path, *options, "--fail-on-advisory")
    assert strict.status == 1
    assert strict.rules("advisory") == {"challenge-is-sent"}


def test_a_key_that_does_not_work_blocks_what_needs_it_and_accuses_the_api_of_nothing_else(
    tmp_path: Path, mock: dict[str, str]
) -> None:
    minted = run_command(tmp_path, "key", "mint").stdout.strip()
    ran = run_suite(tmp_path, *LIVE, given={URL: mock[URL], "HOPX_API_KEY": minted})
    assert ran.status == 1
    assert ran.rules("fail", "advisory") == {"valid-key-authenticates"}
    assert "blocked: needs a key that works in HOPX_API_KEY" in ran.stdout


def test_what_is_blocked_for_lack_of_a_key_needs_its_variable(tmp_path: Path, mock: dict[str, str]) -> None:
    ran = run_suite(tmp_path, *LIVE, "-k", "unauthorized-revoked", given={name: mock[name] for name in (URL, KEY)})
    assert re.search(r"^\d+ blocked: needs HOPX_API_KEY_REVOKED$", ran.stdout, re.MULTILINE)


def test_a_run_in_which_nothing_could_be_asked_fails(tmp_path: Path, mock: dict[str, str]) -> None:
    ran = run_suite(tmp_path, *LIVE, "-k", "denied-create", given=mock)
    assert ran.status == 1
    assert ran.rules("blocked") == {"denied-create-creates-nothing"}
    assert "must: 0 asked of 6 · 0 pass · 0 fail · 0 waived · 6 blocked" in ran.stdout
    assert "nothing could be asked" in ran.stdout
    assert "6 blocked: needs --allow-writes" in ran.stdout


def test_a_signal_that_comes_where_the_code_has_no_line_interrupts_a_run_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "interrupting.py").write_text(
        """\
def interrupt():
    raise KeyboardInterrupt

# as the end of a with block may have none; each byte says so of eight instructions
interrupt.__code__ = interrupt.__code__.replace(co_linetable=bytes([0xFF] * 8))

reached = []

def pytest_runtest_setup(item):
    reached.append(item)
    if len(reached) == 3:
        interrupt()
""",
        encoding="utf-8",
    )
    given = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    ran = run_suite(tmp_path, *REVOKED, "-p", "interrupting", given=given)
    assert ran.status == 2
    assert "KeyboardInterrupt" in ran.stdout
    assert "Traceback" not in ran.output
    assert re.search(r"stopped early: \d+ of \d+ tests were not reached", ran.stdout)
    assert len(ran.verdicts) == 2
    assert ran.lines[-1]["type"] == "verdict"  # no footer: the file is shown as truncated


def test_a_run_that_selects_nothing_fails(tmp_path: Path) -> None:
    assert run_suite(tmp_path, "--target=mock", "-k", "moon").status == 5


def test_a_target_that_stops_answering_stops_the_run_and_the_denominator_says_so(
    tmp_path: Path, mock: dict[str, str]
) -> None:
    ran = run_suite(tmp_path, *LIVE, given=mock | {URL: NOBODY})
    assert ran.status == 1
    assert "the target has stopped answering" in ran.stdout
    assert list(ran.rules("fail")) == []
    reached = len(ran.verdicts)
    problem = next(problem for problem in ran.footer["problems"] if problem.startswith("stopped early"))
    words = problem.split()
    assert int(words[4]) - int(words[2]) == reached
    assert problem in ran.stdout


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_probes_changes_no_verdict(seed: int, tmp_path: Path) -> None:
    fault = "--fault=scope-ignored,query-accepted"
    in_order = run_suite(tmp_path / "in-order", "--target=mock", fault, "--hypothesis-profile=ci")
    at_random = run_suite(
        tmp_path / "at-random",
        "--target=mock",
        fault,
        "--hypothesis-profile=ci",
        "-p",
        "randomly",
        f"--randomly-seed={seed}",
    )
    assert list(at_random.verdicts) != list(in_order.verdicts)
    assert {name: line["verdict"] for name, line in at_random.verdicts.items()} == {
        name: line["verdict"] for name, line in in_order.verdicts.items()
    }
    assert at_random.status == in_order.status == 1
