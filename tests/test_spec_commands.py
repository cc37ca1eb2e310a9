"""hopx-auth spec: mistakes, promises, and which claims are covered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runs import ROOT, SPEC, run_command

if TYPE_CHECKING:
    from pathlib import Path


def test_a_spec_without_mistakes_is_said_to_have_none(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "lint")
    assert (ran.status, ran.stderr) == (0, "")
    assert f"no mistakes in {len(SPEC.rules)} rules, {len(SPEC.claims)} claims, 6 disagreements" in ran.stdout
    ran = run_command(tmp_path, "spec", "lint", "--format", "json")
    assert (ran.status, json.loads(ran.stdout)) == (0, {"mistakes": []})


def test_mistakes_of_a_spec_are_the_result_of_lint(tmp_path: Path) -> None:
    (tmp_path / "mistaken.yaml").write_text("spec: x\nnothing: 1\n")
    ran = run_command(tmp_path, "spec", "lint", "mistaken.yaml", "--format", "json")
    assert (ran.status, ran.stderr) == (1, "")
    mistakes = json.loads(ran.stdout)["mistakes"]
    unknown = {"file": "mistaken.yaml", "line": 2, "column": 1, "message": mistakes[-1]["message"]}
    assert unknown in mistakes
    text = run_command(tmp_path, "spec", "lint", "mistaken.yaml")
    assert text.status == 1
    assert text.stdout.splitlines() == [f"{m['file']}:{m['line']}:{m['column']}: {m['message']}" for m in mistakes]


def test_lint_of_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "lint", "gone.yaml", "--format", "json")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == (
        "hopx-auth: gone.yaml:1:1: cannot be read: No such file or directory; give the path of a YAML file\n"
    )


def test_rules_are_shown_with_what_they_cite(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "show")
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.count("    Advice: ") == len(SPEC.rules)
    ran = run_command(tmp_path, "spec", "show", "unauthorized-missing", "--format", "json")
    (rule,) = json.loads(ran.stdout)["rules"]
    assert (rule["id"], rule["level"], rule["probes"]) == ("unauthorized-missing", "must", 5)
    assert list(rule["because"]) == ["R1", "R7", "R8"]
    ran = run_command(tmp_path, "spec", "show", "unauthorised-missing")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == "hopx-auth: there is no rule 'unauthorised-missing'; write 'unauthorized-missing'\n"


def test_every_claim_is_covered_or_untestable(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "coverage", "--format", "json")
    assert (ran.status, ran.stderr) == (0, "")
    result = json.loads(ran.stdout)
    assert result["uncovered"] == []
    assert [row["claim"] for row in result["claims"]] == list(SPEC.claims)
    assert all((row["probes"] > 0) != bool(row["untestable"]) for row in result["claims"])
    assert len(run_command(tmp_path, "spec", "coverage").stdout.splitlines()) == len(SPEC.claims) + 1


def test_a_claim_whose_rules_make_no_probe_is_uncovered(tmp_path: Path) -> None:
    text = (ROOT / "tests" / "other-api.yaml").read_text(encoding="utf-8")
    extra = """
  - id: never-asked
    level: must
    says: Nothing to ask
    when: {credential: nobody, operation: view, alteration: no-json}
    then: stranger
    because: [A7]
    advice: None
"""
    text = text.replace("\n  A6: {doc", "\n  A7: {document: guide, section: S, says: Unasked}\n  A6: {doc")
    (tmp_path / "spec.yaml").write_text(text + extra.lstrip("\n"))
    ran = run_command(tmp_path, "spec", "coverage", "--spec", "spec.yaml", "--format", "json")
    assert (ran.status, json.loads(ran.stdout)["uncovered"]) == (1, ["A7"])
