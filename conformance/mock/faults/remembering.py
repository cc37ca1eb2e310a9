"""Faults in what a server remembers, or forgets: revocations, expiries, caches, limits, whose turn it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from conformance.mock.faults.fault import fault, letting_in, operation_of, presented_record
from conformance.mock.presented import header_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.directory import KeyRecord
    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.respond import Mock

    Identified = tuple[KeyRecord | None, str]

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
