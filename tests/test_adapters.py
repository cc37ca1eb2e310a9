"""Adapters as files, their installation, and the commands that are about them."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from runs import ROOT, Ran, run_command, run_suite
from sdk_clients import adapter_folder, python_adapter

from conformance.sdk.adapter import adapters_directory, find_adapter, load_adapter
from conformance.sdk.errors import InstallError
from conformance.sdk.install import install
from conformance.spec.mistakes import FileError

ADAPTERS = sorted(path.parent for path in adapters_directory().glob("*/adapter.toml"))
MOST_LINES = 170


def adapter(directory: Path, text: str) -> Path:
    file = directory / "adapter.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_adapters_file_that_cannot_be_read_is_told_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "adapter.toml"
    file.write_bytes(b"caf\xe9")
    with pytest.raises(FileError, match=r"toml:1:1: cannot be read: it is not UTF-8 text; save it as UTF-8$"):
        load_adapter(file)
    file.unlink()
    file.mkdir()
    with pytest.raises(FileError, match=r"toml:1:1: cannot be read: Is a directory; give an adapter's folder with"):
        load_adapter(file)


@pytest.mark.parametrize("folder", ADAPTERS, ids=lambda folder: folder.name)
def test_an_adapter_is_called_as_its_folder_and_is_small(folder: Path) -> None:
    assert find_adapter(folder.name, Path()).name == folder.name
    programs = [path for path in folder.iterdir() if path.suffix in (".py", ".mjs")]
    assert len(programs) == 1
    assert len(programs[0].read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_every_mistake_of_an_adapters_file_is_told_at_once(tmp_path: Path) -> None:
    file = adapter(tmp_path, 'name = "Not a slug"\nlanguage = "x"\nsdk = "y"\ncommand = []\ncolour = "red"\n')
    with pytest.raises(FileError) as caught:
        load_adapter(file)
    told = str(caught.value)
    assert f"{file}:1:" in told
    assert f"{file}:4:" in told
    assert "colour" in told


@pytest.mark.parametrize(
    ("text", "words"), [("name = \n", "this is not TOML"), ('name = "a', "this is not TOML"), ("", "name")]
)
def test_what_is_no_adapter_file_is_told(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=words):
        load_adapter(adapter(tmp_path, text))


def test_an_unknown_adapter_is_told_with_the_known_ones(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "adapter", "check", "hopx-pyton")
    assert ran.status == 2
    assert "write 'hopx-python'" in ran.stderr


def test_a_failed_installation_ends_with_the_installers_last_lines(tmp_path: Path) -> None:
    script = "import sys; print('no such release', file=sys.stderr); sys.exit(3)"
    steps = json.dumps([["{python}", "-c", script]])
    folder = adapter_folder(tmp_path, "true", more=f'version = "1.0"\n[install]\nsteps = {steps}')
    with pytest.raises(InstallError, match=r"little-client 1\.0 cannot be installed: .* status 3:\n  no such release"):
        install(find_adapter(str(folder), tmp_path), "1.0", tmp_path / "cache")


def test_a_missing_installer_is_told(tmp_path: Path) -> None:
    folder = adapter_folder(tmp_path, "true", more='[install]\nsteps = [["no-such-installer"]]')
    with pytest.raises(InstallError, match="no-such-installer: No such file or directory; install this program first"):
        install(find_adapter(str(folder), tmp_path), "", tmp_path / "cache")


def test_a_release_is_installed_once_and_again_when_its_folder_changes(tmp_path: Path) -> None:
    step = ["{python}", "-c", "import sys; open(sys.argv[1] + '/' + sys.argv[2], 'x')", "{directory}", "{version}"]
    folder = adapter_folder(tmp_path, "true", more=f"[install]\nsteps = {json.dumps([step])}")
    first = [install(find_adapter(str(folder), tmp_path), "2", tmp_path / "cache") for _ in range(2)]
    assert first[0] == first[1]
    assert (first[0] / "2").is_file()
    (folder / "lock").write_text("changed", encoding="utf-8")
    assert install(find_adapter(str(folder), tmp_path), "2", tmp_path / "cache") != first[0]


def test_check_says_who_an_adapter_is(tmp_path: Path) -> None:
    folder = python_adapter(tmp_path, "adapter.py")
    ran = run_command(tmp_path, "adapter", "check", str(folder), "--format=json")
    result = json.loads(ran.stdout)
    assert (ran.status, result["healthy"], result["adapter"]) == (0, True, "little")
    assert "list" in result["operations"]


def test_check_says_once_that_an_adapter_is_broken(tmp_path: Path) -> None:
    script = "import sys; print('out of order', file=sys.stderr)"
    ran = run_command(tmp_path, "adapter", "check", str(adapter_folder(tmp_path, sys.executable, "-c", script)))
    assert ran.status == 1
    assert ran.stdout.count("the adapter little is broken") == 1
    assert "out of order" in ran.stdout
    assert "Traceback" not in ran.output


def test_serve_prints_the_next_call_and_judges_what_is_pasted(tmp_path: Path) -> None:
    folder = python_adapter(tmp_path, "adapter.py")
    raised = {"type": "SomeError", "message": "m", "display": "d", "debug": "t"}
    pasted = "\n" + json.dumps({"id": 1, "outcome": "raised", "error": raised}) + "\n"
    words = ("adapter", "serve", str(folder), "--rule", "sdk-without-key-is-an-error")
    ran = run_command(tmp_path, *words, stdin=pasted)
    assert ran.status == 0
    calls = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith('{"op":"call"')]
    assert [call["operation"] for call in calls] == ["list", "create"]
    assert "no request arrived" in ran.stdout
    assert "pass: sdk-without-key-is-an-error[list-flat]" in ran.stdout


def test_serve_knows_its_rules(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "adapter", "serve", "curl", "--rule", "sdk-refusal")
    assert ran.status == 2
    assert "write 'sdk-refusal-is-an-error'" in ran.stderr


def matrix_of(directory: Path, *words: str) -> Ran:
    return run_command(directory, "report", "matrix", "--directory", str(directory / "matrix"), *words)


def test_the_matrix_runs_what_was_not_run_and_drops_nothing(tmp_path: Path) -> None:
    right = python_adapter(tmp_path / "right", "adapter.py", "--attempts=1")
    broken = adapter_folder(tmp_path / "broken", sys.executable, "-c", "raise SystemExit('out of order')")
    broken.joinpath("adapter.toml").write_text(
        broken.joinpath("adapter.toml").read_text(encoding="utf-8").replace("little", "broken", 1), encoding="utf-8"
    )
    words = ("--adapter", str(broken), "--adapter", str(right))
    first = matrix_of(tmp_path, *words)
    assert first.status == 1
    lines = first.stdout.splitlines()
    assert "the adapter broken is broken" in lines[0]
    assert re.search(r"little@\S+: \d+ ", lines[1])
    assert "running little" in first.stderr
    again = matrix_of(tmp_path, *words, "--format=json")
    assert "running little" not in again.stderr
    data = json.loads(again.stdout)
    assert [release["complete"] for release in data["releases"]] == [False, True]
    (identity,) = data["rules"][0]["verdicts"]
    assert identity.startswith("little@")
    assert {rule["verdicts"][identity] for rule in data["rules"]} <= {"pass", "observed"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--versions", "1.0"), "--versions goes after the --adapter"),
        ((), "name at least one --adapter"),
        (("--adapter", "nowhere"), "there is no adapter here"),
        (("--adapter", "curl", "--jobs", "0"), "is no number of runs"),
    ],
)
def test_a_matrix_of_nothing_is_refused(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    ran = matrix_of(tmp_path, *words)
    assert ran.status == 2
    assert told in ran.stderr


def test_the_example_of_the_documentation_is_an_adapter(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "adapters.md").read_text(encoding="utf-8")
    folder = tmp_path / "example-fetch"
    folder.mkdir()
    for name, content in re.findall(r"<!-- (adapter\.\w+) -->\n```\w+\n(.*?)```", text, re.DOTALL):
        (folder / name).write_text(content, encoding="utf-8")
    ran = run_command(tmp_path, "adapter", "check", "example-fetch/")
    assert ran.stdout.startswith("example-fetch is healthy: fetch ")
    assert ran.status == 0
    asked = run_suite(tmp_path, "--target=sdk:example-fetch/")
    failed = [line["rule"] for line in asked.verdicts.values() if line["verdict"] == "fail"]
    assert f"ends with {len(failed)} FAILED" in text
    assert [rule for rule in failed if f"(`{rule}`)" not in text] == []


def test_the_documentation_names_every_operation_and_feature() -> None:
    from typing import get_args

    from conformance.spec.sdk import Feature, SdkOperation

    text = (ROOT / "docs" / "adapters.md").read_text(encoding="utf-8")
    assert [name for name in (*get_args(SdkOperation), *get_args(Feature)) if f"`{name}`" not in text] == []
    assert [folder.name for folder in ADAPTERS if f"`{folder.name}`" not in text] == []
