"""curl: command lines as people paste them, and what `-v` and `-i` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.recipe import EQ1, EQ2, EQ5, Recipes, any_of, cannot_tell, healthy, nothing_to_see, problem, suggests
from tests.corpus.servers import black_hole, listen
from tests.corpus.stage import another_time, with_key
from tests.corpus.world import HOSTS, certificate, name_hosts

if TYPE_CHECKING:
    from conformance.mock.message import Request
    from tests.corpus.stage import Stage

RECIPES = Recipes("C")
URL = "https://api.hopx.dev/v1/sandboxes"
JSON = (b"content-type", b"application/json")


def curl(
    name: str, broken: str, command: str, expect: dict, secret: object = "key", altered: str = "", **env: str
) -> None:
    """A terminal with one command, in which KEY is the text of the key; it is one that nobody has issued."""

    def act(stage: Stage) -> None:
        key = stage.mint("A", secret)
        stage.save("terminal.txt", stage.terminal(with_key(command, key).replace("CUT", key[:50]), env=env))

    RECIPES.case(name, "curl http", "curl", broken, expect, altered=altered)(act)


def line(name: str, broken: str, command: str, expect: dict, secret: object = "key") -> None:
    """The command alone, which was run all the same."""

    def act(stage: Stage) -> None:
        made = with_key(command, stage.mint("A", secret))
        stage.run(made)
        stage.save("command.txt", made + "\n")

    RECIPES.case(name, "curl", "curl", broken, expect)(act)


curl(
    "curl-quotes-in-header",
    "quotes within the header",
    f"""curl -sv -H 'X-API-Key: "KEY"' {URL}""",
    problem("key-wrapped-in-quotes"),
)
line(
    "curl-line-quotes",
    "quotes within the header",
    f"""curl -H 'Authorization: Bearer "KEY"' {URL}""",
    problem("key-wrapped-in-quotes"),
)
curl(
    "curl-placeholder",
    "the page's example was run as it is",
    f'curl -si -H "X-API-Key: hopx_live_YOUR_KEY_HERE" {URL}',
    problem("placeholder-key"),
)
line(
    "curl-line-angle-brackets",
    "the page's example was run as it is",
    f"curl {URL} -H 'X-API-Key: <your-api-key>'",
    problem("placeholder-key"),
)
curl(
    "curl-inner-space",
    "a space before the end of the quotes",
    f'curl -sv -H "Authorization: Bearer  KEY " {URL}',
    any_of(problem("key-surrounding-whitespace"), cannot_tell(EQ1)),
)
curl(
    "curl-vendor",
    "a token of GitHub was sent",
    f'curl -si -H "Authorization: Bearer KEY" {URL}',
    problem("wrong-vendor-key"),
    "github",
)
curl("curl-truncated", "the end of the key is missing", f'curl -si -H "X-API-Key: CUT" {URL}', problem("key-truncated"))
curl(
    "curl-masked",
    "a masked key was sent",
    f'curl -sv -H "X-API-Key: hopx_live_Qm3ZtR81bYxW.****" {URL}',
    problem("key-masked"),
)
curl(
    "curl-no-bearer",
    "the word Bearer is missing",
    f'curl -sv -H "Authorization: KEY" {URL}',
    problem("bearer-prefix-missing"),
)
line(
    "curl-line-no-bearer",
    "the word Bearer is missing",
    f'curl -X POST {URL} -H "Authorization: KEY" -H "Content-Type: application/json" -d \'{{"template_id": "52"}}\'',
    problem("bearer-prefix-missing"),
)
curl(
    "curl-bearer-no-space",
    "the space after Bearer is missing",
    f'curl -sv -H "Authorization: BearerKEY" {URL}',
    problem("bearer-prefix-missing"),
)
curl(
    "curl-bearer-doubled",
    "the variable holds the word as well",
    f'curl -sv -H "Authorization: Bearer Bearer KEY" {URL}',
    problem("bearer-prefix-doubled"),
)
curl(
    "curl-bearer-in-x-api-key",
    "the word stands in the other header",
    f'curl -sv -H "X-API-Key: Bearer KEY" {URL}',
    problem("bearer-prefix-doubled"),
)
curl("curl-api-key-header", "another header", f'curl -sv -H "Api-Key: KEY" {URL}', problem("wrong-header-name"))
curl("curl-token-header", "another header", f'curl -si -H "X-Auth-Token: KEY" {URL}', problem("wrong-header-name"))
line("curl-line-apikey", "another header", f"curl -s {URL} -H 'apikey: KEY' | jq .", problem("wrong-header-name"))
curl("curl-basic", "the key is the user of Basic", f"curl -sv -u KEY: {URL}", problem("wrong-header-name"))
curl(
    "curl-no-v1",
    "the path lacks its version",
    'curl -si -H "X-API-Key: KEY" https://api.hopx.dev/sandboxes',
    any_of(problem("wrong-base-url"), never=tuple(EQ1)),
)
line(
    "curl-line-console",
    "the address of the console",
    'curl -s -H "X-API-Key: KEY" https://console.hopx.dev/api/sandboxes',
    problem("wrong-base-url"),
)
curl(
    "curl-not-expanded",
    "single quotes keep the variable",
    f"curl -sv -H 'X-API-Key: $HOPX_API_KEY' {URL}",
    problem("env-var-not-expanded"),
)
curl(
    "curl-not-expanded-bearer",
    "the variable is written as for cmd",
    f'curl -sv -H "Authorization: Bearer %HOPX_API_KEY%" {URL}',
    problem("env-var-not-expanded"),
)
curl(
    "curl-unset-bearer",
    "the variable is unset",
    f'curl -sv -H "Authorization: Bearer $HOPX_API_KEY" {URL}',
    any_of(
        problem("env-var-unset", also=["literal-null-key", "dotenv-not-loaded"]),
        problem("literal-null-key", also=["env-var-unset"]),
        cannot_tell(
            [
                "env-var-unset",
                "literal-null-key",
                "dotenv-not-loaded",
                "env-not-inherited",
                "env-not-passed-to-process",
                "env-var-misnamed",
            ]
        ),
    ),
)
curl(
    "curl-unset-x-api-key",
    "the variable is unset, and curl leaves the header out",
    f'curl -sv -H "X-API-Key: $HOPX_API_KEY" {URL}',
    any_of(
        problem("env-var-unset", also=["literal-null-key", "dotenv-not-loaded"]),
        cannot_tell(
            [
                "env-var-unset",
                "dotenv-not-loaded",
                "env-not-inherited",
                "env-not-passed-to-process",
                "env-var-misnamed",
                "literal-null-key",
            ],
            "env-var-unset",
        ),
    ),
)
curl(
    "curl-null",
    "a script made a word of nothing",
    f'curl -sv -H "Authorization: Bearer null" {URL}',
    problem("literal-null-key", also=["env-var-unset"]),
)
curl(
    "curl-jwt",
    "the token of the console",
    f'curl -si -H "Authorization: Bearer KEY" {URL}',
    problem("jwt-instead-of-key"),
    {"iss": "https://console.hopx.dev", "iat": 1763890000, "exp": 1763893600},
)
curl(
    "curl-id-only",
    "the id alone",
    f'curl -sv -H "X-API-Key: hopx_live_Qm3ZtR81bYxW" {URL}',
    problem("key-id-only", also=["key-truncated"]),
)
curl(
    "curl-prose",
    "a sentence was pasted",
    f'curl -sv -H "X-API-Key: Copy your key now, it is shown once" {URL}',
    problem("not-a-key"),
)
curl(
    "curl-query",
    "the key is in the address",
    f'curl -sv "{URL}?api_key=KEY"',
    problem("key-in-query-string", also=["wrong-header-name"]),
)
line(
    "curl-line-query",
    "the key is in the address",
    f'curl "{URL}?apiKey=KEY&limit=5"',
    problem("key-in-query-string", also=["wrong-header-name"]),
)
curl(
    "curl-curly-quotes",
    "pasted from a page with curly quotes",
    f'curl -sv -H "X-API-Key: \u201cKEY\u201d" {URL}',
    problem("unicode-lookalike"),
)
curl(
    "curl-nbsp",
    "pasted with a space that does not break",
    f'curl -sv -H "X-API-Key: \u00a0KEY" {URL}',
    problem("unicode-lookalike"),
)
curl("curl-unknown-key-401", "nobody has issued this key", f'curl -si -H "X-API-Key: KEY" {URL}', cannot_tell(EQ1))
curl(
    "curl-refused-port",
    "nobody listens",
    'curl -sS -v -H "X-API-Key: KEY" --connect-timeout 3 https://api.example.com/v1/sandboxes',
    any_of(
        problem("network-unreachable", also=["wrong-base-url"]), problem("wrong-base-url", also=["network-unreachable"])
    ),
)

# several causes at once
curl(
    "curl-placeholder-and-host",
    "the example, sent to an address without its version",
    'curl -sv -H "X-API-Key: hopx_live_YOUR_KEY_HERE" https://api.hopx.dev/sandboxes',
    problem("placeholder-key", "wrong-base-url"),
)
curl(
    "curl-truncated-and-no-bearer",
    "the end of the key and the word Bearer are missing",
    f'curl -sv -H "Authorization: CUT" {URL}',
    problem("key-truncated", "bearer-prefix-missing"),
)
curl(
    "curl-vendor-and-header",
    "a token of GitHub in another header",
    f'curl -si -H "X-Auth-Token: KEY" {URL}',
    problem("wrong-vendor-key", "wrong-header-name"),
    "github",
)
curl(
    "curl-masked-and-doubled",
    "a masked key, and the word twice",
    f'curl -sv -H "Authorization: Bearer Bearer hopx_live_Qm3ZtR81bYxW.****************" {URL}',
    problem("key-masked", "bearer-prefix-doubled"),
)
curl(
    "curl-quotes-over-http",
    "quotes around the key, and an address with http",
    """curl -sv -H 'X-API-Key: "KEY"' http://api.hopx.dev/v1/sandboxes""",
    problem("key-wrapped-in-quotes", "http-redirect-dropped-auth"),
)
curl(
    "curl-curly-and-no-bearer",
    "curly quotes, and no Bearer",
    f'curl -sv -H "Authorization: \u201cKEY\u201d" {URL}',
    problem("unicode-lookalike", "bearer-prefix-missing"),
)
curl(
    "curl-query-truncated",
    "a cut key in the address",
    f'curl -sv "{URL}?api_key=CUT"',
    problem("key-in-query-string", "key-truncated", also=["wrong-header-name"]),
)
curl(
    "curl-id-and-header",
    "the id alone, in another header",
    f'curl -sv -H "Api-Key: hopx_live_Qm3ZtR81bYxW" {URL}',
    problem("key-id-only", "wrong-header-name", also=["key-truncated"]),
)
curl(
    "curl-not-expanded-and-host",
    "single quotes keep the variable, and the path lacks its version",
    "curl -sv -H 'X-API-Key: $HOPX_API_KEY' https://api.hopx.dev/sandboxes",
    problem("env-var-not-expanded", "wrong-base-url"),
)


@RECIPES.case(
    "curl-mistyped-end", "curl http", "curl", "the last character is one that no key has", suggests("key-mistyped", EQ1)
)
def _(stage: Stage) -> None:
    stage.save("terminal.txt", stage.terminal(f'curl -si -H "X-API-Key: {stage.mint("A")[:-1]}b" {URL}'))


@RECIPES.case("curl-two-keys", "curl http", "curl", "two keys in one request", problem("conflicting-credentials"))
def _(stage: Stage) -> None:
    stage.save(
        "terminal.txt",
        stage.terminal(
            f'curl -sv -H "X-API-Key: {stage.issue("A")}" -H "Authorization: Bearer {stage.mint("B")}" {URL}'
        ),
    )


def working(name: str, broken: str, command: str, expect: dict, scope: str = "full"):
    """A terminal with a key that the API knows; `more` of the stage comes first."""

    def act(stage: Stage) -> None:
        stage.save("terminal.txt", stage.terminal(with_key(command, stage.issue("A", scope))))

    RECIPES.case(name, "curl http", "curl", broken, expect)(act)


working("curl-healthy", "nothing", f'curl -sv -H "X-API-Key: KEY" {URL}', healthy())
working("curl-healthy-bearer", "nothing", f'curl -si -H "Authorization: Bearer KEY" {URL}', healthy())
working(
    "curl-redirect-not-followed",
    "http leads to https",
    'curl -sv -H "X-API-Key: KEY" http://api.hopx.dev/v1/sandboxes',
    problem("http-redirect-dropped-auth"),
)
working(
    "curl-read-only-creates",
    "a key that may only read creates",
    f"curl -si -X POST -H 'X-API-Key: KEY' -H 'Content-Type: application/json' -d '{{\"template_id\": \"52\"}}' {URL}",
    any_of(cannot_tell(EQ2, "scope-insufficient"), problem("scope-insufficient"), never=("scope-insufficient",)),
    "read_only",
)
working(
    "curl-unknown-sandbox",
    "there is no such sandbox",
    f'curl -si -H "X-API-Key: KEY" {URL}/sb_0011223344556677aa',
    cannot_tell([*EQ5, "cross-org-resource"], "resource-absent"),
)


@RECIPES.case(
    "curl-redirect-to-other-host",
    "curl http",
    "curl",
    "a redirect leads to another host, and curl drops Authorization",
    problem("http-redirect-dropped-auth"),
)
def _(stage: Stage) -> None:
    stage.edge.start(server="location /v1/ { return 307 https://eu.hopx.dev$request_uri; }")
    stage.held.append(listen(stage.api.mock.respond, "127.0.0.5", 443, certificate("edge")))
    stage.save("terminal.txt", stage.terminal(f'curl -svL -H "Authorization: Bearer {stage.issue("A")}" {URL}'))
    stage.held[0].shutdown()
    stage.held[0].server_close()


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
    "curl",
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
