"""curl: command lines as people paste them, and what `-v` and `-i` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.recipe import EQ1, Recipes, any_of, cannot_tell, problem
from tests.corpus.stage import with_key

if TYPE_CHECKING:
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
