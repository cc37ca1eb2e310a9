"""Several files of one failure, read together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.programs import BEARER, HOPX, HOPX_ASYNC, HTTPX, REQUESTS
from tests.corpus.recipe import EQ1, EQ6, Recipes, any_of, cannot_tell, healthy, nothing_to_see, problem
from tests.corpus.servers import LOGS
from tests.corpus.watching import THROUGH, watched
from tests.corpus.world import HOSTS, name_hosts

if TYPE_CHECKING:
    from tests.corpus.stage import Stage

RECIPES = Recipes("mixed")
URL = "https://api.hopx.dev/v1/sandboxes"
JSON = (b"content-type", b"application/json")
FINE = any_of(healthy(), nothing_to_see())
NOT_LOADED = problem("dotenv-not-loaded", also=["env-var-unset"])
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
    any_of(problem("sdk-ignores-proxy-env", also=["network-unreachable"]), cannot_tell(EQ6, "sdk-ignores-proxy-env")),
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


@several("dotenv-and-keyerror", "env error", "requests", "a .env with the key, which nobody reads", NOT_LOADED)
def _(stage: Stage) -> None:
    stage.write(".env", f"HOPX_API_KEY={stage.mint('A')}\nPORT=8080\n")
    stage.save("dot.env", stage.read(".env"))
    stage.save("error.txt", stage.python(REQUESTS))


@several("dotenv-and-no-key-async", "env error", "hopx-ai", "a .env with the key, which nobody reads", NOT_LOADED)
def _(stage: Stage) -> None:
    stage.write(".env", f"# production\nHOPX_API_KEY='{stage.mint('A')}'\n")
    stage.save("dot.env", stage.read(".env"))
    stage.save("error.txt", stage.python(HOPX_ASYNC))


@several(
    "dotenv-in-parent-and-no-key",
    "env error",
    "hopx-ai, python-dotenv",
    "the program looks for the file elsewhere",
    NOT_LOADED,
)
def _(stage: Stage) -> None:
    stage.write("config/.env", f"HOPX_API_KEY={stage.mint('A')}\n")
    stage.save("dot.env", stage.read("config/.env"))
    stage.save("error.txt", stage.python("from dotenv import load_dotenv\n\nload_dotenv()\n" + HOPX))


@several(
    "environment-and-cli-401",
    "env error",
    "hopx-cli",
    "a revoked key; nothing shows it",
    cannot_tell([*EQ1, "env-shadowed-by-shell", "stored-credential-conflict", "network-unreachable"], "revoked"),
)
def _(stage: Stage) -> None:
    env = {"HOPX_API_KEY": stage.revoked("A")}
    stage.save("env.txt", stage.run("env", env))
    stage.save("error.txt", stage.hopx("sandbox list", env))
