"""Certificates for servers on loopback."""

from __future__ import annotations

import ssl
import subprocess
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_AUTHORITY = """
[ca]
default_ca = authority
[authority]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
default_startdate = 20200101000000Z
default_enddate = 20200102000000Z
policy = policy
x509_extensions = extensions
[policy]
commonName = supplied
[extensions]
subjectAltName = IP:127.0.0.1
"""


class Certificate(NamedTuple):
    """A certificate that is its own authority, and the context of a server that shows it."""

    own: Path
    context: ssl.SSLContext


def certified(directory: Path, issuer: str, *more: str) -> Certificate:
    """A certificate for 127.0.0.1 that its own issuer made."""
    own, both = directory / "own.pem", directory / "server.pem"
    subject = ["-subj", issuer, "-addext", "subjectAltName=IP:127.0.0.1", *more]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, "-keyout", both, "-out", own]
    subprocess.run(command, check=True, capture_output=True)
    return _served(own, both)


def expired(directory: Path) -> Certificate:
    """A certificate for 127.0.0.1 that was valid for a day in 2020."""
    own, both, asked = (directory / name for name in ("own.pem", "server.pem", "asked.pem"))
    (directory / "index").touch()
    (directory / "ca").write_text(_AUTHORITY.format(folder=directory), encoding="utf-8")
    ask = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-keyout", both]
    sign = ["openssl", "ca", "-batch", "-notext", "-selfsign", "-create_serial", "-config", directory / "ca"]
    subprocess.run([*ask, "-out", asked], check=True, capture_output=True)
    subprocess.run([*sign, "-keyfile", both, "-in", asked, "-out", own], check=True, capture_output=True)
    return _served(own, both)


def _served(own: Path, both: Path) -> Certificate:
    both.write_text(both.read_text() + own.read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return Certificate(own, context)
