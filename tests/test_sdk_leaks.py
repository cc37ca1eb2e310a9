"""No 8 characters in a row of a key's secret are in anything that a run writes, whatever the SDK does with the key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from leaking import leaks
from runs import FORMAT, SPEC, run_command
from sdk_clients import judge, python_adapter

if TYPE_CHECKING:
    from pathlib import Path

LOUDLY = ("-vv", "-rA", "--showlocals", "--junit-xml=reports/junit.xml", "-o", "junit_logging=all")
_KEY = re.compile(rf"{SPEC.key.prefix}\w{{{FORMAT.id_length}}}\.[\w-]{{{FORMAT.secret_length}}}")


def keys_told_to(adapter: Path) -> list[str]:
    """The keys that a run has given to the canary, which wrote them down."""
    return sorted(set(_KEY.findall((adapter / "canary").read_text(encoding="utf-8"))))


def test_an_sdk_that_tells_its_key_everywhere_is_caught_and_not_repeated(tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "canary.py")
    ran = judge(tmp_path / "run", adapter, *LOUDLY)
    assert ran.status == 1
    assert ran.rules("fail", "advisory") >= {
        "sdk-error-hides-the-secret",
        "sdk-key-nowhere-else",
        "sdk-log-hides-the-secret",
        "sdk-objects-hide-the-secret",
        "sdk-odd-key-is-not-shown",
    }
    assert (ran.directory / "reports" / "junit.xml").exists()
    keys = keys_told_to(adapter)
    assert len(keys) >= 5  # full, another, unknown, read-only and rate-limited
    assert leaks(ran, keys) == []


@pytest.mark.parametrize("ending", ["dies", "prints", "refuses", "misbehaves"])
def test_a_broken_adapter_that_tells_its_key_is_reported_without_it(ending: str, tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "canary.py", ending)
    ran = judge(tmp_path / "run", adapter, *LOUDLY)
    assert ran.status == 4
    assert "the adapter little is broken" in ran.stderr
    keys = keys_told_to(adapter)
    assert keys
    assert leaks(ran, keys) == []


def test_an_adapter_that_tells_the_key_of_its_environment_and_dies_is_reported_without_it(tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "canary.py", "dies-at-hello")
    ran = judge(tmp_path / "run", adapter, "-k", "environment", *LOUDLY)
    assert ran.status == 1
    assert "the adapter little is broken: it ended in the middle of its work" in ran.output
    keys = keys_told_to(adapter)
    assert keys
    assert leaks(ran, keys) == []


@pytest.mark.parametrize("ending", ["dies", "prints", "refuses", "misbehaves"])
def test_checking_such_an_adapter_does_not_repeat_the_key_either(ending: str, tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "canary.py", ending)
    (tmp_path / "run").mkdir()
    ran = run_command(tmp_path / "run", "adapter", "check", str(adapter))
    assert ran.status == 1
    assert "the adapter little is broken" in ran.output
    assert leaks(ran, keys_told_to(adapter)) == []
