"""What is going to be sent is told before, and nothing else is."""

from __future__ import annotations

import json

from machines import NAME, Machine, answering, api
from scripted import scripted


def test_a_plan_is_told_and_nothing_is_sent(machine: Machine) -> None:
    machine.has().file("project/.env", f"{NAME}={machine.secret()}\n")
    with scripted(answering(api())) as server:
        ran = machine.run(f"--base-url={server.url}", "--plan")
        assert (ran.status, ran.stderr, server.connections) == (0, "", 0)
        lines = ran.stdout.splitlines()
        assert lines[0] == "this is all that would be sent, in this order; nothing was sent now"
        assert f" 3. to 127.0.0.1:{server.port}: GET /v1/sandboxes (no key)" in lines
        keyed = f"to 127.0.0.1:{server.port}: GET /v1/sandboxes with X-API-Key, where both were refused"
        assert f" 5. {keyed} (the key of this process, {NAME})" in lines
        assert lines[-1].endswith("where that one is refused (the key of ./.env, line 1)")
        plan = json.loads(machine.run(f"--base-url={server.url}", "--plan", "--format=json").stdout)["plan"]
        asked = [one for one in plan if one["what"].startswith("GET ")]
        machine.asks(server.url)
    assert 0 < len(server.requests) <= len(asked)


def test_a_plan_names_no_key_that_is_never_sent(machine: Machine) -> None:
    machine.has(f'"{machine.secret()}"').file("project/.env", f"{NAME}={machine.secret()}\n")
    plan = json.loads(machine.run("--plan", "--format=json").stdout)["plan"]
    assert not any("the key of" in one["key"] for one in plan)


def test_there_is_no_plan_of_what_is_not_sent(machine: Machine) -> None:
    ran = machine.has().run("--plan", "--offline")
    assert (ran.status, ran.stdout) == (2, "")
    assert "leave one of the two out" in ran.stderr


def test_an_offline_examination_sends_nothing(machine: Machine) -> None:
    with scripted(answering(api())) as server:
        machine.has().offline(f"--base-url={server.url}")
        assert server.connections == 0
