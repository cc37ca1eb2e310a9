"""Whole runs against targets that misbehave: a verdict or a cause in words, and no key for strangers."""

from __future__ import annotations

import json
import socket
import sys
from itertools import cycle
from typing import TYPE_CHECKING

import pytest
from certificates import certified, expired
from runs import finish, run_suite, start_suite
from scripted import Peer, scripted
from scripts import ANSWERED, OK, REFUSED, dripping, whole
from servers import KEYS

if TYPE_CHECKING:
    from pathlib import Path

    from runs import Ran
    from scripted import Script


QUICKLY = ("--target=live", "--rate=100000", "-q")


def test_a_run_against_redirects_ends_with_its_cause_and_no_key_elsewhere(tmp_path: Path) -> None:
    with scripted(whole(b"{}")) as stranger:
        answer = whole(b"", f"Location: {stranger.url}/sandboxes".encode(), status=b"302 Found")
        with scripted(answer) as server:
            ran = run_suite(tmp_path, *QUICKLY, given=keys_for(server.url))
    assert ran.status == 1
    assert stranger.connections == 0
    assert f"is answered with 302 to {stranger.url}/sandboxes, key or no key" in ran.output
    assert "Traceback" not in ran.output


def keys_for(base_url: str) -> dict[str, str]:
    return {"HOPX_BASE_URL": base_url, "HOPX_API_KEY": KEYS.mint().reveal()}


def dead_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


@pytest.mark.parametrize("cause", ["nothing listens at", "cannot be resolved"])
def test_a_run_stops_when_the_target_does_not_answer(cause: str, tmp_path: Path) -> None:
    base_url = dead_port() if cause == "nothing listens at" else "https://nowhere.invalid/v1"
    ran = run_suite(tmp_path, *QUICKLY, given=keys_for(base_url))
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
        ran = run_suite(tmp_path, *QUICKLY, given=keys_for(server.url))
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
        ran = run_suite(tmp_path, *QUICKLY, given=keys_for(server.url))
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
        ran = run_suite(tmp_path, *QUICKLY, given=keys_for(server.url), wrapped=(sys.executable, "-c", _MEASURED))
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
        whole(REFUSED, b"X-Request-ID: 1", b"WWW-Authenticate: Bearer", status=b"401 Unauthorized"),
        "valid-key-authenticates",
    ),
    "the documented words with every request": (whole(REFUSED), "unauthorized-missing"),
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
        ran = run_suite(tmp_path, *QUICKLY, given=keys_for(server.url))
    assert ran.status == 1
    assert rule in ran.rules("fail")
    assert not ran.rules("error")


@pytest.mark.parametrize("kind", ["wrong name", "expired"])
def test_a_run_against_a_bad_certificate_names_the_cause_and_blames_nobody(kind: str, tmp_path: Path) -> None:
    certificate = certified(tmp_path, "/CN=test") if kind == "wrong name" else expired(tmp_path)
    with scripted(whole(b"{}"), tls=certificate.context) as server:
        address = server.url.replace("127.0.0.1", "localhost") if kind == "wrong name" else server.url
        ran = run_suite(tmp_path, *QUICKLY, given=keys_for(address) | {"SSL_CERT_FILE": str(certificate.own)})
    assert is_cause_and_no_verdict(ran, "mismatch" if kind == "wrong name" else "certificate has expired")
    assert server.requests == []


def test_runs_against_targets_that_are_slow_end_within_their_limits_and_blame_nobody(tmp_path: Path) -> None:
    """They wait at the same time: each of their few requests takes as long as a request may."""
    scripts = {
        "slow drip": dripping(OK + b"\r\n", b" "),
        "hang after headers": dripping(OK + b"Content-Length: 9\r\n\r\n", b""),
    }
    with scripted(scripts["slow drip"]) as dripper, scripted(scripts["hang after headers"]) as hanger:
        started = {
            directory: start_suite(directory, *QUICKLY, given=keys_for(server.url))
            for directory, server in ((tmp_path / "drip", dripper), (tmp_path / "hang", hanger))
        }
        for directory, process in started.items():
            assert is_cause_and_no_verdict(finish(process, directory), "gave no complete answer within 10 s")
