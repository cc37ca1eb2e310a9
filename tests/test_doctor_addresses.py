"""Where the API is asked, and where clients ask instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from machines import Machine, Told, answering, api, key
from scripted import scripted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripted import Scripted

VARIABLE = "HOPX_BASE_URL"


@pytest.fixture
def server(machine: Machine) -> Iterator[Scripted]:
    machine.has(good := key())
    with scripted(answering(api(good))) as found:
        yield found


def with_cli(machine: Machine) -> Machine:
    machine.given["PATH"] = str(machine.home / "bin")
    return machine.file("bin/hopx", "#!/bin/sh\n", 0o700)


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
def test_the_variable_is_read_as_its_clients_and_as_this_suite_read_it(
    end: str, machine: Machine, server: Scripted
) -> None:
    machine.given[VARIABLE] = server.url.removesuffix("/v1") + end
    told = Told(machine.run("--format=json"))
    assert (told.verdict, told.data["base_url"].rstrip("/")) == ("healthy", server.url)


def test_a_client_that_puts_the_path_behind_one_that_has_it_asks_elsewhere(machine: Machine, server: Scripted) -> None:
    machine.given[VARIABLE] = server.url
    says = f"this process, {VARIABLE}: it makes clients ask {server.url}/v1 instead: commands of the Hopx CLI, "
    told = Told(machine.run("--format=json"))
    assert told.verdict == "healthy", "the CLI is not installed"
    assert any(status == "warn" and row.startswith(says) for status, row in told.rows("address"))
    told = Told(with_cli(machine).run("--format=json"))
    assert told.causes == [("wrong-base-url", "likely")]
    assert f"{server.url}/v1" in told.data["findings"][0]["evidence"][0]["detail"]


def test_a_client_that_takes_its_address_from_a_file_asks_elsewhere(machine: Machine, server: Scripted) -> None:
    secret = machine.secret("s3cret-of-mine")
    machine.file("project/.env", f"hopx_base_url=https://me:{secret}@gateway.example.com:8443/hopx\n")
    told = with_cli(machine).asks(server.url)
    assert told.row("key in X-API-Key")[0] == "ok", "the file of a directory does not say where a key is sent"
    assert told.causes == [("wrong-base-url", "likely")]
    (row,) = (row for _, row in told.rows("address") if "instead" in row)
    assert row.startswith("./.env, line 1: it makes clients ask https://gateway.example.com:8443/hopx/v1 instead")


@pytest.mark.parametrize("value", ["hello", "http://[::1", "https://", "", "https://a b/"])
def test_what_is_no_address_is_not_shown_as_one(value: str, machine: Machine, server: Scripted) -> None:
    told = machine.file("project/.env", f'{VARIABLE}="{value}"\n').asks(server.url)
    assert any("makes clients ask what is no address instead" in row for _, row in told.rows("address"))
