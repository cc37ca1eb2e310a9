"""The mock's HTTP, a connection at a time and without a socket."""

from __future__ import annotations

import asyncio
from typing import Any

import httptools
import msgspec
import pytest
import uvicorn
from uvicorn.server import ServerState
from world import HOPX as SPEC
from world import LIST

from conformance.mock.directory import Directory
from conformance.mock.faults import with_faults
from conformance.mock.message import HANGING_UP, NO_ANSWER, Held, Request, Response
from conformance.mock.protocol import MockProtocol
from conformance.mock.respond import BODY_LIMIT, Mock
from conformance.spec.model import Body, Operation, Outcome

OK = Response(200, ((b"x-a", b"b"),), b"{}")
SENT = b"HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 2\r\n\r\n{}"
CLOSED = SENT.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")


class Sink:
    """A connection without a socket."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str) -> object:
        assert name == "peername"
        return ("127.0.0.1", 1)


def connected_to(respond: Any) -> tuple[MockProtocol, Sink]:
    protocol, sink = MockProtocol(uvicorn.Config(respond), ServerState(), {}), Sink()
    protocol.connection_made(sink)  # type: ignore[arg-type]
    return protocol, sink


@pytest.mark.parametrize(("response", "closed"), [(HANGING_UP, True), (NO_ANSWER, False)])
def test_a_fault_may_hang_up_or_say_nothing(response: Response, closed: bool) -> None:
    protocol, sink = connected_to(lambda _request: response)
    protocol.data_received(b"GET / HTTP/1.1\r\n\r\n")
    assert (sink.written, sink.closed) == (b"", closed)


def test_a_mistake_of_the_mock_is_a_server_error_and_no_bad_request() -> None:
    def respond(_request: object) -> Response:
        raise RuntimeError("a mistake")

    protocol, sink = connected_to(respond)
    with pytest.raises(httptools.HttpParserCallbackError):
        protocol.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert sink.written.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert sink.closed
    protocol.connection_lost(None)


def test_with_a_shared_key_only_requests_in_flight_at_the_same_time_are_confused() -> None:
    directory = Directory(SPEC)
    mock = Mock(directory)
    key = directory.create_key("own", "full").reveal()
    good = f"GET {LIST} HTTP/1.1\r\nX-API-Key: {key}\r\n\r\n".encode()
    bad = f"GET {LIST} HTTP/1.1\r\n\r\n".encode()

    async def statuses(*together: bytes) -> list[int]:
        sinks = []
        for request in together:
            protocol, sink = connected_to(respond)
            protocol.data_received(request)
            sinks.append(sink)
        assert [sink.written for sink in sinks] == [b""] * len(sinks)
        while not all(sink.written for sink in sinks):
            await asyncio.sleep(0.001)
        return [int(sink.written.split()[1]) for sink in sinks]

    respond = with_faults(mock, "key-shared")
    assert asyncio.run(statuses(good)) == [200]
    assert asyncio.run(statuses(bad)) == [401]
    assert asyncio.run(statuses(bad, good)) == [200, 200]
    assert asyncio.run(statuses(good, good, bad)) == [401, 401, 401]


def test_a_status_without_a_name_is_sent_too() -> None:
    operations = {"list": Operation(request="GET /x", needs="read", succeeds=[299])}
    outcomes = {"no": Outcome(status=[499], bodies={"rest": [Body()]})}
    directory = Directory(msgspec.structs.replace(SPEC, operations=operations, outcomes=outcomes))
    key = directory.create_key("own", "full").reveal()
    protocol, sink = connected_to(Mock(directory).respond)
    protocol.data_received(f"GET /v1/x HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\n\r\n".encode())
    assert sink.written.startswith(b"HTTP/1.1 299 \r\n")
    protocol.shutdown()
    assert sink.closed


class Listener:
    """Keeps the requests that it is asked, and gives one answer to all of them."""

    def __init__(self, response: Response = OK) -> None:
        self.response = response
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        return self.response


def received(*parts: bytes, response: Response = OK) -> tuple[list[Request], Sink]:
    """The requests that parts of a connection make, and what is sent for them."""
    listener = Listener(response)
    protocol, sink = connected_to(listener)
    for part in parts:
        protocol.data_received(part)
    return listener.requests, sink


def test_a_request_is_taken_as_it_was_written_whatever_its_parts() -> None:
    whole = b"PUT /v1/x%20y?a=b?c HTTP/1.1\r\nHost: x\r\nX-Api-KEY: k\r\nContent-Length: 4\r\n\r\nbody"
    expected = Request(
        "PUT",
        "/v1/x%20y",
        "a=b?c",
        ((b"host", b"x"), (b"x-api-key", b"k"), (b"content-length", b"4")),
        b"body",
        client=("127.0.0.1", 1),
        spelled=(b"Host", b"X-Api-KEY", b"Content-Length"),
    )
    for size in (len(whole), 7, 1):
        requests, sink = received(*(whole[at : at + size] for at in range(0, len(whole), size)))
        assert requests == [expected]
        assert (sink.written, sink.closed) == (SENT, False)


def test_requests_on_one_connection_leave_nothing_behind() -> None:
    first = b"POST /a HTTP/1.1\r\nX-A: 1\r\nContent-Length: 2\r\n\r\n{}"
    requests, sink = received(first + b"GET /b HTTP/1.1\r\nX-B: 2\r\n\r\n")
    assert [(one.path, one.body, one.spelled) for one in requests] == [
        ("/a", b"{}", (b"X-A", b"Content-Length")),
        ("/b", b"", (b"X-B",)),
    ]
    assert sink.written == SENT * 2


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/a", "/a", ""),
        ("//a", "//a", ""),
        ("http://x/a?b", "/a", "b"),
        ("http://x", "/", ""),
        ("http://x/http://y/b", "/http://y/b", ""),
        ("*", "/", ""),
    ],
)
def test_the_target_may_be_a_whole_address(target: str, path: str, query: str) -> None:
    requests, _ = received(f"OPTIONS {target} HTTP/1.1\r\n\r\n".encode())
    assert (requests[0].path, requests[0].query) == (path, query)


def test_a_body_above_the_limit_is_not_kept_and_told() -> None:
    for size, kept, is_too_large in ((BODY_LIMIT, BODY_LIMIT, False), (BODY_LIMIT + 1, 0, True)):
        head = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size
        requests, _ = received(head, b"x" * (size - 1), b"x")
        assert [(len(one.body), one.body_too_large) for one in requests] == [(kept, is_too_large)]


def test_who_asks_whether_to_go_on_is_told_to_and_only_in_http_1_1() -> None:
    asks = b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
    assert received(asks)[1].written == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert received(asks.replace(b"Expect", b"Except"))[1].written == b""
    assert received(asks.replace(b"100-Continue", b"200-ok"))[1].written == b""
    assert received(asks.replace(b"HTTP/1.1", b"HTTP/1.0"))[1].written == b""


def test_a_connection_is_kept_or_closed_as_the_client_wants_it() -> None:
    assert received(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")[1].written == CLOSED
    for request, closed in ((b"GET / HTTP/1.0\r\n\r\n", True), (b"GET / HTTP/1.1\r\n\r\n", False)):
        assert received(request)[1].closed is closed


def test_the_body_is_left_out_for_head_and_where_a_status_has_none() -> None:
    head, sent = b"HEAD / HTTP/1.1\r\n\r\n", SENT.removesuffix(b"{}")
    assert received(head)[1].written == sent
    for status, line in ((204, b"204 No Content"), (304, b"304 Not Modified")):
        written = received(b"GET / HTTP/1.1\r\n\r\n", response=OK._replace(status=status))[1].written
        assert written == b"HTTP/1.1 " + line + b"\r\nx-a: b\r\n\r\n"


def test_what_is_no_http_gets_a_400_and_an_upgrade_the_end() -> None:
    requests, sink = received(b"hello\r\n\r\n")
    assert (requests, sink.closed) == ([], True)
    assert sink.written == (
        b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 17\r\nconnection: close\r\n\r\n"
        b"This is not HTTP."
    )
    requests, sink = received(b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello")
    assert (len(requests), sink.closed) == (1, True)


def test_nothing_is_written_to_a_connection_that_is_closing() -> None:
    requests, sink = received(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"")
    assert len(requests) == 1
    protocol, sink = connected_to(Listener())
    sink.close()
    protocol.data_received(b"GET / HTTP/1.1\r\n\r\n")
    assert sink.written == b""


def test_a_connection_is_counted_while_it_lasts() -> None:
    state = ServerState()
    protocol = MockProtocol(uvicorn.Config(Listener()), state, {})
    sink = Sink()
    protocol.connection_made(sink)  # type: ignore[arg-type]
    assert state.connections == {protocol}
    protocol.connection_lost(None)
    assert state.connections == set()
    protocol.shutdown()
    assert sink.closed


def test_the_headers_of_every_answer_come_first() -> None:
    state = ServerState()
    state.default_headers = [(b"date", b"today")]
    protocol, sink = MockProtocol(uvicorn.Config(Listener()), state, {}), Sink()
    protocol.connection_made(sink)  # type: ignore[arg-type]
    protocol.data_received(b"GET / HTTP/1.1\r\n\r\n")
    assert sink.written.startswith(b"HTTP/1.1 200 OK\r\ndate: today\r\nx-a: b\r\n")


def test_a_held_answer_comes_later_and_for_the_request_it_was_asked_by() -> None:
    arrived: list[Request] = []

    async def held(more: bytes) -> tuple[bytes, bytes, bool]:
        arrived.clear()
        listener = Listener()
        protocol, sink = connected_to(Held(arrived.append, listener, 0.0))
        protocol.data_received(b"HEAD /a HTTP/1.1\r\n" + more + b"\r\n")
        before = sink.written
        while not sink.written:
            await asyncio.sleep(0)
        assert [one.path for one in listener.requests] == ["/a"] == [one.path for one in arrived]
        return before, sink.written, sink.closed

    assert asyncio.run(held(b"Connection: close\r\n")) == (b"", CLOSED.removesuffix(b"{}"), True)
    assert asyncio.run(held(b"")) == (b"", SENT.removesuffix(b"{}"), False)
