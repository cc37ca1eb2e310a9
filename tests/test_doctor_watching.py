"""Watching a machine until it is healthy."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest
from machines import NAME, Machine, answering, api, key
from runs import environment
from scripted import Peer, scripted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripted import Scripted


@contextmanager
def opening(good: str, after: int) -> Iterator[Scripted]:
    """An API that comes to know a key after so many requests with it."""
    seen = [0]

    def answer(head: bytes) -> bytes:
        seen[0] += good.encode() in head
        return api(good if seen[0] > after else "no key at all")(head)

    with scripted(answering(answer)) as server:
        yield server


def test_it_is_watched_until_it_is_healthy(machine: Machine) -> None:
    machine.has(good := key())
    with opening(good, 4) as server:
        ran = machine.run(f"--base-url={server.url}", "--watch", "--interval=0", "--times=50")
    assert (ran.status, ran.stdout.splitlines()[0]) == (0, f"healthy: {server.url} accepts the key")
    *told, last = ran.stderr.splitlines()
    assert len(told) == 2
    assert all(one.startswith("hopx-auth: cannot tell: ") and one.endswith("; again in 0 s") for one in told)
    assert last == (
        "hopx-auth: the same key was refused before and is accepted now, with nothing changed here; "
        "that is how key-not-yet-active shows"
    )


def test_another_key_that_is_accepted_says_nothing_of_the_one_before(machine: Machine) -> None:
    good, bad = machine.secret(), machine.secret()
    api_with_good, asked = api(good), []

    def answer(head: bytes) -> bytes:
        asked.append(head)
        if bad.encode() in head:
            machine.file("project/.env", f"{NAME}={good}\n")
        return api_with_good(head)

    machine.file("project/.env", f"{NAME}={bad}\n")
    with scripted(answering(answer)) as server:
        ran = machine.run(f"--base-url={server.url}", "--watch", "--interval=0", "--times=2", "--format=json")
    assert [bad.encode() in asked[at] for at in (2, -1)] == [True, False]
    assert "accepted: " in json.dumps(json.loads(ran.stdout)["checks"])
    assert "refused before" not in ran.stderr


def test_it_is_watched_no_more_often_than_was_asked_for(machine: Machine) -> None:
    machine.has(good := key())
    with opening(good, 1000) as server:
        ran = machine.run(f"--base-url={server.url}", "--watch", "--interval=0", "--times=3", "--format=json")
    assert (ran.status, json.loads(ran.stdout)["verdict"]) == (3, "cannot-tell")
    assert ran.stderr.count("again in 0 s") == 2
    assert len([head for head in server.requests if b"/v1/sandboxes " in head]) == 12


@pytest.mark.parametrize("options", [["--timeout=60"], ["--watch", "--interval=600"]], ids=str)
def test_ctrl_c_ends_it_without_a_word(options: list[str], machine: Machine) -> None:
    machine.has()
    script = Peer.wait if "--watch" not in options else answering(api())
    with ExitStack() as stack:
        server = stack.enter_context(scripted(script))
        process = subprocess.Popen(
            [sys.executable, "-m", "conformance.cli", "doctor", f"--base-url={server.url}", *options],
            cwd=machine.work,
            env=environment(machine.given),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if "--watch" in options:
            assert process.stderr is not None
            assert process.stderr.readline().endswith(b"again in 600 s\n")
        else:
            while server.connections < 2:
                assert process.poll() is None
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout, stderr) == (130, b"", b"")
