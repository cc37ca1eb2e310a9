"""A broken adapter is reported once, as its own fault; an SDK that hangs is ended with all that it started."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from runs import finish, has_ended, start_suite
from sdk_clients import adapter_folder, judge, python_adapter

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

SHORT = "seconds = 3"  # far more than any good answer takes; only what hangs takes it all
LONG = "seconds = 3600"  # what is not ended is waited for, and the test fails
HEARD = "its standard error ends:\n  said at "
AT_THE_START = {
    "prints_noise": "it prints what is no message of the protocol: 'Loading the SDK'",
    "prints_noise_at_a_call": "it prints what is no message of the protocol: 'Warning: this is deprecated'",
    "prints_no_object": "it prints what is no message of the protocol: '[1]'",
    "dies_at_once": "it ended in the middle of its work (exit status 3)",
    "dies_at_a_call": "it ended in the middle of its work (exit status 3)",
    "closes_its_output": "it closed its standard input or output in the middle of its work, and lives on",
    "hangs_at_once": "it did not answer hello within 6 s",
    "hangs_at_every_call": "list hangs: the call did not end within 3 s",
    "speaks_another_version": "it does not speak protocol 1: its hello says 2",
    "answers_with_another_id": "it answered message 2 when 1 was asked",
    "has_no_version": "its answer does not fit the protocol: Object missing required field `version`",
    "names_an_unknown_operation": "its answer does not fit the protocol: Invalid enum value 'fly'",
    "answers_in_another_shape": "its answer does not fit the protocol: Invalid value 'done'",
    "offers_nothing": "it offers neither list nor create",
    "refuses_what_it_offers": "it offers list, and refuses it: it is Sunday",
}
IN_THE_MIDDLE = {
    "dies_in_the_middle": "it ended in the middle of its work (signal 6)",
    "hangs_after_the_first_call": "5 of its calls did not end",
    "answers_in_another_shape_in_the_middle": "its answer does not fit the protocol: Expected `object`, got `str`",
}
SILENT = {"hangs_at_every_call", "offers_nothing", "refuses_what_it_offers", "hangs_after_the_first_call"}


@pytest.mark.parametrize("kind", AT_THE_START)
def test_an_adapter_that_is_broken_from_the_start_is_a_usage_error(kind: str, tmp_path: Path) -> None:
    ran = judge(tmp_path, python_adapter(tmp_path, "broken.py", kind, more=SHORT))
    assert ran.status == 4
    assert f"the adapter little is broken: {AT_THE_START[kind]}" in ran.stderr
    assert ran.output.count("is broken") == 1
    assert kind in SILENT or HEARD in ran.stderr
    assert "Traceback" not in ran.output


def test_a_program_that_there_is_not_is_a_usage_error(tmp_path: Path) -> None:
    ran = judge(tmp_path, adapter_folder(tmp_path, "/there/is/no/such/program"))
    assert ran.status == 4
    complaint = (
        "/there/is/no/such/program cannot be started (No such file or directory); install it, or correct command"
    )
    assert ran.output.count(f"broken: {complaint} in adapter.toml") == 1
    assert "Traceback" not in ran.output


@pytest.mark.parametrize("kind", IN_THE_MIDDLE)
def test_an_adapter_that_breaks_in_the_middle_ends_the_run_with_one_error(kind: str, tmp_path: Path) -> None:
    ran = judge(tmp_path, python_adapter(tmp_path, "broken.py", kind, more=SHORT), "-k", "create")
    assert ran.status == 1
    errors = [line["observed"] for line in ran.verdicts.values() if line["verdict"] == "error"]
    assert [error.startswith(f"the adapter little is broken: {IN_THE_MIDDLE[kind]}") for error in errors] == [True]
    assert kind in SILENT or HEARD in errors[0]
    assert f"the target has stopped answering: {errors[0]}".splitlines()[0] in ran.output
    assert "Traceback" not in ran.output


def pids_in(file: Path) -> list[int]:
    """The process ids that hanging clients have written, their own and that of what they started."""
    return [int(word) for word in file.read_text().split()] if file.exists() else []


def wait_for_pids(file: Path, how_many: int, process: subprocess.Popen[str]) -> list[int]:
    """Wait until a run's clients have written so many."""
    while len(pids_in(file)) < how_many:
        assert process.poll() is None
        time.sleep(0.01)
    return pids_in(file)


def end_left_over(pids: list[int]) -> None:
    for pid in pids:
        if not has_ended(pid):
            os.kill(pid, signal.SIGKILL)


def test_an_sdk_that_hangs_is_ended_with_what_it_started_and_the_run_goes_on(tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "adapter.py", "--fault=hangs-on-nested-429", "--attempts=1", more=SHORT)
    ran = judge(tmp_path, adapter, "-k", "rate-limit or sdk-takes-argument or sdk-attempts or sdk-own-test")
    pids = pids_in(adapter / "pids")
    try:
        assert len(pids) == 4  # list and create, each with a program that it started
        assert all(map(has_ended, pids))
    finally:
        end_left_over(pids)
    hung = {probe for probe, line in ran.verdicts.items() if line["verdict"] != "pass"}
    assert hung == {probe for probe in ran.verdicts if "-nested" in probe}
    assert ran.rules("fail", "advisory") == {"sdk-attempts-are-bounded"}
    assert ran.rules("error") == set()
    assert "the call did not end within 9 s" in ran.verdicts["sdk-rate-limit-is-an-error[list-nested]"]["reason"]


def test_a_run_that_is_interrupted_ends_at_once_and_leaves_no_process_behind(tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "adapter.py", "--fault=hangs-on-nested-429", "--attempts=1", more=LONG)
    process = start_suite(tmp_path, f"--target=sdk:{adapter}", "-q")
    pids: list[int] = []
    try:
        pids = wait_for_pids(adapter / "pids", 4, process)
        process.send_signal(signal.SIGINT)
        ran = finish(process, tmp_path)
        assert all(map(has_ended, pids))
    finally:
        process.kill()
        end_left_over(pids)
    assert ran.status == 2
    assert "KeyboardInterrupt" in ran.output
