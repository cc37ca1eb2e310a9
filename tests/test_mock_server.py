"""The mock behind its server: over a socket, and as a process."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from runs import ROOT, SPEC, VARIABLES, environment, run_command, served_mock

from conformance.mock import __main__ as child_of_a_run
from conformance.mock.directory import Directory, populate
from conformance.mock.faults import FAULTS
from conformance.mock.respond import BODY_LIMIT
from conformance.spec.files import default_spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


PATIENCE = 20.0  # seconds after which something hangs; nothing here waits for them to pass
LIST = "/v1/sandboxes"
BODY = b'{"template_id": "52"}'
MOCK = [sys.executable, "-m", "conformance.cli", "mock"]


class Wire:
    """One connection, over which raw bytes are sent; answers are read however they arrive."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.send = connection.sendall
        self._stream = connection.makefile("rb")

    def line(self) -> bytes:
        return self._stream.readline()

    def answers(self, count: int) -> list[int]:
        """The statuses of the next answers, whose bodies are read to their ends."""
        return [self._answer() for _ in range(count)]

    def _answer(self) -> int:
        status = int(self.line().split()[1])
        headers = http.client.parse_headers(self._stream)
        self._stream.read(int(headers["Content-Length"] or 0))
        return status

    def close(self) -> None:
        self._stream.close()
        self._connection.close()


@contextmanager
def connected(variables: dict[str, str]) -> Iterator[Wire]:
    address = urlsplit(variables["HOPX_BASE_URL"])
    with contextlib.closing(Wire(socket.create_connection((address.hostname, address.port), PATIENCE))) as wire:
        yield wire


def ask(
    variables: dict[str, str], method: str = "GET", path: str = LIST, body: Any = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    address = urlsplit(variables["HOPX_BASE_URL"])
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()


def request_bytes(variables: dict[str, str], head: str, body: bytes = b"") -> bytes:
    key = variables["HOPX_API_KEY"]
    return head.replace("\n", "\r\n").replace("KEY", key).encode("latin-1") + b"\r\n\r\n" + body


# Over a socket


def test_every_answer_has_a_request_id_of_its_own(mock: dict[str, str]) -> None:
    ids = [ask(mock)[0].headers["X-Request-ID"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert None not in ids


@pytest.mark.parametrize("path", [LIST, f"{LIST}/unknown", "/nowhere"])
@pytest.mark.parametrize("key", ["HOPX_API_KEY", "HOPX_API_KEY_CREATE_ONLY", "HOPX_API_KEY_RATE_LIMITED", ""])
def test_head_has_the_headers_of_get_and_no_body(mock: dict[str, str], path: str, key: str) -> None:
    given = {"X_API_Key": mock[key]} if key else {}
    (get, body), (head, nothing) = ask(mock, path=path, **given), ask(mock, "HEAD", path=path, **given)
    assert nothing == b""
    assert head.status == get.status
    own = ("x-request-id", "date", "retry-after")
    assert [pair for pair in head.getheaders() if pair[0] not in own] == [
        pair for pair in get.getheaders() if pair[0] not in own
    ]
    assert head.headers["Content-Length"] == str(len(body))


def test_a_connection_is_kept_and_pipelined_requests_are_answered_in_order(mock: dict[str, str]) -> None:
    with connected(mock) as wire:
        heads = [
            f"GET {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY",
            f"GET {LIST} HTTP/1.1\nHost: x",
            "GET /nowhere HTTP/1.1\nHost: x\nauthorization: bearer KEY",
            f"OPTIONS {LIST} HTTP/1.1\nHost: x",
        ]
        wire.send(b"".join(request_bytes(mock, head) for head in heads))
        assert wire.answers(4) == [200, 401, 404, 204]
        wire.send(request_bytes(mock, heads[1]))
        assert wire.answers(1) == [401]


def test_chunked_bodies_are_put_together(mock: dict[str, str]) -> None:
    chunks = iter([BODY[:5], BODY[5:6], BODY[6:]])
    response, body = ask(mock, "POST", body=chunks, X_API_Key=mock["HOPX_API_KEY"])
    assert (response.status, json.loads(body)["template_id"]) == (201, "52")


@pytest.mark.parametrize("word", ["100-continue", "100-Continue"])
def test_who_expects_it_is_told_to_go_on(mock: dict[str, str], word: str) -> None:
    head = f"POST {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY\nExpect: {word}\nContent-Length: {len(BODY)}"
    with connected(mock) as wire:
        wire.send(request_bytes(mock, head))
        assert (wire.line(), wire.line()) == (b"HTTP/1.1 100 Continue\r\n", b"\r\n")
        wire.send(BODY)
        assert wire.answers(1) == [201]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_too_large_and_the_connection_goes_on(mock: dict[str, str], chunked: bool) -> None:
    body = b'{"template_id": "' + b"x" * BODY_LIMIT + b'"}'
    head = f"POST {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY\n"
    if chunked:
        head, body = head + "Transfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    else:
        head += f"Content-Length: {len(body)}"
    with connected(mock) as wire:
        wire.send(request_bytes(mock, head, body))
        wire.send(request_bytes(mock, f"GET {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY"))
        assert wire.answers(2) == [413, 200]


def test_a_body_of_just_the_limit_is_taken(mock: dict[str, str]) -> None:
    start, end = b'{"template_id": "', b'"}'
    body = start + b"x" * (BODY_LIMIT - len(start) - len(end)) + end
    assert ask(mock, "POST", body=body, X_API_Key=mock["HOPX_API_KEY"])[0].status == 201
    assert ask(mock, "POST", body=body + b" ", X_API_Key=mock["HOPX_API_KEY"])[0].status == 413
    assert ask(mock, "POST", body=body + b" ")[0].status == 401


def test_a_huge_header_is_a_malformed_key(mock: dict[str, str]) -> None:
    response, body = ask(mock, X_API_Key=mock["HOPX_API_KEY"] * 2000)
    assert (response.status, json.loads(body)["code"]) == (401, "AUTHENTICATION_ERROR")


@pytest.mark.parametrize(
    "byte", [b"\x01", b"\x7f", b"\x1b", b"\x80", b"\xff", "\u00e9".encode(), "\U0001f511".encode()]
)
def test_strange_bytes_are_refused_and_the_server_goes_on(mock: dict[str, str], byte: bytes) -> None:
    with connected(mock) as wire:
        head = request_bytes(mock, f"GET {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY?")
        wire.send(head.replace(b"?", byte))
        assert wire.answers(1)[0] in (400, 401)
    assert ask(mock)[0].status == 401


def test_what_is_no_http_is_a_bad_request_and_the_end_of_the_connection(mock: dict[str, str]) -> None:
    for head in ("BREW /v1/sandboxes HTTP/1.1\nHost: x", "GET /v1/sandboxes HTTP/9.9\nHost: x", "hello"):
        with connected(mock) as wire:
            wire.send(request_bytes(mock, head))
            assert wire.answers(1) == [400]
            assert wire.line() == b""


def test_after_a_request_to_close_nothing_is_answered(mock: dict[str, str]) -> None:
    close, more = f"GET {LIST} HTTP/1.1\nHost: x\nConnection: close", f"GET {LIST} HTTP/1.1\nHost: x"
    with connected(mock) as wire:
        wire.send(request_bytes(mock, close) + request_bytes(mock, more))
        assert wire.answers(1) == [401]
        assert wire.line() == b""
    with connected(mock) as wire:
        wire.send(request_bytes(mock, f"GET {LIST} HTTP/1.0"))
        assert wire.answers(1) == [401]
        assert wire.line() == b""


def test_a_wish_for_another_protocol_is_answered_in_this_one(mock: dict[str, str]) -> None:
    with connected(mock) as wire:
        wire.send(
            request_bytes(mock, f"GET {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY\nConnection: Upgrade\nUpgrade: h2c")
        )
        assert wire.answers(1) == [200]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://x/v1/sandboxes", 200),
        ("http://x/v1/sandboxes?limit=1", 200),
        ("/v1/sandboxes?limit=1", 200),
        ("http://x", 404),
        ("*", 404),
    ],
)
def test_a_target_may_be_a_whole_address(mock: dict[str, str], target: str, status: int) -> None:
    with connected(mock) as wire:
        wire.send(request_bytes(mock, f"GET {target} HTTP/1.1\nHost: x\nX-API-Key: KEY"))
        assert wire.answers(1) == [status]


def test_a_trailer_is_no_header(mock: dict[str, str]) -> None:
    with connected(mock) as wire:
        body = b"2\r\n{}\r\n0\r\nX-API-Key: %s\r\n\r\n" % mock["HOPX_API_KEY"].encode()
        wire.send(request_bytes(mock, f"GET {LIST} HTTP/1.1\nHost: x\nTransfer-Encoding: chunked", body))
        assert wire.answers(1) == [401]


def test_the_length_of_a_204_is_not_said(mock: dict[str, str]) -> None:
    response, body = ask(mock, "OPTIONS")
    assert (response.status, response.headers["Content-Length"], body) == (204, None, b"")


def test_no_answer_holds_a_secret(mock: dict[str, str]) -> None:
    keys = [value for name, value in mock.items() if name.startswith("HOPX_API_KEY")]
    for key in keys:
        secret = key.rpartition(".")[2]
        for method in ("GET", "POST", "PUT", "OPTIONS"):
            response, body = ask(mock, method, f"{LIST}?k={key}", json.dumps({"template": 1, "x": key}), X_API_Key=key)
            text = repr(response.getheaders()) + body.decode()
            assert not [at for at in range(len(secret) - 7) if secret[at : at + 8] in text]


def test_a_request_whose_client_left_in_the_middle_is_not_performed(mock: dict[str, str]) -> None:
    with connected(mock) as wire:
        wire.send(f"POST {LIST} HTTP/1.1\r\nHost: x\r\nX-API-Key: {mock['HOPX_API_KEY']}\r\n".encode())
        before = ask(mock, "GET", LIST, X_API_Key=mock["HOPX_API_KEY"])[1]
        wire.send(b"Content-Length: 100\r\n\r\n" + BODY)
    assert ask(mock, "GET", LIST, X_API_Key=mock["HOPX_API_KEY"])[1] == before


def test_the_absolute_form_of_a_target_is_taken(mock: dict[str, str]) -> None:
    with connected(mock) as wire:
        wire.send(f"GET http://x{LIST} HTTP/1.1\r\nHost: x\r\nX-API-Key: {mock['HOPX_API_KEY']}\r\n\r\n".encode())
        assert wire.answers(1) == [200]


# As a process


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A mock in a process of its own, and the address that it told."""
    process = subprocess.Popen(
        [*MOCK, *options], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield process, (re.findall(r"http://\S+", line) or [""])[0].rstrip("'")
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("state", ["alone", "idle", "kept", "begun", "halfway"])
def test_a_signal_ends_it_cleanly_whatever_is_connected(number: signal.Signals, state: str) -> None:
    beginnings = {
        "idle": b"",
        "kept": f"GET {LIST} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        "begun": f"GET {LIST} HTTP/1.1\r\nHo".encode(),
        "halfway": f"POST {LIST} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n".encode(),
    }
    answered = {"kept": b"401", "halfway": b"100"}
    with started() as (process, url), contextlib.ExitStack() as stack:
        if state != "alone":
            wire = stack.enter_context(connected({"HOPX_BASE_URL": url}))
            wire.send(beginnings[state])
            if state in answered:
                assert wire.line().split()[1] == answered[state]
        process.send_signal(number)
        _, stderr = process.communicate(timeout=PATIENCE)
        assert (process.returncode, stderr) == (0, "")


def test_two_signals_end_it_as_cleanly_as_one() -> None:
    with started() as (process, _):
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=PATIENCE)
        assert (process.returncode, stderr) == (0, "")


def test_what_it_prints_names_every_variable_and_the_way_out(tmp_path: Path) -> None:
    with started("--seed", "3") as (process, url):
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        stdout = process.stdout.read()
    variables = [*(c.variable for c in SPEC.credentials.values() if c.variable)]
    assert [name for name in variables if not re.search(rf"^{name} +\S+$", stdout, re.MULTILINE)] == []
    assert f"{SPEC.base_url_variable:{max(map(len, VARIABLES))}}  {url}\n" in stdout
    assert stdout.endswith("Ctrl-C ends it.\n")


def test_the_exports_are_all_that_is_printed_and_work_in_a_shell() -> None:
    with started("--print-env", "--seed", "5") as (process, url):
        assert process.stdout is not None
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        _, stderr = process.communicate(timeout=PATIENCE)
    exports = f"export HOPX_BASE_URL={url}\n{rest}"
    assert all(re.fullmatch(r"export [A-Z_]+=\S+", line) for line in exports.splitlines())
    assert stderr == ""
    script = f'set -eu\n{exports}\nprintf \'%s\\n\' "$HOPX_BASE_URL" "$HOPX_API_KEY" "$HOPX_OTHER_ORG_SANDBOX_ID"'
    shown = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True)
    roles = populate(Directory(SPEC, 5))
    assert shown.stdout.split() == [url, roles.keys["full"].reveal(), roles.sandboxes["other"]]


def test_a_seed_gives_the_same_keys_again_and_none_gives_others() -> None:
    printed = []
    for options in (("--seed", "9"), ("--seed", "9"), (), ()):
        with served_mock(*options) as variables:
            printed.append({name: value for name, value in variables.items() if name != "HOPX_BASE_URL"})
    assert printed[0] == printed[1]
    assert len({frozenset(one.items()) for one in printed}) == 3


def test_a_fault_is_served() -> None:
    with served_mock("--fault", "no-request-id") as variables:
        assert ask(variables)[0].headers["X-Request-ID"] is None


def test_every_fault_is_served_however_several_are_given() -> None:
    for words in (["--fault=no-request-id,no-challenge"], ["--fault=no-request-id", "--fault", "no-challenge"]):
        with served_mock(*words) as variables:
            headers = ask(variables)[0].headers
            assert (headers["X-Request-ID"], headers["WWW-Authenticate"]) == (None, None)


def test_a_port_in_use_is_said(tmp_path: Path, mock: dict[str, str]) -> None:
    port = str(urlsplit(mock["HOPX_BASE_URL"]).port)
    ran = run_command(tmp_path, "mock", "--port", port)
    assert (ran.status, ran.stdout) == (2, "")
    assert (
        ran.stderr
        == f"hopx-auth: port {port} of loopback cannot be used (Address already in use); choose another with --port\n"
    )


def test_the_port_that_was_asked_for_is_the_one_that_is_served() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with started("--port", str(port)) as (_, url):
        assert urlsplit(url).port == port


@pytest.mark.parametrize("port", ["-1", "65536", "x", "", "\u0661", "1.0"])
def test_what_is_no_port_is_refused(tmp_path: Path, port: str) -> None:
    ran = run_command(tmp_path, "mock", f"--port={port}")
    assert (ran.status, ran.stdout) == (2, "")
    assert "is no port; write a number from 0 to 65535" in ran.stderr


def test_the_faults_are_listed(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "mock", "--list-faults")
    assert (ran.status, ran.stderr) == (0, "")
    assert [line.partition(": ")[0] for line in ran.stdout.splitlines()] == list(FAULTS)
    assert all(
        line.endswith(f". ({fault.rule})") for line, fault in zip(ran.stdout.splitlines(), FAULTS.values(), strict=True)
    )


def test_an_unknown_fault_or_a_spec_with_mistakes_is_refused(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "mock", "--fault", "nothing")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("hopx-auth: unknown fault 'nothing'; ")
    ran = run_command(tmp_path, "mock", "--spec", "gone.yaml")
    assert (ran.status, ran.stdout) == (2, "")
    assert (
        ran.stderr
        == "hopx-auth: gone.yaml:1:1: cannot be read: No such file or directory; give the path of a YAML file\n"
    )


def test_a_spec_without_variables_is_served_too(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(
        """
spec: small
version: 1.0.0
title: Small
base_url: http://small.example
key:
  prefix: s-
  id: {alphabet: hex, length: 8}
  separator: "."
  secret: {encoding: hex, bytes: 8}
  example: none
documents: {d: {title: D}}
claims: {C: {document: d, section: S, says: Nothing}}
untestable: {C: Nothing}
styles: {key: {header: Key, value: "{key}"}}
operations: {}
credentials: {}
outcomes: {}
rules: []
"""
    )
    with started("--spec", str(tmp_path / "small.yaml")) as (process, url):
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", "/")
            assert connection.getresponse().status == 401
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=PATIENCE)
        assert (process.returncode, stderr) == (0, "")


def test_as_a_child_it_ends_with_its_standard_input() -> None:
    assert child_of_a_run.__name__ != "__main__", "it serves when it is run, not when it is imported"
    listener = socket.create_server(("127.0.0.1", 0))
    child = subprocess.Popen(
        [sys.executable, "-m", "conformance.mock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[listener.fileno()],
        env=environment(),
        cwd=ROOT,
    )
    assert child.stdin is not None
    try:
        order = {"spec": str(default_spec()), "seed": 4, "fault": "", "listener": listener.fileno()}
        child.stdin.write(json.dumps(order).encode() + b"\n")
        child.stdin.flush()
        key = populate(Directory(SPEC, 4)).keys["full"].reveal()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert ask({"HOPX_BASE_URL": url}, X_API_Key=key)[0].status == 200
        child.stdin.write(b"ignored\n")
        _, stderr = child.communicate(timeout=PATIENCE)
        assert (child.returncode, stderr) == (0, b"")
    finally:
        listener.close()
        child.kill()
        child.wait()
