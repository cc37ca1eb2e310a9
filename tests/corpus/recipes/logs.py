"""Logs of gateways and servers: nginx, Caddy, pino, gunicorn, uvicorn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.recipe import (
    EQ1,
    Recipes,
    any_of,
    cannot_tell,
    healthy,
    nothing_to_see,
    problem,
    suggests,
)
from tests.corpus.stage import with_key
from tests.corpus.traffic import ALTERED, Ask, logged, with_x

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
        bad = {header: with_key(value, key).replace("CUT", key[:45]) for header, value in headers.items()}
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
    suggests("test-key-on-live", EQ1),
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
