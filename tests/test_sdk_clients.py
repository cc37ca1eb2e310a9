"""A right client passes every rule about SDKs, and a wrong one is caught; the self-test judges them all."""

from __future__ import annotations

import sys
from itertools import cycle
from typing import TYPE_CHECKING

import pytest
from runs import ROOT, SPEC
from sdk_clients import CLIENTS, adapter_folder, judge, python_adapter

from conformance.probes import Recipe
from conformance.sdk.adapter import Adapter, AdapterFile
from conformance.sdk.call import Call
from conformance.sdk.process import AdapterProcess
from conformance.sdk.target import SdkTarget
from conformance.selftest.impostor import other_impostors
from conformance.selftest.judging import judge as selftest
from conformance.spec.files import default_spec

if TYPE_CHECKING:
    from pathlib import Path

    from runs import Ran

LISTED = ROOT / "tests" / "impostors.toml"
RULES = {rule.id: rule for rule in SPEC.rules if rule.target == "sdk"}


def passes_everything(ran: Ran) -> bool:
    """Whether every rule about SDKs was asked, and none was broken or blocked."""
    assert {line["rule"] for line in ran.verdicts.values()} == RULES.keys()
    promised = [line for line in ran.verdicts.values() if line["level"] != "observe"]
    assert {line["probe"]: line["observed"] for line in promised if line["verdict"] != "pass"} == {}
    return ran.status == 0


def test_a_right_client_in_python_passes_everything(tmp_path: Path) -> None:
    assert passes_everything(judge(tmp_path, python_adapter(tmp_path, "adapter.py")))


def test_a_right_client_in_javascript_passes_everything(tmp_path: Path) -> None:
    assert passes_everything(judge(tmp_path, adapter_folder(tmp_path, "node", str(CLIENTS / "client.mjs"))))


@pytest.mark.parametrize("fault", ["swallows-403", "shows-key-in-repr", "dumps-status"])
def test_a_wrong_client_is_caught_and_blocks_what_cannot_be_asked_of_it_as_in_a_self_test(
    fault: str, tmp_path: Path
) -> None:
    ran = judge(tmp_path, python_adapter(tmp_path, "adapter.py", f"--fault={fault}", "--attempts=1"))
    listed = next(one for one in other_impostors(LISTED, SPEC) if one.name == fault)
    found = selftest(default_spec(), listed)
    assert ran.rules("fail") == set(found.failed)
    assert ran.rules("advisory") == set(found.advised)
    assert ran.rules("blocked") == set(found.blocked)
    assert listed.rule in ran.rules("fail", "advisory")
    assert ran.status == bool(found.failed)
    assert "Traceback (most" not in ran.stderr


def test_a_wrong_client_gets_the_same_verdicts_twice(tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "adapter.py", "--fault=ignores-the-argument", "--attempts=1")
    runs = [judge(tmp_path / name, adapter) for name in ("first", "second")]
    one, other = ({probe: line["verdict"] for probe, line in ran.verdicts.items()} for ran in runs)
    assert one == other


def test_an_error_may_quote_what_follows_the_key(tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "adapter.py", "--fault=quotes-what-follows-the-key")
    ran = judge(tmp_path, adapter, "-k", "odd-key")
    shown = ran.verdicts["sdk-odd-key-is-not-shown[list-header]"]
    assert "X-Injected: yes" in shown["observed"] + str(shown["user"])
    assert ran.status == 0


def test_a_right_client_whose_errors_are_those_of_urllib_is_not_accused_of_a_file(tmp_path: Path) -> None:
    ran = judge(tmp_path, python_adapter(tmp_path, "adapter.py", "--fault=raises-errors-of-urllib"))
    assert ran.rules("fail", "advisory", "error") == set()


def test_a_right_client_that_waits_longer_each_time_is_not_accused_of_no_end(tmp_path: Path) -> None:
    """It waits 3, 4 and 8 s: more than a call may take, and no more than one that may be tried again."""
    adapter = python_adapter(tmp_path, "adapter.py", "--fault=backs-off", "--attempts=4", more="seconds = 10")
    ran = judge(tmp_path, adapter, "-k", "rate-limit or attempts or retry-after or sdk-takes-argument")
    assert ran.rules("fail", "advisory", "error") == set()


def test_a_header_may_have_more_blanks_than_it_needs(tmp_path: Path) -> None:
    ran = judge(tmp_path, python_adapter(tmp_path, "adapter.py", "--fault=writes-blanks"))
    assert ran.rules("fail", "advisory", "error") == set()


def test_what_a_node_client_asks_of_other_hosts_is_seen(tmp_path: Path) -> None:
    adapter = adapter_folder(tmp_path, "node", str(CLIENTS / "client.mjs"), "--tells-its-makers")
    ran = judge(tmp_path, adapter, "-k", "sdk-key-stays or nobody-else")
    told = ran.verdicts["sdk-key-stays-with-the-api[list]"]
    assert "GET http://makers.example/" in told["observed"]
    assert ran.rules("fail", "advisory") == {"sdk-key-stays-with-the-api", "sdk-asks-nobody-else"}


def test_where_there_is_no_debug_log_the_log_is_what_was_printed(tmp_path: Path) -> None:
    words = ("--fault=logs-key", "--without=debug_log")
    ran = judge(tmp_path, python_adapter(tmp_path, "adapter.py", *words), "-k", "log-hides or output-hides")
    assert ran.rules("fail") == {"sdk-output-hides-the-secret", "sdk-output-hides-a-key-of-the-environment"}
    assert "sdk-log-hides-the-secret" in ran.rules("blocked")


@pytest.mark.parametrize(
    ("fault", "rule", "told"),
    [
        ("prints-key", "sdk-output-hides-the-secret", "standard error shows some: GET /v1/sandboxes: 200"),
        ("leaves-key-in-home", "sdk-files-hide-the-secret", "some is left in .little-client in its home folder"),
        ("leaves-half-of-secret-where-it-runs", "sdk-files-hide-the-secret", "debug.log in its working directory"),
        ("sets-the-variable", "sdk-argument-is-forgotten", "came with it"),
    ],
)
def test_what_a_client_leaves_behind_is_told_with_its_place(fault: str, rule: str, told: str, tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "adapter.py", f"--fault={fault}", "--attempts=1")
    ran = judge(tmp_path / "run", adapter, "-k", rule)
    assert any(told in line["observed"] for line in ran.verdicts.values())
    assert ran.rules("fail", "advisory") == {rule}


def test_a_file_that_was_given_to_the_client_accuses_nobody(tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "adapter.py")
    ran = judge(tmp_path / "run", adapter, "-k", "sdk-files or sdk-dotenv")
    assert ran.rules("pass") == {"sdk-files-hide-the-secret", "sdk-dotenv"}
    assert ran.status == 0


def test_what_is_printed_between_two_calls_accuses_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-S", str(CLIENTS / "adapter.py")]
    file = AdapterFile(name="client", language="python", sdk="client", command=command, seconds=20.0)
    target = SdkTarget(SPEC, Adapter(tmp_path, file), "", tmp_path)
    said = cycle([f"late: {target.keyring.issued['full'].reveal()}", ""])  # before a call, and in it
    monkeypatch.setattr(AdapterProcess, "said", lambda _self: next(said))
    try:
        called = target.called(Call(Recipe("full"), "argument", "view"))
        assert called.said == ()
        assert [line for line in target.strays if "printed a part of its key" in line]
    finally:
        target.close()
