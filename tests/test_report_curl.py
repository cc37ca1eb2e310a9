"""The curl line of a report, run as it stands: what arrives is the request that it repeats."""

from __future__ import annotations

import socketserver
import subprocess
import threading
from dataclasses import replace
from http.client import parse_headers
from typing import TYPE_CHECKING

import pytest

from conformance.exchange import Exchange, Recipe, Request, Response, SentRequest
from conformance.report.curl import curl_line
from conformance.spec.files import default_spec
from conformance.spec.loader import load

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = load(default_spec())
KEY = "any-text"
JSON = ("Content-Type", "application/json")
ASKED = Request("GET", "/v1/sandboxes", (("X-API-Key", "{key}"),), recipe=Recipe("full"))


class Listener(socketserver.TCPServer):
    """Answers everything, and keeps what came: method, target, key and body."""

    arrived: tuple[str, str, str | None, str]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"


class Handler(socketserver.StreamRequestHandler):
    """Keeps one request, whatever its method."""

    server: Listener

    def handle(self) -> None:
        method, target, _ = self.rfile.readline().decode().split(" ")
        headers = parse_headers(self.rfile)
        body = self.rfile.read(int(headers.get("Content-Length", 0))).decode()
        self.server.arrived = (method, target, headers.get("X-API-Key"), body)
        self.wfile.write(b"HTTP/1.1 204 No Content\r\n\r\n")


def repeated(asked: Request, listener: Listener) -> tuple[str, str, str | None, str]:
    """What arrives of a request when its line is run in a shell."""
    sent = SentRequest(asked.method, listener.address, listener.address + asked.target, asked.headers)
    line = curl_line(SPEC, Exchange(sent, Response(200), asked))
    variables = {"HOPX_API_KEY": KEY, "PATH": "/usr/bin:/bin", "HOME": "/"}
    subprocess.run(["bash", "-c", line], env=variables, check=True, timeout=20, capture_output=True)
    return listener.arrived


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "asked",
    [
        ASKED,
        replace(ASKED, method="HEAD"),
        replace(ASKED, method="DELETE"),
        replace(ASKED, target="/./v1/sandboxes"),
        replace(ASKED, target="/v1/../v1/sandboxes?page={1}&sort[0]=a"),
        replace(ASKED, method="POST", headers=(*ASKED.headers, JSON), body='{"template": "a $HOME `b` \\"c\\""}'),
        replace(ASKED, method="PUT", headers=(*ASKED.headers, JSON), body="@/dev/null"),
        replace(ASKED, headers=(*ASKED.headers, JSON), body="{}"),
    ],
    ids=[
        "get",
        "head",
        "delete",
        "dot-segment",
        "signs-of-globs",
        "signs-of-shells",
        "name-of-a-file",
        "get-with-body",
    ],
)
def test_the_line_repeats_the_request_as_it_was(asked: Request, listener: Listener) -> None:
    assert repeated(asked, listener) == (asked.method, asked.target, KEY, asked.body or "")


def test_a_header_without_a_value_is_sent_so(listener: Listener) -> None:
    asked = replace(ASKED, headers=(("X-API-Key", "{key}"),), recipe=Recipe("empty"))
    assert repeated(asked, listener) == ("GET", "/v1/sandboxes", "", "")
