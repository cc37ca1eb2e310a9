"""Runs of the suite and of its commands, each in a process and a directory of its own; and a mock for them to ask."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.keys import KeyFormat
from conformance.spec.files import default_spec
from conformance.spec.loader import load

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
SPEC = load(default_spec())
FORMAT = KeyFormat(msgspec.to_builtins(SPEC.key))
KEY_VARIABLES = [c.variable for c in SPEC.credentials.values() if c.variable]
VARIABLES = [
    SPEC.base_url_variable,
    *KEY_VARIABLES,
    *(c.sandbox_variable for c in SPEC.credentials.values() if c.sandbox_variable),
]
KEY = KEY_VARIABLES[0]
URL = SPEC.base_url_variable
NOBODY = "http://127.0.0.1:1/v1"  # nothing listens there
LIVE = ("--target=live", "--rate=1000")
REVOKED = ("--target=mock", "-k", "unauthorized-revoked")
_PATIENCE = 600.0  # seconds after which something hangs; nothing here waits for them to pass
_WITHOUT = [word for name in ("schemathesis", "anyio", "randomly") for word in ("-p", f"no:{name}")]
_SUITE = [sys.executable, "-m", "pytest", "-p", "conformance.plugin", *_WITHOUT]
_COMMAND = [sys.executable, "-m", "conformance.cli"]


@dataclass(frozen=True)
class Ran:
    """A process that has ended, and the directory that it was started in."""

    status: int
    stdout: str
    stderr: str
    directory: Path

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        text = (self.directory / "reports" / "results.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    @cached_property
    def verdicts(self) -> dict[str, dict[str, Any]]:
        """The verdict lines by probe."""
        found = [line for line in self.lines if line["type"] == "verdict"]
        verdicts = {line["probe"]: line for line in found}
        assert len(verdicts) == len(found), "a probe has two verdicts"
        return verdicts

    @property
    def footer(self) -> dict[str, Any]:
        assert self.lines[-1]["type"] == "footer"
        return self.lines[-1]

    def rules(self, *kinds: str) -> set[str]:
        """The rules that have such a verdict."""
        return {line["rule"] for line in self.verdicts.values() if line["verdict"] in kinds}

    @cached_property
    def page(self) -> Page:
        return Page((self.directory / "reports" / "report.html").read_text(encoding="utf-8"))


class Page(HTMLParser):
    """report.html, parsed: its elements, and the tests that its script fills the table from."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.data: dict[str, Any] = {}
        self.feed(text)
        self.rows = [test for tests in self.data["tests"].values() for test in tests]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if "data-jsonblob" in attributes:
            self.data = json.loads(attributes["data-jsonblob"])


def text_of(html: str) -> str:
    """What a reader sees of a piece of HTML."""
    words: list[str] = []
    parser = HTMLParser()
    parser.handle_data = words.append  # type: ignore[method-assign]
    parser.feed(html)
    parser.close()
    return unescape("".join(words))


# lets a process measure its coverage, as it does where a mock is served
MEASURED = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def environment(given: dict[str, str] | None = None) -> dict[str, str]:
    """The environment of a run: this process's, without what would tell it about keys, and what is given.

    Nor is its coverage measured: starting to do so takes ten times as long as starting Python, and when a signal comes
    coverage may hold a lock that it then waits for. What has to be covered is so by tests within their own process.
    """
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HOPX_", "PYTEST_", "CI", "COVERAGE_")) and name not in ("NO_COLOR", "COLUMNS")
    }
    return own | {"PYTHONPATH": str(ROOT)} | (given or {})


def start_suite(directory: Path, *options: str, given: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a run that may be interrupted; who starts it stops it."""
    return _started(directory, [*_SUITE, *options], environment(given))


def _started(directory: Path, command: list[str], variables: dict[str, str]) -> subprocess.Popen[str]:
    directory.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        command,
        cwd=directory,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
    )


def finish(process: subprocess.Popen[str], directory: Path) -> Ran:
    """Wait for a process to end."""
    try:
        stdout, stderr = process.communicate(timeout=_PATIENCE)
    finally:
        process.kill()
        process.wait()
    return Ran(process.returncode, stdout, stderr, directory)


def has_ended(pid: int) -> bool:
    """Whether there is no such process any more, or only its number until its parent asks for it."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def run_suite(
    directory: Path, *options: str, given: dict[str, str] | None = None, wrapped: tuple[str, ...] = ()
) -> Ran:
    """A whole run of the suite, started in `directory`."""
    return finish(_started(directory, [*wrapped, *_SUITE, *options], environment(given)), directory)


def start_command(directory: Path, *words: str) -> subprocess.Popen[str]:
    """Start hopx-auth in a process group of its own; who starts it stops it."""
    return subprocess.Popen(
        [*_COMMAND, *words],
        cwd=directory,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def run_command(directory: Path, *words: str, given: dict[str, str] | None = None, stdin: str = "") -> Ran:
    """A whole run of hopx-auth."""
    ran = subprocess.run(
        [*_COMMAND, *words],
        cwd=directory,
        env=environment(given),
        input=stdin.encode("utf-8", "surrogateescape"),
        capture_output=True,
        timeout=_PATIENCE,
        check=False,
    )
    stdout, stderr = (text.decode("utf-8", "surrogateescape") for text in (ran.stdout, ran.stderr))
    return Ran(ran.returncode, stdout, stderr, directory)


@contextmanager
def served_mock(*options: str) -> Iterator[dict[str, str]]:
    """A mock that is served meanwhile; its address and keys as environment variables."""
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance.cli", "mock", "--print-env", *options],
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        exports = [process.stdout.readline() for _ in VARIABLES]
        words = [shlex.split(line)[1].partition("=") for line in exports]
        yield {name: value for name, _, value in words}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stdout.close()


def some_key() -> str:
    """A key that no API knows."""
    return FORMAT.mint().reveal()


def write_waivers(file: Path, *patterns: str) -> str:
    """A file that waives what matches; the option that names it."""
    waivers = [{"probe": pattern, "reason": "known since May", "link": "https://example.org/1"} for pattern in patterns]
    file.write_text(json.dumps(waivers), encoding="utf-8")
    return f"--waivers={file}"
