"""HTTP as text, read as evidence: what real clients print, raw messages, editors' files, and anything at all."""

from __future__ import annotations

import http.client
import io
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager, redirect_stdout
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pasted import BREAKS, KNOWN, Pasted, broken, mutations, secret_pieces

from conformance.diagnosis.readers import transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.evidence import Evidence

BODY = b'{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR", "request_id": "req_1"}'
HTTP2 = """\
* Connected to api.hopx.dev (203.0.113.5) port 443
* ALPN: curl offers h2,http/1.1
*  issuer: C=US; O=Zscaler Inc.; CN=Zscaler Root CA
*  SSL certificate verify ok.
* using HTTP/2
* [HTTP/2] [1] OPENED stream for https://api.hopx.dev/v1/sandboxes
* [HTTP/2] [1] [:method: GET]
* [HTTP/2] [1] [:scheme: https]
* [HTTP/2] [1] [:authority: api.hopx.dev]
* [HTTP/2] [1] [:path: /v1/sandboxes]
* [HTTP/2] [1] [x-api-key: KEY]
> GET /v1/sandboxes HTTP/2
> Host: api.hopx.dev
> X-API-Key: KEY
>
* Request completely sent off
< HTTP/2 401
< content-type: application/json
< x-request-id: req_7
<
{ [57 bytes data]
* Connection #0 to host api.hopx.dev left intact
{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}me@host:~$
"""
RAW = """\
GET /v1/sandboxes HTTP/1.1
Host: api.hopx.dev
Authorization: Bearer KEY

HTTP/1.1 403 Forbidden
Content-Type: application/json
X-Request-ID: req_2

{"error": "Forbidden", "code": "PERMISSION_DENIED"}
"""


def read(text: str) -> Evidence:
    return Pasted(text).read(transcript)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", f"http://localhost:{self.server.server_port}/v1/sandboxes")  # type: ignore[attr-defined]
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Request-ID", "req_1")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def run(*command: str) -> str:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=30)
    return done.stdout.decode()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served() as number:
        yield number


@pytest.mark.parametrize("options", [["-sv"], ["-v"], ["-s", "--trace-ascii", "-"], ["-s", "--trace", "-"]])
def test_what_curl_shows_of_a_request_is_one_exchange_with_its_key(port: int, options: list[str]) -> None:
    key = KNOWN.mint()
    printed = run("curl", *options, "-H", f"X-API-Key: {key}", f"http://127.0.0.1:{port}/v1/sandboxes")
    assert transcript.recognises(printed.encode()) > 90
    (exchange,) = read(printed).exchanges
    assert (exchange.method, exchange.status, exchange.code) == ("GET", 401, "AUTHENTICATION_ERROR")
    assert (exchange.url, exchange.request_id) == (f"http://127.0.0.1:{port}/v1/sandboxes", "req_1")
    (credential,) = exchange.credentials
    assert (credential.key.reveal(), credential.carrier, credential.name) == (key, "header", "X-API-Key")
    assert credential.place.where.startswith("line ")
    assert credential.place.where.endswith("request header X-API-Key")
    assert not exchange.lacks


def test_a_redirect_that_curl_follows_shows_where_the_key_was_left_out(port: int) -> None:
    key = KNOWN.mint()
    printed = run("curl", "-svL", "-H", f"Authorization: Bearer {key}", f"http://127.0.0.1:{port}/moved")
    first, second = read(printed).exchanges
    assert (first.status, second.status) == (301, 401)
    assert (len(first.credentials), len(second.credentials)) == (1, 0)
    assert second.url == f"http://localhost:{port}/v1/sandboxes"


def test_answers_alone_lack_their_requests(port: int) -> None:
    printed = run("curl", "-siL", "-H", f"X-API-Key: {KNOWN.mint()}", f"http://127.0.0.1:{port}/moved")
    first, second = read(printed).exchanges
    assert (first.status, second.status, second.code) == (301, 401, "AUTHENTICATION_ERROR")
    assert all("request headers" in one.lacks for one in (first, second))


def test_wget_tells_of_its_requests_at_its_debug_level(port: int) -> None:
    key = KNOWN.mint()
    printed = run("wget", "-d", "-O", "-", f"--header=X-API-Key: {key}", f"http://127.0.0.1:{port}/moved")
    first, second = read(printed).exchanges
    assert [one.status for one in (first, second)] == [301, 401]
    assert [one.key.reveal() for one in second.credentials] == [key]
    assert second.code == "AUTHENTICATION_ERROR"


def test_wget_shows_answers_with_the_addresses_that_gave_them(port: int) -> None:
    printed = run("wget", "-S", "-O", "-", f"http://127.0.0.1:{port}/moved")
    first, second = read(printed).exchanges
    assert (first.status, first.url) == (301, f"http://127.0.0.1:{port}/moved")
    assert (second.status, second.url, second.request_id) == (401, f"http://localhost:{port}/v1/sandboxes", "req_1")


def test_python_prints_what_it_sends_and_gets_at_its_debug_level(port: int) -> None:
    key, out = KNOWN.mint(), io.StringIO()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.set_debuglevel(1)
    with redirect_stdout(out):
        connection.request("POST", "/v1/sandboxes", body='{"a": 1}', headers={"X-API-Key": key})
        sys.stdout.write(f"{connection.getresponse().read()!r}\n")
    connection.close()
    (exchange,) = read(out.getvalue()).exchanges
    assert (exchange.method, exchange.status, exchange.code) == ("POST", 401, "AUTHENTICATION_ERROR")
    assert [one.key.reveal() for one in exchange.credentials] == [key]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["http://127.0.0.1:9/"], "connect to"),
        (["-sS", "http://nothing.invalid/"], "Could not resolve host"),
    ],
)
def test_what_curl_says_of_a_connection_that_failed_is_a_failure(command: list[str], says: str) -> None:
    printed = run("curl", *command)
    assert transcript.recognises(printed.encode()) > 80
    evidence = read(printed)
    (failure,) = evidence.failures
    assert failure.client == "curl"
    assert says in failure.message
    assert not evidence.exchanges


def test_http2_is_read_once_though_curl_shows_its_headers_twice() -> None:
    (exchange,) = read(HTTP2).exchanges
    assert (exchange.url, exchange.status, exchange.request_id) == ("https://api.hopx.dev/v1/sandboxes", 401, "req_7")
    assert len(exchange.credentials) == 1
    assert exchange.response_text == '{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'
    assert "Zscaler" in exchange.issuer


def test_http2_is_read_from_what_curl_says_where_nothing_else_shows() -> None:
    told = "\n".join(line for line in HTTP2.splitlines() if not line.startswith(">"))
    (exchange,) = read(told).exchanges
    assert (exchange.method, exchange.url, exchange.status) == ("GET", "https://api.hopx.dev/v1/sandboxes", 401)
    assert [one.name for one in exchange.credentials] == ["x-api-key"]


def test_terminal_colours_are_taken_off() -> None:
    coloured = "\x1b[1mHTTP/1.1 401\x1b[0m\n\x1b[1mX-Request-ID\x1b[0m: req_9\n\n{}"
    (exchange,) = read(coloured).exchanges
    assert (exchange.status, exchange.request_id) == (401, "req_9")


def test_a_raw_request_and_its_raw_answer_are_one_exchange() -> None:
    assert transcript.recognises(RAW.encode()) > 90
    (exchange,) = read(RAW).exchanges
    assert (exchange.url, exchange.status) == ("https://api.hopx.dev/v1/sandboxes", 403)
    (credential,) = exchange.credentials
    assert (credential.scheme, credential.place.where) == ("Bearer", "line 3, request header Authorization")
    assert (exchange.code, exchange.request_id) == ("PERMISSION_DENIED", "req_2")


def test_a_request_with_the_whole_address_goes_to_a_proxy() -> None:
    asked = "GET http://api.hopx.dev/v1/sandboxes HTTP/1.1\nHost: api.hopx.dev\n\n"
    answered = "HTTP/1.1 407 Proxy Authentication Required\nProxy-Authenticate: Basic\n\n"
    (exchange,) = read(asked + answered).exchanges
    assert (exchange.url, exchange.status) == ("http://api.hopx.dev/v1/sandboxes", 407)


def test_a_tunnel_that_stands_is_no_answer_of_the_api() -> None:
    tunnel = (
        "> CONNECT api.hopx.dev:443 HTTP/1.1\n> Host: api.hopx.dev:443\n>\n< HTTP/1.1 200 Connection established\n<\n"
    )
    (exchange,) = read(tunnel + HTTP2).exchanges
    assert exchange.status == 401


def test_a_tunnel_that_a_proxy_refuses_is_an_exchange() -> None:
    tunnel = "> CONNECT api.hopx.dev:443 HTTP/1.1\n>\n< HTTP/1.1 407 Proxy Authentication Required\n<\n"
    trouble = "* CONNECT tunnel failed, response 407\ncurl: (56) CONNECT tunnel failed, response 407\n"
    evidence = read(tunnel + trouble)
    assert [(one.method, one.status) for one in evidence.exchanges] == [("CONNECT", 407)]
    assert [one.message for one in evidence.failures] == ["CONNECT tunnel failed, response 407"]


@pytest.mark.parametrize("mark", ["[redacted]", "[REDACTED]", "<hidden>", "****", "•••••"])
def test_a_value_that_somebody_took_out_is_lacking_and_no_credential(mark: str) -> None:
    (exchange,) = read(RAW.replace("KEY", mark)).exchanges
    assert not exchange.credentials
    assert "credential" in exchange.lacks


def test_a_mask_with_the_beginning_of_a_key_is_a_credential() -> None:
    (exchange,) = read(RAW.replace("KEY", f"{KNOWN.prefix}NXAX****")).exchanges
    assert len(exchange.credentials) == 1
    assert not exchange.lacks


def test_an_editor_fills_in_its_variables_and_a_wire_does_not() -> None:
    asked = "GET https://api.hopx.dev/v1/sandboxes\nX-API-Key: {{$dotenv HOPX_API_KEY}}\n"
    (filled,) = read(f"### list\n{asked}").exchanges
    assert not filled.credentials
    assert "value of HOPX_API_KEY" in filled.lacks
    (sent,) = read(RAW.replace("KEY", "{{HOPX_API_KEY}}")).exchanges
    assert [one.key.reveal() for one in sent.credentials] == ["{{HOPX_API_KEY}}"]


def test_the_requests_of_an_editors_file_are_apart_and_its_own_variables_known() -> None:
    text = (
        "@key = KEY\n@base = https://api.hopx.dev/v1\n\n### list\n# a comment\nGET {{base}}/sandboxes HTTP/1.1\n"
        "X-API-Key: {{key}}\n\n### make\nPOST {{base}}/sandboxes\nAuthorization: Bearer {{key}}\n\n"
        '{"template_id": "52"}\n'
    )
    assert transcript.recognises(text.encode()) >= 90
    first, second = read(text).exchanges
    assert (first.method, second.method) == ("GET", "POST")
    assert {one.url for one in (first, second)} == {"https://api.hopx.dev/v1/sandboxes"}
    assert [len(one.credentials) for one in (first, second)] == [1, 1]


def test_the_panel_of_a_browser_is_a_request() -> None:
    for text in (
        ":authority: api.hopx.dev\n:method: GET\n:path: /v1/sandboxes\n:scheme: https\nx-api-key: KEY\n",
        ":authority:\napi.hopx.dev\n:method:\nGET\n:path:\n/v1/sandboxes\n:scheme:\nhttps\nx-api-key:\nKEY\n",
        "Request URL: https://api.hopx.dev/v1/sandboxes\nRequest Method: GET\nStatus Code: 401 Unauthorized\n"
        "Response Headers\nContent-Type: application/json\nRequest Headers\nX-API-Key: KEY\n",
    ):
        assert transcript.recognises(text.encode()) > 80
        (exchange,) = read(text).exchanges
        assert exchange.url == "https://api.hopx.dev/v1/sandboxes"
        assert len(exchange.credentials) == 1


def test_frames_that_nghttp_shows_are_an_exchange() -> None:
    text = (
        "[  0.001] send HEADERS frame <length=45, flags=0x25, stream_id=13>\n"
        "          ; END_STREAM | END_HEADERS | PRIORITY\n"
        "          (padlen=0, dep_stream_id=11, weight=16, exclusive=0)\n"
        "          :method: GET\n          :path: /v1/sandboxes\n          :scheme: https\n"
        "          :authority: api.hopx.dev\n          x-api-key: KEY\n"
        "[  0.120] recv (stream_id=13) :status: 401\n"
        "[  0.120] recv (stream_id=13, sensitive) x-request-id: req_3\n"
        "[  0.120] recv HEADERS frame <length=80, flags=0x04, stream_id=13>\n"
        "          ; END_HEADERS\n"
    )
    (exchange,) = read(text).exchanges
    assert (exchange.url, exchange.status, exchange.request_id) == ("https://api.hopx.dev/v1/sandboxes", 401, "req_3")
    assert len(exchange.credentials) == 1


def test_a_secret_in_an_answer_or_an_error_is_hidden() -> None:
    text = RAW.replace('"Forbidden", ', '"Forbidden", "message": "no access for KEY", ')
    pasted = Pasted(f"{text}\ncurl: (6) Could not resolve host: KEY\n")
    evidence = pasted.read(transcript)
    assert not secret_pieces(evidence, pasted.key)
    assert [one.key.reveal() for one in evidence.failures[0].credentials] == [pasted.key]


def test_a_long_input_is_read_in_part_and_says_so() -> None:
    evidence = read("GET / HTTP/1.1\nHost: x\n\nHTTP/1.1 200 OK\n\n" * 50_000)
    assert len(evidence.exchanges) < 5000
    assert any("beginning" in note.says for note in evidence.notes)


@pytest.mark.parametrize(
    "text", ["", "hello\nworld", '{"log": {"entries": []}}', "HOPX_API_KEY=KEY\n", "Traceback:\n  x"]
)
def test_what_is_no_http_is_not_taken_for_it(text: str) -> None:
    assert transcript.recognises(text.encode()) < 50


@pytest.mark.parametrize("sign", BREAKS)
def test_a_key_that_was_broken_in_two_is_hidden_all_the_same(sign: str) -> None:
    for sample in (HTTP2, RAW, f"### a\n{RAW}"):
        for pasted in broken(sample, sign):
            assert not secret_pieces(pasted.read(transcript), pasted.key)


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_fail(data: bytes) -> None:
    transcript.recognises(data)
    KNOWN.read(transcript, data)


@given(
    mutations(
        [HTTP2, RAW, f"### a\n{RAW}", f"send: b'{RAW}'\nreply: 'HTTP/1.1 401 x'\n", f"=> Send header\n0000: {RAW}"]
    )
)
@settings(max_examples=150, deadline=None)
def test_no_change_of_a_transcript_makes_it_fail_or_tell_a_secret(pasted: Pasted) -> None:
    transcript.recognises(pasted.data)
    assert not secret_pieces(pasted.read(transcript), pasted.key)
