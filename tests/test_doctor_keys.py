"""What the API says of the keys of a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from machines import NAME, Machine, answering, api, has_key, late
from scripted import scripted

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_key_that_works_is_healthy_in_every_header(machine: Machine, mock: dict[str, str]) -> None:
    told = machine.has(mock[NAME]).asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.status, told.causes) == ("healthy", 0, [])
    assert {told.row(name)[0] for name in ("no key", "stranger", "key in X-API-Key", "key in Authorization")} == {"ok"}
    assert {told.row(name)[0] for name in ("dns", "tcp", "clock", "view", "format")} == {"ok"}
    text = machine.run(f"--base-url={mock['HOPX_BASE_URL']}")
    assert (text.status, text.stderr) == (0, "")
    assert text.stdout.startswith(f"healthy: {mock['HOPX_BASE_URL']} accepts the key\n\nok       source ")


ROLES = {
    "HOPX_API_KEY_READ_ONLY": ("healthy", 0, set[str]()),
    "HOPX_API_KEY_CREATE_ONLY": ("cannot-tell", 3, {"scope-insufficient", "ip-not-allowed", "quota-or-billing"}),
    "HOPX_API_KEY_REVOKED": ("cannot-tell", 3, {"revoked", "expired", "key-mistyped", "key-not-yet-active"}),
    "HOPX_API_KEY_EXPIRED": ("cannot-tell", 3, {"revoked", "expired", "key-mistyped", "key-not-yet-active"}),
    "HOPX_API_KEY_RATE_LIMITED": ("problem", 1, {"rate-limited"}),
}


@pytest.mark.parametrize("role", ROLES)
def test_what_the_api_says_of_a_key_is_not_called_more_than_it_is(
    role: str, machine: Machine, mock: dict[str, str]
) -> None:
    verdict, status, causes = ROLES[role]
    told = machine.has(mock[role]).asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.status) == (verdict, status)
    named = {name for name, _ in told.causes} | set((told.data["cannot_tell"] or {}).get("candidates", ()))
    assert causes <= named
    assert bool(told.data["request_ids"]) is (status != 0)


def test_the_key_of_the_file_is_tried_where_the_one_of_the_shell_is_refused(
    machine: Machine, mock: dict[str, str]
) -> None:
    machine.has(mock["HOPX_API_KEY_REVOKED"]).file("project/.env", f"{NAME}={machine.secret(mock[NAME])}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert told.causes == [("env-shadowed-by-shell", "certain")]
    assert any("the API accepts the key of ./.env" in one["detail"] for one in told.data["findings"][0]["evidence"])


def test_what_lies_around_is_no_problem_where_the_key_works(machine: Machine, mock: dict[str, str]) -> None:
    machine.has(mock[NAME]).file("project/.env", f"{NAME}={machine.secret()}\n")
    machine.file(".hopx/credentials.yaml", f"default:\n  api_key: {machine.secret()}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.causes) == ("healthy", [])
    assert "warn" in {status for status, _ in told.rows("client")}


def test_a_stored_key_is_tried_where_the_one_of_the_shell_is_refused(machine: Machine, mock: dict[str, str]) -> None:
    stored_key = machine.secret(mock[NAME])
    machine.has().file(".hopx/credentials.yaml", f"default:\n  api_key: {stored_key}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert told.causes == [("stored-credential-conflict", "certain")]
    assert told.row("other key") == ("ok", "that of ~/.hopx/credentials.yaml, default.api_key: 200")


def test_a_key_that_the_cli_alone_finds_is_asked_about(machine: Machine, mock: dict[str, str]) -> None:
    machine.file(".hopx/credentials.yaml", f"default:\n  api_key: {machine.secret(mock[NAME])}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.causes, told.row("key in X-API-Key")[0]) == ("cannot-tell", [], "ok")
    machine.file(".hopx/credentials.yaml", f"default:\n  api_key: {machine.secret(mock['HOPX_API_KEY_REVOKED'])}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.causes) == ("cannot-tell", [])
    assert set(told.data["cannot_tell"]["candidates"]) >= EQ1


def test_a_key_of_a_start_up_file_is_not_told_to_be_removed_where_it_is_the_good_one(
    machine: Machine, mock: dict[str, str]
) -> None:
    machine.in_terminal_of("bash").has().file(".bashrc", f"export {NAME}={machine.secret(mock[NAME])}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert told.causes == [("env-not-inherited", "likely")]
    assert told.data["cannot_tell"] is None
    (finding,) = told.data["findings"]
    assert not any("unset" in step or "Remove" in step for step in finding["fix"])


EQ1 = {"revoked", "expired", "key-mistyped", "key-not-yet-active", "rotated-old-key-in-use", "cross-org-resource"}


@pytest.mark.parametrize("place", ["project/.env", ".hopx/credentials.yaml"])
def test_another_key_that_is_refused_too_is_not_the_answer(place: str, machine: Machine, mock: dict[str, str]) -> None:
    other = machine.secret()
    text = f"{NAME}={other}\n" if place.endswith(".env") else f"default:\n  api_key: {other}\n"
    machine.has(mock["HOPX_API_KEY_REVOKED"]).file(place, text)
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.status, told.causes) == ("cannot-tell", 3, [])
    assert told.row("other key")[0] == "fail"
    assert set(told.data["cannot_tell"]["candidates"]) >= EQ1


def test_keys_that_are_one_too_many_to_be_tried_are_told(machine: Machine, mock: dict[str, str]) -> None:
    machine.has(mock["HOPX_API_KEY_REVOKED"])
    for path in ("project/.env", ".env", ".bashrc", ".profile", ".zshenv"):
        machine.file(path, f"export {NAME}={machine.secret()}\n")
    rows = machine.asks(mock["HOPX_BASE_URL"]).rows("other key")
    assert [status for status, _ in rows] == ["fail", "fail", "fail", "unknown"]
    assert rows[-1][1] == "2 more are not tried: ~/.profile, line 1 and ~/.zshenv, line 1"


def test_another_key_is_no_answer_to_a_limit(machine: Machine, mock: dict[str, str]) -> None:
    machine.has(mock["HOPX_API_KEY_RATE_LIMITED"]).file("project/.env", f"{NAME}={machine.secret()}\n")
    assert machine.asks(mock["HOPX_BASE_URL"]).causes == [("rate-limited", "certain")]


def test_a_key_that_is_refused_is_told_beside_the_file_that_was_not_read(
    machine: Machine, mock: dict[str, str]
) -> None:
    machine.file("project/.env", f"{NAME}={machine.secret(mock['HOPX_API_KEY_REVOKED'])}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert told.causes == [("dotenv-not-loaded", "certain")]
    assert set(told.data["cannot_tell"]["candidates"]) >= EQ1
    text = machine.run(f"--base-url={mock['HOPX_BASE_URL']}").stdout
    assert "; besides, it may be one of 7 causes" in text.splitlines()[0]
    assert "ask this next:" in text


def test_a_key_that_is_refused_is_told_beside_a_clock_that_is_off(machine: Machine) -> None:
    machine.has()
    with scripted(answering(late("no key at all"))) as server:
        told = machine.asks(server.url)
    assert told.causes == [("clock-skew", "likely")]
    assert set(told.data["cannot_tell"]["candidates"]) >= EQ1


TIMES: dict[str, Callable[[bytes], bytes]] = {
    "of a kept answer": lambda head: late("no key at all")(head).replace(b"\r\nDate", b"\r\nAge: 9\r\nDate"),
    "of one answer alone": lambda head: (late("no key at all") if not has_key(head) else api())(head),
    "of the year 1": lambda head: late("no key at all")(head).replace(
        b"01 Jan 2024 00:00:00 GMT", b"01 Jan 0001 00:00:00 +2359"
    ),
}


@pytest.mark.parametrize("name", TIMES)
def test_a_date_that_nothing_bears_out_says_nothing_of_the_clock(name: str, machine: Machine) -> None:
    machine.has()
    with scripted(answering(TIMES[name])) as server:
        told = machine.asks(server.url)
    assert (told.verdict, told.causes) == ("cannot-tell", [])
    assert told.row("clock")[0] in ("unknown", "ok")


def test_what_is_not_of_the_form_of_a_key_is_not_sent(machine: Machine) -> None:
    machine.has("ghp_" + "a1B2" * 9)
    with scripted(answering(api())) as server:
        told = machine.asks(server.url)
    assert told.causes == [("wrong-vendor-key", "certain")]
    assert told.row("key")[0] == "skipped"
    assert not any(b"ghp_" in head for head in server.requests)
    assert len(server.requests) == 2
