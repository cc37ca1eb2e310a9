"""HAR files: of clients behind mitmproxy, and of Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.programs import AIOHTTP, AXIOS, BEARER, HTTPX, JS_BEARER, REQUESTS
from tests.corpus.recipe import EQ1, EQ2, EQ5, Recipes, any_of, cannot_tell, healthy, nothing_to_see, problem
from tests.corpus.servers import listen
from tests.corpus.watching import THROUGH, browsed, watched
from tests.corpus.world import certificate

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.message import Request
    from tests.corpus.stage import Stage

RECIPES = Recipes("H")
URL = "https://api.hopx.dev/v1/sandboxes"
JSON = (b"content-type", b"application/json")
HTML = (b"content-type", b"text/html; charset=utf-8")


def seen(name: str, client: str, broken: str, expect: dict, altered: str = ""):
    """A case whose HAR mitmproxy writes while the function runs."""

    def register(act: Callable[[Stage], object]) -> None:
        RECIPES.case(name, "har", f"{client}, mitmproxy", broken, expect, altered=altered)(
            lambda stage: stage.save("capture.har", watched(stage, lambda: act(stage)))
        )

    return register


def python(
    name: str, program: str, client: str, broken: str, key: str, expect: dict, secret: object = "key", **differs: str
) -> None:
    """A Python program with this key, in which KEY is a new one."""
    seen(name, client, broken, expect)(
        lambda s: s.python(program, key.replace("KEY", s.mint("A", secret)), THROUGH, **differs)
    )


python(
    "har-quotes-and-console",
    REQUESTS,
    "requests",
    "the key stands in quotes, and goes to the console",
    '"KEY"',
    problem("key-wrapped-in-quotes", "wrong-base-url"),
    url="https://console.hopx.dev/v1/sandboxes",
)
python(
    "har-vendor-in-other-header",
    HTTPX,
    "httpx",
    "a key of another vendor, in another header",
    "KEY",
    problem("wrong-vendor-key", "wrong-header-name"),
    "openai",
    headers='{"Api-Key": os.environ["HOPX_API_KEY"]}',
)
python("har-quotes", REQUESTS, "requests", "the key stands in quotes", '"KEY"', problem("key-wrapped-in-quotes"))
python(
    "har-placeholder",
    HTTPX,
    "httpx",
    "the example was sent",
    "hopx_live_abc123...",
    problem("placeholder-key", also=["key-masked"]),
)
python(
    "har-vendor",
    AIOHTTP,
    "aiohttp",
    "a key of another vendor",
    "KEY",
    problem("wrong-vendor-key"),
    "openai",
    headers=BEARER,
)
python(
    "har-no-bearer",
    REQUESTS,
    "requests",
    "the word Bearer is missing",
    "KEY",
    problem("bearer-prefix-missing"),
    headers='{"Authorization": os.environ["HOPX_API_KEY"]}',
)
python(
    "har-bearer-doubled",
    HTTPX,
    "httpx",
    "the variable holds the word as well",
    "Bearer KEY",
    problem("bearer-prefix-doubled"),
    headers=BEARER,
)
python(
    "har-wrong-header",
    REQUESTS,
    "requests",
    "another header",
    "KEY",
    problem("wrong-header-name"),
    headers='{"X-Api-Token": os.environ["HOPX_API_KEY"]}',
)
python(
    "har-basic",
    REQUESTS,
    "requests",
    "the key is the password of Basic",
    "KEY",
    problem("wrong-header-name"),
    headers='{}, auth=("api", os.environ["HOPX_API_KEY"])',
)
python(
    "har-not-expanded",
    HTTPX,
    "httpx",
    "a variable that nobody filled in",
    "${HOPX_API_KEY}",
    problem("env-var-not-expanded"),
)
python(
    "har-none",
    REQUESTS,
    "requests",
    "Python made a word of nothing",
    "KEY",
    problem("literal-null-key", also=["env-var-unset"]),
    headers='{"Authorization": f"Bearer {os.environ.get(\'HOPX_KEY\')}"}',
)
python(
    "har-jwt",
    HTTPX,
    "httpx",
    "the token of the console",
    "KEY",
    problem("jwt-instead-of-key"),
    {"iss": "https://console.hopx.dev", "exp": 1763893600},
    headers=BEARER,
)
python(
    "har-prose",
    REQUESTS,
    "requests",
    "a sentence was pasted",
    "Your key is shown once, copy it now",
    problem("not-a-key"),
)
python(
    "har-query",
    REQUESTS,
    "requests",
    "the key is in the address",
    "KEY",
    problem("key-in-query-string", also=["wrong-header-name"]),
    headers='{}, params={"api_key": os.environ["HOPX_API_KEY"]}',
)
python(
    "har-wrong-host",
    AIOHTTP,
    "aiohttp",
    "the address of the console",
    "KEY",
    any_of(problem("wrong-base-url")),
    url="https://console.hopx.dev/v1/sandboxes",
)
python(
    "har-doubled-v1",
    HTTPX,
    "httpx",
    "the path has its version twice",
    "KEY",
    any_of(problem("wrong-base-url")),
    url="https://api.hopx.dev/v1/v1/sandboxes",
)
python("har-unknown-key", HTTPX, "httpx", "nobody has issued this key", "KEY", cannot_tell(EQ1))
python(
    "har-nbsp",
    HTTPX,
    "httpx",
    "a space that does not break",
    "KEY",
    problem("unicode-lookalike"),
    headers='{"X-API-Key": ("\\u00a0" + os.environ["HOPX_API_KEY"]).encode("latin-1")}',
)
python(
    "har-trailing-space",
    AIOHTTP,
    "aiohttp",
    "a space follows the key, which the proxy took away",
    "KEY ",
    cannot_tell(EQ1),
)
seen("har-truncated", "requests", "the end of the key is missing", problem("key-truncated"))(
    lambda s: s.python(REQUESTS, s.mint("A")[:48], THROUGH)
)
seen("har-last-character-missing", "axios", "the last character is missing", problem("key-truncated"))(
    lambda s: s.node(AXIOS, s.mint("A")[:-1], THROUGH)
)
seen("har-masked", "axios", "a masked key was sent", problem("key-masked"))(
    lambda s: s.node(AXIOS, s.mint("A")[:23] + "********", THROUGH)
)
seen("har-id-only", "httpx", "the id alone", problem("key-id-only", also=["key-truncated"]))(
    lambda s: s.python(HTTPX, s.mint("A")[:22], THROUGH)
)
seen(
    "har-undefined", "axios", "JavaScript made a word of nothing", problem("literal-null-key", also=["env-var-unset"])
)(lambda s: s.node(AXIOS, None, THROUGH, headers=JS_BEARER))
seen(
    "har-no-key",
    "requests",
    "no key at all",
    any_of(
        problem(
            "env-var-unset",
            also=["dotenv-not-loaded", "env-not-inherited", "env-not-passed-to-process", "env-var-misnamed"],
        ),
        cannot_tell(
            [
                "env-var-unset",
                "dotenv-not-loaded",
                "env-not-inherited",
                "env-not-passed-to-process",
                "env-var-misnamed",
                "wrong-header-name",
                "proxy-stripped-header",
            ],
            "env-var-unset",
        ),
    ),
)(lambda s: s.python(REQUESTS, None, THROUGH, headers='{"X-API-Key": os.environ.get("HOPX_API_KEY")}'))
seen("har-two-keys", "requests", "two keys in one request", problem("conflicting-credentials"))(
    lambda s: s.python(
        REQUESTS,
        s.issue("A"),
        THROUGH | {"OLD_KEY": s.mint("B")},
        headers='{"X-API-Key": os.environ["HOPX_API_KEY"], "Authorization": f"Bearer {os.environ[\'OLD_KEY\']}"}',
    )
)
seen("har-healthy", "requests, httpx", "nothing", healthy())(
    lambda s: (s.python(REQUESTS, s.issue("A"), THROUGH), s.python(HTTPX, s.secrets["A"], THROUGH, headers=BEARER))
)


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


SHOP = b"""<!DOCTYPE html><html><head><title>Dashboard</title><link rel="stylesheet" href="/assets/app.css"><script defer src="/assets/app.js"></script></head>
<body><h1>Sandboxes</h1><img src="/assets/logo.svg"><img src="/assets/none.png"><p>Your session never expires. Tokens: unlimited.</p></body></html>"""


def site(script: bytes) -> Callable[[Request], Response]:
    """A web application with this script."""
    assets = {"/": (SHOP, HTML), "/assets/app.css": (b"body { margin: 2em }", (b"content-type", b"text/css")), "/assets/app.js": (script, (b"content-type", b"text/javascript")),
              "/assets/logo.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", (b"content-type", b"image/svg+xml"))}  # fmt: skip

    def respond(request: Request) -> Response:
        body, kind = assets.get(request.path, (b"not found", (b"content-type", b"text/plain")))
        return Response(200 if request.path in assets else 404, (kind,), body)

    return respond


def in_browser(stage: Stage, script: str, act: Callable[[], bytes]) -> None:
    """The HAR of a page with this script."""
    server = listen(site(script.encode()), "127.0.0.4", 443, certificate("edge"))
    stage.save("browser.har", act())
    server.shutdown()
    server.server_close()


CALL = 'fetch("https://api.hopx.dev/v1/sandboxes", {{ headers: {{ "X-API-Key": "{}" }} }}).then(r => r.json()).then(console.log);'


@RECIPES.case(
    "har-cors-chromium",
    "har",
    "Chromium",
    "a page calls the API, whose answer to OPTIONS allows no header",
    any_of(problem("cors-preflight"), cannot_tell(["cors-preflight", "network-unreachable"], "cors-preflight")),
)
def _(stage: Stage) -> None:
    in_browser(stage, CALL.format(stage.issue("A")), lambda: browsed("https://app.example.com/"))


@RECIPES.case(
    "har-cors-mitmproxy",
    "har",
    "Chromium, mitmproxy",
    "a page calls the API, whose answer to OPTIONS allows no header",
    problem("cors-preflight"),
)
def _(stage: Stage) -> None:
    in_browser(
        stage,
        CALL.format(stage.issue("A")),
        lambda: watched(stage, lambda: browsed("https://app.example.com/", proxy={"server": "http://127.0.0.8:8080"})),
    )


@RECIPES.case(
    "har-browser-healthy",
    "har",
    "Chromium",
    "nothing: a page of the same host, with an image that is not there",
    any_of(healthy()),
)
def _(stage: Stage) -> None:
    key = stage.issue("A")
    page = site(f'fetch("/v1/sandboxes", {{ headers: {{ "X-API-Key": "{key}" }} }});'.encode())
    stage.api.answers.append(lambda request: None if request.path.startswith("/v1/") else page(request))
    stage.save("browser.har", browsed("https://api.hopx.dev/"))


@RECIPES.case(
    "har-browser-unrelated", "har", "Chromium", "nothing: the API is not in it", any_of(nothing_to_see(), healthy())
)
def _(stage: Stage) -> None:
    in_browser(
        stage,
        'fetch("/api/session", { headers: { Authorization: "Bearer session" } });',
        lambda: browsed("https://app.example.com/"),
    )


@RECIPES.case(
    "har-browser-401",
    "har",
    "Chromium",
    "a key that nobody has issued, in a page with other entries",
    any_of(cannot_tell(EQ1)),
)
def _(stage: Stage) -> None:
    page = site(f'fetch("/v1/sandboxes", {{ headers: {{ "X-API-Key": "{stage.mint("A")}" }} }});'.encode())
    stage.api.answers.append(lambda request: None if request.path.startswith("/v1/") else page(request))
    stage.save("browser.har", browsed("https://api.hopx.dev/"))


@RECIPES.case(
    "har-sanitized-401",
    "har",
    "requests, mitmproxy",
    "Authorization was taken out of the file, as Chromium's export does",
    any_of(nothing_to_see("env-var-unset")),
    altered="the header Authorization was removed from the request, as DevTools does when it exports a sanitized HAR; the creator's name was set to WebInspector",
)
def _(stage: Stage) -> None:
    import json

    har = json.loads(watched(stage, lambda: stage.python(REQUESTS, stage.mint("A"), THROUGH, headers=BEARER)))
    for entry in har["log"]["entries"]:
        entry["request"]["headers"] = [one for one in entry["request"]["headers"] if one["name"] != "Authorization"]
    har["log"]["creator"] = {"name": "WebInspector", "version": "537.36"}
    stage.save("capture.har", json.dumps(har, indent=2))
