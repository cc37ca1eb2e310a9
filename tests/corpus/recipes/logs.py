"""Logs of gateways and servers: nginx, Caddy, pino, gunicorn, uvicorn."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.install import SCRATCH
from tests.corpus.recipe import (
    EQ1,
    EQ2,
    EQ3,
    EQ5,
    Recipes,
    any_of,
    cannot_tell,
    healthy,
    nothing_to_see,
    problem,
    suggests,
)
from tests.corpus.servers import LOGS, wait_for
from tests.corpus.traffic import ALTERED, Ask, ask, logged, with_x
from tests.corpus.world import certificate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.stage import Stage

RECIPES = Recipes("L")
JSON = (b"content-type", b"application/json")
NOBODY = ["env-var-unset", "dotenv-not-loaded", "http-redirect-dropped-auth", "proxy-stripped-header", "wrong-header-name",
          "env-not-inherited", "env-not-passed-to-process", "env-var-misnamed", "key-in-query-string"]  # fmt: skip
MOZILLA = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"


def of_nginx(name: str, broken: str, log: str, expect: dict, file: str = ""):
    """A case whose file is a log of nginx; the function returns the requests."""

    def register(asks: Callable[[Stage], list[Ask]]) -> None:
        def act(stage: Stage) -> None:
            stage.save(file or f"access-{log}", logged(stage, log, asks(stage)))

        RECIPES.case(name, "log", "nginx, requests", broken, expect, altered=ALTERED)(act)

    return register


def sent(name: str, broken: str, headers: dict[str, str], expect: dict, secret: object = "key") -> None:
    """A log with what was sent, in which KEY is a new key: some requests of somebody else, and three of these."""

    def asks(stage: Stage) -> list[Ask]:
        key = stage.mint("A", secret)
        bad = {header: value.replace("KEY", key).replace("CUT", key[:45]) for header, value in headers.items()}
        good = with_x(stage.issue("B"))
        return [Ask(0, good), Ask(2, good), Ask(2.5, bad), Ask(3, good), Ask(4, bad, "POST"), Ask(4.5, bad)]

    of_nginx(name, broken, "json.log", expect)(asks)


sent("log-quotes", "quotes around the key", {"X-API-Key": '"KEY"'}, problem("key-wrapped-in-quotes"))
sent("log-placeholder", "the example was sent", {"X-API-Key": "your_api_key_here"}, problem("placeholder-key"))
sent("log-vendor", "a key of another vendor", {"Authorization": "Bearer KEY"}, problem("wrong-vendor-key"), "anthropic")
sent("log-truncated", "the end of the key is missing", {"X-API-Key": "CUT"}, problem("key-truncated"))
sent("log-masked", "a masked key", {"X-API-Key": "hopx_live_Qm3ZtR81bYxW.********************"}, problem("key-masked"))
sent(
    "log-not-expanded",
    "a variable that nobody filled in",
    {"Authorization": "Bearer ${HOPX_API_KEY}"},
    problem("env-var-not-expanded"),
)
sent(
    "log-undefined",
    "JavaScript made a word of nothing",
    {"X-API-Key": "undefined"},
    problem("literal-null-key", also=["env-var-unset"]),
)
sent(
    "log-jwt",
    "the token of the console",
    {"Authorization": "Bearer KEY"},
    problem("jwt-instead-of-key"),
    {"iss": "https://console.hopx.dev", "exp": 1763893600},
)
sent(
    "log-id-only",
    "the id alone",
    {"X-API-Key": "hopx_live_Qm3ZtR81bYxW"},
    problem("key-id-only", also=["key-truncated"]),
)
sent("log-prose", "a sentence was pasted", {"X-API-Key": "You are a helpful assistant."}, problem("not-a-key"))
sent(
    "log-test-key",
    "a key for testing goes to production",
    {"X-API-Key": "KEY"},
    problem("test-key-on-live"),
    "test-key",
)
sent("log-bearer-missing", "the word Bearer is missing", {"Authorization": "KEY"}, suggests("bearer-prefix-missing"))
sent(
    "log-bearer-doubled",
    "the word stands twice",
    {"Authorization": "Bearer Bearer KEY"},
    suggests("bearer-prefix-doubled"),
)
sent(
    "log-no-key",
    "requests without any key",
    {"Accept": "*/*"},
    cannot_tell([*NOBODY, "literal-null-key", "cors-preflight"], "env-var-unset"),
)
sent("log-never-worked", "a key that nobody has issued", {"X-API-Key": "KEY"}, cannot_tell(EQ1))


@of_nginx(
    "log-query", "the key is in the address", "combined.log", problem("key-in-query-string", also=["wrong-header-name"])
)
def _(stage: Stage) -> list[Ask]:
    path = f"/v1/sandboxes?api_key={stage.mint('A')}"
    return [Ask(0, {}, path=path), Ask(1, {}, path=path), Ask(1.2, {}, path=path + "&limit=5", client=MOZILLA)]


@of_nginx(
    "log-healthy",
    "nothing; somebody looks for files that are not there",
    "combined.log",
    any_of(healthy(), nothing_to_see()),
)
def _(stage: Stage) -> list[Ask]:
    good = with_x(stage.issue("A"))
    stage.api.answers.append(
        lambda request: None if request.path.startswith("/v1/") else Response(404, (JSON,), b'{"error": "Not Found"}')
    )
    return [
        Ask(0, good),
        Ask(1, {}, path="/favicon.ico", client=MOZILLA),
        Ask(2, good, "POST"),
        Ask(3, good),
        Ask(5, {}, path="/robots.txt", client="Mozilla/5.0 (compatible; SomeBot/2.1)"),
        Ask(9, good),
    ]


@of_nginx("log-healthy-ids", "nothing", "ids.log", healthy())
def _(stage: Stage) -> list[Ask]:
    one, two = with_x(stage.issue("A")), {"Authorization": f"Bearer {stage.issue('B')}"}
    return [Ask(0, one), Ask(1, two), Ask(2, one), Ask(3, two), Ask(6, one)]


@of_nginx(
    "log-worked-until",
    "a key is revoked while others go on",
    "ids.log",
    any_of(problem("revoked", also=EQ1), cannot_tell(EQ1, "revoked"), never=("revoked", "expired")),
)
def _(stage: Stage) -> list[Ask]:
    old, other = with_x(stage.issue("A")), with_x(stage.issue("B"))
    ask(stage, [])
    before = [Ask(minute, headers) for minute in (0, 20, 40) for headers in (old, other)]
    return before + after_revoking(
        stage, before, [Ask(minute, headers) for minute in (60, 61, 80, 100) for headers in (old, other)]
    )


def after_revoking(stage: Stage, before: list[Ask], after: list[Ask]) -> list[Ask]:
    """Key A is revoked once the requests before have been answered."""
    answered = []

    def count(_request: object) -> None:
        answered.append(1)
        if len(answered) == len(before) + 1:
            stage.api.directory.revoke(stage.secrets["A"][10:22])

    stage.api.answers.append(count)
    return after


@of_nginx(
    "log-old-key-on-one-pod",
    "the old key was revoked, and one pod still has it",
    "kv.log",
    problem("rotated-old-key-in-use", also=["revoked"]),
)
def _(stage: Stage) -> list[Ask]:
    old, new = stage.issue("A"), stage.issue("B")
    before = [Ask(minute, with_x(old, pod)) for minute in (0, 30) for pod in ("api-7d4f-a", "api-7d4f-b", "api-7d4f-c")]
    roll = [Ask(60 + minute, with_x(new, pod)) for minute in (0, 5) for pod in ("api-7d4f-a", "api-7d4f-b")]
    after = [
        Ask(120 + 10 * minute, with_x(old if pod.endswith("c") else new, pod))
        for minute in range(3)
        for pod in ("api-7d4f-a", "api-7d4f-b", "api-7d4f-c")
    ]
    return before + roll + after_revoking(stage, before + roll, after)


@of_nginx(
    "log-incident",
    "the API refuses everybody from one moment on",
    "ids.log",
    problem("vendor-incident-or-client-defect"),
)
def _(stage: Stage) -> list[Ask]:
    keys = [with_x(stage.issue(chr(ord("A") + at))) for at in range(9)]
    before = [Ask(minute + at / 10, key) for minute in (0, 30, 55) for at, key in enumerate(keys)]
    answered: list[int] = []

    def fail(_request: object) -> Response | None:
        answered.append(1)
        return (
            Response(401, (JSON,), b'{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}')
            if len(answered) > len(before)
            else None
        )

    stage.api.answers.append(fail)
    return before + [Ask(60 + minute + at / 10, key) for minute in (0, 5, 15) for at, key in enumerate(keys)]


@of_nginx(
    "log-incident-5xx",
    "the API fails for everybody for a while",
    "ids.log",
    problem("vendor-incident-or-client-defect"),
)
def _(stage: Stage) -> list[Ask]:
    keys = [with_x(stage.issue(chr(ord("A") + at))) for at in range(8)]
    first, second = len(keys) * 2, len(keys) * 5
    answered: list[int] = []

    def fail(_request: object) -> Response | None:
        answered.append(1)
        return Response(503, (JSON,), b'{"error": "Service Unavailable"}') if first < len(answered) <= second else None

    stage.api.answers.append(fail)
    return [Ask(minute + at / 10, key) for minute in (0, 30, 60, 62, 70, 90) for at, key in enumerate(keys)]


@of_nginx(
    "log-too-new",
    "a key is known to the API only after a moment",
    "ids.log",
    any_of(
        problem("key-not-yet-active", also=["vendor-incident-or-client-defect"]),
        cannot_tell(["key-not-yet-active", "vendor-incident-or-client-defect"], "key-not-yet-active"),
        healthy(),
        never=("revoked", "expired", "key-mistyped"),
    ),
)
def _(stage: Stage) -> list[Ask]:
    new, other = with_x(stage.issue("A")), with_x(stage.issue("B"))
    answered: list[int] = []

    def not_yet(_request: object) -> Response | None:
        answered.append(1)
        return (
            Response(401, (JSON,), b'{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}')
            if len(answered) in (2, 4)
            else None
        )

    stage.api.answers.append(not_yet)
    return [
        Ask(0, other),
        Ask(0.1, new),
        Ask(0.3, other),
        Ask(0.4, new),
        Ask(1.1, new),
        Ask(2, new),
        Ask(9, other),
        Ask(9.5, new),
    ]


def refused(
    name: str,
    broken: str,
    answer: Response,
    expect: dict,
    log: str = "ids.log",
    method: str = "GET",
    path: str = "/v1/sandboxes",
    file: str = "",
) -> None:
    """A log in which a good key is answered so, three times."""

    def asks(stage: Stage) -> list[Ask]:
        stage.api.answers.append(lambda _request: answer)
        return [Ask(minute, with_x(stage.secrets.get("A") or stage.issue("A")), method, path) for minute in (0, 0.1, 3)]

    of_nginx(name, broken, log, expect, file)(asks)


refused(
    "log-plain-403",
    "the log says nothing more",
    Response(403, (JSON,), b'{"error": "Forbidden"}'),
    cannot_tell([*EQ2, "waf-block-403-html"], "scope-insufficient"),
    method="POST",
)
refused(
    "log-404-sandbox",
    "a sandbox that is not there",
    Response(404, (JSON,), b'{"error": "Not Found"}'),
    cannot_tell([*EQ5, "cross-org-resource"], "resource-absent"),
    path="/v1/sandboxes/sb_00aa11bb22cc33dd44",
)
refused(
    "log-429",
    "too many requests",
    Response(429, (JSON, (b"retry-after", b"5")), b'{"error": "Too Many Requests"}'),
    problem("rate-limited", also=["quota-or-billing"]),
)
refused(
    "log-429-packed",
    "too many requests, in a log that was packed",
    Response(429, (JSON,), b'{"error": "Too Many Requests"}'),
    problem("rate-limited", also=["quota-or-billing"]),
    log="json.log",
    file="access.log.1.gz",
)
refused(
    "log-402",
    "an open bill",
    Response(402, (JSON,), b'{"error": "Payment Required"}'),
    suggests("quota-or-billing"),
    log="kv.log",
)


@of_nginx(
    "log-options-only",
    "a page asks whether it may, and never comes back",
    "combined.log",
    any_of(
        problem("cors-preflight"),
        cannot_tell(["cors-preflight", *NOBODY], "cors-preflight"),
        nothing_to_see(),
        healthy(),
        never=("env-var-unset",),
    ),
)
def _(stage: Stage) -> list[Ask]:
    headers = {
        "Origin": "https://app.example.com",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-api-key",
    }
    return [Ask(at, headers, "OPTIONS", client=MOZILLA) for at in (0, 0.2, 4)]


@RECIPES.case(
    "log-http-redirects",
    "log",
    "nginx, requests",
    "the client asks by http, is redirected, and does not follow",
    any_of(
        problem("http-redirect-dropped-auth"),
        cannot_tell(["http-redirect-dropped-auth", "wrong-base-url"], "http-redirect-dropped-auth"),
        nothing_to_see(),
    ),
)
def _(stage: Stage) -> None:
    ask(stage, [Ask(0, with_x(stage.issue("A")), site="http://api.hopx.dev") for _ in range(3)])
    stage.save("plain.log", (LOGS / "plain.log").read_bytes())


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
        filled = {header: value.replace("KEY", stage.mint("A", secret)) for header, value in headers.items()}
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
