"""Standard input and output that are closed, or a terminal: commands say so, and lose nothing."""

from __future__ import annotations

import os
import pty
import subprocess
from typing import TYPE_CHECKING

import pytest
from commands import COMMAND, says_nothing_of, shell
from runs import FORMAT, environment

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "words", ["explain -", "redact -", "redact - -o out", "scan -", "key inspect", "key fingerprint"]
)
def test_a_closed_standard_input_is_said(words: str, tmp_path: Path) -> None:
    ran = shell(f'"$@" {words} <&-', tmp_path)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("hopx-auth: standard input")
    assert not list(tmp_path.iterdir())


def test_redact_asks_for_a_file_where_standard_output_is_closed(tmp_path: Path) -> None:
    key = FORMAT.mint()
    (tmp_path / "in").write_text(f"X-API-Key: {key.reveal()}\n")
    ran = shell('"$@" redact in >&-', tmp_path)
    assert (ran.status, ran.stderr) == (2, "hopx-auth: standard output is closed; add -o FILE\n")
    ran = shell('"$@" redact in -o out >&-', tmp_path)
    assert ran.status == 0
    assert says_nothing_of(ran, key)
    assert "REDACTED" in (tmp_path / "out").read_text()


@pytest.mark.parametrize(("words", "status"), [("explain", 1), ("redact", 0), ("scan", 1)])
def test_who_sits_at_a_terminal_is_asked_to_paste(words: str, status: int, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, words, "-"],
        cwd=tmp_path,
        env=environment(),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    os.write(ours, f"HOPX_API_KEY='\"{FORMAT.mint().reveal()}\"'\n\x04".encode())
    stdout, stderr = process.communicate()
    os.close(ours)
    assert (process.returncode, bool(stdout)) == (status, True)
    assert stderr.startswith("hopx-auth: paste the text, then press Enter and Ctrl-D\n")


def test_nobody_is_asked_to_paste_what_is_piped_in(tmp_path: Path) -> None:
    for words in ("explain -", "redact -", "scan -"):
        assert "paste" not in shell(f'"$@" {words}', tmp_path, "HOPX_API_KEY=\n").stderr
