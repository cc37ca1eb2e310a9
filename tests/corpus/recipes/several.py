"""Several files of one failure, read together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.programs import BEARER, HOPX, HTTPX, REQUESTS
from tests.corpus.recipe import EQ1, EQ2, Recipes, any_of, cannot_tell, healthy, nothing_to_see, problem
from tests.corpus.servers import LOGS, listen
from tests.corpus.watching import THROUGH, watched
from tests.corpus.world import HOSTS, certificate, name_hosts

if TYPE_CHECKING:
    from tests.corpus.stage import Stage

RECIPES = Recipes("mixed")
URL = "https://api.hopx.dev/v1/sandboxes"
JSON = (b"content-type", b"application/json")
FINE = any_of(healthy(), nothing_to_see())
UNSET = ["env-var-unset", "dotenv-not-loaded", "env-not-inherited", "env-not-passed-to-process", "env-var-misnamed"]


def several(name: str, kinds: str, client: str, broken: str, expect: dict, altered: str = ""):
    """A case of several files."""
    return RECIPES.case(name, kinds, client, broken, expect, altered=altered)


@several(
    "sent-and-not-received",
    "http log",
    "curl, nginx",
    "a company's gateway takes X-API-Key away",
    problem("proxy-stripped-header"),
)
def _(stage: Stage) -> None:
    _before_origin(stage, "proxy_set_header X-API-Key '';")
    stage.save("curl.txt", stage.terminal(f'curl -sv -H "X-API-Key: {stage.issue("A")}" {URL}'))
    stage.save("origin-access.log", (LOGS / "origin.log").read_bytes())


def _before_origin(stage: Stage, takes_away: str) -> None:
    """A gateway in front of the one that writes the log."""
    stage.edge.start(
        server=f"location /v1/ {{ {takes_away} proxy_set_header Host $host; proxy_pass http://127.0.0.9:8090; }}",
        extra="server { listen 127.0.0.9:8090; access_log /srv/log/origin.log json; location / { proxy_pass http://127.0.0.1:8000; proxy_set_header Host $host; } }",
    )


@several(
    "authorization-stripped",
    "har log",
    "httpx, mitmproxy, nginx",
    "a gateway takes Authorization away",
    problem("proxy-stripped-header"),
)
def _(stage: Stage) -> None:
    _before_origin(stage, "proxy_set_header Authorization '';")
    stage.save("capture.har", watched(stage, lambda: stage.python(HTTPX, stage.issue("A"), THROUGH, headers=BEARER)))
    stage.save("origin-access.log", (LOGS / "origin.log").read_bytes())


@several(
    "underscore-dropped",
    "http log",
    "curl, nginx",
    "the header's name has underscores, which nginx drops",
    any_of(
        problem("wrong-header-name", also=["proxy-stripped-header"]),
        problem("proxy-stripped-header", also=["wrong-header-name"]),
    ),
)
def _(stage: Stage) -> None:
    stage.save("curl.txt", stage.terminal(f'curl -sv -H "X_API_KEY: {stage.issue("A")}" {URL}'))
    stage.save("access.log", (LOGS / "json.log").read_bytes())


@several(
    "received-as-sent", "http log", "curl, nginx", "nothing is lost: a key that nobody has issued", cannot_tell(EQ1)
)
def _(stage: Stage) -> None:
    stage.save("curl.txt", stage.terminal(f'curl -sv -H "X-API-Key: {stage.mint("A")}" {URL}'))
    stage.save("access.log", (LOGS / "json.log").read_bytes())


@several(
    "dotenv-and-no-key",
    "env error",
    "hopx-ai",
    "a .env with the key, which nobody reads",
    problem("dotenv-not-loaded", also=["env-var-unset"]),
)
def _(stage: Stage) -> None:
    stage.write(".env", f"LOG_LEVEL=info\nHOPX_API_KEY={stage.mint('A')}\n")
    stage.save("dot.env", stage.read(".env"))
    stage.save("error.txt", stage.python(HOPX))


@several(
    "misnamed-and-no-key",
    "env error",
    "hopx-ai",
    "the variable has another name",
    problem("env-var-misnamed", also=["env-var-unset"]),
)
def _(stage: Stage) -> None:
    env = {"HOPX_APIKEY": stage.mint("A")}
    stage.save("env.txt", stage.run("env", env))
    stage.save("error.txt", stage.python(HOPX, env=env))


@several(
    "newline-in-environment-and-error",
    "env error",
    "requests",
    "the variable ends with a line break",
    problem("key-trailing-newline"),
)
def _(stage: Stage) -> None:
    env = {"HOPX_API_KEY": stage.mint("A") + "\n"}
    stage.save("env.txt", stage.run("export -p", env))
    stage.save("error.txt", stage.python(REQUESTS, env=env))


@several(
    "crlf-file-and-error",
    "env error",
    "httpx",
    "a file with Windows line ends, read by `source`",
    any_of(
        problem("key-trailing-newline", also=["dotenv-bom-or-utf16"]),
        problem("key-trailing-newline", "dotenv-bom-or-utf16"),
    ),
)
def _(stage: Stage) -> None:
    stage.write(".env", f"HOPX_API_KEY={stage.mint('A')}\r\n")
    stage.save("dot.env", stage.read(".env"))
    stage.write("main.py", HTTPX.replace("URL", URL).replace("HEADERS", BEARER).replace("METHOD", "get"))
    stage.save("error.txt", stage.run("set -a; . ./.env; set +a; python main.py"))


@several(
    "dotenv-and-another-key-sent",
    "env curl",
    "curl",
    "an older key in the shell hides the one in the file",
    any_of(problem("env-shadowed-by-shell"), cannot_tell(["env-shadowed-by-shell", *EQ1], "env-shadowed-by-shell")),
)
def _(stage: Stage) -> None:
    stage.write(".env", f"HOPX_API_KEY={stage.issue('A')}\n")
    stage.save("dot.env", stage.read(".env"))
    stage.save("curl.txt", stage.terminal(f'curl -si -H "X-API-Key: {stage.revoked("B")}" {URL}'))


@several(
    "proxy-and-sdk",
    "env http error",
    "curl, hopx-ai",
    "requests go out through a proxy only, which the SDK does not use",
    problem("sdk-ignores-proxy-env", also=["network-unreachable"]),
)
def _(stage: Stage) -> None:
    key = stage.issue("A")
    env = {
        "HTTPS_PROXY": "http://proxy.corp.example:3128",
        "https_proxy": "http://proxy.corp.example:3128",
        "HOPX_API_KEY": key,
    }
    stage.save("env.txt", stage.run("env", env))

    def both() -> None:
        own = THROUGH | {
            "HOPX_API_KEY": key,
            "HTTPS_PROXY": "http://proxy.corp.example:8080",
            "https_proxy": "http://proxy.corp.example:8080",
        }
        stage.save("curl.txt", stage.terminal(f'curl -sv -H "X-API-Key: $HOPX_API_KEY" {URL}', env=own))

    name_hosts(HOSTS | {"proxy.corp.example": "127.0.0.8"})
    watched(stage, both)
    stage.edge.stop()
    stage.save("error.txt", stage.python(HOPX, env=env))


@several(
    "error-and-log-by-request-id",
    "error log",
    "hopx-ai, nginx",
    "a variable that nobody filled in; only the log shows it",
    problem("env-var-not-expanded"),
)
def _(stage: Stage) -> None:
    stage.save("error.txt", stage.python(HOPX, "${HOPX_PROD_KEY}"))
    stage.save("access.log", (LOGS / "json.log").read_bytes())


@several(
    "error-and-log-quotes",
    "error log",
    "requests, nginx",
    "quotes around the key; only the log shows it",
    problem("key-wrapped-in-quotes"),
)
def _(stage: Stage) -> None:
    stage.save("error.txt", stage.python(REQUESTS, f'"{stage.mint("A")}"'))
    stage.save("access.log", (LOGS / "json.log").read_bytes())


@several(
    "environment-and-plain-401",
    "env error",
    "hopx-ai",
    "a revoked key; nothing shows it",
    cannot_tell([*EQ1, "env-shadowed-by-shell", "stored-credential-conflict", "conflicting-credentials"], "revoked"),
)
def _(stage: Stage) -> None:
    env = {"HOPX_API_KEY": stage.revoked("A")}
    stage.save("env.txt", stage.run("env", env))
    stage.save("error.txt", stage.python(HOPX, env=env))


@several("environment-and-success", "env http", "curl", "nothing", healthy())
def _(stage: Stage) -> None:
    env = {"HOPX_API_KEY": stage.issue("A")}
    stage.save("env.txt", stage.run("env", env))
    stage.save("curl.txt", stage.terminal(f'curl -sv -H "X-API-Key: $HOPX_API_KEY" {URL}', env=env))


@several(
    "two-hars-one-blocked",
    "har har",
    "requests, mitmproxy",
    "the same key works from one place, and a protection blocks the other",
    problem("waf-block-403-html"),
)
def _(stage: Stage) -> None:
    key = stage.issue("A")
    stage.save("laptop.har", watched(stage, lambda: stage.python(REQUESTS, key, THROUGH)))
    page = Response(
        403,
        (
            (b"content-type", b"text/html; charset=UTF-8"),
            (b"cf-mitigated", b"challenge"),
            (b"cf-ray", b"8f2a1c9bde034a11-FRA"),
        ),
        b"<html><title>Just a moment...</title></html>",
    )
    stage.api.answers.append(lambda _request: page)
    stage.save("server.har", watched(stage, lambda: stage.python(REQUESTS, key, THROUGH)))


@several(
    "two-hars-read-and-create",
    "har har",
    "requests, mitmproxy",
    "the same key reads and may not create",
    problem("scope-insufficient"),
)
def _(stage: Stage) -> None:
    key = stage.issue("A", "read_only")
    stage.save("list.har", watched(stage, lambda: stage.python(REQUESTS, key, THROUGH)))
    body = '{"X-API-Key": os.environ["HOPX_API_KEY"]}, json={"template_id": "52"}'
    stage.save("create.har", watched(stage, lambda: stage.python(REQUESTS, key, THROUGH, method="post", headers=body)))


@several(
    "two-hars-one-refused",
    "har har",
    "requests, mitmproxy",
    "the same request with the same key is refused from another network",
    any_of(
        problem("ip-not-allowed", also=["quota-or-billing"]),
        cannot_tell(EQ2, "ip-not-allowed"),
        never=("ip-not-allowed", "scope-insufficient"),
    ),
)
def _(stage: Stage) -> None:
    key = stage.issue("A")
    stage.save("office.har", watched(stage, lambda: stage.python(REQUESTS, key, THROUGH)))
    stage.api.answers.append(lambda _request: Response(403, (JSON,), b'{"error": "Forbidden"}'))
    stage.save("cloud.har", watched(stage, lambda: stage.python(REQUESTS, key, THROUGH)))


@several(
    "two-keys-one-sandbox",
    "http http",
    "curl",
    "a sandbox of another organization: its key sees it, this one gets 404",
    any_of(
        problem("hidden-404", also=["cross-org-resource"]),
        problem("cross-org-resource", also=["hidden-404"]),
        cannot_tell(["hidden-404", "cross-org-resource"]),
        never=("resource-absent", "wrong-base-url"),
    ),
)
def _(stage: Stage) -> None:
    own, other = stage.issue("A"), stage.issue("B")
    sandbox = stage.api.directory.create_sandbox("own", {"status": "running"})
    stage.api.answers.append(
        lambda request: (
            Response(404, (JSON,), b'{"error": "Not Found"}')
            if other.encode() in request.values(b"x-api-key")
            else None
        )
    )
    stage.save("mine.txt", stage.terminal(f'curl -si -H "X-API-Key: {other}" {URL}/{sandbox}'))
    stage.save("colleague.txt", stage.terminal(f'curl -si -H "X-API-Key: {own}" {URL}/{sandbox}'))


@several(
    "lists-and-404",
    "http",
    "curl",
    "the key lists, and one sandbox is not found",
    cannot_tell(["resource-absent", "hidden-404", "cross-org-resource"], "resource-absent"),
)
def _(stage: Stage) -> None:
    key = stage.issue("A")
    stage.save(
        "curl.txt",
        stage.terminal(
            f'curl -si -H "X-API-Key: {key}" {URL}', f'curl -si -H "X-API-Key: {key}" {URL}/sb_00aa11bb22cc33dd44'
        ),
    )


@several(
    "key-file-and-truncated-environment",
    "key env",
    "printf, bash",
    "the environment has a part of the key in the file",
    problem("key-truncated"),
)
def _(stage: Stage) -> None:
    key = stage.mint("A")
    stage.save("key.txt", stage.run('printf "%s\\n" "$KEY"', {"KEY": key}))
    stage.save("env.txt", stage.run("env", {"HOPX_API_KEY": key[:50]}))


@several(
    "one-character-off",
    "env http",
    "curl",
    "one character was typed wrongly, as the other file shows",
    any_of(problem("key-mistyped", also=["env-shadowed-by-shell"])),
)
def _(stage: Stage) -> None:
    key = stage.issue("A")
    stage.write(".env", f"HOPX_API_KEY={key}\n")
    stage.save("dot.env", stage.read(".env"))
    typed = key[:40] + ("x" if key[40] != "x" else "y") + key[41:]
    stage.save("curl.txt", stage.terminal(f'curl -sv -H "X-API-Key: {typed}" {URL}'))


@several(
    "too-new-then-fine",
    "http http",
    "curl",
    "a new key is refused once, and works a minute later",
    any_of(
        problem("key-not-yet-active"),
        healthy(),
        cannot_tell(["key-not-yet-active", "vendor-incident-or-client-defect"]),
        nothing_to_see(),
        never=("revoked", "expired", "key-mistyped"),
    ),
)
def _(stage: Stage) -> None:
    key = stage.issue("A")
    stage.api.answers.append(
        lambda _request: Response(401, (JSON,), b'{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}')
    )
    stage.save("first.txt", stage.terminal(f'curl -si -H "X-API-Key: {key}" {URL}'))
    stage.api.answers.clear()
    stage.save("second.txt", stage.terminal(f'curl -si -H "X-API-Key: {key}" {URL}'))


@several(
    "cli-settings-win",
    "env error",
    "hopx-cli",
    "the CLI's settings file holds another key than the environment",
    problem("stored-credential-conflict"),
)
def _(stage: Stage) -> None:
    stage.run(
        "mkdir -p ~/.hopx && printf 'api_key: %s\\nbase_url: https://api.hopx.dev\\n' \"$KEY\" > ~/.hopx/config.yaml",
        {"KEY": stage.revoked("A")},
    )
    env = {"HOPX_API_KEY": stage.issue("B")}
    stage.save("config.yaml", stage.run("cat ~/.hopx/config.yaml"))
    stage.save("env.txt", stage.run("env", env))
    stage.save("error.txt", stage.hopx("sandbox list", env))


@several(
    "json-error-and-redirect",
    "error http",
    "hopx-ai, curl",
    "the API redirects; curl shows it",
    problem("http-redirect-dropped-auth"),
)
def _(stage: Stage) -> None:
    stage.edge.start(server="location /v1/ { return 301 https://eu.hopx.dev$request_uri; }")
    stage.save("error.txt", stage.python(HOPX, stage.issue("A")))
    stage.save("curl.txt", stage.terminal(f"curl -sI {URL}"))


@several(
    "json-error-and-portal",
    "error http",
    "hopx-ai, curl",
    "a login page answers; curl shows it",
    problem("captive-portal-or-login-html"),
)
def _(stage: Stage) -> None:
    page = Response(
        200,
        ((b"content-type", b"text/html"),),
        b"<html><head><title>Hotel Wi-Fi - Sign in</title></head><body><form action='/login'></form></body></html>",
    )
    stage.api.answers.append(lambda _request: page)
    stage.save("error.txt", stage.python(HOPX, stage.issue("A")))
    stage.save("curl.txt", stage.terminal(f"curl -si {URL}"))


@several(
    "limit-error-and-answer",
    "error http",
    "hopx-ai, curl",
    "the error speaks of a limit, and the answer of permissions",
    problem("scope-insufficient"),
)
def _(stage: Stage) -> None:
    body = b'{"code": "auth_insufficient_permissions", "message": "Key has limited permissions"}'
    stage.api.answers.append(lambda _request: Response(403, (JSON,), body))
    stage.save("error.txt", stage.python(HOPX, stage.issue("A")))
    stage.save("curl.txt", stage.terminal(f'curl -si -H "X-API-Key: {stage.secrets["A"]}" {URL}'))


@several(
    "inspected-and-openssl",
    "error error",
    "requests, openssl",
    "a company's product opens the connection, and openssl says whose certificate it is",
    problem("tls-interception"),
)
def _(stage: Stage) -> None:
    stage.edge.stop()
    server = listen(stage.api.mock.respond, "127.0.0.2", 443, certificate("inspected", "corp"))
    stage.save("error.txt", stage.python(REQUESTS, stage.issue("A")))
    stage.save(
        "openssl.txt",
        stage.run(
            "openssl s_client -connect api.hopx.dev:443 -servername api.hopx.dev < /dev/null 2>&1 | grep -v '^[A-Za-z0-9+/=]*$' | head -20"
        ),
    )
    server.shutdown()
    server.server_close()


@several(
    "dotenv-quotes-and-success", "env har", "requests, mitmproxy", "nothing: the loader takes the quotes away", FINE
)
def _(stage: Stage) -> None:
    stage.write(".env", f"HOPX_API_KEY='{stage.issue('A')}'\n")
    stage.save("dot.env", stage.read(".env"))
    stage.save(
        "capture.har",
        watched(stage, lambda: stage.python("from dotenv import load_dotenv\nload_dotenv()\n" + REQUESTS, env=THROUGH)),
    )
