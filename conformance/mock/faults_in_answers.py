"""Faults in answers: each says, or does, something else than it should."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.mock.fields import decode
from conformance.mock.presented import header_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.respond import Mock

_BAD_GATEWAY_BODY = b"<html><body>Bad Gateway</body></html>"


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
    pages = [outcome.bodies for outcome in mock.spec.outcomes.values() if outcome.status == [403]]
    bodies = [body for page in pages for body in list(page.values())[-1][:1]]
    fields: dict[str, object] = {name: value for body in bodies[:1] for name, value in body.has.items()}
    return _changing(mock, 403, lambda _request, response: _with_body(response, fields))


def secret_echoed(mock: Mock) -> Respond:
    """Refusals repeat what was sent."""
    names = header_names(mock.spec)

    def echo(request: Request, response: Response) -> Response:
        sent = [value.decode("latin-1") for name in names for value in request.values(name)]
        return _with_body(response, json.loads(response.body) | {"received": sent})

    return _changing(mock, 401, echo)


def sandboxes_told(mock: Mock) -> Respond:
    """A 401 tells of the sandboxes that there are."""

    def tell(_request: Request, response: Response) -> Response:
        there_are = [sandbox.fields for sandbox in mock.directory.sandboxes.values()]
        return _with_body(response, json.loads(response.body) | {"sandboxes": there_are})

    return _changing(mock, 401, tell)


def refused_sandbox_shown(mock: Mock) -> Respond:
    """A 403 shows the sandbox that it refuses."""

    def show(request: Request, response: Response) -> Response:
        _, item = mock.route(request.path)
        sandbox = mock.directory.sandboxes.get(item)
        return _with_body(response, json.loads(response.body) | sandbox.fields) if sandbox else response

    return _changing(mock, 403, show)


def denied_create_works(mock: Mock) -> Respond:
    """A refused create creates all the same."""
    return _doing(mock, "create", lambda _item, _request: mock.directory.create_sandbox("own", {}))


def denied_delete_works(mock: Mock) -> Respond:
    """A refused delete deletes all the same."""
    return _doing(mock, "delete", lambda item, _request: mock.directory.sandboxes.pop(item, None))


def denied_update_works(mock: Mock) -> Respond:
    """A refused update changes all the same."""

    def update(item: str, request: Request) -> None:
        fields = decode(mock.spec.operations["update"], request.body)
        if item in mock.directory.sandboxes and fields:
            mock.directory.change_sandbox(item, fields)

    return _doing(mock, "update", update)


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
        _, item = mock.route(request.path)
        unknown = item and item not in mock.directory.sandboxes
        response = mock.respond(request)
        return response._replace(status=404) if unknown else response

    return respond


def strange_key_crashes(mock: Mock) -> Respond:
    """A key with bytes outside ASCII is a server error."""
    names = header_names(mock.spec)

    def respond(request: Request) -> Response:
        strange = any(not value.isascii() for name in names for value in request.values(name))
        response = mock.respond(request)
        return response._replace(status=500) if strange else response

    return respond


def no_challenge(mock: Mock) -> Respond:
    """A 401 names no scheme."""
    return _lacking(mock, b"www-authenticate")


def no_request_id(mock: Mock) -> Respond:
    """No answer has a request id."""
    return _lacking(mock, b"x-request-id")


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


def _doing(mock: Mock, operation: str, act: Callable[[str, Request], object]) -> Respond:
    """Answers like the mock, and does something when an operation has been denied."""

    def respond(request: Request, response: Response) -> Response:
        route, item = mock.route(request.path)
        if route and route.by_method.get(request.method) == operation:
            act(item, request)
        return response

    return _changing(mock, 403, respond)
