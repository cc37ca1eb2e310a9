"""Options that make no examination."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from machines import Machine


@pytest.mark.parametrize(
    ("url", "status", "says"),
    [
        ("http://api.example.com/v1", 5, "no key is sent over plain http to api.example.com"),
        ("http://[::1", 2, "is no address"),
        ("ftp://api.example.com", 2, "is no web address"),
        ("https://me:password@api.example.com", 2, "holds a user name or password"),
        ("https://api.example.com/?x=1", 2, "has a query or fragment"),
        ("api.example.com", 2, "is no web address"),
        ("https://api.example.com/v1\n", 2, "has a space, a line break or a control character in it"),
    ],
)
@pytest.mark.parametrize("place", ["option", "variable"])
def test_an_address_that_is_none_for_a_key_is_refused(
    url: str, status: int, says: str, place: str, machine: Machine
) -> None:
    machine.has().given |= {"HOPX_BASE_URL": url} if place == "variable" else {}
    ran = machine.run(*([f"--base-url={url}"] if place == "option" else []))
    assert (ran.status, ran.stdout) == (status, "")
    assert says in ran.stderr


@pytest.mark.parametrize(
    "words", [["--timeout=0"], ["--timeout=x"], ["--interval=-1"], ["--times=0"], ["--format=xml"], ["more"]], ids=str
)
def test_words_that_make_no_command_are_a_usage_error(words: list[str], machine: Machine) -> None:
    ran = machine.run(*words)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("usage: hopx-auth")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--times=3"], "--times says how --watch goes on; add --watch, or leave it out"),
        (["--interval=1"], "--interval says how --watch goes on; add --watch, or leave it out"),
        (["--offline", "--times=120"], "--times says how --watch goes on"),
        (["--plan", "--times=3"], "--times says how --watch goes on"),
        (["--plan", "--watch"], "a plan is made once, so that there is nothing to watch; leave one of the two out"),
    ],
    ids=str,
)
def test_options_that_would_change_nothing_are_a_usage_error(words: list[str], says: str, machine: Machine) -> None:
    ran = machine.run(*words)
    assert (ran.status, ran.stdout) == (2, "")
    assert says in ran.stderr


@pytest.mark.parametrize("option", ["--spec", "--clients"])
def test_a_file_that_is_none_is_a_usage_error(option: str, machine: Machine) -> None:
    ran = machine.run("--offline", f"{option}=nowhere.yaml")
    assert (ran.status, ran.stdout) == (2, "")
    assert "nowhere.yaml:1:1" in ran.stderr
