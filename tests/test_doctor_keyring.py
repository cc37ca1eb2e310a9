"""The keyring: what it keeps is taken, and what cannot be read is never called empty."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest
from machines import FORMAT, NAME, SHORT, Machine
from runs import ROOT


def cli_with(machine: Machine, program: str) -> Machine:
    """A machine whose CLI is run by a Python of this text."""
    python = machine.home / "bin" / "python"
    machine.file("bin/python", f"#!/bin/sh\n{program}\n", 0o755)
    machine.file("bin/hopx", f"#!{python}\n", 0o755)
    machine.given["PATH"] = f"{machine.home / 'bin'}:/bin:/usr/bin"
    return machine


KEYRINGS = {
    "locked": ('echo \'{"error": "KeyringLocked"}\'', "it is locked"),
    "none": ('echo \'{"error": "NoKeyringError"}\'', "there is no keyring on this machine"),
    "waiting": ("sleep 600 & wait", "it gave no answer within 0.5 s"),
    "no object": ("echo '[1]'", "the program that reads it ended without an answer"),
    "a number": ("echo '{\"value\": 5}'", "the program that reads it ended without an answer"),
    "an object for an error": ('echo \'{"error": {"a": 1}}\'', "the program that reads it ended without an answer"),
    "deep": ("head -c 100000 /dev/zero | tr '\\0' '['", "the program that reads it ended without an answer"),
    "endless": ("yes", "the program that reads it ended without an answer"),
    "dying": ("kill -9 $$", "the program that reads it ended without an answer"),
    "prose": ("echo Password:", "the program that reads it ended without an answer"),
}


@pytest.mark.parametrize("name", KEYRINGS)
def test_a_keyring_that_cannot_be_read_is_never_called_empty(name: str, machine: Machine) -> None:
    program, says = KEYRINGS[name]
    told = cli_with(machine, program).offline(SHORT)
    assert ("keyring-unreadable", "certain") in told.causes
    (finding,) = [one for one in told.data["findings"] if one["variant"] == "keyring-unreadable"]
    assert finding["summary"].startswith("The keyring cannot be read. ")
    assert not any("logout" in step for step in finding["fix"]), "what is not known to be there is to be removed"
    (row,) = [row for row in told.rows("source") if "the keyring" in row[1]]
    assert row[0] == "unknown"
    assert says in row[1]
    (source,) = [one for one in told.data["sources"] if one["kind"] == "keyring"]
    assert source["state"] == "unreadable"


TOOLS = {
    "secret-tool: nothing there": ("secret-tool", "exit 1", "absent", ""),
    "secret-tool: no bus": ("secret-tool", "echo cannot autolaunch >&2; exit 1", "unreadable", "ended with status 1"),
    "secret-tool: another version": ("secret-tool", "exit 2", "unreadable", "ended with status 2"),
    "security: nothing there": ("security", "echo could not be found >&2; exit 44", "absent", ""),
    "security: locked": ("security", "echo interaction not allowed >&2; exit 36", "unreadable", "status 36"),
    "security: a warning": ("security", "echo a warning >&2; echo {}", "key", ""),
}


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_that_cannot_read_the_keyring_is_not_one_that_finds_nothing(name: str, machine: Machine) -> None:
    tool, script, state, says = TOOLS[name]
    machine.file(f"bin/{tool}", f"#!/bin/sh\n{script.format(machine.secret())}\n", 0o755)
    machine.given["PATH"] = str(machine.home / "bin")
    (source,) = [one for one in machine.offline(SHORT).data["sources"] if one["kind"] == "keyring"]
    assert source["state"] == state
    assert says in source["note"]


def test_what_is_so_for_every_client_is_not_said_of_one_after_the_other(machine: Machine) -> None:
    machine.given["NO_PROXY"] = "*"
    assert machine.has().offline().rows("client") == [("ok", f"every client: this process, {NAME} comes first")]


def test_what_cannot_be_read_comes_before_nothing_where_nothing_is_found(machine: Machine) -> None:
    def why() -> str:
        clients = cli_with(machine, KEYRINGS["locked"][0]).offline().data["clients"]
        return str(next(one["why"] for one in clients if one["client"] == "hopx-cli"))

    assert why() == "no key is found: the keyring, hopx-cli, default:api_key cannot be read (it is locked)"
    machine.file(".hopx/credentials.yaml", f"default:\n  api_key: {machine.secret()}\n")
    assert why() == (
        "~/.hopx/credentials.yaml, default.api_key comes first of those that can be read; "
        "the keyring, hopx-cli, default:api_key comes before it and cannot be read (it is locked)"
    )


def test_nothing_is_left_of_a_keyring_that_waited(machine: Machine) -> None:
    note = machine.home / "waiting"
    cli_with(machine, f"sleep 600 & echo $! > {note}; wait").offline(SHORT)
    started = int(note.read_text())
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(started)], capture_output=True, text=True, check=False)
    assert state.stdout.strip()[:1] in ("", "Z"), "it still waits"


def test_a_keyring_that_cannot_be_read_is_no_problem_where_the_variable_wins(machine: Machine) -> None:
    program, _ = KEYRINGS["locked"]
    assert cli_with(machine, program).has().offline(SHORT).verdict == "healthy"


def test_what_the_keyring_keeps_is_what_the_cli_takes(machine: Machine) -> None:
    answer = json.dumps({"value": machine.secret()})
    told = cli_with(machine, f"echo {shlex.quote(answer)}").offline()
    taken = next(one for one in told.data["clients"] if one["client"] == "hopx-cli")
    assert (taken["source"], taken["where"]) == ("the keyring", "hopx-cli, default:api_key")
    assert taken["shown"] == FORMAT.redact(machine.secrets[0])


def test_the_keyring_is_not_read_by_a_module_that_lies_in_the_directory(machine: Machine) -> None:
    machine.file("project/keyring.py", "import pathlib; pathlib.Path('/tmp/never').touch(); raise SystemExit")
    machine.file("bin/hopx", f"#!{sys.executable}\n", 0o755)
    machine.given |= {"PATH": f"{machine.home / 'bin'}", "PYTHONPATH": str(ROOT)}
    (row,) = [row for row in machine.offline().rows("source") if "the keyring" in row[1]]
    assert "the Python module that reads it is not installed" in row[1]
