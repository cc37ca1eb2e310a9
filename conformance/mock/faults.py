"""Faults on demand: each breaks one promise, by standing between a request and the mock's answer."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from conformance.keys import MalformedKeyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.message import Request, Response
    from conformance.mock.respond import Mock

    Respond = Callable[[Request], Response]
    Fault = Callable[[Mock], Respond]

_BAD_GATEWAY_BODY = b"<html><body>Bad Gateway</body></html>"


def with_fault(mock: Mock, name: str) -> Respond:
    """How the mock answers with a fault; "" is no fault."""
    return FAULTS[name](mock) if name else mock.respond


def last_style_ignored(mock: Mock) -> Respond:
    """The last documented header style is not read."""
    name = _header_names(mock)[-1]
    return lambda request: mock.respond(_without(request, name))


def query_accepted(mock: Mock) -> Respond:
    """A key in the query string authenticates."""

    def respond(request: Request) -> Response:
        for pair in request.query.split("&"):
            _, _, text = pair.partition("=")
            if _is_key(mock, text):
                return mock.respond(_with_key(mock, request, text))
        return mock.respond(request)

    return respond


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
    known = {text.lower(): text for text in _revealed(mock)}
    return _rewriting(mock, lambda text: known.get(text.lower(), text))


def secret_unchecked(mock: Mock) -> Respond:
    """The key id alone authenticates."""
    key_format = mock.directory.key_format
    known = {key_format.parse(text).key_id: text for text in _revealed(mock)}

    def by_id(text: str) -> str:
        try:
            return known.get(key_format.parse(text).key_id, text)
        except MalformedKeyError:
            return text

    return _rewriting(mock, by_id)


def other_code(mock: Mock) -> Respond:
    """Refusals carry a code that no page has."""
    return _changing(mock, 401, lambda _request, response: _with_body(response, {"error": "no", "code": "E_NO"}))


def html_errors(mock: Mock) -> Respond:
    """Refusals are web pages."""

    def page(_request: Request, response: Response) -> Response:
        headers = tuple((n, b"text/html" if n == b"content-type" else v) for n, v in response.headers)
        return response._replace(headers=headers, body=_BAD_GATEWAY_BODY)

    return _changing(mock, 401, page)


def mixed_vocabulary(mock: Mock) -> Respond:
    """403 uses another page's words than 401."""
    outcome = next(outcome for outcome in mock.spec.outcomes.values() if outcome.status == [403])
    last = list(outcome.bodies.values())[-1][0]
    return _changing(mock, 403, lambda _request, response: _with_body(response, dict(last.has)))


def secret_echoed(mock: Mock) -> Respond:
    """Refusals repeat what was sent."""

    def echo(request: Request, response: Response) -> Response:
        sent = [value.decode("latin-1") for name in _header_names(mock) for value in request.values(name)]
        return _with_body(response, json.loads(response.body) | {"received": sent})

    return _changing(mock, 401, echo)


def denied_create_works(mock: Mock) -> Respond:
    """A refused create creates all the same."""

    def create(request: Request, response: Response) -> Response:
        if request.method == mock.spec.operations["create"].method:
            mock.directory.create_sandbox("own", {})
        return response

    return _changing(mock, 403, create)


def denied_delete_works(mock: Mock) -> Respond:
    """A refused delete deletes all the same."""

    def delete(request: Request, response: Response) -> Response:
        if request.method == mock.spec.operations["delete"].method:
            mock.directory.sandboxes.pop(request.path.rpartition("/")[2], None)
        return response

    return _changing(mock, 403, delete)


def denied_update_works(mock: Mock) -> Respond:
    """A refused update changes all the same."""

    def update(request: Request, response: Response) -> Response:
        if request.method == mock.spec.operations["update"].method:
            for sandbox_id, sandbox in mock.directory.sandboxes.items():
                if f"/{sandbox_id}/" in request.path:
                    sandbox.fields |= json.loads(request.body)
        return response

    return _changing(mock, 403, update)


def validation_first(mock: Mock) -> Respond:
    """A bad body is found before a bad key."""

    def respond(request: Request) -> Response:
        try:
            sound = not request.body or isinstance(json.loads(request.body), dict)
        except ValueError:
            sound = False
        response = mock.respond(request)
        return response if sound else response._replace(status=400)

    return respond


def lookup_first(mock: Mock) -> Respond:
    """An unknown sandbox is found before a bad key."""

    def respond(request: Request) -> Response:
        response = mock.respond(request)
        known = any(part in mock.directory.sandboxes for part in request.path.split("/"))
        below = request.path.startswith(mock.base_path + mock.spec.operations["list"].path + "/")
        return response if known or not below else response._replace(status=404)

    return respond


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
    refused = [0]

    def respond(request: Request) -> Response:
        response = mock.respond(request)
        if response.status == 401 and not any(request.values(name) for name in _header_names(mock)):
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


def session_given(mock: Mock) -> Respond:
    """A refusal gives a cookie that authenticates."""

    def respond(request: Request) -> Response:
        response = mock.respond(request)
        if response.status != 401:
            return response
        if request.values(b"cookie") == [b"session=1"]:
            return response._replace(status=200)
        return response._replace(headers=(*response.headers, (b"set-cookie", b"session=1; Path=/")))

    return respond


def strange_key_crashes(mock: Mock) -> Respond:
    """A key with bytes outside ASCII is a server error."""

    def respond(request: Request) -> Response:
        strange = any(not value.isascii() for name in _header_names(mock) for value in request.values(name))
        return mock.respond(request)._replace(status=500) if strange else mock.respond(request)

    return respond


def no_challenge(mock: Mock) -> Respond:
    """A 401 names no scheme."""
    return _lacking(mock, b"www-authenticate")


def no_request_id(mock: Mock) -> Respond:
    """No answer has a request id."""
    return _lacking(mock, b"x-request-id")


def revocation_delayed(mock: Mock) -> Respond:
    """A revoked key works once more."""
    used: set[str] = set()

    def respond(request: Request) -> Response:
        for record in mock.directory.keys.values():
            if record.revoked_at <= mock.directory.now() and record.key_id not in used:
                when, record.revoked_at = record.revoked_at, math.inf
                response = mock.respond(request)
                record.revoked_at = when
                if response.status != 401:
                    used.add(record.key_id)
                return response
        return mock.respond(request)

    return respond


def _header_names(mock: Mock) -> list[bytes]:
    return [style.header.lower().encode() for style in mock.spec.styles.values() if style.header]


def _revealed(mock: Mock) -> list[str]:
    return [key.reveal() for key in mock.issued]


def _is_key(mock: Mock, text: str) -> bool:
    try:
        mock.directory.key_format.parse(text)
    except MalformedKeyError:
        return False
    return True


def _without(request: Request, name: bytes) -> Request:
    return request._replace(headers=tuple(pair for pair in request.headers if pair[0] != name))


def _with_key(mock: Mock, request: Request, text: str) -> Request:
    style = next(iter(mock.spec.styles.values()))
    header = (style.header.lower().encode(), style.value.replace("{key}", text).encode("latin-1"))
    return request._replace(headers=(*request.headers, header))


def _rewriting(mock: Mock, rewrite: Callable[[str], str]) -> Respond:
    """Answers as if another text had been sent as the key."""
    schemes = [style.value.partition("{key}")[0] for style in mock.spec.styles.values()]
    names = _header_names(mock)

    def rewritten(value: bytes) -> bytes:
        text = value.decode("latin-1")
        scheme = next((scheme for scheme in schemes if scheme and text.startswith(scheme)), "")
        return (scheme + rewrite(text[len(scheme) :])).encode("latin-1")

    def respond(request: Request) -> Response:
        headers = tuple((n, rewritten(value) if n in names else value) for n, value in request.headers)
        return mock.respond(request._replace(headers=headers))

    return respond


def _changing(mock: Mock, status: int, change: Callable[[Request, Response], Response]) -> Respond:
    """Answers like the mock, except for one status."""

    def respond(request: Request) -> Response:
        response = mock.respond(request)
        return change(request, response) if response.status == status else response

    return respond


def _lacking(mock: Mock, name: bytes) -> Respond:
    def respond(request: Request) -> Response:
        response = mock.respond(request)
        return response._replace(headers=tuple(pair for pair in response.headers if pair[0] != name))

    return respond


def _with_body(response: Response, body: dict[str, object]) -> Response:
    return response._replace(body=json.dumps(body).encode())


FAULTS: dict[str, Fault] = {
    fault.__name__.replace("_", "-"): fault
    for fault in (
        last_style_ignored,
        query_accepted,
        revoked_accepted,
        expired_accepted,
        scope_ignored,
        organization_ignored,
        limit_ignored,
        trailing_ignored,
        last_bits_ignored,
        case_ignored,
        secret_unchecked,
        other_code,
        html_errors,
        mixed_vocabulary,
        secret_echoed,
        denied_create_works,
        denied_delete_works,
        denied_update_works,
        validation_first,
        lookup_first,
        head_open,
        trailing_slash_open,
        third_time_open,
        connection_trusted,
        session_given,
        strange_key_crashes,
        no_challenge,
        no_request_id,
        revocation_delayed,
    )
}
