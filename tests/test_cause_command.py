"""hopx-auth spec causes: the list, one cause in full, and causes of others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from catalogue import CAUSES, IDS, SETS, TINY, written
from runs import FORMAT, ROOT, SPEC, run_command

if TYPE_CHECKING:
    from pathlib import Path


def test_the_command_lists_ids_and_titles(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes")
    assert (ran.status, ran.stderr) == (0, "")
    listed = [line.split(maxsplit=1) for line in ran.stdout.splitlines()]
    assert listed == [[cause.id, cause.title] for cause in CAUSES.causes]


@pytest.mark.parametrize("name", ["key-in-query-string", "bearer-no-space", "revoked", "network-unreachable"])
def test_the_command_shows_a_cause_in_full(name: str, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes", name)
    assert (ran.status, ran.stderr) == (0, "")
    cause = CAUSES.by_id()[name]
    texts = [cause.title, cause.says, *cause.shows, cause.falsified_by, *cause.threads]
    texts += [variant.says for variant in cause.variants]
    texts += [line for found in cause.fix.places().values() for step in found for line in step.text.split("\n")]
    texts += [entry.ask for entry in CAUSES.indistinguishable if cause.id in entry.candidates]
    texts += [SPEC.claims[claim].says for claim in cause.because if claim in SPEC.claims]
    assert [text for text in texts if text not in ran.stdout] == []
    assert ran.stdout.startswith(f"{cause.id}: ")


def test_a_set_is_shown_without_the_cause_itself(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes", "sdk-ignores-proxy-env")
    assert "Then it may also be network-unreachable. Ask:" in ran.stdout


def test_json_holds_the_causes_and_nothing_else(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes", "--format", "json")
    result = json.loads(ran.stdout)
    assert (ran.status, ran.stderr, list(result)) == (0, "", ["causes", "indistinguishable"])
    assert [cause["id"] for cause in result["causes"]] == IDS
    assert [entry["id"] for entry in result["indistinguishable"]] == list(SETS)


def test_json_of_one_cause_has_its_citations_and_its_sets(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes", "auto-revoked-leak", "--format", "json")
    result = json.loads(ran.stdout)
    (cause,) = result["causes"]
    assert cause["id"] == "revoked"
    assert list(cause["because"]) == ["R8", "R11", "S14"]
    assert all(SPEC.claims[name].says in text for name, text in cause["because"].items())
    assert [entry["id"] for entry in result["indistinguishable"]] == ["EQ1", "EQ11", "EQ12", "EQ13", "EQ14"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_unknown_cause_is_a_usage_error_with_the_nearest_one(form: str, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes", "key-mistiped", "--format", form)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == "hopx-auth: there is no cause 'key-mistiped'; write 'key-mistyped'\n"


def test_a_key_in_the_place_of_a_cause_is_not_repeated(tmp_path: Path) -> None:
    key = FORMAT.mint()
    ran = run_command(tmp_path, "spec", "causes", key.reveal())
    assert (ran.status, ran.stdout) == (2, "")
    assert FORMAT.parts(key).secret[:8] not in ran.stderr


def test_another_causes_file_is_read_and_its_mistakes_are_said(tmp_path: Path) -> None:
    written(tmp_path, TINY)
    ran = run_command(tmp_path, "spec", "causes", "--causes", "causes.yaml")
    assert (ran.status, ran.stdout) == (0, "first   The first\nsecond  The second\n")
    written(tmp_path, TINY.replace("R7", "R77"))
    ran = run_command(tmp_path, "spec", "causes", "--causes", "causes.yaml")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == "hopx-auth: causes.yaml:13:15: there is no claim or disagreement 'R77'; write 'R7'\n"


def test_causes_are_those_of_the_spec_that_is_named(tmp_path: Path) -> None:
    spec = str(ROOT / "tests" / "other-api.yaml")
    ran = run_command(tmp_path, "spec", "causes", "--spec", spec)
    assert (ran.status, ran.stdout) == (2, "")
    assert "causes.yaml:" in ran.stderr
    written(tmp_path, TINY.replace("    because: [R7]\n", ""))
    assert run_command(tmp_path, "spec", "causes", "--spec", spec, "--causes", "causes.yaml").status == 0


def test_escapes_of_a_causes_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    written(tmp_path, TINY.replace("says: It is gone.", 'says: "It is \\e[31mgone."'))
    ran = run_command(tmp_path, "spec", "causes", "second", "--causes", "causes.yaml")
    assert ran.status == 0
    assert "\x1b" not in ran.stdout
