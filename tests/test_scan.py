"""hopx-auth scan: files and directories, standard input, what cannot be read, and the hook."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from runs import ROOT, environment, run_command
from scans import minted, packed, places, says_nothing_of, scanned

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_this_checkout_holds_no_key_but_the_documented_example() -> None:
    names = (
        ".venv",
        ".tox",
        ".cache",
        "reports",
        "__pycache__",
        ".coverage*",
    )  # the last has the words of tests' commands
    own = [word for name in names for word in ("--exclude", name)]
    finds = scanned(ROOT, ".", "--all", *own, status=0)
    assert {find["kind"] for find in finds} == {"documented-example", "placeholder"}


def test_directories_are_scanned_in_order_without_what_is_packed_by_git_or_excluded(tmp_path: Path) -> None:
    key = minted()
    for name in ("b/c/d.txt", "a.txt", "b/.git/objects/x", "b/node_modules/x.js", "b/e.png", "b/c/.env"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(key, encoding="utf-8")
    (tmp_path / "b" / "loop").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "link.txt").symlink_to(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "b" / "pipe")
    finds = scanned(tmp_path, "b", "a.txt", "--exclude", "*.png", "--exclude", "b/node_modules")
    assert [find["path"] for find in finds] == ["b/c/.env", "b/c/d.txt", "a.txt"]
    assert [find["path"] for find in scanned(tmp_path, "b/link.txt", "b/loop/c")] == [
        "b/link.txt",
        "b/loop/c/.env",
        "b/loop/c/d.txt",
    ]


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="only root reads what the kernel says")
def test_a_file_of_proc_that_never_ends_is_not_waited_for(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "conformance.cli", "scan", "/proc/kmsg"]
    ran = subprocess.run(words, cwd=tmp_path, env=environment(), capture_output=True, timeout=30, check=False)
    assert b"1 file scanned" in ran.stderr


def test_what_cannot_be_read_is_complained_about_and_the_rest_is_scanned(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "clean").write_text("nothing", encoding="utf-8")
    (tmp_path / "leak").write_text(key, encoding="utf-8")
    ran = run_command(tmp_path, "scan", "missing", "clean")
    assert (ran.status, ran.stdout) == (2, "")
    assert "missing: No such file or directory; it was not scanned" in ran.stderr
    assert "1 file scanned: 0 keys, 0 near keys; 1 complaint above" in ran.stderr
    ran = run_command(tmp_path, "scan", "missing", "leak", "--format", "json")
    assert (ran.status, len(json.loads(ran.stdout)["finds"]), len(json.loads(ran.stdout)["complaints"])) == (1, 1, 1)


def test_standard_input_is_scanned(tmp_path: Path) -> None:
    key = minted()
    ran = run_command(tmp_path, "scan", "-", stdin=f"a\n {key}\n")
    assert (ran.status, ran.stdout.partition(": key")[0]) == (1, "standard input:2:2")
    assert run_command(tmp_path, "scan", "-", stdin="").status == 0


@pytest.mark.parametrize(
    "words", [[], ["-", "-"], ["--staged", "--history"], ["--history", "-"], ["--staged", "-"]], ids=" ".join
)
def test_what_cannot_be_meant_is_a_usage_error(words: list[str], tmp_path: Path) -> None:
    ran = run_command(tmp_path, "scan", *words)
    assert (ran.status, ran.stdout) == (2, "")


def test_names_of_files_bring_neither_keys_nor_escapes_to_the_terminal(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / f"\x1b[31m{key}\n").write_text(key, encoding="utf-8")
    encoded = base64.b64encode(key.encode()).decode().replace("/", "_")
    (tmp_path / "a.zip").write_bytes(packed("zip", {encoded: key.encode()}))
    for form in ("text", "json", "sarif"):
        ran = run_command(tmp_path, "scan", ".", "missing\x1b[31m", "--format", form)
        assert ran.status == 1
        assert "\x1b" not in ran.output
        assert says_nothing_of(ran, key)


def test_keys_in_binary_files_are_found(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "program").write_bytes(b"\x7fELF" + bytes(range(256)) * 40 + key.encode() + b"\0" * 3000)
    assert places(scanned(tmp_path, "program")) == [("program", 41, places(scanned(tmp_path, "program"))[0][2], 10244)]


def test_where_links_in_directories_lead_to_is_scanned(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "link").symlink_to(f"https://x/?key={key}")
    assert places(scanned(tmp_path, ".", status=1)) == [("./link", 1, 16, 15)]


def test_the_hook_is_a_command_that_exists() -> None:
    import yaml

    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["id"], hook["entry"], hook["language"]) == ("hopx-auth-scan", "hopx-auth scan", "python")


@pytest.mark.parametrize(
    "broken",
    [
        lambda key: f"{key[:-6]} {key[-6:]}",
        lambda key: f"{key[:14]} {key[14:]}",
        lambda key: f"{key[:-6]}:{key[-6:]}",
        lambda key: f"{key[:-6]}!{key[-6:]}",
        lambda key: key.replace(".", "\n"),
        lambda key: key.replace(".", "!"),
        lambda key: key.replace(".", "\\x2e").replace("_", "\\u005f"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_a_broken_key_in_the_name_of_a_file_is_not_shown(
    form: str, broken: Callable[[str], str], tmp_path: Path
) -> None:
    key = minted()
    (tmp_path / broken(key)).write_text(minted())
    ran = run_command(tmp_path, "scan", ".", "--format", form)
    secret = key.partition(".")[2]
    assert ran.status == 1
    assert not [at for at in range(len(secret) - 7) if secret[at : at + 8] in ran.stdout + ran.stderr]
