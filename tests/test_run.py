"""What a run does, says and writes, from its exit status to the last sandbox that it deletes."""

from __future__ import annotations

import http.client
import importlib
import json
import os
import pkgutil
import re
import select
import shutil
import signal
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlsplit

import msgspec
import pytest
from runs import (
    KEY_VARIABLES,
    ROOT,
    SPEC,
    Ran,
    finish,
    run_command,
    run_suite,
    served_mock,
    start_suite,
    text_of,
)

import conformance.suites
from conformance.keys import KeyFormat
from conformance.spec.files import default_spec
from conformance.spec.model import Check
from conformance.spec.sdk import SdkCheck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = KEY_VARIABLES[0]
URL = SPEC.base_url_variable
NOBODY = "http://127.0.0.1:1/v1"  # nothing listens there
LIVE = ("--target=live", "--rate=1000")
SILENT = ("-k", "documented-example-is-well-formed")  # sends no request
REVOKED = ("--target=mock", "-k", "unauthorized-revoked")


@pytest.fixture(scope="module")
def mock() -> Iterator[dict[str, str]]:
    with served_mock() as variables:
        yield variables


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A whole run against the mock."""
    return run_suite(tmp_path_factory.mktemp("passed"), "--target=mock", "--hypothesis-profile=ci")


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run that finds a broken promise."""
    return run_suite(tmp_path_factory.mktemp("failed"), *REVOKED, "--fault=revoked-accepted")


def some_key() -> str:
    return KeyFormat(msgspec.to_builtins(SPEC.key)).mint().reveal()


# How a run begins, or why it does not


def test_a_target_that_keeps_every_promise_gives_exit_status_0(passed: Ran) -> None:
    assert passed.status == 0
    assert passed.rules("fail", "advisory", "error", "blocked", "waived") == set()
    assert passed.rules("pass", "observed") == {rule.id for rule in SPEC.rules if rule.target != "sdk"}


def test_a_broken_promise_gives_exit_status_1(failed: Ran) -> None:
    assert failed.status == 1
    assert failed.rules("fail") == {"unauthorized-revoked"}


USAGE = {
    "no key names the variable": (LIVE, f"no key: {KEY} is not set"),
    "no key of that environment": ((*LIVE, "--env=staging"), "HOPX_API_KEY_STAGING is not set"),
    "an unknown environment": ((*LIVE, "--env=moon"), "development, staging, production"),
    "an unknown target": (
        ("--target=moon",),
        "unknown target 'moon'; write --target=mock, --target=live or --target=sdk:NAME",
    ),
    "an unknown fault": (
        ("--target=mock", "--fault=moon"),
        "unknown fault 'moon'; hopx-auth mock --list-faults names them all",
    ),
    "an unknown fault with workers": (("--target=mock", "--fault=moon", "-n2"), "unknown fault 'moon'"),
    "a fault on live": ((*LIVE, "--fault=revoked-accepted"), "--fault goes with --target=mock"),
    "a base URL for the mock": (
        ("--target=mock", "--base-url=http://127.0.0.1/"),
        "--base-url goes with --target=live",
    ),
    "writing to the mock": (("--target=mock", "--allow-writes"), "--allow-writes goes with --target=live"),
    "writing with workers": ((*LIVE, "--allow-writes", "-n2"), "--allow-writes goes without -n"),
    "an unknown vocabulary": (("--target=mock", "--vocabulary=moon"), "write any or one of rest, sdk"),
    "a rate that is no number": (("--target=mock", "--rate=often"), "--rate often: write a number"),
    "a rate with workers": (("--target=mock", "--rate=often", "-n2"), "--rate often: write a number"),
    "no rate": ((*LIVE, "--rate=0"), "more than 0"),
    "a negative rate": ((*LIVE, "--rate=-1"), "more than 0"),
    "a rate without end": ((*LIVE, "--rate=inf"), "more than 0"),
    "no rate at all": ((*LIVE, "--rate=nan"), "more than 0"),
    "an unknown profile": (("--target=mock", "--hypothesis-profile=moon"), "write one of default, ci, live, thorough"),
    "no spec file": (("--target=mock", "--spec=moon.yaml"), "moon.yaml:1:1: cannot be read"),
    "a bad spec file": (("--target=mock", "--spec=bad.yaml"), "bad.yaml:1:1: "),
    "no waiver file": (("--target=mock", "--waivers=moon.yaml"), "moon.yaml:1:1: cannot be read"),
    "a bad waiver file": (
        ("--target=mock", "--waivers=bad.yaml"),
        "bad.yaml:1:3: entry 1 lacks the key 'link'; add it",
    ),
    "no file of variables": ((*LIVE, "--env-file=moon"), "moon cannot be read"),
    "plain http": ((*LIVE, "--base-url=http://api.example/v1"), "no key is sent over plain http to api.example"),
    "a password in the base URL": ((*LIVE, "--base-url=https://me:it@api.example/v1"), "a user name or password"),
    "no base URL": ((*LIVE, "--base-url=api.example"), "write https://host/path"),
    "a report directory that is a file": (("--target=mock", "--report-dir=bad.yaml"), "name another one"),
}


@pytest.mark.parametrize("name", USAGE)
def test_a_mistake_in_the_options_gives_exit_status_4_and_says_what_to_write(name: str, tmp_path: Path) -> None:
    options, message = USAGE[name]
    given = {} if name.startswith("no key") else {KEY: some_key(), URL: NOBODY}
    (tmp_path / "bad.yaml").write_text("- spec: 1\n", encoding="utf-8")
    ran = run_suite(tmp_path, *options, given=given)
    assert ran.status == 4
    assert message in ran.stderr
    assert "Traceback" not in ran.output
    assert not (tmp_path / "reports" / "results.jsonl").exists()


def test_a_key_as_the_readme_abbreviates_it_is_a_usage_error_and_no_failure(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, *LIVE, given={KEY: "…", URL: NOBODY})
    assert ran.status == 4
    assert f"{KEY} holds what no API issues as a key (it has a character outside ASCII)" in ran.stderr
    assert not (tmp_path / "reports" / "results.jsonl").exists()


def test_the_documents_say_the_budget_that_a_run_with_one_key_prints(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, *LIVE, given={KEY: some_key(), URL: NOBODY})
    budget = re.search(r"^budget: (at most \d+ requests) \(smoke test, read-only\)", ran.stdout, re.MULTILINE)
    assert budget
    for document in ("README.md", "docs/live.md"):
        assert budget[1] in (ROOT / document).read_text(encoding="utf-8"), document


def test_env_takes_the_key_of_that_environment(tmp_path: Path, mock: dict[str, str]) -> None:
    given = {URL: mock[URL], "HOPX_API_KEY_STAGING": mock[KEY], KEY: some_key()}
    ran = run_suite(tmp_path, *LIVE, "--env=staging", "-k", "valid-key-authenticates", given=given)
    assert ran.status == 0
    assert ran.rules("pass") == {"valid-key-authenticates"}


@pytest.mark.parametrize(("file", "option"), [(".env", ()), ("keys.txt", ("--env-file=keys.txt",))])
def test_variables_are_read_from_a_file_and_never_override_the_environment(
    file: str, option: tuple[str, ...], tmp_path: Path, mock: dict[str, str]
) -> None:
    options = (*LIVE, *option, "-k", "valid-key-authenticates or scope-decides")
    read_only = KEY_VARIABLES[1]
    (tmp_path / file).write_text(f"{KEY}={mock[KEY]}\n{read_only}='{some_key()}'\n", encoding="utf-8")
    assert run_suite(tmp_path, *options, given={URL: mock[URL], read_only: mock[read_only]}).status == 0
    assert run_suite(tmp_path, *options, given={URL: mock[URL]}).rules("fail") == {"scope-decides"}
    assert run_suite(tmp_path, *options, given={URL: mock[URL], KEY: some_key()}).status == 1


def test_the_base_url_never_comes_from_a_file(tmp_path: Path, mock: dict[str, str]) -> None:
    spec = tmp_path / "spec.yaml"
    text = default_spec().read_text(encoding="utf-8")
    spec.write_text(text.replace(SPEC.base_url, NOBODY, 1), encoding="utf-8")
    (tmp_path / ".env").write_text(f"{URL}={mock[URL]}\n{KEY}={mock[KEY]}\n", encoding="utf-8")
    options = (*LIVE, *SILENT, f"--spec={spec}")
    assert f"live at {NOBODY}" in run_suite(tmp_path, *options).stdout
    assert f"live at {mock[URL]}" in run_suite(tmp_path, *options, given={URL: mock[URL]}).stdout
    elsewhere = run_suite(tmp_path, *options, "--base-url=http://127.0.0.2:1", given={URL: mock[URL]})
    assert "live at http://127.0.0.2:1," in elsewhere.stdout


def test_listing_needs_no_key_and_starts_nothing(tmp_path: Path) -> None:
    hook = (
        "import os, sys\n"
        "def note(event, arguments):\n"
        "    known = 'uname' in repr(arguments)  # pytest-metadata asks for the platform\n"
        "    if event in ('subprocess.Popen', 'socket.connect', 'socket.bind') and not known:\n"
        "        os.write(2, b'STARTED ' + event.encode())\n"
        "sys.addaudithook(note)\n"
    )
    (tmp_path / "sitecustomize.py").write_text(hook, encoding="utf-8")
    watched = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    for target in ("live", "mock"):
        ran = run_suite(tmp_path, f"--target={target}", "--collect-only", "-q", given=watched)
        assert ran.status == 0
        assert "unauthorized-revoked[x-api-key-list]" in ran.stdout
        assert "STARTED" not in ran.output
    assert not (tmp_path / "reports").exists()
    assert "STARTED subprocess.Popen" in run_suite(tmp_path, "--target=mock", *SILENT, given=watched).output


def test_the_suites_are_found_by_module_path_and_directory(tmp_path: Path) -> None:
    for words in (
        ("--pyargs", "conformance.suites"),
        ("--pyargs", "conformance.suites.test_keys"),
        (str(ROOT / "conformance" / "suites"),),
        (f"{ROOT}/conformance/suites/test_keys.py::documented-example-is-well-formed",),
    ):
        ran = run_suite(tmp_path, "--target=mock", *SILENT, *words)
        assert ran.status == 0
        assert list(ran.verdicts) == ["documented-example-is-well-formed"]


def test_pytest_in_a_project_whose_environment_has_the_suites_begins_no_run(tmp_path: Path) -> None:
    packages = tmp_path / ".venv" / "lib" / "site-packages"
    shutil.copytree(ROOT / "conformance", packages / "conformance", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "specs", packages / "conformance" / "specs")
    (tmp_path / "test_own.py").write_text("def test_it(): pass\n", encoding="utf-8")
    installed = {"PYTHONPATH": str(packages)}
    ran = run_suite(tmp_path, given=installed)
    assert "1 passed" in ran.stdout
    assert "target:" not in ran.stdout
    assert not (tmp_path / "reports").exists()
    assert run_suite(tmp_path, "--target=mock", *SILENT, given=installed).footer["asked"] == 1


def test_every_check_that_a_rule_may_name_is_one_function_of_the_suites() -> None:
    names = [module.name for module in pkgutil.iter_modules(conformance.suites.__path__)]
    modules = [importlib.import_module(f"conformance.suites.{name}") for name in names if name.startswith("test_")]
    found = [
        name
        for module in modules
        for name, value in vars(module).items()
        if hasattr(value, "check") and value.__module__ == module.__name__
    ]
    assert sorted(found) == sorted((*get_args(Check), *get_args(SdkCheck)))
    assert {rule.check for rule in SPEC.rules} == {*get_args(Check), *get_args(SdkCheck)}


# What makes it fail, and what does not


def test_an_advisory_fails_a_run_only_when_that_is_asked_for(tmp_path: Path) -> None:
    options = ("--target=mock", "--fault=no-challenge", "-k", "challenge-is-sent")
    ran = run_suite(tmp_path, *options)
    assert ran.status == 0
    assert ran.rules("advisory") == {"challenge-is-sent"}
    assert f"{len(ran.verdicts)} advisory" in ran.stdout
    strict = run_suite(tmp_path, *options, "--fail-on-advisory")
    assert strict.status == 1
    assert strict.rules("advisory") == {"challenge-is-sent"}


def test_a_vocabulary_pins_the_words_of_errors(tmp_path: Path) -> None:
    options = ("--target=mock", "-k", "unauthorized-missing")
    assert run_suite(tmp_path, *options, "--vocabulary=rest").status == 0
    other = run_suite(tmp_path, *options, "--vocabulary=sdk")
    assert other.status == 1
    assert {line["expected"] for line in other.verdicts.values()} == {"401 auth_invalid_key"}


def test_options_may_stand_in_the_configuration_file_whose_paths_begin_there(tmp_path: Path) -> None:
    settings = {
        "fail_on_advisory": "true",
        "vocabulary": "rest",
        "waivers": "known.yaml",
        "report_dir": "here",
        "rate": "5000",
    }
    lines = [f"conformance_{name} = {value}" for name, value in settings.items()]
    (tmp_path / "pytest.ini").write_text("\n".join(["[pytest]", *lines]), encoding="utf-8")
    write_waivers(tmp_path / "known.yaml", "unauthorized-revoked[x-api-key-list]")
    options = (*REVOKED, "--fault=revoked-accepted")
    ran = run_suite(tmp_path / "below", *options)
    assert ran.status == 1
    assert "9 failed" in ran.stdout
    assert "1 xfailed" in ran.stdout
    header = json.loads((tmp_path / "here" / "results.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert header["options"]["--vocabulary"] == "rest"
    assert header["options"]["--rate"] == "5000"
    assert header["options"]["--fail-on-advisory"] is True
    assert "10 failed" in run_suite(tmp_path / "below", *options, "--waivers=none").stdout


def write_waivers(file: Path, *patterns: str) -> str:
    waivers = [{"probe": pattern, "reason": "known since May", "link": "https://example.org/1"} for pattern in patterns]
    file.write_text(json.dumps(waivers), encoding="utf-8")
    return f"--waivers={file}"


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


# What it writes


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
    assert header["version"] == conformance.__version__
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


def test_several_faults_may_be_given_one_by_one(tmp_path: Path) -> None:
    faults = ("--fault=no-request-id", "--fault=no-challenge")
    ran = run_suite(tmp_path, "--target=mock", *faults, "-k", "challenge-is-sent or request-id-is-sent", "-n2")
    assert {"request-id-is-sent", "challenge-is-sent"} <= ran.rules("advisory")
    assert ran.lines[0]["options"]["--fault"] == "no-request-id,no-challenge"


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


# What servers say


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A server that answers with a function; its base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = lambda self: answer(self)  # noqa: N815

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def respond(handler: BaseHTTPRequestHandler, status: int, value: object, **headers: str) -> None:
    handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    body = b"" if status == 204 else json.dumps(value).encode()
    handler.send_response(status)
    for name, text in headers.items():
        handler.send_header(name.replace("_", "-"), text)
    if status != 204:
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


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


# What it leaves behind


def sandboxes_of(variables: dict[str, str]) -> set[str]:
    parts = urlsplit(variables[URL])
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.request("GET", f"{parts.path}/sandboxes", headers={"X-API-Key": variables[KEY]})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return {sandbox["id"] for sandbox in answer["data"]}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_a_signal_ends_deletes_what_it_created(number: int, tmp_path: Path) -> None:
    with served_mock() as mock:
        before = sandboxes_of(mock)
        process = start_suite(tmp_path, "--target=live", "--rate=200", "--allow-writes", given=mock)
        while sandboxes_of(mock) == before:
            assert process.poll() is None, "the run ended before it created anything"
        process.send_signal(number)
        ran = finish(process, tmp_path)
        assert ran.status == 2
        assert sandboxes_of(mock) == before
    assert "LEFT BEHIND" not in ran.output
    assert run_command(tmp_path, "report", "show", "reports/results.jsonl").status == 1


def test_a_run_that_fails_deletes_what_it_created(tmp_path: Path) -> None:
    with served_mock("--fault=scope-ignored") as mock:
        before = sandboxes_of(mock)
        ran = run_suite(tmp_path, *LIVE, "--allow-writes", "-k", "scope-decides or denied", given=mock)
        assert ran.rules("fail") == {"scope-decides"}
        assert sandboxes_of(mock) == before
        assert run_suite(tmp_path, *LIVE, "--allow-writes", "-x", given=mock).status == 1
        assert sandboxes_of(mock) == before
    assert "LEFT BEHIND" not in ran.output


def test_a_read_only_run_creates_changes_and_deletes_nothing(tmp_path: Path, mock: dict[str, str]) -> None:
    ran = run_suite(tmp_path, *LIVE, given=mock)
    assert ran.status == 0
    methods = {e["request"]["method"] for line in ran.verdicts.values() for e in line["exchanges"]}
    assert methods <= {"GET", "HEAD", "OPTIONS"}


class Sandboxes:
    """A small API: what it created and what was deleted; a view of a sandbox is never answered."""

    def __init__(self, deletes_with: int) -> None:
        self.created: list[str] = []
        self.deleted: list[str] = []
        self.viewed = threading.Event()
        self.over = threading.Event()
        self._deletes_with = deletes_with

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "POST":
            self.created.append(f"sb_{len(self.created)}")
            respond(handler, 201, {"id": self.created[-1]})
        elif handler.command == "DELETE":
            self.deleted.append(handler.path.rpartition("/")[2])
            respond(handler, self._deletes_with, {})
        elif handler.path.endswith("/sandboxes"):
            respond(handler, 401, {"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"})
        else:
            self.viewed.set()
            self.over.wait()


@pytest.mark.parametrize("status", [204, 500])
def test_ctrl_c_while_an_answer_is_awaited_deletes_or_names_what_was_created(status: int, tmp_path: Path) -> None:
    api = Sandboxes(status)
    with serving(api.answer) as url:
        given = {KEY: some_key(), URL: url}
        process = start_suite(tmp_path, *LIVE, "--allow-writes", "-k", "valid-key-authenticates and view", given=given)
        try:
            assert api.viewed.wait(60)
            process.send_signal(signal.SIGINT)
            ran = finish(process, tmp_path)
        finally:
            api.over.set()
    assert ran.status == 2
    assert api.created
    assert api.deleted == api.created
    left = f"LEFT BEHIND: delete these sandboxes yourself: {', '.join(api.created)}"
    assert (left in ran.stdout) == (status == 500)


def test_the_thorough_profile_asks_everything_of_a_live_target(tmp_path: Path, mock: dict[str, str]) -> None:
    options = ("--target=live", "--rate=100000", "-k", "unauthorized-unknown or last-bits")
    smoke = run_suite(tmp_path, *options, given=mock)
    assert any("smoke test" in line["reason"] for line in smoke.verdicts.values())
    thorough = run_suite(tmp_path, *options, "--hypothesis-profile=thorough", given=mock)
    assert thorough.status == 0
    assert {line["reason"] for line in thorough.verdicts.values() if line["verdict"] == "blocked"} == {"--allow-writes"}
    assert thorough.footer["requests"] > smoke.footer["requests"]


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        if int(text.rpartition(")")[2].split()[1]) == pid:
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [None, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_mock_never_outlives_its_run(number: int | None, tmp_path: Path) -> None:
    process = start_suite(tmp_path, "--target=mock", "-v", "-k", "unauthorized-missing or near-miss", "--rate=300")
    assert process.stdout is not None
    while "PASSED" not in (line := process.stdout.readline()):
        assert line, "the run ended"
    [child] = children_of(process.pid)
    watched = os.pidfd_open(child)
    try:
        if number is not None:
            process.send_signal(number)
        finish(process, tmp_path)
        ended, _, _ = select.select([watched], [], [], 60)
        assert ended, "the mock goes on without its run"
    finally:
        os.close(watched)
