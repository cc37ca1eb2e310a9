"""What stands at the other end: the project's own mock behind nginx, answers made to order, dead ends."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.mock.directory import Directory
from conformance.mock.message import Request, Response
from conformance.mock.respond import Mock
from tests.corpus.world import EDGE, certificate
from tests.runs import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[[Request], Response | None]

LOGS = Path("/srv/log")
_SETTINGS = Path(__file__).with_name("nginx.conf")


class Api:
    """The API: answers made to order come first, then those of the mock."""

    def __init__(self) -> None:
        self.directory = Directory(SPEC)
        self.mock = Mock(self.directory)
        self.answers: list[Answer] = []
        listen(self.respond, "127.0.0.1", 8000)

    def respond(self, request: Request) -> Response:
        """The first answer that fits."""
        made = (answer(request) for answer in self.answers)
        return next((one for one in made if one), None) or self.mock.respond(request)


def listen(
    respond: Callable[[Request], Response], address: str, port: int, tls: tuple[Path, Path] | None = None
) -> ThreadingHTTPServer:
    """Serve on an address of loopback, in the background."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "", ""

        def version_string(self) -> str:
            return "server"

        def handle_one_request(self) -> None:
            with suppress(ConnectionError):
                self.raw_requestline = self.rfile.readline(65537)
            if not getattr(self, "raw_requestline", b"") or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path, _, query = self.path.partition("?")
            headers = tuple(
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()
            )
            answer = respond(Request(self.command, path, query, headers, body))
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name.decode(), value.decode("latin-1"))
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((address, port), Handler)
    server.daemon_threads = True
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Edge:
    """nginx in front of the API; it is started anew with other settings."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, server: str = "", extra: str = "") -> None:
        """Start with these lines in its settings, and with empty logs."""
        self.stop()
        LOGS.mkdir(exist_ok=True)
        for log in LOGS.iterdir():
            log.unlink()
        pem, key = certificate("edge")
        text = _SETTINGS.read_text()
        for name, value in (("edge", EDGE), ("pem", pem), ("key", key), ("server", server), ("extra", extra)):
            text = text.replace(f"<{name}>", str(value))
        Path("/srv/nginx.conf").write_text(text)
        self._process = subprocess.Popen(["nginx", "-c", "/srv/nginx.conf"])
        wait_for(EDGE, 443)

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.terminate()
            self._process.wait()
            self._process = None


def wait_for(address: str, port: int) -> None:
    """Wait until somebody listens there."""
    for _ in range(120):
        with socket.socket() as probe:
            if probe.connect_ex((address, port)) == 0:
                return
        time.sleep(0.025)
    raise RuntimeError(f"nobody listens on {address}:{port}")


def name_no_names() -> None:
    """A name server that knows no name."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.53", 53))

    def answer() -> None:
        while True:
            data, who = server.recvfrom(512)
            server.sendto(data[:2] + b"\x81\x83" + data[4:6] + b"\0" * 6 + data[12:], who)

    threading.Thread(target=answer, daemon=True).start()


def black_hole(address: str, port: int) -> list[socket.socket]:
    """Somebody who listens and takes no more connections; keep what is returned."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(0)
    held = [listener]
    for _ in range(4):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex((address, port))
        held.append(one)
    return held
