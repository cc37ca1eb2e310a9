"""What clients print when it goes wrong: errors and tracebacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.programs import (
    AIOHTTP,
    AXIOS,
    BEARER,
    FETCH,
    HOPX,
    HOPX_ASYNC,
    HTTPX,
    REQUESTS,
    URLLIB3,
)  # fmt: skip
from tests.corpus.recipe import (
    EQ1,
    Recipes,
    any_of,
    cannot_tell,
    problem,
)

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
    "two lines were pasted, and axios sends them as one",
    any_of(
        problem("key-mistyped", also=["not-a-key"]),
        problem("not-a-key", also=["key-mistyped"]),
        cannot_tell([*UNSENDABLE, *EQ1], "key-mistyped"),
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
