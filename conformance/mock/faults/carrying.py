"""Faults in what a connection or a cookie carries from one request to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.faults.fault import fault
from conformance.mock.message import Held
from conformance.mock.presented import header_names

if TYPE_CHECKING:
    from collections.abc import Container

    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.respond import Mock

_IN_FLIGHT_SECONDS = 0.002  # what several clients send at once arrives well within it


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
def session_begun_by_create(_mock: Mock, respond: Respond) -> Respond:
    """A create gives a cookie that authenticates."""
    return _giving_session(respond, (201,), b"session=5")


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
