"""The way to the API: addresses, connections, and who takes them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
from machines import SHORT, Machine, answering, api, dead_port, has_key, key
from runs import SPEC
from scripted import Peer, scripted

from conformance.diagnosis.clients.loader import load as load_clients
from conformance.diagnosis.knowledge_cache import knowledge
from conformance.diagnosis.reading import Reading
from conformance.doctoring import machine as doctored
from conformance.doctoring.examination import Doctor
from conformance.spec.files import default_causes, default_clients, default_spec

if TYPE_CHECKING:
    from scripted import Script

    from conformance.doctoring.examination import Examined


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/v1", "https://127.0.0.1:{port}/v1", "https://nowhere.invalid"]
)
def test_nobody_is_there(url: str, machine: Machine) -> None:
    told = machine.has().asks(url.format(port=dead_port()))
    assert ("network-unreachable", "certain") in told.causes
    assert told.row("key") == ("skipped", "there is nobody to ask")
    assert "fail" in {status for name in ("dns", "tcp") for status, _ in told.rows(name)}


def test_a_host_without_ipv4_is_out_of_reach_for_some(machine: Machine) -> None:
    told = machine.has().asks(f"http://[::1]:{dead_port()}/v1", SHORT)
    status, says = told.row("dns")
    assert status == "warn"
    assert says.startswith("::1 has no IPv4 address, and these use no other: Hopx SDK for Python, ")


def resolving(monkeypatch: pytest.MonkeyPatch, host: str, *addresses: str) -> None:
    """Let a name have these addresses within this process."""
    real = socket.getaddrinfo

    def getaddrinfo(name: str, *rest: Any, **more: Any) -> list[Any]:
        names = addresses if name == host else (name,)
        return [found for one in names for found in real(one, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def examined_here(machine: Machine, url: str) -> Examined:
    """An examination within this process, whose network a test may change."""
    known = knowledge(default_causes(), default_spec())
    here = doctored.Machine(machine.given, machine.home, machine.work)
    clients = load_clients(default_clients(), default_spec())
    return Doctor(here, SPEC, clients, known, Reading(known.surface, b"salt"), url, 5.0).examine()


UNUSED, MAPPED = "127.9.9.9", "::ffff:127.0.0.1"


@pytest.mark.parametrize("addresses", [(UNUSED, "127.0.0.1"), ("127.0.0.1", UNUSED), ("127.0.0.1", "::1")], ids=str)
def test_one_address_that_is_down_is_no_problem_where_another_is_up(
    addresses: tuple[str, ...], machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, "localhost", *addresses)
    machine.has(good := key())
    with scripted(answering(api(good))) as server:
        examined = examined_here(machine, f"http://localhost:{server.port}/v1")
    assert (examined.diagnosis.verdict, examined.is_accepted) == ("healthy", True)


def test_a_host_that_is_out_of_reach_by_ipv4_alone_is_out_of_reach_for_some(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, "localhost", UNUSED, MAPPED)
    machine.has(good := key())
    with scripted(answering(api(good))) as server:
        examined = examined_here(machine, f"http://localhost:{server.port}/v1")
    (finding,) = examined.diagnosis.findings
    assert (finding.cause.id, finding.confidence) == ("network-unreachable", "likely")
    assert [fact.says for fact in finding.facts] == [
        "localhost is not reached by IPv4 (connection refused), and Hopx SDK for Python uses nothing else"
    ]


@pytest.mark.parametrize("script", [Peer.wait, lambda peer: peer.connection.close(), b"SSH-2.0-OpenSSH_9.6\r\n"])
def test_who_takes_the_connection_and_says_nothing_is_no_api(script: Script, machine: Machine) -> None:
    with scripted(script) as server:
        told = machine.has().asks(server.url, SHORT)
    assert [name for name, _ in told.causes] == ["network-unreachable"]
    assert told.row("no key")[0] == "fail"
    assert not any(has_key(head) for head in server.requests)
