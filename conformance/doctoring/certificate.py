"""What a certificate says of itself: who issued it, and from when to when it is valid; read without believing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMON_NAME, _ORGANIZATION = b"\x55\x04\x03", b"\x55\x04\x0a"
_SEQUENCE, _VERSION, _UTC_TIME = 0x30, 0xA0, 0x17
INTERCEPTORS = (
    *(
        "zscaler",
        "netskope",
        "goskope",
        "palo alto",
        "fortinet",
        "fortigate",
        "blue coat",
        "bluecoat",
        "cisco umbrella",
        "sophos",
    ),
    *("kaspersky", "eset ssl", "avast", "bitdefender", "mcafee", "check point", "forcepoint", "websense", "watchguard"),
    *("barracuda", "mitmproxy", "charles proxy", "fiddler", "portswigger", "proxyman", "untangle", "securly"),
    *("goguardian", "cato networks", "iboss", "menlo security"),
)


@dataclass(frozen=True)
class Certificate:
    """The issuer's organization and name, and the validity in seconds since 1970."""

    issuer: str
    not_before: float
    not_after: float

    @property
    def interceptor(self) -> str:
        """The maker of inspecting proxies that the issuer's name contains; "" where it contains none."""
        return next((name for name in INTERCEPTORS if name in self.issuer.lower()), "")


def certificate_of(der: bytes) -> Certificate:
    """Read a certificate (RFC 5280, section 4.1).

    Raises:
        ValueError: It is none.

    """
    try:
        (_, whole), *_ = _parts(der)
        (_, signed), *_ = _parts(whole)
        fields = list(_parts(signed))
        if fields[0][0] == _VERSION:
            fields = fields[1:]
        issuer, validity = fields[2][1], fields[3][1]
        (first, begins), (last, ends) = _parts(validity)
        return Certificate(_name(issuer), _time(first, begins), _time(last, ends))
    except (IndexError, UnicodeDecodeError) as error:
        raise ValueError("this is no certificate") from error


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The values that stand one behind the other, each with its tag (X.690, section 8.1)."""
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + length > len(data):
            raise ValueError("this is no certificate")
        yield tag, data[at : at + length]
        at += length


def _name(issuer: bytes) -> str:
    found: dict[bytes, str] = {}
    for _, attributes in _parts(issuer):
        for _, attribute in _parts(attributes):
            (_, kind), (_, value) = _parts(attribute)
            found.setdefault(kind, value.decode("utf-8", "replace"))
    names = [found[kind] for kind in (_ORGANIZATION, _COMMON_NAME) if kind in found]
    return ", ".join(dict.fromkeys(names)) or "nobody by name"


def _time(tag: int, value: bytes) -> float:
    text = value.decode("ascii")
    if tag == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()
