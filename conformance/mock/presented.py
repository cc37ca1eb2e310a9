"""The credentials that a request presents, read wherever the spec documents that one may stand."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.message import Request
    from conformance.spec.model import Spec, Style

    Reader = Callable[[Request], list[str]]


def reader(style: Style) -> Reader:
    """Reads the credentials that a request presents in one style, as text in Latin-1."""
    values, extract = _values(style), _extractor(style.value)
    if style.value == "{key}":
        return lambda request: list(filter(None, values(request)))
    return lambda request: [text for value in values(request) if (text := extract(value))]


def header_names(spec: Spec) -> list[bytes]:
    """The headers that may carry a credential, in lower case."""
    return [style.header.lower().encode() for style in spec.styles.values() if style.header]


def _values(style: Style) -> Reader:
    """Reads what stands in a style's place, whatever it is."""
    if style.header:
        name = style.header.lower().encode()
        return lambda request: [
            value.strip(b" \t").decode("latin-1") for header, value in request.headers if header == name
        ]
    if style.query:
        return lambda request: [
            text for name, text in parse_qsl(request.query, encoding="latin-1") if name == style.query
        ]
    if style.cookie:
        return lambda request: _cookies(request, style.cookie)
    return lambda request: _field(request, style.body)


def _cookies(request: Request, wanted: str) -> list[str]:
    pairs = [pair.partition("=") for line in request.values(b"cookie") for pair in line.decode("latin-1").split(";")]
    return [value.strip() for name, _, value in pairs if name.strip() == wanted]


def _field(request: Request, wanted: str) -> list[str]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return []
    text = body.get(wanted) if isinstance(body, dict) else None
    return [text] if isinstance(text, str) else []


def _extractor(template: str) -> Callable[[str], str]:
    """Takes the credential out of a value, which is "" when the value has another form.

    The scheme before the credential ignores case (RFC 9110, 11.1), and any number of spaces may follow it.
    """
    placeholder = next(name for name in _DECODERS if name in template)
    before, _, after = template.partition(placeholder)
    scheme, space, rest = before.partition(" ")
    start = f"(?i:{re.escape(scheme)}) +{re.escape(rest)}" if space else re.escape(before)
    pattern = re.compile(f"{start}(.+){re.escape(after)}", re.DOTALL)
    decode = _DECODERS[placeholder]

    def extract(value: str) -> str:
        match = pattern.fullmatch(value)
        return decode(match[1]) if match else ""

    return extract


def _user(text: str) -> str:
    return _pair(text)[0]


def _password(text: str) -> str:
    return _pair(text)[1]


def _pair(text: str) -> tuple[str, str]:
    """User and password of Basic credentials (RFC 7617, section 2)."""
    try:
        user, _, password = base64.b64decode(text, validate=True).decode("latin-1").partition(":")
    except ValueError:
        return "", ""
    return user, password


_DECODERS: dict[str, Callable[[str], str]] = {"{key}": str, "{basic_user}": _user, "{basic_password}": _password}
