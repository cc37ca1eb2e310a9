"""Faults that bypass authentication: methods, paths, headers of proxies, odd requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.mock.faults.fault import fault, letting_in

if TYPE_CHECKING:
    from conformance.mock.message import Request, Respond
    from conformance.mock.respond import Mock

_CHANGING = ("POST", "PUT", "DELETE")


@fault("variants-give-no-access")
def head_open(_mock: Mock, respond: Respond) -> Respond:
    """HEAD needs no key."""
    return letting_in(respond, lambda request: request.method == "HEAD")


@fault("variants-give-no-access")
def trailing_slash_open(_mock: Mock, respond: Respond) -> Respond:
    """A trailing slash bypasses authentication."""
    return letting_in(respond, lambda request: request.path.endswith("/"))


@fault("variants-give-no-access")
def doubled_slash_open(_mock: Mock, respond: Respond) -> Respond:
    """A doubled slash bypasses authentication."""
    return letting_in(respond, lambda request: "//" in request.path)


@fault("variants-give-no-access")
def upper_case_path_open(mock: Mock, respond: Respond) -> Respond:
    """A path in other letters bypasses authentication."""

    def is_other_case(request: Request) -> bool:
        return mock.route(request.path)[0] is None and request.path.lower() != request.path

    return letting_in(respond, is_other_case)


@fault("variants-give-no-access")
def parameter_open(_mock: Mock, respond: Respond) -> Respond:
    """A path with a parameter after a semicolon bypasses authentication."""
    return letting_in(respond, lambda request: ";" in request.path)


@fault("variants-give-no-access")
def suffix_open(_mock: Mock, respond: Respond) -> Respond:
    """A path with a suffix for the format bypasses authentication."""
    return letting_in(respond, lambda request: request.path.endswith(".json"))


@fault("variants-give-no-access")
def encoded_path_open(_mock: Mock, respond: Respond) -> Respond:
    """A path with a letter in percent bypasses authentication."""
    return letting_in(respond, lambda request: "%" in request.path)


@fault("variants-give-no-access")
def dot_segment_open(_mock: Mock, respond: Respond) -> Respond:
    """A path with a dot for a segment bypasses authentication."""
    return letting_in(respond, lambda request: "/./" in request.path)


@fault("variants-give-no-access")
def trace_open(_mock: Mock, respond: Respond) -> Respond:
    """TRACE needs no key."""
    return letting_in(respond, lambda request: request.method == "TRACE")


@fault("variants-give-no-access")
def patch_open(_mock: Mock, respond: Respond) -> Respond:
    """PATCH needs no key."""
    return letting_in(respond, lambda request: request.method == "PATCH")


@fault("variants-give-no-access")
def proxy_headers_trusted(_mock: Mock, respond: Respond) -> Respond:
    """Who names a user in the header of a proxy needs no key."""
    return letting_in(respond, lambda request: bool(request.values(b"x-forwarded-user")))


@fault("variants-give-no-access")
def own_address_trusted(_mock: Mock, respond: Respond) -> Respond:
    """Who says that they come from this machine needs no key."""
    return letting_in(respond, lambda request: b"127.0.0.1" in request.values(b"x-forwarded-for"))


@fault("variants-change-nothing")
def trailing_slash_open_to_changes(_mock: Mock, respond: Respond) -> Respond:
    """A trailing slash bypasses authentication where something is created, changed or deleted."""
    return letting_in(respond, lambda request: request.method in _CHANGING and request.path.endswith("/"))


@fault("variants-change-nothing")
def parameter_open_to_changes(_mock: Mock, respond: Respond) -> Respond:
    """A parameter after a semicolon bypasses authentication where something is created, changed or deleted."""
    return letting_in(respond, lambda request: request.method in _CHANGING and ";" in request.path)


@fault("whole-surface-needs-a-key")
def extreme_timeout_open(_mock: Mock, respond: Respond) -> Respond:
    """A create whose timeout is out of bounds bypasses authentication."""

    def is_extreme(request: Request) -> bool:
        return request.method == "POST" and b"timeout_seconds" in request.body and not _is_usual(request.body)

    return letting_in(respond, is_extreme)


@fault("whole-surface-needs-a-key")
def odd_id_open(mock: Mock, respond: Respond) -> Respond:
    """A path with an id that looks like none of the API's bypasses authentication."""

    def is_odd(request: Request) -> bool:
        _, item = mock.route(request.path)
        return bool(item) and not item.startswith("sb_") and len(item) < len("sb_")

    return letting_in(respond, is_odd)


def _is_usual(body: bytes) -> bool:
    try:
        seconds = json.loads(body)["timeout_seconds"]
    except (ValueError, KeyError, TypeError):
        return True
    return isinstance(seconds, int) and 0 < seconds <= 3600
