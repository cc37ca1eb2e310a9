"""hopx-auth as its users meet it: words that make no command, help, and what becomes of its own mistakes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from commands import MISTAKEN, says_nothing_of
from runs import FORMAT, SPEC, environment, run_command

from conformance import __version__, cli
from conformance.commands.status import CANNOT_TELL, INTERNAL

if TYPE_CHECKING:
    from pathlib import Path


def test_the_version_is_told(tmp_path: Path) -> None:
    assert run_command(tmp_path, "--version").stdout == f"hopx-auth {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nothing"],
        ["key"],
        ["key", "nothing"],
        ["key", "check", "a", "b"],
        ["key", "mint", "a"],
        ["key", "check", "--format", "xml"],
        ["mock", "--port", "x"],
        ["mock", "--seed", "x"],
        ["spec", "show", "--nothing"],
        ["report", "show"],
    ],
    ids=" ".join,
)
def test_words_that_make_no_command_are_a_usage_error(words: list[str], tmp_path: Path) -> None:
    ran = run_command(tmp_path, *words)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("usage: hopx-auth")
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("words", "usage", "meant"),
    [
        (["explan"], "hopx-auth", "explain"),
        (["key", "inspct"], "hopx-auth key", "inspect"),
        (["explain", "--fromat", "json", "f"], "hopx-auth explain", "--format"),
        (["key", "check", "--fromat=json"], "hopx-auth key check", "--format"),
        (["key", "check", "--format", "jsn"], "hopx-auth key check", "json"),
        (["report", "matrix", "--adaptr", "x"], "hopx-auth report matrix", "--adapter"),
    ],
)
def test_a_mistyped_word_gets_the_usage_of_its_command_and_what_may_be_meant(
    words: list[str], usage: str, meant: str, tmp_path: Path
) -> None:
    ran = run_command(tmp_path, *words)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"usage: {usage} [-h]")
    assert ran.stderr.endswith(f"; did you mean {meant}?\n")


@pytest.mark.parametrize("action", ["causes", "show"])
def test_many_names_are_not_listed_where_none_is_near(action: str, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", action, "zzz")
    assert (ran.status, ran.stdout) == (2, "")
    assert re.fullmatch(r"hopx-auth: there is no \w+ 'zzz'; hopx-auth spec \w+ names them all\n", ran.stderr)


@pytest.mark.parametrize(
    "words", [["-h"], ["mock", "-h"], ["key", "-h"], ["key", "check", "-h"], ["spec", "-h"], ["report", "show", "-h"]]
)
def test_help_is_printed_to_standard_output(words: list[str], tmp_path: Path) -> None:
    ran = run_command(tmp_path, *words)
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.startswith("usage: hopx-auth")


@pytest.mark.parametrize("before", [[], ["key"], ["key", "check", "x"], ["mock", "--port"], ["spec", "show"]], ids=str)
def test_a_key_in_the_place_of_another_word_is_not_repeated(before: list[str], tmp_path: Path) -> None:
    key = FORMAT.mint()
    ran = run_command(tmp_path, *before, key.reveal())
    assert (ran.status, ran.stdout) == (2, "")
    assert says_nothing_of(ran, key)


@pytest.mark.parametrize("spec", ["gone.yaml", "directory", "binary", "mistaken.yaml", "secret.yaml"])
def test_a_spec_file_that_cannot_be_used_is_said(spec: str, tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "binary").write_bytes(b"\xff\x00key:\n")
    (tmp_path / "mistaken.yaml").write_text(MISTAKEN)
    (tmp_path / "secret.yaml").symlink_to(tmp_path / "secret.yaml")
    for words in (["key", "mint"], ["spec", "show"], ["spec", "coverage"], ["mock"]):
        ran = run_command(tmp_path, *words, "--spec", spec)
        assert (ran.status, ran.stdout) == (2, "")
        assert ran.stderr.startswith(f"hopx-auth: {spec}:")
        assert "Traceback" not in ran.stderr


def test_a_key_command_imports_nothing_that_is_slow(tmp_path: Path) -> None:
    program = (
        "import io, sys; from conformance.cli import main; sys.stdin = io.TextIOWrapper(io.BytesIO(b'x')); "
        "main(['key', 'check']); print(*sys.modules, sep='\\n')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment(), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    imported = set(ran.stdout.split("\n")[1:])
    slow = {"msgspec", "pytest", "hypothesis", "httpx", "jsonschema", "uvicorn", "yaml", "asyncio", "json", "hashlib"}
    slow |= {"dataclasses", "conformance.scrub", "conformance.spec.loader"}
    # what measures coverage imports things of its own
    assert imported & slow == ({"json", "dataclasses", "hashlib"} & imported if "coverage" in imported else set())
    assert "conformance.commands.key" in imported


@pytest.fixture
def broken_command(monkeypatch: pytest.MonkeyPatch) -> Any:
    def install(error: BaseException | None) -> None:
        def fail(_options: object) -> int:
            if error:
                raise error
            return 3

        from conformance.commands import key

        monkeypatch.setattr(key, "new_key", fail)

    return install


def test_a_mistake_of_the_program_is_told_without_a_traceback_or_its_words(
    broken_command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    broken_command(RuntimeError(FORMAT.mint().reveal()))
    assert cli.main(["key", "mint"]) == INTERNAL
    words = capsys.readouterr()
    assert words.out == ""
    assert words.err.startswith("hopx-auth: internal error: RuntimeError at test_cli.py:")
    assert words.err.endswith("; please report it\n")
    assert SPEC.key.prefix not in words.err


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), 130), (OSError("odd"), INTERNAL), (None, CANNOT_TELL)]
)
def test_interruptions_and_failures_have_their_status(
    broken_command: Any, error: BaseException | None, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    broken_command(error)
    stdout = os.dup(1)
    try:
        assert cli.main(["key", "mint"]) == status
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
    expected = "hopx-auth: reading or writing failed: odd\n" if isinstance(error, OSError) else ""
    assert capfd.readouterr() == ("", expected)


def test_ctrl_c_while_it_waits_for_a_text_is_quiet(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; print(flush=True); from conformance.cli import main; sys.exit(main(['key', 'check']))",
        ],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None
        # it has read the first part, and so waits for the rest, once the pipe has room for more than its size
        process.stdin.write("x" * 2_000_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
        assert (process.returncode, stderr) == (130, "")
    finally:
        process.kill()
        process.wait()
