"""Faults in what comes before authentication: bodies, lookups, and keys that nothing survives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.mock.faults.fault import changing, fault, letting_in, operation_of, presented_record
from conformance.mock.message import HANGING_UP, NO_ANSWER
from conformance.mock.presented import header_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.respond import Mock

_LONG = 4096


@fault("authentication-precedes-validation")
def validation_first(_mock: Mock, respond: Respond) -> Respond:
    """A bad body is found before a bad key."""

    def answer(request: Request) -> Response:
        response = respond(request)
        return response if _is_sound(request.body) else response._replace(status=400)

    return answer


@fault("authentication-precedes-validation")
def unreadable_body_crashes(_mock: Mock, respond: Respond) -> Respond:
    """A body that is no JSON is a server error, key or no key."""

    def answer(request: Request) -> Response:
        response = respond(request)
        return response if not request.body or _is_json(request.body) else response._replace(status=500)

    return answer


@fault("authentication-precedes-validation")
def content_type_first(_mock: Mock, respond: Respond) -> Respond:
    """A body that is called something other than JSON gets a 415, key or no key."""

    def answer(request: Request) -> Response:
        response = respond(request)
        return response._replace(status=415) if _is_called_otherwise(request) else response

    return answer


@fault("authentication-precedes-validation")
def empty_body_first(mock: Mock, respond: Respond) -> Respond:
    """A body that is missing gets a 400, key or no key."""

    def answer(request: Request) -> Response:
        response = respond(request)
        is_bodiless = operation_of(mock, request) in ("create", "update") and not request.body
        return response._replace(status=400) if is_bodiless else response

    return answer


@fault("authentication-precedes-validation")
def other_content_type_open(_mock: Mock, respond: Respond) -> Respond:
    """A body that is called something other than JSON bypasses authentication."""
    return letting_in(respond, _is_called_otherwise)


@fault("authentication-precedes-lookup")
def lookup_first(mock: Mock, respond: Respond) -> Respond:
    """An unknown sandbox is found before a bad key."""

    def answer(request: Request) -> Response:
        _, item = mock.route(request.path)
        unknown = item and item not in mock.directory.sandboxes
        response = respond(request)
        return response._replace(status=404) if unknown else response

    return answer


@fault("authentication-precedes-lookup")
def lookup_first_on_delete(mock: Mock, respond: Respond) -> Respond:
    """Deleting what there is not succeeds without a key."""

    def answer(request: Request) -> Response:
        _, item = mock.route(request.path)
        gone = operation_of(mock, request) == "delete" and item not in mock.directory.sandboxes
        response = respond(request)
        return response._replace(status=204, body=b"") if gone else response

    return answer


@fault("authentication-precedes-lookup")
def lookup_first_for_known_ids(mock: Mock, respond: Respond) -> Respond:
    """An unknown sandbox is found before a wrong secret, where the id of the key is known."""

    def is_known(request: Request, response: Response) -> Response:
        _, item = mock.route(request.path)
        unknown = item and item not in mock.directory.sandboxes and presented_record(mock, request)
        return response._replace(status=404) if unknown else response

    return changing(respond, (401,), is_known)


@fault("hostile-credential-is-survived")
def strange_key_crashes(mock: Mock, respond: Respond) -> Respond:
    """A key with bytes outside ASCII is a server error."""
    return _crashing(mock, respond, lambda value: not value.isascii())


@fault("hostile-credential-is-survived")
def long_key_crashes(mock: Mock, respond: Respond) -> Respond:
    """A very long key is a server error."""
    return _crashing(mock, respond, lambda value: len(value) > _LONG)


@fault("hostile-credential-is-survived")
def template_evaluated(mock: Mock, respond: Respond) -> Respond:
    """Braces in the key are evaluated, and crash the server."""
    return _crashing(mock, respond, lambda value: b"{{" in value)


@fault("hostile-credential-is-survived")
def strange_key_drops_the_connection(mock: Mock, respond: Respond) -> Respond:
    """A key with quotes in it ends the connection without an answer."""
    names = header_names(mock.spec)

    def answer(request: Request) -> Response:
        has_quotes = any(b"'" in value for name in names for value in request.values(name))
        return HANGING_UP if has_quotes else respond(request)

    return answer


@fault("hostile-credential-is-survived")
def strange_key_hangs(mock: Mock, respond: Respond) -> Respond:
    """A key that is nothing but dots, in the last documented style, is never answered."""
    read = mock.readers[-1]

    def answer(request: Request) -> Response:
        return NO_ANSWER if any(not text.strip(".") for text in read(request)) else respond(request)

    return answer


def _crashing(mock: Mock, respond: Respond, fatal: Callable[[bytes], bool]) -> Respond:
    names = header_names(mock.spec)

    def answer(request: Request) -> Response:
        response = respond(request)
        crashes = any(fatal(value) for name in names for value in request.values(name))
        return response._replace(status=500) if crashes else response

    return answer


def _is_called_otherwise(request: Request) -> bool:
    types = request.values(b"content-type")
    return bool(types) and not any(b"json" in one for one in types)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _is_sound(body: bytes) -> bool:
    return not body or (_is_json(body) and isinstance(json.loads(body), dict))
