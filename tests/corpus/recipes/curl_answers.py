"""curl: what the API, and what is in between, may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.recipe import EQ2, any_of, cannot_tell, nothing_to_see, problem
from tests.corpus.recipes.curl import JSON, RECIPES, URL
from tests.corpus.servers import black_hole, listen
from tests.corpus.stage import another_time
from tests.corpus.world import HOSTS, certificate, name_hosts

if TYPE_CHECKING:
    from conformance.mock.message import Request
    from tests.corpus.stage import Stage


def answered(name: str, broken: str, answer: Response, expect: dict, method: str = "") -> None:
    """A terminal in which the API answers this to a good key."""

    def act(stage: Stage) -> None:
        stage.api.answers.append(lambda _request: answer)
        stage.save("terminal.txt", stage.terminal(f'curl -si {method}-H "X-API-Key: {stage.issue("A")}" {URL}'))

    RECIPES.case(name, "curl http", "curl", broken, expect)(act)


PAGE = b"""<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title><meta name="robots" content="noindex,nofollow"></head>
<body><h1>api.hopx.dev</h1><p>Checking if the site connection is secure</p><div id="cf-error-footer">Ray ID: <strong>8f2a1c9bde034a11</strong></div></body></html>
"""
answered(
    "curl-waf-challenge",
    "a protection asks for a browser",
    Response(
        403,
        (
            (b"content-type", b"text/html; charset=UTF-8"),
            (b"cf-mitigated", b"challenge"),
            (b"cf-ray", b"8f2a1c9bde034a11-FRA"),
        ),
        PAGE,
    ),
    problem("waf-block-403-html"),
)
answered(
    "curl-rate-limited",
    "too many requests",
    Response(
        429,
        (JSON, (b"retry-after", b"30"), (b"x-request-id", b"req_5f1c9a20000000a1")),
        b'{"code": "auth_rate_limited", "message": "Rate limit exceeded"}',
    ),
    problem("rate-limited"),
)
answered(
    "curl-payment-required",
    "an open bill",
    Response(
        402,
        (JSON, (b"x-request-id", b"req_5f1c9a20000000a2")),
        b'{"error": "Payment Required", "code": "insufficient_quota", "message": "You have used all credits of your plan"}',
    ),
    any_of(problem("quota-or-billing")),
)
answered(
    "curl-expired-code",
    "the key has expired, and the answer says so",
    Response(401, (JSON,), b'{"code": "auth_key_expired", "message": "API key expired"}'),
    any_of(problem("expired")),
)
answered(
    "curl-scope-code",
    "the key may not do this, and the answer says so",
    Response(403, (JSON,), b'{"code": "auth_insufficient_permissions", "message": "Insufficient permissions"}'),
    any_of(problem("scope-insufficient")),
    "-X POST ",
)
answered(
    "curl-plain-403",
    "the answer says nothing more",
    Response(403, (JSON,), b'{"error": "Forbidden"}'),
    cannot_tell(EQ2),
)
answered(
    "curl-ip-code",
    "the address is not allowed, and the answer says so",
    Response(
        403,
        (JSON,),
        b'{"error": "Forbidden", "code": "ip_not_allowed", "message": "Source IP 203.0.113.7 is not in the allow list of this key"}',
    ),
    any_of(problem("ip-not-allowed")),
)
answered(
    "curl-captive-portal",
    "a login page of the network answers",
    Response(
        200,
        ((b"content-type", b"text/html"),),
        b"<html><head><title>Hotel Wi-Fi - Sign in</title></head><body><form action='/login' method='post'>Room <input name='room'><button>Accept terms</button></form></body></html>",
    ),
    any_of(problem("captive-portal-or-login-html", also=["wrong-base-url"])),
)
answered(
    "curl-server-error",
    "the API fails",
    Response(503, (JSON, (b"x-request-id", b"req_5f1c9a20000000a3")), b'{"error": "Service Unavailable"}'),
    any_of(
        problem("vendor-incident-or-client-defect"),
        cannot_tell(["vendor-incident-or-client-defect", "waf-block-403-html"]),
        nothing_to_see("vendor-incident-or-client-defect"),
    ),
)


@RECIPES.case(
    "curl-aws-gateway-masquerade",
    "curl http",
    "curl",
    "a gateway answers 403 for a path that it does not know",
    problem("wrong-base-url"),
)
def _(stage: Stage) -> None:
    body = Response(
        403,
        (
            JSON,
            (b"x-amzn-errortype", b"MissingAuthenticationTokenException"),
            (b"x-amzn-requestid", b"6f8d1c1e-35d2-4b7e-9a55-0d6c9be1a001"),
        ),
        b'{"message":"Missing Authentication Token"}',
    )
    stage.held.append(listen(lambda _: body, "127.0.0.3", 443, certificate("edge")))
    stage.save(
        "terminal.txt",
        stage.terminal(f'curl -si -H "X-API-Key: {stage.issue("A")}" https://api.example.com/prod/v2/sandboxes'),
    )
    stage.held[0].shutdown()
    stage.held[0].server_close()


@RECIPES.case(
    "curl-sandbox-token-expired",
    "curl http",
    "curl",
    "the token of a sandbox has expired",
    problem("agent-jwt-expired"),
)
def _(stage: Stage) -> None:
    token = stage.mint("J", {"iss": "hopx-agent", "sandbox_id": "sb4f21c09a7d3e", "iat": 1763880000, "exp": 1763883600})
    body = b'{"error": "unauthorized", "code": "token_expired", "message": "JWT token has expired"}'
    stage.edge.start(
        extra="server { listen 127.0.0.2:443 ssl; server_name *.vms.hopx.dev; ssl_certificate /srv/tls/edge.pem; ssl_certificate_key /srv/tls/edge.key; location / { proxy_pass http://127.0.0.1:8000; } }"
    )
    stage.api.answers.append(lambda _request: Response(401, (JSON,), body))
    stage.save(
        "terminal.txt",
        stage.terminal(f'curl -si -H "Authorization: Bearer {token}" https://7777-sb4f21c09a7d3e.vms.hopx.dev/health'),
    )


@RECIPES.case("curl-proxy-407", "curl http", "curl", "the proxy wants a password", problem("proxy-auth-required"))
def _(stage: Stage) -> None:
    def refuse(request: Request) -> Response:
        return Response(
            407,
            ((b"proxy-authenticate", b'Basic realm="corp"'), (b"content-type", b"text/html")),
            b"<html><title>407 Proxy Authentication Required</title></html>",
        )

    stage.held.append(listen(refuse, "127.0.0.6", 3128))
    stage.save(
        "terminal.txt",
        stage.terminal(f'curl -sSv -x http://proxy.corp.example:3128 -H "X-API-Key: {stage.issue("A")}" {URL}'),
    )
    stage.held[0].shutdown()
    stage.held[0].server_close()


@RECIPES.case(
    "curl-inspected", "curl http", "curl", "a company's product opens the connection", problem("tls-interception")
)
def _(stage: Stage) -> None:
    stage.edge.stop()
    stage.held.append(listen(stage.api.mock.respond, "127.0.0.2", 443, certificate("inspected", "corp")))
    stage.save("terminal.txt", stage.terminal(f'curl -v -H "X-API-Key: {stage.issue("A")}" {URL}'))
    stage.held[0].shutdown()
    stage.held[0].server_close()


@RECIPES.case(
    "curl-not-yet-valid",
    "curl http",
    "curl, libfaketime",
    "the clock is years behind",
    any_of(problem("clock-skew"), cannot_tell(["clock-skew", "tls-interception", "vendor-incident-or-client-defect"])),
)
def _(stage: Stage) -> None:
    stage.save(
        "terminal.txt",
        stage.terminal(f'curl -v -H "X-API-Key: {stage.issue("A")}" {URL}', env=another_time("2019-01-01 08:00:00")),
    )


@RECIPES.case(
    "curl-no-such-host", "curl http", "curl", "the name of the API is not found", problem("network-unreachable")
)
def _(stage: Stage) -> None:
    name_hosts({name: address for name, address in HOSTS.items() if name != "api.hopx.dev"})
    stage.save("terminal.txt", stage.terminal(f'curl -H "X-API-Key: {stage.issue("A")}" {URL}'))


@RECIPES.case("curl-times-out", "curl http", "curl", "packets get lost", problem("network-unreachable"))
def _(stage: Stage) -> None:
    stage.edge.stop()
    stage.held += black_hole("127.0.0.2", 443)
    stage.save("terminal.txt", stage.terminal(f'curl --connect-timeout 2 -sS -H "X-API-Key: {stage.issue("A")}" {URL}'))
    for one in stage.held:
        one.close()
