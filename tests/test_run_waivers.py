"""Broken promises that are known: what a waiver excuses, and what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from runs import (
    LIVE,
    NOBODY,
    REVOKED,
    URL,
    run_suite,
    write_waivers,
)

if TYPE_CHECKING:
    from pathlib import Path

WAIVED = {
    "unauthorized-revoked[x-api-key-list]": 1,
    "unauthorized-revoked[?-api-key-list]": 1,
    "unauthorized-revoked[*-list]": 2,
    "unauthorized-revoked*": 10,
    "*": 10,
}


@pytest.mark.parametrize("pattern", WAIVED)
def test_a_waived_promise_is_an_expected_failure(pattern: str, tmp_path: Path) -> None:
    option = write_waivers(tmp_path / "known.yaml", pattern)
    ran = run_suite(tmp_path, *REVOKED, "--fault=revoked-accepted", option, "--xfail-tb")
    count = WAIVED[pattern]
    assert ran.status == (0 if count == 10 else 1)
    assert f"{count} xfailed" in ran.stdout
    assert [line["verdict"] for line in ran.verdicts.values()].count("waived") == count
    waived = next(line for line in ran.verdicts.values() if line["verdict"] == "waived")
    assert waived["reason"] == "known since May (https://example.org/1)"
    assert f"{10 - count} fail · {count} waived · 0 blocked" in ran.stdout
    assert "items.py" not in ran.output, "the traceback of a waived promise tells nobody anything"


def test_a_waiver_whose_promise_is_kept_fails_the_run(tmp_path: Path) -> None:
    option = write_waivers(tmp_path / "known.yaml", "unauthorized-revoked[x-api-key-list]")
    ran = run_suite(tmp_path, *REVOKED, option)
    assert ran.status == 1
    sentence = "stale waiver in line 1: unauthorized-revoked[x-api-key-list] matches no broken promise; remove it"
    assert sentence in ran.stdout
    assert ran.footer["problems"] == [sentence]
    elsewhere = run_suite(tmp_path, "--target=mock", "-k", "unauthorized-expired", option)
    assert elsewhere.status == 0  # what was not asked is not known to be kept


def test_a_waiver_that_matches_no_probe_stops_the_run_before_it_begins(tmp_path: Path) -> None:
    patterns = ("unauthorized-revoked*", "unauthorized-revoked[x]", "unauthorized-revokedx-api-key-list")
    ran = run_suite(tmp_path, *REVOKED, write_waivers(tmp_path / "known.yaml", *patterns))
    assert ran.status == 4
    assert "no probe is called 'unauthorized-revoked[x]'" in ran.stderr
    assert "no probe is called 'unauthorized-revokedx-api-key-list'" in ran.stderr
    assert "'unauthorized-revoked*'" not in ran.stderr


def test_an_error_is_never_waived(tmp_path: Path, mock: dict[str, str]) -> None:
    option = write_waivers(tmp_path / "known.yaml", "*")
    ran = run_suite(tmp_path, *LIVE, option, "-k", "valid-key-authenticates", given=mock | {URL: NOBODY})
    assert ran.status == 1
    assert {line["verdict"] for line in ran.verdicts.values()} <= {"error", "blocked"}
    assert ran.rules("error") == {"valid-key-authenticates"}
