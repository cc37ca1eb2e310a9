"""An examination as it is printed: on a terminal, in the words of another API, as a page."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from machines import Machine, answering, key, whole
from runs import environment
from scripted import scripted

from conformance.keys import KeyFormat
from conformance.spec.loader import load


def on_terminal(machine: Machine, columns: int, *options: str) -> str:
    """What a terminal shows that is so many columns wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    command = [sys.executable, "-m", "conformance.cli", "doctor", *options]
    process = subprocess.Popen(
        command, cwd=machine.work, env=environment(machine.given), stdin=subprocess.DEVNULL, stdout=theirs
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how the other end of a terminal says that it was closed
        while more := os.read(ours, 65536):
            shown += more
    os.close(ours)
    process.wait()
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [60, 80, 300])
def test_a_terminal_is_not_written_over_its_edge_nor_over_110_columns(columns: int, machine: Machine) -> None:
    shown = on_terminal(machine.has(f'"{machine.secret()}"'), columns, "--offline")
    table, _, findings = shown.partition("\n\nkey-wrapped-in-quotes")
    prose = [line for line in findings.splitlines()[1:] if line[:6].strip() and not line.startswith("  seen: ")]
    widest = max(map(len, [*table.splitlines()[1:], *prose]))
    assert min(columns, 110) - 20 < widest <= min(columns, 110)
    assert "\x1b" not in shown


def test_another_api_is_examined_in_its_own_words(machine: Machine) -> None:
    other = Path(__file__).resolve().parent / "other-api.yaml"
    told = machine.offline(f"--spec={other}")
    assert told.causes == [("env-var-unset", "certain")]
    assert ("fail", "this process: ACME_TOKEN is not set") in told.rows("source")
    assert "hopx" not in json.dumps(told.data["checks"]).lower()
    machine.given["ACME_TOKEN"] = KeyFormat(msgspec.to_builtins(load(other).key)).mint().reveal()
    assert machine.offline(f"--spec={other}").verdict == "healthy"
    with scripted(answering(lambda _head: whole(b"{}", b"401 No"))) as server:
        told = machine.asks(server.url, f"--spec={other}")
    assert told.verdict == "cannot-tell"
    assert any(b"Authorization: Token " in head or b"X-" in head for head in server.requests)


def test_the_page_for_a_ticket_has_the_checks_and_stands_alone(tmp_path: Path) -> None:
    machine = Machine(tmp_path).has(f'"{key()}"')
    ran = machine.run("--offline", "--format", "html")
    assert ran.status == 1
    for words in ("<!doctype html>", "key-wrapped-in-quotes", "<th>check</th>", "A reply to the customer"):
        assert words in ran.stdout
    assert "src=" not in ran.stdout
    assert re.search(r"this process, HOPX_API_KEY</span> .*hopx_live_", ran.stdout)
    assert machine.run("--plan", "--format", "html").status == 2
