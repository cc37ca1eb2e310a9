"""What clients print when it goes wrong: errors and tracebacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.programs import (
    AIOHTTP,
    AXIOS,
    BEARER,
    FETCH,
    FETCH_JSON,
    HOPX,
    HOPX_ASYNC,
    HOPX_CREATE,
    HOPX_NODE,
    HTTPX,
    JS_BEARER,
    REQUESTS,
    URLLIB3,
)  # fmt: skip
from tests.corpus.recipe import (
    EQ1,
    EQ2,
    EQ4,
    EQ5,
    EQ6,
    EQ7,
    Recipes,
    any_of,
    cannot_tell,
    healthy,
    nothing_to_see,
    problem,
)
from tests.corpus.servers import black_hole, listen
from tests.corpus.stage import another_time
from tests.corpus.world import HOSTS, certificate, name_hosts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.stage import Stage

RECIPES = Recipes("T")
JSON = (b"content-type", b"application/json")
HTML = (b"content-type", b"text/html; charset=utf-8")
UNSET = ["env-var-unset", "dotenv-not-loaded", "env-not-inherited", "env-not-passed-to-process", "env-var-misnamed"]
UNSENDABLE = [
    "key-trailing-newline",
    "key-surrounding-whitespace",
    "unicode-lookalike",
    "not-a-key",
    "dotenv-bom-or-utf16",
]


def said(name: str, client: str, broken: str, expect: dict, altered: str = ""):
    """A case whose file is what a client prints; the function returns it."""

    def register(act: Callable[[Stage], bytes]) -> None:
        RECIPES.case(name, "error", client, broken, expect, altered=altered)(
            lambda stage: stage.save("error.txt", act(stage))
        )

    return register


def unset() -> dict:
    """What follows from a client that says that there is no key."""
    return any_of(problem("env-var-unset", also=UNSET), cannot_tell(UNSET, "env-var-unset"))


said("hopx-python-no-key", "hopx-ai", "no key anywhere", unset())(lambda s: s.python(HOPX))
said("hopx-async-no-key", "hopx-ai", "no key anywhere", unset())(lambda s: s.python(HOPX_ASYNC))
said("requests-keyerror", "requests", "no key anywhere", unset())(lambda s: s.python(REQUESTS))
said("cli-no-key", "hopx-cli", "no key anywhere", unset())(lambda s: s.hopx("sandbox list"))

for _name, _program in (
    ("requests", REQUESTS),
    ("httpx", HTTPX),
    ("aiohttp", AIOHTTP),
    ("urllib3", URLLIB3),
    ("hopx-python", HOPX),
):
    _kinds = problem("key-trailing-newline")
    if _name == "aiohttp":
        _kinds = any_of(_kinds, cannot_tell(UNSENDABLE, "key-trailing-newline"))
    said(f"{_name}-newline", _name.replace("hopx-python", "hopx-ai"), "the key ends with a line break", _kinds)(
        lambda s, program=_program: s.python(program, s.mint("A") + "\n")
    )
said(
    "fetch-newline-inside",
    "node",
    "two lines were pasted",
    any_of(
        problem("key-trailing-newline", also=["not-a-key"]),
        problem("not-a-key", also=["key-trailing-newline"]),
        cannot_tell([*UNSENDABLE, "key-mistyped", "key-truncated"]),
    ),
)(lambda s: s.node(FETCH, s.mint("A") + "\nLOG=1"))
said(
    "axios-newline-inside",
    "axios",
    "two lines were pasted",
    any_of(
        problem("key-trailing-newline", also=["not-a-key"]),
        problem("not-a-key", also=["key-trailing-newline"]),
        cannot_tell([*UNSENDABLE, "key-mistyped", "key-truncated"]),
    ),
)(lambda s: s.node(AXIOS, s.mint("A") + "\nLOG=1"))
said(
    "go-newline",
    "Go net/http",
    "the key ends with a line break",
    any_of(problem("key-trailing-newline"), cannot_tell(UNSENDABLE, "key-trailing-newline")),
)(lambda s: s.go(s.mint("A") + "\n"))
said(
    "hopx-python-cr",
    "hopx-ai",
    "the key ends with a carriage return",
    problem("key-trailing-newline", also=["dotenv-bom-or-utf16"]),
)(lambda s: s.python(HOPX, s.mint("A") + "\r"))
said("hopx-python-space", "hopx-ai", "the key ends with a space", problem("key-surrounding-whitespace"))(
    lambda s: s.python(HOPX, s.mint("A") + " ")
)
said("requests-leading-space", "requests", "the key begins with a space", problem("key-surrounding-whitespace"))(
    lambda s: s.python(REQUESTS, " " + s.mint("A"))
)
said("httpx-trailing-tab", "httpx", "the key ends with a tab", problem("key-surrounding-whitespace"))(
    lambda s: s.python(HTTPX, s.mint("A") + "\t")
)
said("hopx-python-smart-quotes", "hopx-ai", "the key stands in curly quotes", problem("unicode-lookalike"))(
    lambda s: s.python(HOPX, f"\u201c{s.mint('A')}\u201d")
)
said("httpx-smart-quote-after-bearer", "httpx", "the key stands in curly quotes", problem("unicode-lookalike"))(
    lambda s: s.python(HTTPX, f"\u201c{s.mint('A')}\u201d", headers=BEARER)
)
said("requests-en-dash", "requests", "a hyphen became a dash", problem("unicode-lookalike"))(
    lambda s: s.python(REQUESTS, s.mint("A")[:40] + "\u2013" + s.secrets["A"][41:])
)
said("fetch-smart-quotes", "node", "the key stands in curly quotes", problem("unicode-lookalike"))(
    lambda s: s.node(FETCH, f"\u201c{s.mint('A')}\u201d")
)
said(
    "hopx-python-zero-width",
    "hopx-ai",
    "an invisible character was pasted along",
    problem("unicode-lookalike", also=["dotenv-bom-or-utf16"]),
)(lambda s: s.python(HOPX, s.mint("A") + "\u200b"))
said(
    "hopx-python-bom",
    "hopx-ai",
    "a byte order mark was read along",
    any_of(
        problem("unicode-lookalike", also=["dotenv-bom-or-utf16"]),
        problem("dotenv-bom-or-utf16", also=["unicode-lookalike"]),
    ),
)(lambda s: s.python(HOPX, "\ufeff" + s.mint("A")))
said(
    "axios-cyrillic",
    "axios",
    "a Cyrillic letter stands in the key",
    any_of(problem("unicode-lookalike", also=UNSENDABLE), cannot_tell(UNSENDABLE, "unicode-lookalike")),
)(lambda s: s.node(AXIOS, s.mint("A")[:40] + "\u0430" + s.secrets["A"][41:]))

ANY_401 = [*EQ1, *UNSET, "wrong-header-name", "proxy-stripped-header", "http-redirect-dropped-auth", "key-wrapped-in-quotes", "placeholder-key",
           "key-truncated", "key-masked", "wrong-vendor-key", "jwt-instead-of-key", "key-id-only", "not-a-key", "env-var-not-expanded", "literal-null-key",
           "test-key-on-live", "bearer-prefix-missing", "bearer-prefix-doubled", "conflicting-credentials", "env-shadowed-by-shell",
           "stored-credential-conflict", "wrong-base-url", "key-surrounding-whitespace", "unicode-lookalike", "key-in-query-string"]  # fmt: skip

# refusals of the API
for _name, _program, _kind in (
    ("hopx-python", HOPX, "hopx-ai"),
    ("requests", REQUESTS, "requests"),
    ("httpx", HTTPX, "httpx"),
    ("aiohttp", AIOHTTP, "aiohttp"),
):
    said(
        f"{_name}-plain-401",
        _kind,
        "a revoked key, and an answer that does not say so",
        cannot_tell(ANY_401, "revoked"),
    )(lambda s, program=_program: s.python(program, s.revoked("A")))
said(
    "hopx-node-no-key",
    "@hopx-ai/sdk",
    "no key anywhere; the SDK asks all the same",
    cannot_tell(ANY_401, "env-var-unset"),
)(lambda s: s.node(HOPX_NODE))
said("hopx-node-plain-401", "@hopx-ai/sdk", "an unknown key", cannot_tell(ANY_401, "key-mistyped"))(
    lambda s: s.node(HOPX_NODE, s.mint("A"))
)
said("cli-plain-401", "hopx-cli", "an unknown key", cannot_tell([*ANY_401, "network-unreachable"], "key-mistyped"))(
    lambda s: s.hopx("sandbox list", {"HOPX_API_KEY": s.mint("A")})
)


def answered(name: str, client: str, broken: str, program: str, answer: Response, expect: dict, **differs: str) -> None:
    """What a Python or Node program prints when the API answers this to a good key."""

    def act(stage: Stage) -> bytes:
        stage.api.answers.append(lambda _request: answer)
        run = stage.node if program in (FETCH, FETCH_JSON, AXIOS, HOPX_NODE) else stage.python
        return run(program, stage.issue("A"), **differs)

    said(name, client, broken, expect)(act)


def refusal(status: int, body: str, *headers: tuple[bytes, bytes]) -> Response:
    """An answer in JSON."""
    return Response(
        status, (JSON, (b"x-request-id", b"req_7b21f00d000000%02x" % (status % 256)), *headers), body.encode()
    )


LIMITED = refusal(403, '{"error": "Forbidden", "code": "PERMISSION_DENIED", "message": "Key has limited permissions"}')
answered(
    "hopx-python-nested-expired",
    "hopx-ai",
    "the key has expired, and the answer says so",
    HOPX,
    refusal(
        401,
        '{"error": {"code": "auth_key_expired", "message": "API key expired", "request_id": "req_7b21f00d00000001"}}',
    ),
    problem("expired"),
)
answered(
    "hopx-node-expired",
    "@hopx-ai/sdk",
    "the key has expired, and the answer says so",
    HOPX_NODE,
    refusal(401, '{"code": "auth_key_expired", "message": "API key expired"}'),
    problem("expired"),
)
answered(
    "hopx-python-nested-scope",
    "hopx-ai",
    "the key lacks the permission, and the answer says so",
    HOPX_CREATE,
    refusal(
        403,
        '{"error": {"code": "auth_insufficient_permissions", "message": "Insufficient permissions", "request_id": "req_7b21f00d00000002"}}',
    ),
    problem("scope-insufficient"),
)
answered(
    "hopx-python-limited-permissions",
    "hopx-ai",
    "the text of a missing permission has the word limit",
    HOPX_CREATE,
    LIMITED,
    any_of(problem("scope-insufficient"), cannot_tell(EQ2 + EQ7, "scope-insufficient"), never=("quota-or-billing",)),
)
answered(
    "hopx-python-waf-limit",
    "hopx-ai",
    "a page of a protection has the word limit",
    HOPX,
    Response(
        403,
        (HTML,),
        b"<!DOCTYPE html><html><head><title>Access denied</title></head><body><h1>You have been rate limited</h1><p>The owner of this website has banned you temporarily. Ray ID: 8f2a1c9bde034a11</p></body></html>",
    ),
    any_of(problem("waf-block-403-html"), never=("quota-or-billing", "rate-limited")),
)
answered(
    "hopx-python-plain-403",
    "hopx-ai",
    "the answer says nothing more",
    HOPX_CREATE,
    refusal(403, '{"error": "Forbidden"}'),
    cannot_tell([*EQ2, "waf-block-403-html"], "scope-insufficient"),
)
answered(
    "requests-plain-403",
    "requests",
    "the answer says nothing more",
    REQUESTS,
    refusal(403, '{"error": "Forbidden"}'),
    cannot_tell([*EQ2, "waf-block-403-html", "wrong-base-url"], "scope-insufficient"),
)
answered(
    "hopx-python-429",
    "hopx-ai",
    "too many requests",
    HOPX,
    refusal(429, '{"code": "auth_rate_limited", "message": "Rate limit exceeded"}', (b"retry-after", b"0")),
    problem("rate-limited"),
)
answered(
    "axios-429",
    "axios",
    "too many requests",
    AXIOS,
    refusal(429, '{"code": "auth_rate_limited", "message": "Rate limit exceeded"}', (b"retry-after", b"17")),
    any_of(problem("rate-limited")),
)
answered(
    "hopx-python-quota",
    "hopx-ai",
    "the plan is used up, and the answer says so",
    HOPX_CREATE,
    refusal(
        403,
        '{"error": {"code": "insufficient_quota", "message": "Sandbox limit of your plan reached, upgrade at console.hopx.dev/billing", "request_id": "req_7b21f00d00000003"}}',
    ),
    problem("quota-or-billing"),
)
answered(
    "requests-402",
    "requests",
    "an open bill",
    REQUESTS,
    refusal(402, '{"error": "Payment Required", "code": "insufficient_quota"}'),
    any_of(problem("quota-or-billing")),
)
answered(
    "hopx-python-404",
    "hopx-ai",
    "a sandbox that does not exist",
    "from hopx_ai import Sandbox\n\nprint(Sandbox.connect('sb_0011223344556677aa').get_info())\n",
    refusal(404, '{"error": "Not Found"}'),
    cannot_tell([*EQ5, "cross-org-resource", "test-key-on-live"], "resource-absent"),
)
answered(
    "httpx-404",
    "httpx",
    "the path lacks its version",
    HTTPX,
    refusal(404, '{"error": "Not Found"}'),
    any_of(problem("wrong-base-url"), cannot_tell(EQ5, "wrong-base-url")),
    url="https://api.hopx.dev/sandboxes",
)
answered(
    "hopx-python-redirect",
    "hopx-ai",
    "the API redirects, and the SDK takes that for JSON",
    HOPX,
    Response(301, ((b"location", b"https://eu.hopx.dev/v1/sandboxes"),), b""),
    cannot_tell(EQ4, *EQ4),
)
answered(
    "hopx-python-portal",
    "hopx-ai",
    "a login page of the network answers",
    HOPX,
    Response(200, (HTML,), b"<html><title>Sign in to Wi-Fi</title></html>"),
    cannot_tell(EQ4, *EQ4),
)
answered(
    "hopx-async-redirect",
    "hopx-ai",
    "the API redirects, and the SDK takes that for JSON",
    HOPX_ASYNC,
    Response(307, ((b"location", b"https://api.hopx.dev/v1/sandboxes/"),), b""),
    cannot_tell(EQ4, *EQ4),
)
answered(
    "fetch-unexpected-token",
    "node",
    "a login page of the network answers",
    FETCH_JSON,
    Response(200, (HTML,), b"<!DOCTYPE html><html><title>Sign in to Wi-Fi</title></html>"),
    any_of(
        cannot_tell(
            ["captive-portal-or-login-html", "wrong-base-url", "waf-block-403-html", "http-redirect-dropped-auth"],
            "captive-portal-or-login-html",
        ),
        problem("captive-portal-or-login-html"),
        never=("captive-portal-or-login-html",),
    ),
)
answered(
    "axios-401",
    "axios",
    "an answer that says nothing more; axios prints the request as well",
    AXIOS,
    refusal(401, '{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'),
    cannot_tell(EQ1),
)
answered(
    "axios-403-html",
    "axios",
    "a protection answers",
    AXIOS,
    Response(
        403,
        (HTML, (b"cf-mitigated", b"challenge"), (b"server", b"cloudflare")),
        b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies to continue</body></html>",
    ),
    problem("waf-block-403-html"),
)
answered(
    "hopx-python-healthy",
    "hopx-ai",
    "nothing: the list is empty",
    HOPX + 'print("done, no error; key expired? no; 401s seen: 0")\n',
    refusal(200, '{"sandboxes": [], "data": []}'),
    any_of(healthy(), nothing_to_see()),
)


@said(
    "hopx-python-token-expired", "hopx-ai", "the token of the sandbox has expired", any_of(problem("agent-jwt-expired"))
)
def _(stage: Stage) -> bytes:
    body = '{"error": "unauthorized", "code": "token_expired", "message": "JWT token has expired"}'
    url = "https://7777-sb4f21c09a7d3e.vms.hopx.dev/commands/run"
    stage.edge.start(
        extra="server { listen 127.0.0.2:443 ssl; server_name *.vms.hopx.dev; ssl_certificate /srv/tls/edge.pem; ssl_certificate_key /srv/tls/edge.key; location / { proxy_pass http://127.0.0.1:8000; } }"
    )
    stage.api.answers.append(lambda _request: Response(401, (JSON,), body.encode()))
    program = REQUESTS.replace(
        "response.raise_for_status()\n",
        'if response.status_code != 200:\n    raise SystemExit(f"{response.status_code} from {response.url}: {response.text}")\n',
    )
    return stage.python(program, stage.mint("J", {"iss": "hopx-agent", "exp": 1763883600}), url=url, headers=BEARER)


# no answer at all
def without_api(stage: Stage) -> None:
    """Nobody listens where the API is."""
    stage.edge.stop()


def without_name(stage: Stage) -> None:
    """The name of the API is not known."""
    name_hosts({name: address for name, address in HOSTS.items() if name != "api.hopx.dev"})


def in_black_hole(stage: Stage) -> None:
    """Packets to the API get lost."""
    stage.edge.stop()
    stage.held += black_hole("127.0.0.2", 443)


def unreachable(name: str, client: str, program: str, how: Callable[[Stage], None], expect: dict) -> None:
    """What a client prints when there is no answer."""

    def act(stage: Stage) -> bytes:
        how(stage)
        run = stage.node if program in (FETCH, AXIOS, HOPX_NODE) else stage.python
        printed = run(program, stage.issue("A"))
        for one in stage.held:
            one.close()
        return printed

    said(name, client, (how.__doc__ or "").rstrip("."), expect)(act)


NET = any_of(problem("network-unreachable"), problem("network-unreachable", also=["sdk-ignores-proxy-env"]))
OPEN_NET = any_of(cannot_tell(EQ6, *EQ6), problem("network-unreachable", also=["sdk-ignores-proxy-env"]))
unreachable("hopx-python-refused", "hopx-ai", HOPX, without_api, OPEN_NET)
unreachable("hopx-async-no-name", "hopx-ai", HOPX_ASYNC, without_name, OPEN_NET)
unreachable("requests-refused", "requests", REQUESTS, without_api, NET)
unreachable("requests-no-name", "requests", REQUESTS, without_name, NET)
unreachable("httpx-timeout", "httpx", HTTPX, in_black_hole, NET)
unreachable("fetch-refused", "node", FETCH, without_api, NET)
unreachable("axios-no-name", "axios", AXIOS, without_name, NET)


@said("go-no-name", "Go net/http", "the name of the API is not known", NET)
def _(stage: Stage) -> bytes:
    without_name(stage)
    return stage.go(stage.issue("A"))


def inspected(name: str, client: str, program: str) -> None:
    """What a client prints when a company's product opens the connection."""

    def act(stage: Stage) -> bytes:
        stage.edge.stop()
        server = listen(stage.api.mock.respond, "127.0.0.2", 443, certificate("inspected", "corp"))
        run = stage.node if program in (FETCH, AXIOS, HOPX_NODE) else stage.python
        printed = run(program, stage.issue("A"))
        server.shutdown()
        server.server_close()
        return printed

    said(name, client, "a company's product opens the connection", problem("tls-interception"))(act)


inspected("requests-inspected", "requests", REQUESTS)
inspected("hopx-python-inspected", "hopx-ai", HOPX)
inspected("aiohttp-inspected", "aiohttp", AIOHTTP)
inspected("fetch-inspected", "node", FETCH)


@said("go-inspected", "Go net/http", "a company's product opens the connection", any_of(problem("tls-interception")))
def _(stage: Stage) -> bytes:
    stage.edge.stop()
    server = listen(stage.api.mock.respond, "127.0.0.2", 443, certificate("inspected", "corp"))
    printed = stage.go(stage.issue("A"))
    server.shutdown()
    server.server_close()
    return printed


@said(
    "requests-clock-behind",
    "requests",
    "the clock is years behind",
    any_of(
        problem("clock-skew"),
        cannot_tell(["clock-skew", "tls-interception", "vendor-incident-or-client-defect"], "clock-skew"),
    ),
)
def _(stage: Stage) -> bytes:
    return stage.python(REQUESTS, stage.issue("A"), another_time("2019-01-01 08:00:00"))


@said("requests-proxy-407", "requests", "the proxy wants a password", problem("proxy-auth-required"))
def _(stage: Stage) -> bytes:
    refused = Response(
        407,
        ((b"proxy-authenticate", b'Basic realm="corp"'), HTML),
        b"<html><title>407 Proxy Authentication Required</title></html>",
    )
    server = listen(lambda _request: refused, "127.0.0.6", 3128)
    printed = stage.python(REQUESTS, stage.issue("A"), {"HTTPS_PROXY": "http://proxy.corp.example:3128"})
    server.shutdown()
    server.server_close()
    return printed


@said(
    "hopx-python-url-as-key",
    "hopx-ai",
    "an address and a line break stand where the key belongs",
    problem("not-a-key", also=["key-trailing-newline"]),
)
def _(stage: Stage) -> bytes:
    return stage.python(HOPX, "Copy it from https://console.hopx.dev/settings/api-keys now\n")


@said("fetch-bearer-401", "node", "a key that nobody has issued", cannot_tell(ANY_401, "key-mistyped"))
def _(stage: Stage) -> bytes:
    return stage.node(FETCH, stage.mint("A"), headers=JS_BEARER)
