"""Logs of Caddy, pino, gunicorn and uvicorn."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.install import SCRATCH
from tests.corpus.recipe import (
    EQ1,
    EQ3,
    any_of,
    cannot_tell,
    healthy,
    nothing_to_see,
    problem,
    suggests,
)
from tests.corpus.recipes.logs import JSON, NOBODY, RECIPES
from tests.corpus.servers import LOGS, wait_for
from tests.corpus.stage import usual_environment, with_key
from tests.corpus.traffic import Ask, ask, with_x
from tests.corpus.world import certificate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.stage import Stage


def through_caddy(name: str, broken: str, expect: dict):
    """A case whose file is a log of Caddy in front of the API; the function returns the requests."""

    def register(asks: Callable[[Stage], list[Ask]]) -> None:
        def act(stage: Stage) -> None:
            stage.edge.stop()
            pem, key = certificate("edge")
            Path("/srv/Caddyfile").write_text(
                f"{{\n admin off\n auto_https off\n}}\nhttps://api.hopx.dev {{\n bind 127.0.0.2\n tls {pem} {key}\n log {{\n  output file /srv/log/caddy.log\n }}\n reverse_proxy 127.0.0.1:8000\n}}\n"
            )
            command = [
                str(SCRATCH / "root/usr/bin/caddy"),
                "run",
                "--config",
                "/srv/Caddyfile",
                "--adapter",
                "caddyfile",
            ]
            process = subprocess.Popen(
                command, stderr=subprocess.DEVNULL, env={"HOME": "/home/dev", "PATH": "/usr/bin"}
            )
            wait_for("127.0.0.2", 443)
            try:
                ask(stage, asks(stage))
            finally:
                process.terminate()
                process.wait()
            stage.save("caddy.log", (LOGS / "caddy.log").read_bytes())

        RECIPES.case(name, "log", "Caddy, requests", broken, expect)(act)

    return register


@through_caddy("caddy-quotes", "quotes around the key", problem("key-wrapped-in-quotes"))
def _(stage: Stage) -> list[Ask]:
    return [Ask(0, with_x(f"'{stage.mint('A')}'")) for _ in range(2)]


@through_caddy("caddy-waf", "a protection asks for a browser", problem("waf-block-403-html"))
def _(stage: Stage) -> list[Ask]:
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
    stage.api.answers.append(
        lambda _request: Response(
            403,
            (
                (b"content-type", b"text/html; charset=UTF-8"),
                (b"cf-mitigated", b"challenge"),
                (b"cf-ray", b"8f2a1c9bde034a11-FRA"),
            ),
            page,
        )
    )
    return [Ask(0, with_x(stage.issue("A"))) for _ in range(2)]


@through_caddy("caddy-rate-limit", "too many requests, and then it goes on", problem("rate-limited"))
def _(stage: Stage) -> list[Ask]:
    asked: list[int] = []

    def limit(_request: object) -> Response | None:
        asked.append(1)
        return (
            Response(429, (JSON, (b"retry-after", b"2")), b'{"code": "auth_rate_limited"}')
            if 2 < len(asked) < 6
            else None
        )

    stage.api.answers.append(limit)
    return [Ask(0, with_x(stage.issue("A"))) for _ in range(7)]


@through_caddy("caddy-api-key-header", "another header", suggests("wrong-header-name"))
def _(stage: Stage) -> list[Ask]:
    return [Ask(0, {"Api-Key": stage.mint("A")}) for _ in range(2)]


@through_caddy(
    "caddy-two-keys",
    "two keys in one request",
    any_of(problem("conflicting-credentials"), cannot_tell(["conflicting-credentials", *EQ1]), nothing_to_see()),
)
def _(stage: Stage) -> list[Ask]:
    return [Ask(0, with_x(stage.issue("A")) | {"Authorization": f"Bearer {stage.mint('B')}"}) for _ in range(2)]


PINO = """\
import http from "node:http";
import pinoHttp from "pino-http";

const log = pinoHttp();
http.createServer((request, response) => {
  log(request, response);
  response.statusCode = 401;
  response.setHeader("content-type", "application/json");
  response.end('{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}');
}).listen(9000, "127.0.0.1");
"""


def through_pino(name: str, broken: str, headers: dict[str, str], expect: dict, secret: object = "key") -> None:
    """A case whose file is what pino-http writes of requests with these headers."""

    def act(stage: Stage) -> None:
        stage.write("server.mjs", PINO)
        process = subprocess.Popen(["node", "server.mjs"], cwd="/srv/app", stdout=subprocess.PIPE)
        wait_for("127.0.0.1", 9000)
        filled = {header: with_key(value, stage.mint("A", secret)) for header, value in headers.items()}
        ask(stage, [Ask(0, filled, site="http://127.0.0.1:9000")] * 2)
        process.terminate()
        stage.save("server.log", process.communicate()[0])

    RECIPES.case(name, "log", "pino-http, requests", broken, expect)(act)


through_pino(
    "pino-bearer-doubled",
    "the word stands twice",
    {"Authorization": "Bearer Bearer KEY"},
    suggests("bearer-prefix-doubled"),
)
through_pino("pino-vendor", "a token of another vendor", {"X-API-Key": "KEY"}, problem("wrong-vendor-key"), "e2b")
through_pino("pino-unknown-key", "a key that nobody has issued", {"X-API-Key": "KEY"}, cannot_tell(EQ1))

WSGI = """\
def app(environ, start_response):
    start_response("401 Unauthorized", [("Content-Type", "application/json")])
    return [b'{"error": "Unauthorized"}']
"""
ASGI = """\
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 401, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'{"error": "Unauthorized"}'})
"""


def of_python(name: str, server: str, command: str, program: str) -> None:
    """A case whose file is the access log of a Python server, which says nothing of keys."""

    def act(stage: Stage) -> None:
        stage.write("server.py", program)
        process = subprocess.Popen(
            ["bash", "-c", f"exec /srv/app/.venv/bin/{command}"],
            cwd="/srv/app",
            env=usual_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        stage.commands.append(command)
        wait_for("127.0.0.1", 9001)
        ask(stage, [Ask(0, with_x(stage.mint("A")), site="http://127.0.0.1:9001")] * 3)
        process.terminate()
        stage.save("server.log", process.communicate()[0])

    RECIPES.case(name, "log", f"{server}, requests", "a key that nobody has issued; the log says nothing of it",
                 any_of(cannot_tell([*EQ1, *EQ3, *NOBODY, "literal-null-key"]), nothing_to_see("env-var-unset")))(act)  # fmt: skip


of_python("gunicorn-401", "gunicorn", "gunicorn --access-logfile - --bind 127.0.0.1:9001 server:app", WSGI)
of_python("uvicorn-401", "uvicorn", "uvicorn --port 9001 server:app", ASGI)


@through_caddy("caddy-healthy", "nothing", healthy())
def _(stage: Stage) -> list[Ask]:
    key = stage.issue("A")
    return [
        Ask(0, with_x(key)),
        Ask(0, {"Authorization": f"Bearer {key}"}),
        Ask(0, with_x(key), client="expired-key-checker/1.0"),
    ]
