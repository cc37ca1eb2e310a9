"""What carries a credential in a request: its headers, its URL, its body; each is hidden as it is found."""

from __future__ import annotations

import base64
import re
from binascii import Error as NotBase64Error
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

from conformance.diagnosis.learning import learn_pieces
from conformance.diagnosis.reading import SHORTEST_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.diagnosis.evidence import Credential, Place
    from conformance.diagnosis.reading import Reading
    from conformance.exchange import Headers

_AUTHORIZATION = ("authorization", "proxy-authorization")
# a scheme is a token (RFC 9110, section 11.1) and what follows it; one word alone is no scheme
_SCHEME = re.compile(
    r"\s*(bearer|basic|token|digest|apikey|api-key|key|negotiate|aws4-hmac-sha256)(?:[ \t]+(.*)|$)", re.I | re.S
)
_KEY_NAME = re.compile(
    r"(?:^|[-_.])(?:api|access|auth|x)?[-_.]?(?:key|token|secret|apikey|apitoken|accesstoken|authtoken|auth)$", re.I
)
_NO_KEY_NAME = re.compile(r"(?:sec-websocket|idempotency|csrf|xsrf|next|page|continuation|surrogate|cache)", re.I)
_PAIR = re.compile(r"([?&#;])([^=&#;\s]{1,200})=([^&#;\s]*)")
_USER = re.compile(r"(?<=://)([^/?#@\s]{1,2000})@")
_FIELD = re.compile(r"\"([A-Za-z_-]{1,40})\"\s*:\s*\"((?:[^\"\\]|\\.){0,4096})\"")


def credentials_of_headers(
    headers: Iterable[tuple[str, str]], place: Place, reading: Reading
) -> tuple[Headers, tuple[Credential, ...]]:
    """Request headers without their secrets, and what stood in a key's place in them."""
    shown: list[tuple[str, str]] = []
    found: list[Credential] = []
    for name, value in headers:
        own = list(_of_header(name, value, place, reading))
        found += own
        if name.lower() in ("cookie", "set-cookie"):
            shown.append((name, reading.hidden(_without_values(value))))
            continue
        scheme = next((f"{one.scheme} " for one in own if one.scheme), "")
        shown.append((name, scheme + ", ".join(one.key.shown for one in own) if own else reading.hidden(value)))
    return tuple(shown), tuple(found)


def _of_header(name: str, value: str, place: Place, reading: Reading) -> Iterator[Credential]:
    small = name.lower()
    if small in _AUTHORIZATION:
        yield from _of_authorization(name, value, place, reading)
    elif small == "cookie":
        for field, text in _cookies(value):
            if is_key_name(field.lower(), reading) or reading.keys_in(text, place):
                yield reading.credential(text, place, "cookie", field)
    elif is_key_name(small, reading):
        match = _SCHEME.fullmatch(value) if small in reading.surface.headers else None
        if match and match[2] is not None and match[1].lower() == "bearer":
            yield reading.credential(match[2], place, "header", name, match[1])
        else:
            yield reading.credential(value, place, "header", name)
    else:
        yield from reading.keys_in(value, place, "header")


def _cookies(value: str) -> Iterator[tuple[str, str]]:
    for part in value.split(";"):
        field, _, text = part.partition("=")
        yield field.strip(), text.strip()


def _without_values(cookies: str) -> str:
    """Cookies by name: most of them are sessions, and nobody's business here."""
    return "; ".join(f"{field}=…" if text else field for field, text in _cookies(cookies))


def _of_authorization(name: str, value: str, place: Place, reading: Reading) -> Iterator[Credential]:
    match = _SCHEME.fullmatch(value)
    if match is None:
        yield reading.credential(value, place, "header", name)
        return
    scheme, rest = match[1], match[2] or ""
    if scheme.lower() == "basic":
        reading.credential(rest, place, "header", name)  # which hides it as it is written
        yield reading.credential(_user_and_password(rest), place, "header", name, scheme)
        return
    yield reading.credential(rest, place, "header", name, scheme)


def _user_and_password(encoded: str) -> str:
    try:
        text = base64.b64decode(encoded.strip() + "=" * (-len(encoded.strip()) % 4)).decode()
    except (NotBase64Error, ValueError):
        return encoded
    user, _, password = text.partition(":")
    return user if len(user) >= len(password) else password


def credentials_of_url(url: str, place: Place, reading: Reading) -> tuple[str, tuple[Credential, ...]]:
    """A URL without its secrets, and what stood in a key's place in its query or before its host."""
    learn_pieces(url, reading)
    found: list[Credential] = []
    for match in _PAIR.finditer(url):
        name, text = unquote(match[2]), unquote_plus(match[3])
        if is_key_name(name.lower(), reading) or reading.keys_in(text, place):
            found.append(reading.credential(text, place, "query", name))
    for match in _USER.finditer(url):
        found += [
            reading.credential(unquote(part), place, "user")
            for part in match[1].split(":")
            if len(part) >= SHORTEST_SECRET
        ]
    if not found:
        found += reading.keys_in(unquote(url), place, "query")
    return _shortened(url, reading), tuple(found)


def _shortened(url: str, reading: Reading) -> str:
    def hide(match: re.Match[str]) -> str:
        is_hidden = is_key_name(unquote(match[2]).lower(), reading) and len(match[3]) >= SHORTEST_SECRET
        return f"{match[1]}{match[2]}=…" if is_hidden else match[0]

    return reading.hidden(_USER.sub("…@", _PAIR.sub(hide, url)))


def credentials_of_body(text: str, place: Place, reading: Reading) -> tuple[Credential, ...]:
    """What stands in a key's place in the body of a request: a field of JSON or of a form, or a key anywhere."""
    fields = [(match[1], match[2]) for match in _FIELD.finditer(text)]
    fields += [(unquote_plus(match[2]), unquote_plus(match[3])) for match in _PAIR.finditer(f"&{text}")]
    wanted = reading.surface.wrong_fields
    found = [
        reading.credential(value, place, "body", name)
        for name, value in fields
        if name in wanted or reading.keys_in(value, place)
    ]
    return tuple(found) or reading.keys_in(text, place, "body")


def is_key_name(name: str, reading: Reading) -> bool:
    """Whether a header or field, in small letters, is one that a key may stand in, rightly or not."""
    surface = reading.surface
    if name in surface.headers or name in surface.wrong_headers or name in surface.wrong_fields:
        return True
    return _KEY_NAME.search(name) is not None and _NO_KEY_NAME.search(name) is None
