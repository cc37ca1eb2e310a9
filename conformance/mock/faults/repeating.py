"""Faults in what an answer repeats or tells: secrets that were sent, and sandboxes of others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conformance.mock.faults.fault import add, changing, fault, fields_of, presented_key, with_body
from conformance.mock.presented import header_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.respond import Mock


@fault("secret-is-not-repeated")
def secret_echoed(mock: Mock, respond: Respond) -> Respond:
    """A 401 repeats what was sent."""

    def echo(request: Request, response: Response) -> Response:
        return with_body(response, fields_of(response) | {"received": _sent(mock, request)})

    return changing(respond, (401,), echo)


@fault("secret-is-not-repeated")
def secret_echoed_by_success(mock: Mock, respond: Respond) -> Respond:
    """A success names the key that it was given."""

    def echo(request: Request, response: Response) -> Response:
        return with_body(response, fields_of(response) | {"api_key": presented_key(mock, request)})

    return changing(respond, (200, 201), echo)


@fault("secret-is-not-repeated")
def secret_echoed_in_header(mock: Mock, respond: Respond) -> Respond:
    """A 403 names the key in a header for debugging."""

    def echo(request: Request, response: Response) -> Response:
        text = presented_key(mock, request).encode("ascii", "ignore")
        return response._replace(headers=(*response.headers, (b"x-debug-key", text)))

    return changing(respond, (403,), echo)


@fault("secret-is-not-repeated")
def secret_echoed_in_location(mock: Mock, respond: Respond) -> Respond:
    """A 401 says where to log in, with the key in the address."""

    def echo(request: Request, response: Response) -> Response:
        text = presented_key(mock, request).encode("ascii", "ignore")
        return response._replace(headers=(*response.headers, (b"location", b"/login?key=" + text)))

    return changing(respond, (401,), echo)


def _echoed_by(status: int, mock: Mock, respond: Respond) -> Respond:
    def echo(request: Request, response: Response) -> Response:
        return with_body(response, fields_of(response) | {"received": _sent(mock, request)})

    return changing(respond, (status,), echo)


for _status in (400, 404, 405):
    add(
        f"secret-echoed-by-{_status}",
        f"A {_status} repeats what was sent.",
        "secret-is-not-repeated-by-errors",
        partial(_echoed_by, _status),
    )


@fault("misplaced-secret-is-not-repeated")
def address_echoed(_mock: Mock, respond: Respond) -> Respond:
    """A 401 repeats the address with its query."""

    def echo(request: Request, response: Response) -> Response:
        return with_body(response, fields_of(response) | {"address": f"{request.path}?{request.query}"})

    return changing(respond, (401,), echo)


@fault("misplaced-secret-is-not-repeated")
def cookies_echoed(_mock: Mock, respond: Respond) -> Respond:
    """A 401 repeats the cookies."""

    def echo(request: Request, response: Response) -> Response:
        cookies = [value.decode("latin-1") for value in request.values(b"cookie")]
        return with_body(response, fields_of(response) | {"cookies": cookies})

    return changing(respond, (401,), echo)


def _quoting(mock: Mock, respond: Respond, is_quoted: Callable[[str], bool]) -> Respond:
    """Repeats some of the texts that are no key."""

    def quote(request: Request, response: Response) -> Response:
        quoted = [text for text in _sent(mock, request) if is_quoted(text)]
        return with_body(response, fields_of(response) | {"cannot_read": quoted})

    return changing(respond, (401,), quote)


@fault("strange-secret-is-not-repeated")
def strange_key_quoted(mock: Mock, respond: Respond) -> Respond:
    """A 401 quotes a key with bytes outside ASCII."""
    return _quoting(mock, respond, lambda text: not text.isascii())


@fault("strange-secret-is-not-repeated")
def percent_quoted(mock: Mock, respond: Respond) -> Respond:
    """A 401 quotes a key with characters in percent."""
    return _quoting(mock, respond, lambda text: "%00" in text)


@fault("unauthorized-missing")
def sandboxes_told(mock: Mock, respond: Respond) -> Respond:
    """A 401 tells of the sandboxes that there are."""

    def tell(_request: Request, response: Response) -> Response:
        there_are = [sandbox.fields for sandbox in mock.directory.sandboxes.values()]
        return with_body(response, fields_of(response) | {"sandboxes": there_are})

    return changing(respond, (401,), tell)


@fault("other-organization-key")
def refused_sandbox_shown(mock: Mock, respond: Respond) -> Respond:
    """A 403 shows the sandbox that it refuses."""

    def show(request: Request, response: Response) -> Response:
        _, item = mock.route(request.path)
        sandbox = mock.directory.sandboxes.get(item)
        return with_body(response, fields_of(response) | sandbox.fields) if sandbox else response

    return changing(respond, (403,), show)


def _sent(mock: Mock, request: Request) -> list[str]:
    return [value.decode("latin-1") for name in header_names(mock.spec) for value in request.values(name)]
