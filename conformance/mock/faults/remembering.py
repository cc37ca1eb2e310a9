"""Faults in what a server remembers, or forgets: revocations, expiries, sessions, caches, limits, whose turn it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from conformance.mock.faults.fault import fault, letting_in, operation_of, presented_record
from conformance.mock.message import Held
from conformance.mock.presented import header_names

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from conformance.mock.directory import KeyRecord
    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.respond import Mock

    Identified = tuple[KeyRecord | None, str]

_IN_FLIGHT_SECONDS = 0.002  # what several clients send at once arrives well within it
_HOUR = 3600.0
_USES_AFTER_REVOCATION = 50


@fault("unauthorized-revoked")
def revocation_delayed(mock: Mock, respond: Respond) -> Respond:
    """A revoked key works fifty times more."""
    left: dict[str, int] = {}

    def has_some_left(_request: Request, record: KeyRecord) -> bool:
        left[record.key_id] = left.get(record.key_id, _USES_AFTER_REVOCATION) - 1
        return left[record.key_id] >= 0

    return _pardoning(mock, respond, "revoked", has_some_left)


@fault("unauthorized-revoked")
def revoked_accepted_in_last_style(mock: Mock, respond: Respond) -> Respond:
    """A revoked key goes on working in the last documented style."""
    read = mock.readers[-1]
    return _pardoning(mock, respond, "revoked", lambda request, _record: bool(read(request)))


@fault("unauthorized-expired")
def expired_accepted_in_first_style(mock: Mock, respond: Respond) -> Respond:
    """An expired key goes on working in the first documented style."""
    read = mock.readers[0]
    return _pardoning(mock, respond, "expired", lambda request, _record: bool(read(request)))


@fault("unauthorized-expired")
def expiry_in_another_zone(mock: Mock, respond: Respond) -> Respond:
    """The time of expiry is compared with the clock of a zone where it is earlier."""
    now = mock.directory.now
    return _pardoning(mock, respond, "expired", lambda _request, record: record.expires_at + _HOUR > now())


@fault("key-lifecycle")
def expiry_early(mock: Mock, respond: Respond) -> Respond:
    """The time of expiry is compared with the clock of a zone where it is later."""
    identify = mock.identify

    def early(request: Request) -> Identified:
        record, why = identify(request)
        if record and record.expires_at <= mock.directory.now() + _HOUR:
            return None, "expired"
        return record, why

    mock.identify = early
    return respond


@fault("key-lifecycle")
def scope_cached(mock: Mock, respond: Respond) -> Respond:
    """What a key may do is asked once, and never again."""
    cached: dict[str, frozenset[str]] = {}
    needs = {name: operation.needs for name, operation in mock.spec.operations.items()}
    mock.permits = lambda record, name: needs[name] in cached.setdefault(record.key_id, record.permissions)
    return respond


@fault("key-lifecycle")
def identity_cached(mock: Mock, respond: Respond) -> Respond:
    """A key that was good once stays good, whatever becomes of it."""
    good: set[str] = set()
    identify = mock.identify

    def cached(request: Request) -> Identified:
        record, why = identify(request)
        if record:
            good.add(record.key_id)
        elif why in ("revoked", "expired") and (known := presented_record(mock, request)) and known.key_id in good:
            return known, ""
        return record, why

    mock.identify = cached
    return respond


@fault("refused-every-time")
def third_time_open(mock: Mock, respond: Respond) -> Respond:
    """Of three requests without a key, one is let through."""
    return _open_now_and_then(mock, respond, 3)


@fault("refused-every-time")
def twentieth_time_open(mock: Mock, respond: Respond) -> Respond:
    """Of twenty requests without a key, one is let through."""
    return _open_now_and_then(mock, respond, 20)


@fault("bad-key-after-good-one")
def connection_trusted(_mock: Mock, respond: Respond) -> Respond:
    """A connection that carried a good key needs no other."""
    trusted: set[object] = set()

    def answer(request: Request) -> Response:
        response = respond(request)
        if response.status == 200:
            trusted.add(request.client)
        return response._replace(status=200) if request.client in trusted and response.status == 401 else response

    return answer


@fault("bad-key-after-good-one")
def connection_remembers_for_one_request(_mock: Mock, respond: Respond) -> Respond:
    """The request after a good one on the same connection needs no key."""
    good: set[object] = set()

    def answer(request: Request) -> Response:
        response = respond(request)
        if response.status == 200:
            good.add(request.client)
            return response
        was_good = request.client in good
        good.discard(request.client)
        return response._replace(status=200) if was_good and response.status == 401 else response

    return answer


@fault("bad-key-after-good-one")
def connection_remembers_the_first_style(mock: Mock, respond: Respond) -> Respond:
    """The request after a good one in the first documented style on the same connection needs no key."""
    read = mock.readers[0]
    good: set[object] = set()

    def answer(request: Request) -> Response:
        response = respond(request)
        was_good = request.client in good
        good.discard(request.client)
        if response.status == 200 and read(request):
            good.add(request.client)
        return response._replace(status=200) if was_good and response.status == 401 else response

    return answer


@fault("concurrent-requests-keep-apart")
def key_shared(_mock: Mock, respond: Respond) -> Respond:
    """Requests in flight at the same time all count as sent with the last one's key."""
    latest: list[Request] = []

    def arrive(request: Request) -> None:
        latest[:] = [request]

    return Held(arrive, lambda request: respond(request._replace(headers=latest[0].headers)), _IN_FLIGHT_SECONDS)


@fault("concurrent-requests-keep-apart")
def crowd_let_in(_mock: Mock, respond: Respond) -> Respond:
    """While many requests are in flight nobody is asked for a key."""
    waiting = [0]

    def arrive(_request: Request) -> None:
        waiting[0] += 1

    def answer(request: Request) -> Response:
        is_crowd = waiting[0] > 1
        waiting[0] -= 1
        response = respond(request)
        return response._replace(status=200) if is_crowd and response.status in (401, 403) else response

    return Held(arrive, answer, _IN_FLIGHT_SECONDS)


@fault("refusal-gives-no-session")
def session_given(_mock: Mock, respond: Respond) -> Respond:
    """A refusal gives a cookie that authenticates."""
    return _giving_session(respond, (401,), b"session=1")


@fault("refusal-gives-no-session")
def session_given_to_strangers(mock: Mock, respond: Respond) -> Respond:
    """A refusal of a key, and not of none, gives a cookie that authenticates."""
    names = header_names(mock.spec)
    giving = _giving_session(respond, (401,), b"session=3")

    def answer(request: Request) -> Response:
        sent_something = any(map(request.values, (*names, b"cookie")))
        return giving(request) if sent_something else respond(request)

    return answer


@fault("refusal-gives-no-session")
def session_given_with_403(_mock: Mock, respond: Respond) -> Respond:
    """A refusal for want of permission gives a cookie that authenticates."""
    return _giving_session(respond, (403,), b"session=6")


@fault("refusal-gives-no-session")
def session_given_with_429(_mock: Mock, respond: Respond) -> Respond:
    """An answer to a key over its limit gives a cookie that authenticates."""
    return _giving_session(respond, (429,), b"session=7")


@fault("success-gives-no-session")
def session_begun(_mock: Mock, respond: Respond) -> Respond:
    """A success gives a cookie that authenticates."""
    return _giving_session(respond, range(200, 300), b"session=2")


@fault("success-gives-no-session")
def session_begun_by_list(_mock: Mock, respond: Respond) -> Respond:
    """A list gives a cookie that authenticates."""
    giving = _giving_session(respond, (200,), b"session=4")
    return lambda request: giving(request) if request.method == "GET" else respond(request)


@fault("success-gives-no-session")
def session_begun_by_create(mock: Mock, respond: Respond) -> Respond:
    """A create gives a cookie that authenticates."""
    giving = _giving_session(respond, range(200, 300), b"session=5")

    def answer(request: Request) -> Response:
        is_usual = operation_of(mock, request) != "create" and not request.values(b"cookie")
        return respond(request) if is_usual else giving(request)

    return answer


@fault("rate-limited-on-create")
def limit_ignored_on_create(mock: Mock, respond: Respond) -> Respond:
    """A key over its limit may still create."""

    def answer(request: Request) -> Response:
        response = respond(request)
        record = presented_record(mock, request)
        if response.status != 429 or record is None or operation_of(mock, request) != "create":
            return response
        limit, record.requests_per_minute = record.requests_per_minute, math.inf
        try:
            return respond(request)
        finally:
            record.requests_per_minute = limit

    return answer


@fault("rate-limited")
def limit_ignored(mock: Mock, respond: Respond) -> Respond:
    """No key is ever over its limit."""

    def answer(request: Request) -> Response:
        for record in mock.directory.keys.values():
            record.requests_per_minute = math.inf
        return respond(request)

    return answer


def _pardoning(mock: Mock, respond: Respond, refused: str, pardon: Callable[[Request, KeyRecord], bool]) -> Respond:
    """Lets a key in that is refused for this reason, where it is pardoned."""
    identify = mock.identify

    def identified(request: Request) -> Identified:
        record, why = identify(request)
        known = presented_record(mock, request) if record is None and why == refused else None
        return (known, "") if known and pardon(request, known) else (record, why)

    mock.identify = identified
    return respond


def _open_now_and_then(mock: Mock, respond: Respond, often: int) -> Respond:
    names = header_names(mock.spec)
    refused = [0]

    def is_turn(request: Request) -> bool:
        if any(request.values(name) for name in names):
            return False
        refused[0] += 1
        return refused[0] % often == 0

    return letting_in(respond, is_turn)


def _giving_session(respond: Respond, statuses: Container[int], cookie: bytes) -> Respond:
    """Gives a cookie with some answers, and lets in who comes back with it."""

    def answer(request: Request) -> Response:
        response = respond(request)
        if response.status == 401 and request.values(b"cookie") == [cookie]:
            return response._replace(status=200)
        if response.status in statuses:
            return response._replace(headers=(*response.headers, (b"set-cookie", cookie + b"; Path=/")))
        return response

    return answer
