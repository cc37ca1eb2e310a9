"""HAR files: of clients behind mitmproxy, and of Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.programs import AIOHTTP, AXIOS, BEARER, HTTPX, JS_BEARER, REQUESTS
from tests.corpus.recipe import EQ1, Recipes, any_of, cannot_tell, healthy, problem
from tests.corpus.stage import with_key
from tests.corpus.watching import THROUGH, watched

if TYPE_CHECKING:
    from collections.abc import Callable

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
        lambda s: s.python(program, with_key(key, s.mint("A", secret)), THROUGH, **differs)
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
