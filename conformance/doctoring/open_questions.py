"""What TLS with the API leaves open, with the question that tells the causes apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.evidence import Place
from conformance.diagnosis.fact import Fact
from conformance.diagnosis.finding import Doubt

if TYPE_CHECKING:
    from conformance.doctoring.plan import Questions

NETWORK = "the network"
TLS = Place(NETWORK, "TLS")


def speaks_no_tls(says: str, asked: Questions) -> Doubt:
    """What answers at the address of the API is no TLS."""
    return Doubt(
        ("wrong-base-url", "tls-interception", "captive-portal-or-login-html"),
        f"Is {asked.base_url} the address of the API, with its port? Could you please run `curl -sI "
        f"http://{asked.host}:{asked.port}` on this machine and from another network, without the key, and send us "
        "what both print?",
        "It is another address or port: what listens there takes http://, or it is not the API. It is the right one, "
        "and another network shows another answer: a page to sign in, or a device in your network that answers in its "
        "place.",
        (Fact("says-no-tls", says, TLS),),
    )


def issuer_not_known(says: str, asked: Questions) -> Doubt:
    """Nobody here knows who issued the certificate."""
    return Doubt(
        ("tls-interception", "captive-portal-or-login-html", "wrong-base-url"),
        f"Who issued the certificate that this machine is shown for {asked.host}? Could you please run `openssl "
        f"s_client -connect {asked.host}:{asked.port} -servername {asked.host} < /dev/null 2> /dev/null | openssl "
        "x509 -noout -issuer -subject` on it, and the same from another network, and send us what both print?",
        "The issuer differs, and is your company or a security product: your network opens encrypted connections. It "
        "differs, and is a hotel or the like: sign in there. It is the same: it is not the API that is asked, or a "
        "server of your own, whose authority clients have to be given as SSL_CERT_FILE.",
        (Fact("issuer-unknown", says, TLS),),
    )


def certificate_expired(says: str, asked: Questions) -> Doubt:
    """The certificate has expired, by the clock of this machine."""
    return Doubt(
        ("clock-skew", "vendor-incident-or-client-defect", "tls-interception"),
        "Could you please compare what `date -u` prints on this machine with the time of a telephone, and tell us "
        f"whether https://{asked.host} opens without a warning there?",
        "The times differ: the clock of this machine is wrong. They agree and the telephone warns as well: the "
        "certificate of the server has expired. It does not warn: something in the network shows another certificate.",
        (Fact("certificate-expired", says, TLS),),
    )
