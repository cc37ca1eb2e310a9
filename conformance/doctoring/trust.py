"""The certificate authorities that clients on this machine believe, and the variables that name them."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.diagnosis.evidence import Place
from conformance.doctoring.sources import PROCESS

if TYPE_CHECKING:
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.seen import Seen

SYSTEM = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # in the place of those of the system
_READERS = {
    "SSL_CERT_FILE": "Python and others that use OpenSSL",
    "SSL_CERT_DIR": "Python and others that use OpenSSL",
    "REQUESTS_CA_BUNDLE": "requests for Python",
    "CURL_CA_BUNDLE": "curl and requests for Python",
}
OF_CLIENTS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # which this program does not read
_OR_FOLDER = ("REQUESTS_CA_BUNDLE",)
_BESIDE = "NODE_EXTRA_CA_CERTS"  # which Node reads beside its own, and passes over where it cannot

_TRUSTING = ("NODE_TLS_REJECT_UNAUTHORIZED", "0")  # no other value does it


def check_trust(machine: Machine, seen: Seen) -> None:
    """Rows on the authorities; a fact where there are none to believe."""
    for name, readers in _READERS.items():
        if not (value := machine.environment.get(name)):
            continue
        problem = _problem(name, value, machine)
        if problem:
            says = f"{name} names {problem}, so {readers} believe no certificate"
            seen.check("trust", "fail", says)
            seen.fact("authorities-missing", says, Place(PROCESS, name))
        else:
            seen.check("trust", "ok", f"{name} names the authorities that {readers} believe")
    if value := machine.environment.get(_BESIDE):
        problem = _of_file(machine.path(value), value)
        says = f"{_BESIDE} names {problem}, and Node passes it over" if problem else f"{_BESIDE} is read by Node"
        seen.check("trust", "warn" if problem else "ok", says)
    name, value = _TRUSTING
    if machine.environment.get(name) == value:
        says = f"{name} is {value}: Node believes every certificate, and gives the key to who shows it"
        seen.check("trust", "warn", says)
    if not any(machine.environment.get(name) for name in SYSTEM):
        _check_system(seen)


def _problem(name: str, value: str, machine: Machine) -> str:
    """Why a variable names no authorities; nothing where it names some."""
    if name == "SSL_CERT_DIR":
        problems = [_of_folder(machine.path(one), one) for one in value.split(os.pathsep)]
        return "" if "" in problems else problems[0]
    path = machine.path(value)
    return _of_folder(path, value) if name in _OR_FOLDER and path.is_dir() else _of_file(path, value)


def _of_folder(path: Path, shown: str) -> str:
    try:
        return "" if any(path.iterdir()) else f"{shown}, which is empty"
    except OSError as error:
        return _unread(shown, error)


def _of_file(path: Path, shown: str) -> str:
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=path)
    except ssl.SSLError:
        return f"{shown}, which holds no certificate in PEM form"
    except OSError as error:
        return _unread(shown, error)
    return ""


def _unread(shown: str, error: OSError) -> str:
    return f"{shown}, which cannot be read ({(error.strerror or 'no reason given').lower()})"


def _check_system(seen: Seen) -> None:
    paths = ssl.get_default_verify_paths()
    count = ssl.create_default_context().cert_store_stats()["x509_ca"]
    folder = Path(paths.capath) if paths.capath else None
    if count or (folder and folder.is_dir() and any(folder.iterdir())):
        seen.check("trust", "ok", "this system has certificate authorities")
        return
    says = f"this system has no certificate authorities: {paths.openssl_cafile} and {paths.openssl_capath} hold none"
    seen.check("trust", "fail", says)
    seen.fact("authorities-missing", says, Place("the system", "certificate authorities"))
