"""What a run leaves behind, however it ends: no sandbox and no process."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from answering import respond, serving
from runs import (
    KEY,
    LIVE,
    URL,
    finish,
    run_command,
    run_suite,
    served_mock,
    some_key,
    start_suite,
)

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler


def sandboxes_of(variables: dict[str, str]) -> set[str]:
    parts = urlsplit(variables[URL])
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.request("GET", f"{parts.path}/sandboxes", headers={"X-API-Key": variables[KEY]})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return {sandbox["id"] for sandbox in answer["data"]}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_a_signal_ends_deletes_what_it_created(number: int, tmp_path: Path) -> None:
    with served_mock() as mock:
        before = sandboxes_of(mock)
        process = start_suite(tmp_path, "--target=live", "--rate=200", "--allow-writes", given=mock)
        while sandboxes_of(mock) == before:
            assert process.poll() is None, "the run ended before it created anything"
        process.send_signal(number)
        ran = finish(process, tmp_path)
        assert ran.status == 2, ran.output
        assert sandboxes_of(mock) == before, ran.output
    assert "LEFT BEHIND" not in ran.output
    assert run_command(tmp_path, "report", "show", "reports/results.jsonl").status == 1


def test_a_run_that_fails_deletes_what_it_created(tmp_path: Path) -> None:
    with served_mock("--fault=scope-ignored") as mock:
        before = sandboxes_of(mock)
        ran = run_suite(tmp_path, *LIVE, "--allow-writes", "-k", "scope-decides or denied", given=mock)
        assert ran.rules("fail") == {"scope-decides"}
        assert sandboxes_of(mock) == before
        assert run_suite(tmp_path, *LIVE, "--allow-writes", "-x", given=mock).status == 1
        assert sandboxes_of(mock) == before
    assert "LEFT BEHIND" not in ran.output


def test_a_read_only_run_creates_changes_and_deletes_nothing(tmp_path: Path, mock: dict[str, str]) -> None:
    ran = run_suite(tmp_path, *LIVE, given=mock)
    assert ran.status == 0
    methods = {e["request"]["method"] for line in ran.verdicts.values() for e in line["exchanges"]}
    assert methods <= {"GET", "HEAD", "OPTIONS"}


class Sandboxes:
    """A small API: what it created and what was deleted; a view of a sandbox is never answered."""

    def __init__(self, deletes_with: int) -> None:
        self.created: list[str] = []
        self.deleted: list[str] = []
        self.viewed = threading.Event()
        self.over = threading.Event()
        self._deletes_with = deletes_with

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "POST":
            self.created.append(f"sb_{len(self.created)}")
            respond(handler, 201, {"id": self.created[-1]})
        elif handler.command == "DELETE":
            self.deleted.append(handler.path.rpartition("/")[2])
            respond(handler, self._deletes_with, {})
        elif handler.path.endswith("/sandboxes"):
            respond(handler, 401, {"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"})
        else:
            self.viewed.set()
            self.over.wait()


@pytest.mark.parametrize("status", [204, 500])
def test_ctrl_c_while_an_answer_is_awaited_deletes_or_names_what_was_created(status: int, tmp_path: Path) -> None:
    api = Sandboxes(status)
    with serving(api.answer) as url:
        given = {KEY: some_key(), URL: url}
        process = start_suite(tmp_path, *LIVE, "--allow-writes", "-k", "valid-key-authenticates and view", given=given)
        try:
            assert api.viewed.wait(60)
            process.send_signal(signal.SIGINT)
            ran = finish(process, tmp_path)
        finally:
            api.over.set()
    assert ran.status == 2
    assert api.created
    assert api.deleted == api.created
    left = f"LEFT BEHIND: delete these sandboxes yourself: {', '.join(api.created)}"
    assert (left in ran.stdout) == (status == 500)


@pytest.mark.parametrize("probe", ["valid-key-authenticates and create", "whole-surface-needs-a-key and create"])
def test_ctrl_c_while_a_create_is_on_its_way_deletes_what_it_makes(probe: str, tmp_path: Path) -> None:
    created, deleted = [], []
    is_asked, may_answer = threading.Event(), threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "POST":
            created.append(f"sb_{len(created)}")
            is_asked.set()
            may_answer.wait(60)
            respond(handler, 201, {"id": created[-1]})
        elif handler.command == "DELETE":
            deleted.append(handler.path.rpartition("/")[2])
            respond(handler, 204, {})
        else:
            respond(handler, 401, {"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"})

    with serving(answer) as url:
        given = {KEY: some_key(), URL: url}
        process = start_suite(tmp_path, *LIVE, "--allow-writes", "-k", probe, given=given)
        try:
            assert is_asked.wait(60)
            process.send_signal(signal.SIGINT)
        finally:
            may_answer.set()
        ran = finish(process, tmp_path)
    assert ran.status == 2
    assert created
    assert deleted == created
    assert "LEFT BEHIND" not in ran.output


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        if int(text.rpartition(")")[2].split()[1]) == pid:
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [None, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_mock_never_outlives_its_run(number: int | None, tmp_path: Path) -> None:
    process = start_suite(tmp_path, "--target=mock", "-v", "-k", "unauthorized-missing or near-miss", "--rate=300")
    assert process.stdout is not None
    while "PASSED" not in (line := process.stdout.readline()):
        assert line, "the run ended"
    [child] = children_of(process.pid)
    watched = os.pidfd_open(child)
    try:
        if number is not None:
            process.send_signal(number)
        finish(process, tmp_path)
        ended, _, _ = select.select([watched], [], [], 60)
        assert ended, "the mock goes on without its run"
    finally:
        os.close(watched)
