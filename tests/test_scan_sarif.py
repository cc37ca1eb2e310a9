"""The finds of a scan as SARIF."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

from runs import run_command
from scans import EXAMPLE, minted, near_misses, packed, says_nothing_of

if TYPE_CHECKING:
    from pathlib import Path


def test_sarif_names_rules_places_and_fingerprints(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "a b%.txt").write_text(f"\n  {key}\n{next(near_misses())}\n{EXAMPLE}\n", encoding="utf-8")
    (tmp_path / "a.zip").write_bytes(packed("zip", {"in/x": f"\n{key}".encode()}))
    ran = run_command(tmp_path, "scan", ".", "missing", "--format", "sarif", "--all")
    assert ran.status == 1
    assert says_nothing_of(ran, key)
    log = json.loads(ran.stdout)
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run = log["runs"][0]
    driver = run["tool"]["driver"]
    assert set(driver) == {"name", "rules"}
    assert all({"id", "shortDescription", "help", "defaultConfiguration"} == set(rule) for rule in driver["rules"])
    results = run["results"]
    assert [(one["ruleId"], one["level"]) for one in results] == [
        ("key", "error"),
        ("near-key", "warning"),
        ("documented-example", "note"),
        ("key", "error"),
    ]
    for one in results:
        assert driver["rules"][one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["message"]["text"]
        assert {len(value) for value in one["partialFingerprints"].values()} == {32}
    places = [one["locations"][0]["physicalLocation"] for one in results]
    assert places[0]["artifactLocation"] == {"uri": "a%20b%25.txt", "uriBaseId": "%SRCROOT%"}
    assert unquote(places[0]["artifactLocation"]["uri"]) == "a b%.txt"
    assert places[0]["region"] == {"startLine": 2, "startColumn": 3}
    assert results[3]["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "in/x", "kind": "member"}]
    assert "in in/x, line 2" in results[3]["message"]["text"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "missing" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_the_fingerprint_of_a_find_stays_when_lines_are_added(tmp_path: Path) -> None:
    key = minted()
    prints = []
    for before, name in (("", "a"), ("\n\n", "./a"), ("\n", str(tmp_path / "a"))):
        (tmp_path / "a").write_text(before + key, encoding="utf-8")
        log = json.loads(run_command(tmp_path, "scan", name, "--format", "sarif").stdout)
        prints.append(log["runs"][0]["results"][0]["partialFingerprints"])
    assert prints[0] == prints[1] == prints[2]
