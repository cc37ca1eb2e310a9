"""How a run is asked for, and why it does not begin: its options, variables and files, and what it is started in."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import re
import shutil
from typing import TYPE_CHECKING, get_args

import pytest
from runs import (
    KEY,
    KEY_VARIABLES,
    LIVE,
    NOBODY,
    REVOKED,
    ROOT,
    SPEC,
    URL,
    run_suite,
    some_key,
    write_waivers,
)

import conformance.suites
from conformance.spec.files import default_spec
from conformance.spec.model import CheckName
from conformance.spec.sdk import SdkCheckName
from conformance.suites.check import is_check

if TYPE_CHECKING:
    from pathlib import Path

SILENT = ("-k", "documented-example-is-well-formed")  # sends no request


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
        if is_check(value) and value.__module__ == module.__name__
    ]
    assert sorted(found) == sorted((*get_args(CheckName), *get_args(SdkCheckName)))
    assert {rule.check for rule in SPEC.rules} == {*get_args(CheckName), *get_args(SdkCheckName)}


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


def test_several_faults_may_be_given_one_by_one(tmp_path: Path) -> None:
    faults = ("--fault=no-request-id", "--fault=no-challenge")
    ran = run_suite(tmp_path, "--target=mock", *faults, "-k", "challenge-is-sent or request-id-is-sent", "-n2")
    assert {"request-id-is-sent", "challenge-is-sent"} <= ran.rules("advisory")
    assert ran.lines[0]["options"]["--fault"] == "no-request-id,no-challenge"


def test_the_thorough_profile_asks_everything_of_a_live_target(tmp_path: Path, mock: dict[str, str]) -> None:
    options = ("--target=live", "--rate=100000", "-k", "unauthorized-unknown or last-bits")
    smoke = run_suite(tmp_path, *options, given=mock)
    assert any("smoke test" in line["reason"] for line in smoke.verdicts.values())
    thorough = run_suite(tmp_path, *options, "--hypothesis-profile=thorough", given=mock)
    assert thorough.status == 0
    assert {line["reason"] for line in thorough.verdicts.values() if line["verdict"] == "blocked"} == {"--allow-writes"}
    assert thorough.footer["requests"] > smoke.footer["requests"]
