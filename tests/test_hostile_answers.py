"""Whatever answers one request, or does not: a status, or a cause in words, in time and within bounds."""

from __future__ import annotations

import gzip
import socket
import zlib
from typing import TYPE_CHECKING

import pytest
from scripted import Peer, ask, scripted, target_at
from scripts import ANSWERED, OK, REFUSED, SHORT, after_request, answering_each, dripping, flooding, whole

from conformance.targets.body import BODY_LIMIT
from conformance.targets.errors import UnansweredError

if TYPE_CHECKING:
    from scripted import Script

_MOST_SENT = 4 * BODY_LIMIT  # what socket buffers hold comes on top of what was read


# What is no answer: a cause in words

UNANSWERED: dict[str, tuple[Script, str]] = {
    "silence": (after_request(Peer.wait), "gave no complete answer within 0.5 s"),
    "hanging up": (after_request(lambda peer: peer.connection.close()), "closed the connection without an answer"),
    "hanging up at once": (lambda peer: peer.connection.close(), "closed the connection without an answer"),
    "reset": (after_request(Peer.reset), "closed the connection without an answer"),
    "another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n", "did not answer as HTTP (its first line is no status line)"),
    "binary": (bytes(range(256)) * 4, "did not answer as HTTP"),
    "no status": (b"HTTP/1.1 hello\r\n\r\n", "did not answer as HTTP"),
    "status of four digits": (b"HTTP/1.1 2000 OK\r\n\r\n", "did not answer as HTTP"),
    "TLS alert": (b"\x15\x03\x01\x00\x02\x02\x16", "did not answer as HTTP"),
    "endless status line": (flooding(b"HTTP/1.1 200 ", b"O" * 4096), "more than 65536 bytes"),
    "endless header": (flooding(OK + b"X-Long: ", b"o" * 4096), "more than 65536 bytes"),
    "endless headers": (flooding(OK, b"X-More: and more\r\n" * 100), "more than 100 headers"),
    "endless interim responses": (flooding(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "within 0.5 s"),
    "endless continue": (flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "within 0.5 s"),
    "dripping headers": (dripping(b"HTTP/1.1 ", b"200 OK\r\nX-More: 1\r\n"), "within 0.5 s"),
    "dripping body": (dripping(OK + b"\r\n", b" "), "within 0.5 s"),
    "dripping chunks": (dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"), "within 0.5 s"),
    "dripping trailers": (dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: 1\r\n"), "within 0.5 s"),
    "body that does not come": (dripping(OK + b"Content-Length: 9\r\n\r\n", b""), "within 0.5 s"),
}


@pytest.mark.parametrize("case", UNANSWERED)
def test_what_is_no_answer_is_a_cause_in_words(case: str) -> None:
    script, cause = UNANSWERED[case]
    time_limit = SHORT if "within" in cause else 10.0
    with scripted(script) as server, target_at(server.url, time_limit=time_limit) as target:
        with pytest.raises(UnansweredError) as caught:
            ask(target)
        target.close()
    assert cause in str(caught.value)
    assert str(server.port) in str(caught.value), "the message says who"
    assert server.sent <= _MOST_SENT


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with target_at(f"http://127.0.0.1:{port}/v1") as target, pytest.raises(UnansweredError, match="nothing listens at"):
        ask(target)


@pytest.mark.parametrize("host", ["nowhere.invalid", f"{'long' * 20}.invalid"])
def test_a_name_that_cannot_be_resolved(host: str) -> None:
    with target_at(f"https://{host}/v1") as target, pytest.raises(UnansweredError, match="cannot be resolved"):
        ask(target)


@pytest.mark.parametrize("case", ANSWERED)
def test_a_bad_answer_is_an_answer_with_its_problem(case: str) -> None:
    script, status, problem = ANSWERED[case]
    with scripted(script) as server, target_at(server.url) as target:
        response = ask(target).response
        target.close()
    assert response.status == status
    if not problem:
        assert response.problem == ""
    else:
        assert any(words in response.problem for words in problem.split("|")), response.problem
    assert len(response.body) <= BODY_LIMIT
    assert response.json is None or response.json == {}
    assert server.sent <= _MOST_SENT


def test_several_gzip_members_and_deflate_are_unpacked() -> None:
    members = whole(gzip.compress(b'{"a": ') + gzip.compress(b"1}"), b"Content-Encoding: GZIP")
    packer = zlib.compressobj(wbits=-15)
    raw = whole(packer.compress(b'{"a": 1}') + packer.flush(), b"Content-Encoding: deflate")
    wrapped = whole(zlib.compress(b'{"a": 1}'), b"Content-Encoding: deflate")
    with scripted(answering_each(members, raw, wrapped)) as server, target_at(server.url) as target:
        assert [ask(target).response.json for _ in range(3)] == [{"a": 1}] * 3
        target.close()
    assert server.connections == 1


# What one answer leaves behind must not be taken for the next

LEFT_OVERS = {
    "204 with a body": b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
    "204 with chunks": b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "a body longer than announced": whole(b"{}") + b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "two answers at once": whole(b"{}") * 2,
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\n\r\nhello",
}


@pytest.mark.parametrize("case", LEFT_OVERS)
def test_what_an_answer_leaves_behind_is_not_taken_for_the_next(case: str) -> None:
    good = whole(REFUSED, status=b"401 Unauthorized")
    first = answering_each(LEFT_OVERS[case], good, good)
    with scripted(first, answering_each(good, good)) as server, target_at(server.url) as target:
        ask(target)
        assert [ask(target).response.status for _ in range(2)] == [401, 401]
        target.close()


def test_garbage_that_comes_late_on_an_idle_connection_is_not_taken_for_the_next_answer() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(whole(b"{}"))
        peer.read_request()  # the next request is on its way already
        peer.send(b"late, and no answer\r\n")
        peer.wait()

    with scripted(script, answering_each(whole(b"{}"))) as server, target_at(server.url) as target:
        assert [ask(target).response.status for _ in range(2)] == [200, 200]
        target.close()
    assert server.connections == 2


def test_a_connection_that_ended_while_idle_says_nothing_about_the_request() -> None:
    def hang_up(peer: Peer) -> None:
        peer.read_request()
        peer.send(whole(b"{}"))
        peer.read_request()
        peer.reset()

    with scripted(hang_up, answering_each(whole(b"{}"))) as server, target_at(server.url) as target:
        assert [ask(target).response.status for _ in range(2)] == [200, 200]
        target.close()
    assert len(server.requests) == 3


def test_what_writes_is_sent_once_and_on_a_connection_of_its_own() -> None:
    with (
        scripted(answering_each(whole(b"{}")), after_request(Peer.reset)) as server,
        target_at(server.url, may_write=True) as target,
    ):
        ask(target)
        with pytest.raises(UnansweredError, match="closed the connection"):
            ask(target, "create")
        target.close()
    assert [request.split()[0] for request in server.requests] == [b"GET", b"POST"]


def test_a_connection_is_left_before_a_server_hangs_up_unannounced() -> None:
    def hundred(peer: Peer) -> None:
        for _ in range(100):
            peer.read_request()
            peer.send(whole(b"{}"))
        if peer.read_request():
            peer.reset()

    with scripted(hundred) as server, target_at(server.url, may_write=True) as target:
        for number in range(250):
            assert ask(target, "create" if number >= 50 else "list").response.status == 200
        target.close()
    assert (len(server.requests), server.connections) == (250, 3)


def test_an_answer_that_comes_before_the_request_was_read_counts() -> None:
    def refuse(peer: Peer) -> None:
        peer.connection.recv(100)
        peer.send(b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 2\r\n\r\n{}")
        peer.connection.close()  # with unread bytes, which makes it a reset

    with scripted(refuse) as server, target_at(server.url) as target:
        assert ask(target, credential="oversized").response.status == 431
        target.close()


def test_interim_responses_are_passed_over() -> None:
    interim = (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    )
    with (
        scripted(answering_each(interim + whole(b"{}", b"X-A: b"), whole(b"[]"))) as server,
        target_at(server.url) as target,
    ):
        first = ask(target).response
        assert (first.status, first.json, first.header("link"), first.header("x-a")) == (200, {}, None, "b")
        assert ask(target).response.json == []
        target.close()
    assert server.connections == 1


def test_a_body_without_length_is_read_to_the_end_of_the_connection() -> None:
    def in_pieces(peer: Peer) -> None:
        peer.read_request()
        peer.send(b"HTTP/1.0 200 OK\r\n\r\n[")
        for _ in range(3):
            peer.server.over.wait(0.01)  # so that it comes in pieces; in one it would be read as well
            peer.send(b"1,")
        peer.send(b"1]")

    with scripted(in_pieces) as server, target_at(server.url) as target:
        assert ask(target).response.json == [1, 1, 1, 1]
        target.close()


# Keys go to no host but the target's


@pytest.mark.parametrize("status", [b"301 Moved", b"302 Found", b"303 See Other", b"307 Again", b"308 For Ever"])
def test_redirects_are_reported_and_not_followed(status: bytes) -> None:
    with scripted(whole(b"{}")) as stranger:
        location = f"Location: {stranger.url}/sandboxes".encode()
        with scripted(whole(b"", location, status=status)) as server, target_at(server.url) as target:
            response = ask(target).response
            target.close()
    assert response.status == int(status[:3])
    assert stranger.requests == []
    assert len(server.requests) == 1
