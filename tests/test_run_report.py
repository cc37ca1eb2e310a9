"""What a run writes: its summary, its results, its page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from answering import respond, serving
from runs import (
    KEY,
    LIVE,
    REVOKED,
    SPEC,
    URL,
    Ran,
    run_command,
    run_suite,
    some_key,
    text_of,
)

from conformance import __version__

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A whole run against the mock."""
    return run_suite(tmp_path_factory.mktemp("passed"), "--target=mock", "--hypothesis-profile=ci")


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run that finds a broken promise."""
    return run_suite(tmp_path_factory.mktemp("failed"), *REVOKED, "--fault=revoked-accepted")


def test_a_target_that_keeps_every_promise_gives_exit_status_0(passed: Ran) -> None:
    assert passed.status == 0
    assert passed.rules("fail", "advisory", "error", "blocked", "waived") == set()
    assert passed.rules("pass", "observed") == {rule.id for rule in SPEC.rules if rule.target != "sdk"}


def test_a_broken_promise_gives_exit_status_1(failed: Ran) -> None:
    assert failed.status == 1
    assert failed.rules("fail") == {"unauthorized-revoked"}


def test_a_keyword_selects_what_is_asked(failed: Ran) -> None:
    assert {line["rule"] for line in failed.verdicts.values()} == {"unauthorized-revoked"}
    assert len(failed.verdicts) == 10
    assert "deselected" in failed.stdout


def test_the_summary_has_its_denominator_in_the_terminal_and_on_the_page(passed: Ran, failed: Ran) -> None:
    sentence = "must: 10 asked of 10 · 0 pass · 10 fail · 0 waived · 0 blocked"
    assert sentence in failed.stdout
    assert sentence in text_of(failed.page.text)
    for level in ("must", "should", "observe"):
        counts = passed.footer["counts"][level]
        sentence = f"{level}: {sum(counts.values())} asked of {sum(counts.values())} · "
        assert sentence in passed.stdout
        assert sentence in text_of(passed.page.text)


def test_results_have_a_header_a_line_for_every_verdict_and_a_footer(passed: Ran, failed: Ran) -> None:
    header, *lines, footer = failed.lines
    assert header["type"] == "header"
    assert header["target"] == "mock"
    assert header["base_url"].startswith("http://127.0.0.1:")
    assert (header["spec"], header["spec_version"]) == (SPEC.spec, SPEC.version)
    assert header["version"] == __version__
    assert header["started"] <= footer["ended"]
    assert header["options"]["--fault"] == "revoked-accepted"
    assert footer["type"] == "footer"
    assert footer["counts"] == {"must": {"fail": 10}, "should": {}, "observe": {}}
    assert (footer["asked"], footer["total"], footer["exit_status"]) == (10, 10, 1)
    assert {line["type"] for line in lines} == {"verdict"}
    line = failed.verdicts["unauthorized-revoked[x-api-key-list]"]
    assert (line["rule"], line["level"], line["verdict"]) == ("unauthorized-revoked", "must", "fail")
    assert line["expected"].startswith("401 AUTHENTICATION_ERROR")
    assert line["observed"] == "200"
    assert line["because"] == next(rule.because for rule in SPEC.rules if rule.id == "unauthorized-revoked")
    assert line["duration_ms"] > 0
    [exchange] = line["exchanges"]
    assert exchange["request"]["method"] == "GET"
    assert exchange["request"]["url"] == header["base_url"] + "/sandboxes"
    assert [name for name, _ in exchange["request"]["headers"]][-1] == "X-API-Key"
    assert exchange["response"]["status"] == 200
    assert all(len(line["exchanges"]) > 0 for line in passed.verdicts.values() if line["operation"])


def test_a_truncated_results_file_is_reported_as_such(passed: Ran, failed: Ran, tmp_path: Path) -> None:
    source = failed.directory / "reports" / "results.jsonl"
    whole = run_command(failed.directory, "report", "show", str(source))
    assert whole.status == 1  # it has broken promises
    assert "TRUNCATED" not in whole.stdout
    assert "must: 10 asked of 10 · 0 pass · 10 fail · 0 waived · 0 blocked" in whole.stdout
    assert run_command(passed.directory, "report", "show", "reports/results.jsonl").status == 0
    text = (passed.directory / "reports" / "results.jsonl").read_text(encoding="utf-8")
    without_footer = "".join(text.splitlines(keepends=True)[:-1])
    for cut in (without_footer, without_footer[:-20]):
        (tmp_path / "results.jsonl").write_text(cut, encoding="utf-8")
        ran = run_command(tmp_path, "report", "show", "results.jsonl")
        assert ran.status == 1
        assert "TRUNCATED" in ran.stdout
        ran = run_command(tmp_path, "report", "show", "results.jsonl", "--format=json")
        assert ran.status == 1
        assert json.loads(ran.stdout)["files"][0]["truncated"] is True
    for damaged in ("", "{}\n", "no\nno\n", text.partition("\n")[2], text.replace("\n", "\nx\n", 1)):
        (tmp_path / "results.jsonl").write_text(damaged, encoding="utf-8")
        ran = run_command(tmp_path, "report", "show", "results.jsonl")
        assert ran.status == 2
        assert "results.jsonl:" in ran.stderr


def test_the_page_loads_nothing_from_anywhere(failed: Ran) -> None:
    loading = [
        (tag, attributes[name])
        for tag, attributes in failed.page.elements
        for name in ("src", "href", "srcset", "data", "action")
        if attributes.get(name) and tag != "a"
    ]
    assert [pair for pair in loading if not pair[1].startswith(("data:", "#"))] == []
    assert "url(" not in failed.page.text.replace("url(data:", "")
    assert "@import" not in failed.page.text


def test_the_page_has_a_row_for_every_verdict_with_rule_level_operation_and_time(passed: Ran, failed: Ran) -> None:
    head = failed.page.text.partition('<thead id="results-table-head">')[2].partition("</thead>")[0]
    assert text_of(head).split() == ["Verdict", "Rule", "Level", "Operation", "Time"]
    assert len(passed.page.rows) == len(passed.verdicts)
    shown = {}
    for row in failed.page.rows:
        _outcome, verdict, probe, level, operation, time = map(text_of, split_cells(row["resultsTableRow"]))
        shown[probe] = (verdict, level, operation, time)
    assert set(shown) == set(failed.verdicts)
    verdict, level, operation, time = shown["unauthorized-revoked[bearer-view]"]
    assert (verdict, level, operation) == ("fail", "must", "view")
    assert time.endswith(" ms")


def split_cells(cells: list[str]) -> list[str]:
    return [cell + "</td>" for cell in "".join(cells).split("</td>") if cell]


def test_the_page_says_who_was_asked_about_what(failed: Ran) -> None:
    facts = failed.page.data["environment"]
    assert facts["Target"].startswith("mock at http://127.0.0.1:")
    assert SPEC.title in facts["Promises"]
    assert "Packages" not in facts


def test_a_row_opens_to_promise_citation_expectation_exchange_curl_line_and_advice(failed: Ran) -> None:
    row = next(row for row in failed.page.rows if "bearer-update" in "".join(row["resultsTableRow"]))
    shown = text_of("".join(extra["content"] for extra in row["extras"]) + row["log"])
    rule = next(rule for rule in SPEC.rules if rule.id == "unauthorized-revoked")
    claim = SPEC.claims[rule.because[0]]
    for words in (
        rule.says,
        claim.says,
        claim.section,
        SPEC.documents[claim.document].title,
        "401 AUTHENTICATION_ERROR",
        "200",
        "> PUT http://127.0.0.1:",
        "< 200",
        "curl -i -X PUT ",
        '-H "Authorization: Bearer $HOPX_API_KEY_REVOKED"',
        rule.advice,
    ):
        assert words in shown


def test_workers_give_the_result_that_one_process_gives(passed: Ran, tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "--target=mock", "--hypothesis-profile=ci", "-n2")
    assert ran.status == 0
    assert set(ran.verdicts) == set(passed.verdicts)
    assert {name: line["verdict"] for name, line in ran.verdicts.items()} == {
        name: line["verdict"] for name, line in passed.verdicts.items()
    }
    assert ran.footer["counts"] == passed.footer["counts"]
    assert ran.lines[0]["workers"] == 2
    assert len(ran.page.rows) == len(passed.page.rows)
    failing = run_suite(tmp_path / "failing", *REVOKED, "--fault=revoked-accepted", "-n2")
    assert failing.status == 1
    assert failing.footer["counts"]["must"] == {"fail": 10}


def test_text_from_a_server_is_shown_as_text(tmp_path: Path) -> None:
    markup = "<script>alert(1)</script><img src=https://example.org/x onerror=alert(2)>"
    escapes = "\x1b[31mred\x1b]0;title\x07\r\n\x9b2J\x00"
    body = {"code": markup + escapes, "error": escapes, markup: [markup]}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        status = 401 if handler.path.endswith("/sandboxes") else 404
        respond(handler, status, body, X_Markup=markup, X_Escape="\x1b[2J")

    with serving(answer) as url:
        options = (
            "-k",
            "unauthorized-missing or challenge-is-sent or observe",
            "--color=no",
            "-rA",
            "--junit-xml=junit.xml",
        )
        ran = run_suite(tmp_path, *LIVE, *options, given={KEY: some_key(), URL: url})
    assert ran.status == 1
    assert "alert(1)" in ran.stdout
    allowed = {"\n"}
    assert [c for c in ran.stdout if (ord(c) < 32 or 127 <= ord(c) < 160) and c not in allowed] == []
    assert not any("alert" in json.dumps(attributes) for tag, attributes in ran.page.elements if tag != "div")
    for row in ran.page.rows:
        html = "".join(row["resultsTableRow"]) + "".join(extra["content"] for extra in row["extras"]) + row["log"]
        assert "<script" not in html
        assert "<img" not in html
        assert "\x1b" not in html
        assert ("alert(1)" in text_of(html)) == ('class="exchange"' in html)
