"""HAR files of what the API, and what is in between, may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.programs import AIOHTTP, BEARER, HTTPX, REQUESTS
from tests.corpus.recipe import EQ2, EQ5, any_of, cannot_tell, problem
from tests.corpus.recipes.hars import HTML, JSON, RECIPES, seen
from tests.corpus.servers import listen
from tests.corpus.watching import THROUGH, browsed
from tests.corpus.world import certificate

if TYPE_CHECKING:
    from tests.corpus.stage import Stage


@seen(
    "har-netrc",
    "requests",
    ".netrc has an entry for the host",
    any_of(
        problem("netrc-overrides-authorization"),
        problem("wrong-header-name"),
        cannot_tell(["netrc-overrides-authorization", "wrong-header-name"], "netrc-overrides-authorization"),
        never=("wrong-header-name",),
    ),
)
def _(stage: Stage) -> None:
    stage.write("~/.netrc", f"machine api.hopx.dev\nlogin ada@example.com\npassword {stage.mint('P', 'password')}\n")
    stage.python(REQUESTS, stage.issue("A"), THROUGH, headers=BEARER)


def answered(
    name: str, client: str, broken: str, answer: Response, expect: dict, program: str = REQUESTS, method: str = "get"
) -> None:
    """A good key, to which the API answers this."""

    def act(stage: Stage) -> None:
        stage.api.answers.append(lambda _request: answer)
        stage.python(program, stage.issue("A"), THROUGH, method=method)

    seen(name, client, broken, expect)(act)


answered(
    "har-waf",
    "httpx",
    "a protection asks for a browser",
    Response(
        403,
        (HTML, (b"cf-mitigated", b"challenge"), (b"cf-ray", b"8f2a1c9bde034a11-FRA")),
        b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies to continue</body></html>",
    ),
    problem("waf-block-403-html"),
    HTTPX,
)
answered(
    "har-429",
    "requests",
    "too many requests",
    Response(429, (JSON, (b"retry-after", b"12")), b'{"error": "Too Many Requests"}'),
    problem("rate-limited"),
)
answered(
    "har-quota",
    "requests",
    "the plan is used up",
    Response(402, (JSON,), b'{"error": {"code": "insufficient_quota", "message": "Your balance is used up"}}'),
    problem("quota-or-billing"),
    method="post",
)
answered(
    "har-expired",
    "httpx",
    "the key has expired, and the answer says so",
    Response(401, (JSON,), b'{"code": "auth_key_expired", "message": "API key expired"}'),
    problem("expired"),
    HTTPX,
)
answered(
    "har-scope",
    "aiohttp",
    "the key lacks the permission, and the answer says so",
    Response(403, (JSON,), b'{"code": "auth_insufficient_permissions", "message": "Insufficient permissions"}'),
    problem("scope-insufficient"),
    AIOHTTP,
    "post",
)
answered(
    "har-portal",
    "requests",
    "a login page of the network answers",
    Response(
        200,
        (HTML,),
        b"<html><head><title>Guest Wi-Fi: please sign in</title></head><body><form action='https://login.hotel.example/accept'></form></body></html>",
    ),
    problem("captive-portal-or-login-html"),
)
answered(
    "har-plain-403",
    "requests",
    "the answer says nothing more",
    Response(403, (JSON,), b'{"error": "Forbidden"}'),
    cannot_tell(EQ2),
    method="post",
)
answered(
    "har-404-one-sandbox",
    "httpx",
    "there is no such sandbox",
    Response(404, (JSON,), b'{"error": "Not Found"}'),
    cannot_tell([*EQ5, "cross-org-resource"], "resource-absent"),
    HTTPX.replace('"URL"', '"URL/sb_00aa11bb22cc33dd44"'),
)


@seen("har-reads-and-may-not-create", "requests", "a key that may only read creates", problem("scope-insufficient"))
def _(stage: Stage) -> None:
    key = stage.issue("A", "read_only")
    stage.python(REQUESTS, key, THROUGH)
    stage.python(
        REQUESTS,
        key,
        THROUGH,
        method="post",
        headers='{"X-API-Key": os.environ["HOPX_API_KEY"]}, json={"template_id": "52"}',
    )


@seen(
    "har-redirect-drops-bearer",
    "requests",
    "a redirect leads to another host, and requests drops Authorization",
    problem("http-redirect-dropped-auth"),
)
def _(stage: Stage) -> None:
    stage.edge.start(server="location /v1/ { return 308 https://eu.hopx.dev$request_uri; }")
    server = listen(stage.api.mock.respond, "127.0.0.5", 443, certificate("edge"))
    stage.python(REQUESTS, stage.issue("A"), THROUGH, headers=BEARER)
    server.shutdown()
    server.server_close()


@seen(
    "har-http-redirect-not-followed",
    "httpx",
    "http leads to https, and httpx does not follow",
    problem("http-redirect-dropped-auth"),
)
def _(stage: Stage) -> None:
    stage.python(HTTPX, stage.issue("A"), THROUGH, url="http://api.hopx.dev/v1/sandboxes")


@RECIPES.case("har-proxy-407", "har", "Chromium", "the proxy wants a password", problem("proxy-auth-required"))
def _(stage: Stage) -> None:
    refused = Response(
        407,
        ((b"proxy-authenticate", b'Basic realm="corp"'), HTML),
        b"<html><title>407 Proxy Authentication Required</title></html>",
    )
    server = listen(lambda _request: refused, "127.0.0.6", 3128)
    stage.save("browser.har", browsed("http://api.hopx.dev/v1/sandboxes", proxy={"server": "http://127.0.0.6:3128"}))
    server.shutdown()
    server.server_close()
