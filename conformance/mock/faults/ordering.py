"""Faults in what comes before authentication, and goes round it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.mock.faults.fault import fault, letting_in, operation_of
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
        return response if _is_sound(request.body) else response._replace(status=500)

    return answer


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


@fault("variants-give-no-access")
def head_open(_mock: Mock, respond: Respond) -> Respond:
    """HEAD needs no key."""
    return letting_in(respond, lambda request: request.method == "HEAD")


@fault("variants-give-no-access")
def trailing_slash_open(_mock: Mock, respond: Respond) -> Respond:
    """A trailing slash goes round authentication."""
    return letting_in(respond, lambda request: request.path.endswith("/"))


@fault("variants-give-no-access")
def doubled_slash_open(_mock: Mock, respond: Respond) -> Respond:
    """A doubled slash goes round authentication."""
    return letting_in(respond, lambda request: "//" in request.path)


@fault("variants-give-no-access")
def upper_case_path_open(mock: Mock, respond: Respond) -> Respond:
    """A path in other letters goes round authentication."""

    def is_other_case(request: Request) -> bool:
        return mock.route(request.path)[0] is None and request.path.lower() != request.path

    return letting_in(respond, is_other_case)


@fault("whole-surface-needs-a-key")
def extreme_timeout_open(_mock: Mock, respond: Respond) -> Respond:
    """A create whose timeout is out of bounds goes round authentication."""

    def is_extreme(request: Request) -> bool:
        return request.method == "POST" and b"timeout_seconds" in request.body and not _is_usual(request.body)

    return letting_in(respond, is_extreme)


@fault("whole-surface-needs-a-key")
def odd_id_open(mock: Mock, respond: Respond) -> Respond:
    """A path with an id that looks like none of the API's goes round authentication."""

    def is_odd(request: Request) -> bool:
        _, item = mock.route(request.path)
        return bool(item) and not item.startswith("sb_") and len(item) < len("sb_")

    return letting_in(respond, is_odd)


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


def _crashing(mock: Mock, respond: Respond, fatal: Callable[[bytes], bool]) -> Respond:
    names = header_names(mock.spec)

    def answer(request: Request) -> Response:
        response = respond(request)
        crashes = any(fatal(value) for name in names for value in request.values(name))
        return response._replace(status=500) if crashes else response

    return answer


def _is_sound(body: bytes) -> bool:
    try:
        return not body or isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _is_usual(body: bytes) -> bool:
    try:
        seconds = json.loads(body)["timeout_seconds"]
    except (ValueError, KeyError, TypeError):
        return True
    return isinstance(seconds, int) and 0 < seconds <= 3600
