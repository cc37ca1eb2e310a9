"""hopx-auth redact and its files: encodings, refusals, summaries, and where results go."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import shell
from redacting import drawn, minted, run_on, survives
from runs import environment, run_command


def test_bytes_that_are_no_text_line_ends_and_marks_survive(tmp_path: Path) -> None:
    key = minted()
    written = b"\xef\xbb\xbfa\r\nb\rc\n\xff\xfe\x80" + key.encode() + b"\x00\x1b[1m\r\n" + bytes(range(128, 256))
    (tmp_path / "in").write_bytes(written)
    ran = run_command(tmp_path, "redact", "in", "-o", "out")
    assert ran.status == 0
    secret = key.partition(".")[2].encode()
    at = written.index(secret)
    result = (tmp_path / "out").read_bytes()
    assert (result[:at], result[at + 43 :]) == (written[:at], written[at + 43 :])


def test_gzip_stays_gzip_and_utf_16_stays_utf_16(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "log.gz").write_bytes(gzip.compress(f"{key}\n".encode()) * 2)
    assert run_command(tmp_path, "redact", "log.gz", "-o", "out.gz").status == 0
    result = gzip.decompress((tmp_path / "out.gz").read_bytes()).decode()
    assert len(set(result.splitlines())) == 1
    assert not survives(key.partition(".")[2], result)
    for encoding, mark in (("utf-16", ""), ("utf-16-be", "\ufeff"), ("utf-16-le", "")):
        (tmp_path / "env").write_bytes(f"{mark}A_KEY={key}\r\nB=1\r\n".encode(encoding))
        assert run_command(tmp_path, "redact", "env", "-o", "out").status == 0
        result = (tmp_path / "out").read_bytes().decode(encoding)
        assert result.endswith("xA\r\nB=1\r\n")
        assert not survives(key.partition(".")[2], result)


@pytest.mark.parametrize(
    "magic",
    [
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0",
        b"(\xb5/\xfd",
        b"\x04\x22\x4d\x18",
        b"\x1f\x9d",
        b"!<arch>\ndebian",
    ],
)
def test_what_cannot_be_looked_into_is_refused(magic: bytes, tmp_path: Path) -> None:
    (tmp_path / "in.har").write_bytes(magic + b"x" * 50)
    ran = run_command(tmp_path, "redact", "in.har")
    assert (ran.status, ran.stdout) == (5, "")
    assert "in.har: is " in ran.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["gone"], "gone: No such file"),
        (["."], ".: Is a directory"),
        (["endless"], "endless: Too many levels"),
        (["n" * 300], "File name too long; give a file"),
        (["broken.gz"], "broken.gz: is packed with gzip and broken"),
        (["a", "b"], "several inputs need a directory"),
        (["a", "b", "-o", "gone"], "gone: does not exist; several inputs need one to go to: make it first"),
        (["a", "b", "-o", "a"], "a: is no directory"),
        (["a", "-o", "gone/out"], "gone: does not exist; make it first"),
        (["a", "-o", "gone/"], "gone: does not exist; make it first"),
        (["a", "-o", "b/"], "b: is no directory; make it first"),
        (["a", "-o", "endless"], "endless: Too many levels"),
        (["a", "-o", "n" * 300], "File name too long; choose another name"),
        (["a", "-o", "a"], "is an input"),
        (["a", "-o", "./a"], "is an input"),
        (["a", "sub/a", "-o", "sub"], "same"),
        (["-", "-"], "once"),
        (["-", "--in-place"], "--in-place writes"),
        (["a", "--in-place", "-o", "b"], "--in-place writes"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(words: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a", "b", "sub/a"):
        (tmp_path / name).write_text(f"{name}\n")
    (tmp_path / "broken.gz").write_bytes(gzip.compress(b"x" * 1000)[:-9])
    (tmp_path / "endless").symlink_to("endless")
    before = sorted(tmp_path.rglob("*"))
    ran = run_command(tmp_path, "redact", *words)
    assert (ran.status, ran.stdout) == (2, "")
    assert says in ran.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "a").read_text() == "a\n"


@pytest.mark.parametrize("line", ["redact a >> a", "redact - < a >> a", "redact a > a"])
def test_a_result_is_not_printed_into_its_own_input(line: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f"{minted()}\n")
    ran = shell(f'"$@" {line}', tmp_path)
    assert ran.status == 2
    assert "is printed into itself" in ran.stderr
    assert (tmp_path / "a").read_text().count("\n") == line.count(">>")


def test_a_hyphen_for_the_output_is_standard_output(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("A_PASSWORD=hunter2hunter2\n")
    ran = run_command(tmp_path, "redact", "a", "-o", "-")
    assert ran.status == 0
    assert ran.stdout.startswith("A_PASSWORD=REDACTED")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_summary_says_a_name_without_its_terminal_escapes(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m").write_text("A_PASSWORD=hunter2hunter2\n")
    ran = run_command(tmp_path, "redact", "a\x1b[31m")
    assert ran.status == 0
    assert "first in a\N{REPLACEMENT CHARACTER}[31m, line 1" in ran.stderr
    assert "\x1b" not in run_command(tmp_path, "redact", "gone\x1b[31m").stderr


def test_a_file_is_written_over_when_that_is_asked_for_and_keeps_its_mode(tmp_path: Path) -> None:
    key = minted()
    file = tmp_path / "a.env"
    file.write_text(f"A={key}\n")
    file.chmod(0o640)
    (tmp_path / "link").symlink_to("a.env")
    ran = run_command(tmp_path, "redact", "link", "--in-place")
    assert (ran.status, ran.stdout) == (0, "")
    assert "REDACTED" in file.read_text()
    assert (file.stat().st_mode & 0o777, (tmp_path / "link").is_symlink()) == (0o640, True)


def test_an_empty_file_stays_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    ran = run_command(tmp_path, "redact", "empty")
    assert (ran.status, ran.stdout) == (0, "")


def test_the_summary_names_kinds_and_places_and_no_secret(tmp_path: Path) -> None:
    key, cookie = minted(), drawn()
    (tmp_path / "a.log").write_text(f"\n\nk {key}\nCookie: a={cookie}; b={cookie}\n{key}\n")
    ran = run_command(tmp_path, "redact", "a.log")
    assert "4 secrets replaced, 2 different" in ran.stderr
    assert "key: 2, 1 different, first in a.log, line 3" in ran.stderr
    assert "cookie: 2, 1 different, first in a.log, line 4" in ran.stderr
    assert not survives(key.partition(".")[2], ran.stderr)
    assert not survives(cookie, ran.stderr)
    (tmp_path / "b.log").write_text(f"k {key}\n")
    alone = run_command(tmp_path, "redact", "b.log").stderr
    assert "1 secret replaced; searched for again, and none is left" in alone
    assert "key: 1, first in b.log, line 1" in alone


def test_another_api_has_its_own_keys(tmp_path: Path) -> None:
    other = str(Path(__file__).resolve().parent / "other-api.yaml")
    key = run_command(tmp_path, "key", "mint", "--spec", other).stdout.strip()
    ran = run_on(tmp_path, f"say {key} again", "--spec", other)
    assert ran.stdout.startswith(f"say {key[:22]}REDACTED")
    assert not survives(key[22:], ran.output)


# Where results go


def test_what_is_no_file_is_written_to_and_stays_what_it_is(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "a").write_text(f"{key}\n")
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        ran = run_command(tmp_path, "redact", "a", "-o", "pipe")
        assert ran.status == 0
        assert (tmp_path / "pipe").is_fifo()
        assert re.fullmatch(rb"hopx_live_\w{12}\.REDACTED\w{5}x*A\n", os.read(reading, 1000))
    finally:
        os.close(reading)
    ran = run_command(tmp_path, "redact", "pipe", "--in-place")
    assert (ran.status, (tmp_path / "pipe").is_fifo()) == (2, True)
    assert "pipe: is no file" in ran.stderr


WITHOUT_UNNAMED_FILES = "import os; del os.O_TMPFILE; "
IN_MEMORY = "from conformance.redaction import run; run.spool = lambda _: __import__('io').BytesIO(); "


@pytest.mark.parametrize("system", ["", WITHOUT_UNNAMED_FILES, "import os; del os.sendfile; " + WITHOUT_UNNAMED_FILES])
def test_a_result_takes_its_place_whatever_the_system_can_do(system: str, tmp_path: Path) -> None:
    key = minted()
    text = f"k {key}\n{'.' * 2400}\n".encode() * 500
    (tmp_path / "a").write_bytes(text)
    (tmp_path / "packed").write_bytes(gzip.compress(text))
    (tmp_path / "out").mkdir()
    program = f"import sys; {system}from conformance.cli import main; sys.exit(main(sys.argv[1:]))"
    ran = subprocess.run(
        [sys.executable, "-c", program, "redact", "a", "packed", "-o", "out"], cwd=tmp_path, timeout=60
    )
    assert ran.returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "packed"]
    result = (tmp_path / "out" / "a").read_bytes()
    assert len(result) == len(text)
    assert gzip.decompress((tmp_path / "out" / "packed").read_bytes()) == result
    assert (tmp_path / "out" / "a").stat().st_mode == (tmp_path / "a").stat().st_mode
    assert not survives(key[23:], result)


@pytest.mark.parametrize("system", ["", WITHOUT_UNNAMED_FILES, IN_MEMORY])
def test_results_are_all_written_or_none(system: str, tmp_path: Path) -> None:
    texts = {name: f"{minted()}\n" * lines for name, lines in {"a": 1, "b": 4000}.items()}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "out").mkdir()
    for words in (["-o", "out"], ["--in-place"]):
        program = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
        program += system + "from conformance.cli import main; sys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-c", program, "redact", "a", "b", *words]
        ran = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60)
        assert ran.returncode == 2
        assert "b: File too large" in ran.stderr
        assert "nothing was written" in ran.stderr
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "out"]
        assert {name: (tmp_path / name).read_text() for name in texts} == texts
