"""Certificates, and the authorities that clients believe."""

from __future__ import annotations

import ssl
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
import pytest
from certificates import certified, expired
from machines import NAME, SHORT, Machine, answering, api, key
from runs import SPEC
from scripted import Peer, scripted

from conformance.diagnosis.clients.model import Clients
from conformance.diagnosis.knowledge_cache import knowledge
from conformance.diagnosis.reading import Reading
from conformance.doctoring import machine as doctored
from conformance.doctoring.certificate import certificate_of
from conformance.doctoring.examination import Doctor
from conformance.spec.files import default_causes, default_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_what_is_no_certificate_is_said_to_be_none(tmp_path: Path) -> None:
    own, _ = certified(tmp_path, "/O=Acme/CN=Acme Root")
    der = ssl.PEM_cert_to_DER_cert(own.read_text())
    read = certificate_of(der)
    assert (read.issuer, read.not_after - read.not_before) == ("Acme, Acme Root", 30 * 86400)
    for at in range(0, len(der), 3):
        for damaged in (der[:at], der[:at] + b"\xff" + der[at + 1 :]):
            with suppress(ValueError):
                certificate_of(damaged)


def test_a_certificate_of_nobody_known_is_named_and_the_key_kept_back(machine: Machine, tmp_path: Path) -> None:
    own, context = certified(tmp_path, "/O=Zscaler Inc./CN=Zscaler Root CA")
    machine.has(good := key())
    with scripted(answering(api(good)), tls=context) as server:
        told = machine.asks(server.url)
        assert told.causes == [("tls-interception", "certain")]
        status, says = told.row("tls")
        assert (status, "issued by Zscaler Inc., Zscaler Root CA" in says) == ("fail", True)
        assert server.requests == []
        machine.given["SSL_CERT_FILE"] = str(own)
        told = machine.asks(server.url)
    assert (told.verdict, told.causes) == ("healthy", [])
    assert told.row("tls")[0] == "warn"


def test_a_certificate_of_another_time_may_be_the_clock_of_this_machine(machine: Machine, tmp_path: Path) -> None:
    own, context = expired(tmp_path)
    machine.has().given["SSL_CERT_FILE"] = str(own)
    with scripted(answering(api()), tls=context) as server:
        told = machine.asks(server.url)
    assert (told.verdict, told.causes) == ("cannot-tell", [])
    assert "clock-skew" in told.data["cannot_tell"]["candidates"]
    assert "in 2020" not in told.row("tls")[1]
    assert server.requests == []


def test_a_certificate_of_an_issuer_nobody_knows_may_be_of_many(machine: Machine, tmp_path: Path) -> None:
    _, context = certified(tmp_path, "/O=Let's Encrypt/CN=R11")
    with scripted(answering(api()), tls=context) as server:
        told = machine.has().asks(server.url)
    assert (told.verdict, told.causes) == ("cannot-tell", [])
    assert "tls-interception" in told.data["cannot_tell"]["candidates"]
    assert server.requests == []


AUTHORITIES: dict[str, Callable[[Path], None]] = {
    "not there": lambda _file: None,
    "no certificates": lambda file: file.write_text("hello"),
    "a folder": lambda file: file.mkdir(),
}


@pytest.mark.parametrize("name", AUTHORITIES)
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_authorities_that_are_missing_are_said_to_be(
    name: str, variable: str, machine: Machine, tmp_path: Path
) -> None:
    _, context = certified(tmp_path, "/O=Let's Encrypt/CN=R11")
    AUTHORITIES[name](tmp_path / "bundle")
    machine.has().given[variable] = str(tmp_path / "bundle")
    with scripted(answering(api()), tls=context) as server:
        told = machine.asks(server.url)
    assert told.causes == [("authorities-missing", "certain")]
    assert any(status == "fail" and says.startswith(f"{variable} names ") for status, says in told.rows("trust"))
    assert bool(told.data["cannot_tell"]) is (variable != "SSL_CERT_FILE")
    assert machine.offline().causes == [("authorities-missing", "certain")]


@pytest.mark.parametrize(
    ("variable", "value"),
    [("REQUESTS_CA_BUNDLE", "{}"), ("SSL_CERT_DIR", "{}:/nowhere"), ("SSL_CERT_DIR", "/nowhere:{}")],
)
def test_a_folder_of_authorities_is_as_good_as_a_file_where_clients_take_one(
    variable: str, value: str, machine: Machine, tmp_path: Path
) -> None:
    folder = tmp_path / "authorities"
    folder.mkdir()
    own, _ = certified(folder, "/O=Acme/CN=Acme Root")
    digest = subprocess.run(
        ["openssl", "x509", "-hash", "-noout", "-in", own], check=True, capture_output=True, text=True
    )
    (folder / f"{digest.stdout.strip()}.0").symlink_to(own)
    machine.has().given[variable] = value.format(folder)
    told = machine.offline()
    assert (told.verdict, told.causes) == ("healthy", [])
    assert any(status == "ok" and says.startswith(f"{variable} names ") for status, says in told.rows("trust"))


def test_a_variable_for_node_that_names_no_file_is_a_row(machine: Machine) -> None:
    machine.has().given["NODE_EXTRA_CA_CERTS"] = "nowhere.pem"
    told = machine.offline()
    assert told.verdict == "healthy"
    assert (
        "warn",
        "NODE_EXTRA_CA_CERTS names nowhere.pem, which cannot be read (no such file or directory), and Node "
        "passes it over",
    ) in told.rows("trust")


@pytest.mark.parametrize(("value", "is_told"), [("0", True), ("1", False), ("", False), ("false", False)])
def test_a_variable_that_lets_node_believe_every_certificate_is_a_row(
    value: str, is_told: bool, machine: Machine
) -> None:
    machine.has().given["NODE_TLS_REJECT_UNAUTHORIZED"] = value
    told = machine.offline()
    says = "NODE_TLS_REJECT_UNAUTHORIZED is 0: Node believes every certificate, and gives the key to who shows it"
    assert told.verdict == "healthy"
    assert (("warn", says) in told.rows("trust")) is is_told


def test_an_authority_that_only_the_system_knows_is_missed_by_clients_in_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, context = certified(tmp_path, "/O=Acme/CN=Acme Root")
    monkeypatch.setenv("SSL_CERT_FILE", str(own))  # the system of this test, and no variable of the machine
    known = knowledge(default_causes(), default_spec())
    good = key()
    with scripted(answering(api(good)), tls=context) as server:
        examined = Doctor(
            doctored.Machine({NAME: good}, tmp_path, tmp_path),
            msgspec.structs.replace(SPEC, base_url=server.url),
            Clients(title="none", clients=[]),
            known,
            Reading(known.surface, b"salt"),
            server.url,
            5.0,
        ).examine()
    assert [one.status for one in examined.checks if one.name == "tls"] == ["ok", "warn"]
    assert [(one.cause.id, one.confidence) for one in examined.diagnosis.findings] == [("tls-interception", "likely")]


def test_a_certificate_of_another_host_may_be_a_portal_s(machine: Machine, tmp_path: Path) -> None:
    own, context = certified(tmp_path, "/CN=test")
    machine.has().given["SSL_CERT_FILE"] = str(own)
    with scripted(answering(api()), tls=context) as server:
        told = machine.asks(f"https://localhost:{server.port}/v1")
    assert told.row("tls")[1] == "Hostname mismatch, certificate is not valid for 'localhost', issued by test"
    assert told.causes == [("captive-portal-or-login-html", "likely")]
    assert server.requests == []


def test_what_is_no_tls_is_said_to_be_none(machine: Machine) -> None:
    with scripted(answering(api())) as server:
        told = machine.has().asks(server.url.replace("http:", "https:"), SHORT)
    assert ("network-unreachable", "certain") in told.causes
    assert told.row("tls")[0] == "fail"


def test_an_answer_without_tls_may_be_of_another_address_or_of_the_network(machine: Machine) -> None:
    def refuse(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with scripted(refuse) as server:
        told = machine.has().asks(server.url.replace("http:", "https:"))
    assert (told.verdict, told.status, told.causes) == ("cannot-tell", 3, [])
    doubt = told.data["cannot_tell"]
    assert doubt["candidates"] == ["wrong-base-url", "tls-interception", "captive-portal-or-login-html"]
    assert "speaks no TLS" in doubt["evidence"][0]["detail"]
    assert [told.row(name)[0] for name in ("tls", "key")] == ["fail", "skipped"]


def test_tls_that_nobody_here_speaks_is_not_called_none(machine: Machine, tmp_path: Path) -> None:
    own, context = certified(tmp_path, "/CN=test")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA:@SECLEVEL=0")
    machine.has().given["SSL_CERT_FILE"] = str(own)
    with scripted(answering(api()), tls=context) as server:
        status, says = machine.asks(server.url).row("tls")
    assert status == "fail"
    assert says.startswith("no TLS connection came about (")
    assert "_" not in says
