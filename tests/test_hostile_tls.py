"""Certificates that are not to be trusted, and handshakes that come to nothing: each is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from certificates import Certificate, certified, expired
from scripted import Peer, ask, scripted, target_at
from scripts import SHORT, after_request, answering_each, whole

from conformance.targets.errors import UnansweredError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return certified(tmp_path, "/CN=test")


def test_an_unknown_certificate_is_named_with_the_way_to_trust_it(certificate: Certificate) -> None:
    with scripted(whole(b"{}"), tls=certificate.context) as server, target_at(server.url) as target:
        with pytest.raises(UnansweredError, match=r"certificate of 127.0.0.1:\d+ is not trusted .*SSL_CERT_FILE"):
            ask(target)
        target.close()
    assert server.requests == []


def test_a_private_ca_is_trusted_through_ssl_cert_file(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.own))
    hang_up = after_request(lambda peer: peer.connection.close())
    with (
        scripted(answering_each(whole(b"{}"), whole(b"[]")), hang_up, tls=certificate.context) as server,
        target_at(server.url) as target,
    ):
        assert [ask(target).response.json for _ in range(2)] == [{}, []]
        target.close()
        with pytest.raises(UnansweredError, match="closed the connection"):
            ask(target)
        target.close()
    assert server.connections == 2


def test_a_certificate_of_another_host_is_not_trusted(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.own))
    with (
        scripted(whole(b"{}"), tls=certificate.context) as server,
        target_at(f"https://localhost:{server.port}/v1") as target,
        pytest.raises(UnansweredError, match="mismatch"),
    ):
        ask(target)


def test_an_expired_certificate_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = expired(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.own))
    with (
        scripted(whole(b"{}"), tls=certificate.context) as server,
        target_at(server.url) as target,
        pytest.raises(UnansweredError, match="certificate has expired"),
    ):
        ask(target)
    assert server.requests == []


def test_plain_http_at_an_https_address_is_named() -> None:
    def plain(peer: Peer) -> None:
        peer.connection.recv(100)
        peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        peer.wait()

    with scripted(plain) as server, target_at(server.url.replace("http:", "https:")) as target:
        with pytest.raises(UnansweredError, match="check that it speaks https"):
            ask(target)
        target.close()


def test_a_silent_tls_handshake_ends_in_time() -> None:
    with (
        scripted(Peer.wait) as server,
        target_at(server.url.replace("http:", "https:"), time_limit=SHORT) as target,
        pytest.raises(UnansweredError, match="gave no complete answer within"),
    ):
        ask(target)
