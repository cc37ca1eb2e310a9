"""The mock as a process: what it prints, the faults that it serves, and how it ends."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from runs import MEASURED, ROOT, SPEC, VARIABLES, environment, run_command, served_mock
from wires import LIST, PATIENCE, ask, connected

from conformance.mock import __main__ as child_of_a_run
from conformance.mock.directory import Directory, populate
from conformance.mock.faults import FAULTS
from conformance.spec.files import default_spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOCK = [sys.executable, "-m", "conformance.cli", "mock"]


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A mock in a process of its own, and the address that it told."""
    process = subprocess.Popen(
        [*MOCK, *options],
        env=environment(MEASURED),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield process, (re.findall(r"http://\S+", line) or [""])[0].rstrip("'")
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("state", ["alone", "idle", "kept", "begun", "halfway"])
def test_a_signal_ends_it_cleanly_whatever_is_connected(number: signal.Signals, state: str) -> None:
    beginnings = {
        "idle": b"",
        "kept": f"GET {LIST} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        "begun": f"GET {LIST} HTTP/1.1\r\nHo".encode(),
        "halfway": f"POST {LIST} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n".encode(),
    }
    answered = {"kept": b"401", "halfway": b"100"}
    with started() as (process, url), contextlib.ExitStack() as stack:
        if state != "alone":
            wire = stack.enter_context(connected({"HOPX_BASE_URL": url}))
            wire.send(beginnings[state])
            if state in answered:
                assert wire.line().split()[1] == answered[state]
        process.send_signal(number)
        _, stderr = process.communicate(timeout=PATIENCE)
        assert (process.returncode, stderr) == (0, "")


def test_two_signals_end_it_as_cleanly_as_one() -> None:
    with started() as (process, _):
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=PATIENCE)
        assert (process.returncode, stderr) == (0, "")


def test_what_it_prints_names_every_variable_and_the_way_out(tmp_path: Path) -> None:
    with started("--seed", "3") as (process, url):
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        stdout = process.stdout.read()
    variables = [*(c.variable for c in SPEC.credentials.values() if c.variable)]
    assert [name for name in variables if not re.search(rf"^{name} +\S+$", stdout, re.MULTILINE)] == []
    assert f"{SPEC.base_url_variable:{max(map(len, VARIABLES))}}  {url}\n" in stdout
    assert stdout.endswith("Ctrl-C ends it.\n")


def test_the_exports_are_all_that_is_printed_and_work_in_a_shell() -> None:
    with started("--print-env", "--seed", "5") as (process, url):
        assert process.stdout is not None
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        _, stderr = process.communicate(timeout=PATIENCE)
    exports = f"export HOPX_BASE_URL={url}\n{rest}"
    assert all(re.fullmatch(r"export [A-Z_]+=\S+", line) for line in exports.splitlines())
    assert stderr == ""
    script = f'set -eu\n{exports}\nprintf \'%s\\n\' "$HOPX_BASE_URL" "$HOPX_API_KEY" "$HOPX_OTHER_ORG_SANDBOX_ID"'
    shown = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True)
    roles = populate(Directory(SPEC, 5))
    assert shown.stdout.split() == [url, roles.keys["full"].reveal(), roles.sandboxes["other"]]


def test_a_seed_gives_the_same_keys_again_and_none_gives_others() -> None:
    printed = []
    for options in (("--seed", "9"), ("--seed", "9"), (), ()):
        with served_mock(*options) as variables:
            printed.append({name: value for name, value in variables.items() if name != "HOPX_BASE_URL"})
    assert printed[0] == printed[1]
    assert len({frozenset(one.items()) for one in printed}) == 3


def test_a_fault_is_served() -> None:
    with served_mock("--fault", "no-request-id") as variables:
        assert ask(variables)[0].headers["X-Request-ID"] is None


def test_every_fault_is_served_however_several_are_given() -> None:
    for words in (["--fault=no-request-id,no-challenge"], ["--fault=no-request-id", "--fault", "no-challenge"]):
        with served_mock(*words) as variables:
            headers = ask(variables)[0].headers
            assert (headers["X-Request-ID"], headers["WWW-Authenticate"]) == (None, None)


def test_a_port_in_use_is_said(tmp_path: Path, mock: dict[str, str]) -> None:
    port = str(urlsplit(mock["HOPX_BASE_URL"]).port)
    ran = run_command(tmp_path, "mock", "--port", port)
    assert (ran.status, ran.stdout) == (2, "")
    assert (
        ran.stderr
        == f"hopx-auth: port {port} of loopback cannot be used (Address already in use); choose another with --port\n"
    )


def test_the_port_that_was_asked_for_is_the_one_that_is_served() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with started("--port", str(port)) as (_, url):
        assert urlsplit(url).port == port


@pytest.mark.parametrize("port", ["-1", "65536", "x", "", "\u0661", "1.0"])
def test_what_is_no_port_is_refused(tmp_path: Path, port: str) -> None:
    ran = run_command(tmp_path, "mock", f"--port={port}")
    assert (ran.status, ran.stdout) == (2, "")
    assert "is no port; write a number from 0 to 65535" in ran.stderr


def test_the_faults_are_listed(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "mock", "--list-faults")
    assert (ran.status, ran.stderr) == (0, "")
    assert [line.partition(": ")[0] for line in ran.stdout.splitlines()] == list(FAULTS)
    assert all(
        line.endswith(f". ({fault.rule})") for line, fault in zip(ran.stdout.splitlines(), FAULTS.values(), strict=True)
    )


def test_an_unknown_fault_or_a_spec_with_mistakes_is_refused(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "mock", "--fault", "nothing")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("hopx-auth: unknown fault 'nothing'; ")
    ran = run_command(tmp_path, "mock", "--spec", "gone.yaml")
    assert (ran.status, ran.stdout) == (2, "")
    assert (
        ran.stderr
        == "hopx-auth: gone.yaml:1:1: cannot be read: No such file or directory; give the path of a YAML file\n"
    )


def test_a_spec_without_variables_is_served_too(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(
        """
spec: small
version: 1.0.0
title: Small
base_url: http://small.example
key:
  prefix: s-
  id: {alphabet: hex, length: 8}
  separator: "."
  secret: {encoding: hex, bytes: 8}
  example: none
documents: {d: {title: D}}
claims: {C: {document: d, section: S, says: Nothing}}
untestable: {C: Nothing}
styles: {key: {header: Key, value: "{key}"}}
operations: {}
credentials: {}
outcomes: {}
rules: []
"""
    )
    with started("--spec", str(tmp_path / "small.yaml")) as (process, url):
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", "/")
            assert connection.getresponse().status == 401
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=PATIENCE)
        assert (process.returncode, stderr) == (0, "")


def test_as_a_child_it_ends_with_its_standard_input() -> None:
    assert child_of_a_run.__name__ != "__main__", "it serves when it is run, not when it is imported"
    listener = socket.create_server(("127.0.0.1", 0))
    child = subprocess.Popen(
        [sys.executable, "-m", "conformance.mock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[listener.fileno()],
        env=environment(MEASURED),
        cwd=ROOT,
    )
    assert child.stdin is not None
    try:
        order = {"spec": str(default_spec()), "seed": 4, "fault": "", "listener": listener.fileno()}
        child.stdin.write(json.dumps(order).encode() + b"\n")
        child.stdin.flush()
        key = populate(Directory(SPEC, 4)).keys["full"].reveal()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert ask({"HOPX_BASE_URL": url}, X_API_Key=key)[0].status == 200
        child.stdin.write(b"ignored\n")
        _, stderr = child.communicate(timeout=PATIENCE)
        assert (child.returncode, stderr) == (0, b"")
    finally:
        listener.close()
        child.kill()
        child.wait()
