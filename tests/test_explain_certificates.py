"""Certificates that a client does not believe: for whose authority, for which host, or for want of authorities."""

from __future__ import annotations

import pytest
from explained import URL, verdict

from conformance.doctoring.certificate import INTERCEPTORS

OPEN = ["cannot-tell", "tls-interception", "captive-portal-or-login-html", "wrong-base-url"]
PYTHON = "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {} (_ssl.c:992)"
COMMAND = f'$ curl -sS -H "X-API-Key: <KEY>" {URL}\n'


@pytest.mark.parametrize(
    "text",
    [
        "curl: (60) SSL certificate problem: self-signed certificate",
        "curl: (60) SSL certificate problem: unable to get local issuer certificate",
        "curl: (60) schannel: SEC_E_UNTRUSTED_ROOT (0x80090325) - The certificate chain was issued by an authority "
        "that is not trusted.",
        PYTHON.format("unable to get local issuer certificate"),
        PYTHON.format("self-signed certificate"),
        "Error: self-signed certificate\n    at TLSSocket.onConnectSecure {\n  code: 'DEPTH_ZERO_SELF_SIGNED_CERT'\n}",
        "Error: unable to verify the first certificate",
        "javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path",
        f"hopx_ai.errors.NetworkError: Network error: {PYTHON.format('unable to get local issuer certificate')}",
    ],
)
def test_an_unknown_issuer_may_be_anybody(text: str) -> None:
    assert verdict(f"{text}\n") == OPEN
    assert verdict(f"{COMMAND}{text}\n") == OPEN


@pytest.mark.parametrize("maker", INTERCEPTORS)
def test_the_name_of_a_maker_of_inspecting_proxies_decides(maker: str) -> None:
    issuer = f"issuer=C = US, O = {maker.title()} Inc., CN = {maker.title()} Root CA"
    text = f"{PYTHON.format('unable to get local issuer certificate')}\n{issuer}\n"
    assert verdict(text) == ["tls-interception certain"]


def test_a_chain_that_ends_at_an_authority_of_its_own_decides() -> None:
    assert verdict(PYTHON.format("self-signed certificate in certificate chain") + "\n") == ["tls-interception certain"]


def test_go_does_not_say_more_than_that_it_is_likely() -> None:
    text = f'Get "{URL}": tls: failed to verify certificate: x509: certificate signed by unknown authority\n'
    assert verdict(text) == ["tls-interception likely"]


@pytest.mark.parametrize(
    "text",
    [
        "curl: (77) error setting certificate file: /etc/ssl/certs/ca-certificates.crt",
        "curl: (77) error setting certificate verify locations:  CAfile: /nowhere.pem CApath: none",
        "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /nowhere.pem",
        f'Get "{URL}": tls: failed to verify certificate: x509: failed to load system roots and no roots provided',
    ],
)
def test_authorities_that_are_not_there_are_named(text: str) -> None:
    assert verdict(f"{text}\n") == ["authorities-missing certain"]


@pytest.mark.parametrize(
    "text",
    [
        "curl: (60) SSL: no alternative certificate subject name matches target host name 'api.hopx.dev'",
        PYTHON.format("Hostname mismatch, certificate is not valid for 'api.hopx.dev'."),
        "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: Host: api.hopx.dev.",
        f'Get "{URL}": tls: failed to verify certificate: x509: certificate is valid for a.example, not api.hopx.dev',
    ],
)
def test_a_certificate_of_another_host_is_that_of_a_network_that_answers_for_all(text: str) -> None:
    assert verdict(f"{text}\n") == ["captive-portal-or-login-html likely"]
