"""What clients print of refusals."""

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
    REQUESTS,
)  # fmt: skip
from tests.corpus.recipe import (
    EQ1,
    EQ2,
    EQ4,
    EQ5,
    EQ7,
    any_of,
    cannot_tell,
    healthy,
    nothing_to_see,
    problem,
)
from tests.corpus.recipes.errors import ANY_401, HTML, JSON, said

if TYPE_CHECKING:
    from tests.corpus.stage import Stage


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
