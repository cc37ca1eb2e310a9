"""Faults in access: each lets in who has to stay out, or keeps out who may come in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from conformance.keys import MalformedKeyError
from conformance.mock.message import Held
from conformance.mock.presented import header_names

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.presented import Reader
    from conformance.mock.respond import Mock

_IN_FLIGHT_SECONDS = 0.002  # what several clients send at once arrives well within it


def last_style_ignored(mock: Mock) -> Respond:
    """The last documented header style is not read."""
    mock.readers.pop()
    return mock.respond


def query_accepted(mock: Mock) -> Respond:
    """A key in the query string authenticates."""

    def read(request: Request) -> list[str]:
        return [text for _, text in parse_qsl(request.query, encoding="latin-1") if _is_key(mock, text)]

    mock.readers.append(read)
    return mock.respond


def revoked_accepted(mock: Mock) -> Respond:
    """Revoked keys go on working."""

    def respond(request: Request) -> Response:
        for record in mock.directory.keys.values():
            record.revoked_at = math.inf
        return mock.respond(request)

    return respond


def expired_accepted(mock: Mock) -> Respond:
    """Expired keys go on working."""

    def respond(request: Request) -> Response:
        for record in mock.directory.keys.values():
            record.expires_at = math.inf
        return mock.respond(request)

    return respond


def scope_ignored(mock: Mock) -> Respond:
    """Every key may do everything."""
    everything = frozenset(name for scope in mock.spec.scopes.values() for name in scope.allows)

    def respond(request: Request) -> Response:
        for record in mock.directory.keys.values():
            record.permissions = everything
        return mock.respond(request)

    return respond


def organization_ignored(mock: Mock) -> Respond:
    """Sandboxes of every organization are open to every key."""

    def respond(request: Request) -> Response:
        for record in mock.directory.keys.values():
            record.organization = "own"
        for sandbox in mock.directory.sandboxes.values():
            sandbox.organization = "own"
        return mock.respond(request)

    return respond


def limit_ignored(mock: Mock) -> Respond:
    """No key is ever over its limit."""

    def respond(request: Request) -> Response:
        for record in mock.directory.keys.values():
            record.requests_per_minute = math.inf
        return mock.respond(request)

    return respond


def trailing_ignored(mock: Mock) -> Respond:
    """What follows a well-formed key is cut off."""
    length = len(mock.spec.key.example)
    return _rewriting(mock, lambda text: text[:length])


def last_bits_ignored(mock: Mock) -> Respond:
    """The unused bits of a secret's last character do not matter."""
    key_format = mock.directory.key_format

    def canonical(text: str) -> str:
        at = key_format.secret_alphabet.find(text[-1:])
        group = len(key_format.secret_alphabet) // len(key_format.last_characters)
        return text[:-1] + key_format.secret_alphabet[at - at % group] if text and at >= 0 else text

    return _rewriting(mock, canonical)


def case_ignored(mock: Mock) -> Respond:
    """Keys are compared without regard to case."""
    known = {text.lower(): text for text in (key.reveal() for key in mock.issued)}
    return _rewriting(mock, lambda text: known.get(text.lower(), text))


def secret_unchecked(mock: Mock) -> Respond:
    """The key id alone authenticates."""
    key_format = mock.directory.key_format
    known = {key_format.parse(text).key_id: text for text in (key.reveal() for key in mock.issued)}

    def by_id(text: str) -> str:
        try:
            return known.get(key_format.parse(text).key_id, text)
        except MalformedKeyError:
            return text

    return _rewriting(mock, by_id)


def head_open(mock: Mock) -> Respond:
    """HEAD needs no key."""

    def respond(request: Request) -> Response:
        response = mock.respond(request)
        return response._replace(status=200) if request.method == "HEAD" else response

    return respond


def trailing_slash_open(mock: Mock) -> Respond:
    """A trailing slash goes round authentication."""

    def respond(request: Request) -> Response:
        response = mock.respond(request)
        return response._replace(status=200) if request.path.endswith("/") else response

    return respond


def third_time_open(mock: Mock) -> Respond:
    """Of three requests without a key, one is let through."""
    names = header_names(mock.spec)
    refused = [0]

    def respond(request: Request) -> Response:
        response = mock.respond(request)
        if response.status == 401 and not any(request.values(name) for name in names):
            refused[0] += 1
            return response._replace(status=200) if refused[0] % 3 == 0 else response
        return response

    return respond


def connection_trusted(mock: Mock) -> Respond:
    """A connection that carried a good key needs no other."""
    trusted: set[object] = set()

    def respond(request: Request) -> Response:
        response = mock.respond(request)
        if response.status == 200:
            trusted.add(request.client)
        return response._replace(status=200) if request.client in trusted and response.status == 401 else response

    return respond


def key_shared(mock: Mock) -> Respond:
    """Requests in flight at the same time all count as sent with the last one's key."""
    latest: list[Request] = []

    def arrive(request: Request) -> None:
        latest[:] = [request]

    return Held(arrive, lambda request: mock.respond(request._replace(headers=latest[0].headers)), _IN_FLIGHT_SECONDS)


def session_given(mock: Mock) -> Respond:
    """A refusal gives a cookie that authenticates."""
    return _giving_session(mock, (401,), b"session=1")


def session_begun(mock: Mock) -> Respond:
    """A success gives a cookie that authenticates."""
    return _giving_session(mock, range(200, 300), b"session=2")


def revocation_delayed(mock: Mock) -> Respond:
    """A revoked key works once more."""
    used: set[str] = set()

    def respond(request: Request) -> Response:
        refusal = mock.respond(request)
        now = mock.directory.now()
        revoked = [r for r in mock.directory.keys.values() if r.revoked_at <= now and r.key_id not in used]
        for record in revoked if refusal.status == 401 else []:
            when, record.revoked_at = record.revoked_at, math.inf
            response = mock.respond(request)
            record.revoked_at = when
            if response.status != 401:
                used.add(record.key_id)
                return response
        return refusal

    return respond


def _giving_session(mock: Mock, statuses: Container[int], cookie: bytes) -> Respond:
    """Gives a cookie with some answers, and lets in who comes back with it."""

    def respond(request: Request) -> Response:
        response = mock.respond(request)
        if response.status == 401 and request.values(b"cookie") == [cookie]:
            return response._replace(status=200)
        if response.status in statuses:
            return response._replace(headers=(*response.headers, (b"set-cookie", cookie + b"; Path=/")))
        return response

    return respond


def _rewriting(mock: Mock, rewrite: Callable[[str], str]) -> Respond:
    """Answers as if another text had been sent as the key."""

    def rewriting(read: Reader) -> Reader:
        return lambda request: [rewrite(text) for text in read(request)]

    mock.readers[:] = map(rewriting, mock.readers)
    return mock.respond


def _is_key(mock: Mock, text: str) -> bool:
    try:
        mock.directory.key_format.parse(text)
    except MalformedKeyError:
        return False
    return True
