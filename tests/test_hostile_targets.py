"""Whatever answers, or does not: a verdict or a cause in words, in time and within bounds; and no key for strangers."""

from __future__ import annotations

import gzip
import json
import socket
import sys
import zlib
from itertools import cycle
from typing import TYPE_CHECKING

import pytest
from certificates import Certificate, certified, expired
from runs import finish, run_suite, start_suite
from scripted import Peer, ask, scripted, target_at
from servers import KEYS

from conformance.targets.body import BODY_LIMIT
from conformance.targets.errors import UnansweredError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runs import Ran
    from scripted import Script

_LIVE = ("--target=live", "--rate=100000", "-q")
_SHORT = 0.5  # seconds; what is tested is that waiting ends, not when
_MOST_SENT = 4 * BODY_LIMIT  # what socket buffers hold comes on top of what was read
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_REFUSED = b'{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'


def whole(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A response of this body."""
    head = [b"HTTP/1.1 " + status, b"Content-Type: application/json", *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*head, b"", body])


def after_request(act: Callable[[Peer], None]) -> Script:
    def script(peer: Peer) -> None:
        peer.read_request()
        act(peer)

    return script


def flooding(head: bytes, more: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head)
        peer.flood(more)

    return script


def dripping(head: bytes, more: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head)
        peer.drip(more)

    return script


def answering_each(*answers: bytes) -> Script:
    """One connection on which each request gets the next answer, and which then stays open."""

    def script(peer: Peer) -> None:
        for answer in answers:
            if peer.read_request():
                peer.send(answer)
        peer.wait()

    return script


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
    "endless header": (flooding(_OK + b"X-Long: ", b"o" * 4096), "more than 65536 bytes"),
    "endless headers": (flooding(_OK, b"X-More: and more\r\n" * 100), "more than 100 headers"),
    "endless interim responses": (flooding(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "within 0.5 s"),
    "endless continue": (flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "within 0.5 s"),
    "dripping headers": (dripping(b"HTTP/1.1 ", b"200 OK\r\nX-More: 1\r\n"), "within 0.5 s"),
    "dripping body": (dripping(_OK + b"\r\n", b" "), "within 0.5 s"),
    "dripping chunks": (dripping(_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"), "within 0.5 s"),
    "dripping trailers": (dripping(_OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: 1\r\n"), "within 0.5 s"),
    "body that does not come": (dripping(_OK + b"Content-Length: 9\r\n\r\n", b""), "within 0.5 s"),
}


@pytest.mark.parametrize("case", UNANSWERED)
def test_what_is_no_answer_is_a_cause_in_words(case: str) -> None:
    script, cause = UNANSWERED[case]
    time_limit = _SHORT if "within" in cause else 10.0
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


# What is an answer, and no good one: status and problem

ANSWERED: dict[str, tuple[Script, int, str]] = {
    "HTML": (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", 200, ""),
    "empty": (_OK + b"\r\n", 200, ""),
    "body cut off": (_OK + b'Content-Length: 900\r\n\r\n{"data"', 200, "before its Content-Length"),
    "body longer than announced": (_OK + b"Content-Length: 2\r\n\r\n{}" + b"x" * 900, 200, ""),
    "absurd Content-Length": (_OK + b"Content-Length: many\r\n\r\n{}", 200, ""),
    "Content-Length below zero": (_OK + b"Content-Length: -1\r\n\r\n{}", 200, ""),
    "huge Content-Length": (_OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n{}", 200, "before its Content-Length"),
    "two Content-Lengths": (_OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 200, ""),
    "chunks cut off": (_OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", 200, "ended early"),
    "no chunks": (_OK + b"Transfer-Encoding: chunked\r\n\r\nhello", 200, "ended early"),
    "chunk of -1 bytes": (flooding(_OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", b"x" * 4096), 200, "chunked"),
    "chunk of -9 bytes": (_OK + b"Transfer-Encoding: chunked\r\n\r\n-9\r\nx", 200, "chunked"),
    "a hundred megabytes": (
        flooding(_OK + b"Content-Length: 104857600\r\n\r\n", b" " * 65536),
        200,
        "longer than 8 MiB",
    ),
    "endless body": (flooding(_OK + b"\r\n", b" " * 65536), 200, "longer than 8 MiB"),
    "endless chunks": (
        flooding(_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b" " * 65535 + b"\r\n"),
        200,
        "longer than 8 MiB",
    ),
    "gzip bomb": (whole(gzip.compress(bytes(5 * BODY_LIMIT)), b"Content-Encoding: gzip"), 200, "unpacks to more"),
    "gzip cut off": (whole(gzip.compress(b"{}" * 99)[:-9], b"Content-Encoding: gzip"), 200, "ended early"),
    "no gzip": (whole(b"{}", b"Content-Encoding: gzip"), 200, "is not gzip"),
    "another encoding": (whole(b"{}", b"Content-Encoding: br"), 200, "not asked for"),
    "reset within the body": (
        after_request(lambda peer: (peer.send(_OK + b"Content-Length: 9\r\n\r\n{"), peer.reset())[0]),
        200,
        "before its Content-Length|reset within the body",
    ),
    "switching protocols": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello", 101, ""),
    "unheard-of status": (b"HTTP/1.1 799 Whatever\r\nContent-Length: 0\r\n\r\n", 799, ""),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\n{}", 200, ""),
    "headers without end": (b"HTTP/1.1 200 OK\r\nX-A: b\r\nX-C", 200, ""),
    "headers twice": (whole(b"{}", b"Content-Type: text/html", b"X-Request-ID: 1", b"X-Request-ID: 2"), 200, ""),
    "bytes that are no text": (whole(b"\xff\xfe\x00" * 99, b"X-Bytes: \xff\xfe"), 200, ""),
    "no JSON, deeply": (whole(b"[" * 100_000), 200, ""),
}


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
    good = whole(_REFUSED, status=b"401 Unauthorized")
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


def test_a_run_against_redirects_ends_with_its_cause_and_no_key_elsewhere(tmp_path: Path) -> None:
    with scripted(whole(b"{}")) as stranger:
        answer = whole(b"", f"Location: {stranger.url}/sandboxes".encode(), status=b"302 Found")
        with scripted(answer) as server:
            ran = run_suite(tmp_path, *_LIVE, given=keys_for(server.url))
    assert ran.status == 1
    assert stranger.connections == 0
    assert f"is answered with 302 to {stranger.url}/sandboxes, key or no key" in ran.output
    assert "Traceback" not in ran.output


# TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return certified(tmp_path, "/CN=test")


def test_an_unknown_certificate_is_named_with_the_way_to_trust_it(certificate: Certificate) -> None:
    with scripted(whole(b"{}"), tls=certificate.context) as server, target_at(server.url) as target:
        with pytest.raises(UnansweredError, match=r"certificate of 127.0.0.1:\d+ is not trusted .*SSL_CERT_FILE"):
            ask(target)
        target.close()
    assert server.requests == []


def test_a_private_ca_is_trusted_through_ssl_cert_file(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.own))
    hang_up = after_request(lambda peer: peer.connection.close())
    with (
        scripted(answering_each(whole(b"{}"), whole(b"[]")), hang_up, tls=certificate.context) as server,
        target_at(server.url) as target,
    ):
        assert [ask(target).response.json for _ in range(2)] == [{}, []]
        target.close()
        with pytest.raises(UnansweredError, match="closed the connection"):
            ask(target)
        target.close()
    assert server.connections == 2


def test_a_certificate_of_another_host_is_not_trusted(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.own))
    with (
        scripted(whole(b"{}"), tls=certificate.context) as server,
        target_at(f"https://localhost:{server.port}/v1") as target,
        pytest.raises(UnansweredError, match="mismatch"),
    ):
        ask(target)


def test_an_expired_certificate_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = expired(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.own))
    with (
        scripted(whole(b"{}"), tls=certificate.context) as server,
        target_at(server.url) as target,
        pytest.raises(UnansweredError, match="certificate has expired"),
    ):
        ask(target)
    assert server.requests == []


def test_plain_http_at_an_https_address_is_named() -> None:
    def plain(peer: Peer) -> None:
        peer.connection.recv(100)
        peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        peer.wait()

    with scripted(plain) as server, target_at(server.url.replace("http:", "https:")) as target:
        with pytest.raises(UnansweredError, match="check that it speaks https"):
            ask(target)
        target.close()


def test_a_silent_tls_handshake_ends_in_time() -> None:
    with (
        scripted(Peer.wait) as server,
        target_at(server.url.replace("http:", "https:"), time_limit=_SHORT) as target,
        pytest.raises(UnansweredError, match="gave no complete answer within"),
    ):
        ask(target)


# Whole runs


def keys_for(base_url: str) -> dict[str, str]:
    return {"HOPX_BASE_URL": base_url, "HOPX_API_KEY": KEYS.mint().reveal()}


def dead_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


@pytest.mark.parametrize("cause", ["nothing listens at", "cannot be resolved"])
def test_a_run_stops_when_the_target_does_not_answer(cause: str, tmp_path: Path) -> None:
    base_url = dead_port() if cause == "nothing listens at" else "https://nowhere.invalid/v1"
    ran = run_suite(tmp_path, *_LIVE, given=keys_for(base_url))
    assert ran.status == 1
    assert "the target has stopped answering" in ran.output
    assert cause in ran.output
    assert "Traceback" not in ran.output
    kinds = [line["verdict"] for line in ran.verdicts.values() if line["verdict"] != "blocked"]
    assert kinds.count("error") == 3
    assert "fail" not in kinds
    assert ran.footer["exit_status"] == 1


def test_a_run_stops_when_the_target_limits_it(tmp_path: Path) -> None:
    with scripted(whole(b"{}", b"Retry-After: 0", status=b"429 Too Many Requests")) as server:
        ran = run_suite(tmp_path, *_LIVE, given=keys_for(server.url))
    assert ran.status == 1
    assert "limits this run" in ran.output
    assert "lower --rate" in ran.output
    assert len(server.requests) == 8
    assert "fail" not in {line["verdict"] for line in ran.verdicts.values()}


_IDS = {"error": "\ud800", "code": "\ud800\x1b[31m\u202e", "data": [{"id": "\ud800\x1b[31m"}, {"id": "../\ud800x"}]}
_NONSENSE = [
    b'{"data": ' * 400 + b"1" + b"}" * 400,
    b'{"error": ' + b"9" * 5000 + b"}",
    b"<html>" * 10_000,
    b"[" * 10_000,
    b'{"data": [{"id": "',
    b"\xff\xfe" * 99,
    b"null",
    b'{"code": {"code": []}, "error": 1, "request_id": {}, "data": [{"id": true}]}',
]


@pytest.mark.parametrize("bodies", [[json.dumps(_IDS).encode()], _NONSENSE], ids=["ids", "every kind in turn"])
def test_a_run_against_nonsense_ends_with_verdicts(bodies: list[bytes], tmp_path: Path) -> None:
    statuses = [b"200 OK", b"401 Unauthorized", b"403 Forbidden"]
    answers = [whole(body, b"X-Request-ID: \x1b[31m\xff", status=status) for body in bodies for status in statuses]
    in_turn = cycle(answers if len(bodies) > 1 else answers[:1])

    def script(peer: Peer) -> None:
        while peer.read_request():
            peer.send(next(in_turn))

    with scripted(script) as server:
        ran = run_suite(tmp_path, *_LIVE, given=keys_for(server.url))
    assert ran.status == 1
    assert "Traceback" not in ran.output
    assert "INTERNALERROR" not in ran.output
    assert "\x1b[31m" not in ran.output
    assert "error" not in {line["verdict"] for line in ran.verdicts.values()}
    assert ran.verdicts["unauthorized-missing[list]"]["verdict"] == "fail"
    assert ran.footer["exit_status"] == 1


def page(status: bytes, *headers: bytes, body: bytes = b"<html>Log in</html>") -> bytes:
    return whole(body, *headers, status=status).replace(b"application/json", b"text/html")


def numbered(answer: bytes) -> Script:
    """The same answer to everything but for a number, an id and the path that was asked."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]

    def script(peer: Peer) -> None:
        while asked := peer.read_request():
            count = len(peer.server.requests)
            path = asked.split()[1].partition(b"?")[0]
            own = body % {b"id": b"%016x-FRA" % (count * 0xABCDEF0123), b"path": path, b"count": count}
            peer.send(b"\r\n".join([*lines, b"Content-Length: %d" % len(own), b"", own]))

    return script


_TO_LOGIN = b"Location: http://portal.invalid/login"
_BASIC = b'WWW-Authenticate: Basic realm="staging"'
_PLAIN = b"application/json", b"text/plain"
MISBEHAVING: dict[str, tuple[Script, str]] = {
    "reset in mid-body": (ANSWERED["reset within the body"][0], "the body|reset within the body"),
    "wrong length": (ANSWERED["body cut off"][0], "the body ended 893 bytes before its Content-Length"),
    "gzip bomb": (ANSWERED["gzip bomb"][0], "the body unpacks to more than 8 MiB"),
    "a hundred megabytes": (ANSWERED["a hundred megabytes"][0], "the body is longer than 8 MiB"),
    "endless redirect": (
        whole(b"", b"Location: /v1/sandboxes", status=b"307 Again"),
        "answered with 307 to /v1/sandboxes",
    ),
    "HTTP/0.9": (b"<html>hello</html>", "did not answer as HTTP"),
    "the same page for everything": (page(b"200 OK"), "is answered with 200 with a web page, key or no key"),
    "captive portal": (page(b"302 Found", _TO_LOGIN), "is answered with 302 to http://portal.invalid/login"),
    "captive portal of RFC 6585": (page(b"511 Log In"), "is answered with 511 with a web page"),
    "gateway without the API": (page(b"502 Bad Gateway"), "is answered with 502 with a web page"),
    "another address": (
        whole(b'{"error": "Not Found"}', status=b"404 Not Found"),
        "is answered with 404, key or no key",
    ),
    "firewall": (
        numbered(page(b"403 Forbidden", body=b"<h1>You have been blocked</h1> Ray ID: %(id)s, your turn: %(count)d")),
        "is answered with 403 with a web page, key or no key",
    ),
    "gateway of another API": (
        whole(b'{"message":"Missing Authentication Token"}', status=b"403 Forbidden"),
        """is answered with 403 and '{"message":"Missing Authentication Token"}', key or no key""",
    ),
    "gateway that names the path": (
        numbered(whole(b'{"message": "no Route matched", "path": "%(path)s", "request": "%(id)s"}', status=b"400 No")),
        "is answered with 400 and '{",
    ),
    "password of a host": (
        page(b"401 Unauthorized", _BASIC),
        'is answered with 401 with a web page that asks for Basic realm="staging", key or no key',
    ),
    "origin down": (
        whole(b"error code: 521", status=b"521 Down").replace(*_PLAIN),
        "is answered with 521 and 'error code: 521', key or no key",
    ),
    "origin not found": (
        numbered(whole(b"error code: 1016, %(id)s", status=b"530 Gone").replace(*_PLAIN)),
        "is answered with 530 and 'error code: 1016, ",
    ),
    "sink": (whole(b"OK").replace(*_PLAIN), "is answered with 200 and 'OK', key or no key"),
    "health page": (whole(b'{"status":"ok"}'), """is answered with 200 and '{"status":"ok"}', key or no key"""),
    "nothing but a status": (whole(b""), "is answered with 200 and an empty body, key or no key"),
}
_MEASURED = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""
_MOST_MEMORY_KB = 200 * 1024


def is_cause_and_no_verdict(ran: Ran, causes: str) -> bool:
    """Whether a run ended with what is wrong, and blames the API for nothing."""
    assert ran.status == 1
    assert any(cause in ran.output for cause in causes.split("|")), ran.output
    assert "the target has stopped answering" in ran.output
    assert {line["verdict"] for line in ran.verdicts.values()} <= {"error", "blocked"}
    assert ran.footer["exit_status"] == 1
    return "Traceback" not in ran.output


@pytest.mark.parametrize("name", MISBEHAVING)
def test_a_run_against_a_target_that_misbehaves_names_the_cause_and_blames_nobody(name: str, tmp_path: Path) -> None:
    script, causes = MISBEHAVING[name]
    with scripted(script) as server:
        ran = run_suite(tmp_path, *_LIVE, given=keys_for(server.url), wrapped=(sys.executable, "-c", _MEASURED))
    assert is_cause_and_no_verdict(ran, causes)
    assert int(ran.stderr.rpartition("peak ")[2]) < _MOST_MEMORY_KB


def answering_by_key(with_key: bytes, without: bytes) -> Script:
    """One answer for the key that a run has in the first header style, another for everything else."""

    def script(peer: Peer) -> None:
        while asked := peer.read_request():
            has_key = b"X-API-Key: hopx_live_" in asked and b"GET /v1/sandboxes " in asked
            peer.send(with_key if has_key else without)

    return script


_UNDOCUMENTED = whole(b'{"message": "Unauthorized"}', status=b"401 Unauthorized")
ALMOST_STRANGERS: dict[str, tuple[Script, str]] = {
    "the documented refusal of everything": (
        whole(_REFUSED, b"X-Request-ID: 1", b"WWW-Authenticate: Bearer", status=b"401 Unauthorized"),
        "valid-key-authenticates",
    ),
    "the documented words with every request": (whole(_REFUSED), "unauthorized-missing"),
    "a list for everybody": (whole(b'{"data": [{"id": "sb_1"}]}'), "unauthorized-missing"),
    "an empty list for everybody": (whole(b"[]"), "unauthorized-missing"),
    "other words than the documented ones": (
        answering_by_key(whole(b'{"data": []}'), _UNDOCUMENTED),
        "unauthorized-missing",
    ),
    "another page for every path": (
        lambda peer: [
            peer.send(whole(b'{"page": "%s"}' % b"ab"[b"sandboxes" in asked :][:1]))
            for asked in iter(peer.read_request, b"")
        ],
        "unauthorized-missing",
    ),
}


@pytest.mark.parametrize("name", ALMOST_STRANGERS)
def test_an_api_that_treats_everybody_alike_is_accused(name: str, tmp_path: Path) -> None:
    script, rule = ALMOST_STRANGERS[name]
    with scripted(script) as server:
        ran = run_suite(tmp_path, *_LIVE, given=keys_for(server.url))
    assert ran.status == 1
    assert rule in ran.rules("fail")
    assert not ran.rules("error")


@pytest.mark.parametrize("kind", ["wrong name", "expired"])
def test_a_run_against_a_bad_certificate_names_the_cause_and_blames_nobody(kind: str, tmp_path: Path) -> None:
    certificate = certified(tmp_path, "/CN=test") if kind == "wrong name" else expired(tmp_path)
    with scripted(whole(b"{}"), tls=certificate.context) as server:
        address = server.url.replace("127.0.0.1", "localhost") if kind == "wrong name" else server.url
        ran = run_suite(tmp_path, *_LIVE, given=keys_for(address) | {"SSL_CERT_FILE": str(certificate.own)})
    assert is_cause_and_no_verdict(ran, "mismatch" if kind == "wrong name" else "certificate has expired")
    assert server.requests == []


def test_runs_against_targets_that_are_slow_end_within_their_limits_and_blame_nobody(tmp_path: Path) -> None:
    """They wait at the same time: each of their few requests takes as long as a request may."""
    scripts = {
        "slow drip": dripping(_OK + b"\r\n", b" "),
        "hang after headers": dripping(_OK + b"Content-Length: 9\r\n\r\n", b""),
    }
    with scripted(scripts["slow drip"]) as dripper, scripted(scripts["hang after headers"]) as hanger:
        started = {
            directory: start_suite(directory, *_LIVE, given=keys_for(server.url))
            for directory, server in ((tmp_path / "drip", dripper), (tmp_path / "hang", hanger))
        }
        for directory, process in started.items():
            assert is_cause_and_no_verdict(finish(process, directory), "gave no complete answer within 10 s")
