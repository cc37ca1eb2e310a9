"""How far one comes towards the API without sending it anything: name, connection, certificate, proxy."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.doctoring.certificate import certificate_of

if TYPE_CHECKING:
    from conformance.doctoring.certificate import Certificate
    from conformance.doctoring.proxies import Proxy

_NOT_OF_TLS = "WRONG_VERSION_NUMBER"
_ANSWER = 4096  # bytes of a proxy's answer


@dataclass(frozen=True)
class Address:
    """An address of a host, and what came of connecting to it; `problem` is "" where it took the connection."""

    address: str
    problem: str = ""


@dataclass(frozen=True)
class Tls:
    """What came of TLS: the certificate that was shown, and why it was not believed (OpenSSL's number and words).

    `is_plain` is whether something answered that was no TLS.
    """

    certificate: Certificate | None
    code: int = 0
    problem: str = ""
    is_plain: bool = False


def resolved(host: str, port: int, seconds: float) -> list[tuple[str, bool]] | str:
    """The addresses of a host, each with whether it is IPv4; or why there are none."""
    found: list[tuple[str, bool]] = []
    problem = [f"there was no answer within {seconds:g} s"]

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            problem[0] = getattr(error, "strerror", None) or "it is no name"
            return
        problem.clear()
        found.extend(dict.fromkeys((str(one[4][0]), one[0] == socket.AF_INET) for one in entries))

    asking = threading.Thread(target=ask, daemon=True)  # the resolver takes no time limit
    asking.start()
    asking.join(seconds)
    return problem[0] if problem else found


def connected(address: str, port: int, seconds: float) -> Address:
    """Connect to an address, and hang up."""
    try:
        socket.create_connection((address, port), timeout=seconds).close()
    except OSError as error:
        return Address(address, why_not(error, seconds))
    return Address(address)


def why_not(error: OSError, seconds: float) -> str:
    """Why a connection did not come about."""
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s"
    return (error.strerror or type(error).__name__).lower()


def bundled_authorities() -> str:
    """The file of certifi, whose authorities clients in Python take; nothing where it is not installed."""
    try:
        import certifi
    except ImportError:
        return ""
    return certifi.where()


def shaken_hands(host: str, port: int, seconds: float, authorities: str = "") -> Tls:
    """Make a TLS connection as clients do, and hang up; a certificate that is not believed is looked at as well.

    `authorities` is a file that holds those to be believed, in the place of those of the system.
    """
    context = ssl.create_default_context(cafile=authorities or None)
    try:
        with (
            socket.create_connection((host, port), timeout=seconds) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            return Tls(_read(secure.getpeercert(binary_form=True)))
    except ssl.SSLCertVerificationError as error:
        return Tls(_shown(host, port, seconds), error.verify_code, error.verify_message.rstrip("."))
    except ssl.SSLError as error:
        why = (error.reason or "no reason given").lower().replace("_", " ")
        return Tls(None, problem=f"no TLS connection came about ({why})", is_plain=error.reason == _NOT_OF_TLS)
    except OSError as error:
        return Tls(None, problem=why_not(error, seconds))


def _shown(host: str, port: int, seconds: float) -> Certificate | None:
    """The certificate that is not believed; nothing is sent to who shows it."""
    with suppress(OSError, ValueError):
        return _read(ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((host, port), timeout=seconds)))
    return None


def _read(der: bytes | None) -> Certificate | None:
    with suppress(ValueError):
        return certificate_of(der or b"")
    return None


def tunnelled(proxy: Proxy, user: str, host: str, port: int, seconds: float) -> int | str:
    """The status that a proxy answers with when it is asked for a way to the API; or why there is none.

    `user` is a user and a password for it, as the environment names them. Nothing is sent to the API.
    """
    head = [f"CONNECT {host}:{port} HTTP/1.1", f"Host: {host}:{port}"]
    if user:
        head.append(f"Proxy-Authorization: Basic {base64.b64encode(user.encode()).decode()}")
    until = time.monotonic() + seconds
    try:
        with socket.create_connection((proxy.host, proxy.port), timeout=seconds) as plain:
            plain.sendall("\r\n".join([*head, "", ""]).encode("utf-8", "surrogateescape"))
            answer = b""
            while b"\r\n" not in answer and len(answer) < _ANSWER:
                plain.settimeout(max(until - time.monotonic(), 0.001))  # 0 would be to wait for nothing at all
                if not (more := plain.recv(_ANSWER)):
                    break
                answer += more
    except UnicodeError:
        return "its host is no name"
    except OSError as error:
        return why_not(error, seconds)
    words = answer.split(b"\r\n")[0].split()
    is_http = len(words) > 1 and words[0].startswith(b"HTTP/") and words[1].isdigit()
    return int(words[1]) if is_http else "it does not answer as a proxy"
