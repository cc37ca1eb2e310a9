"""curl: several causes at once, and keys that work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.recipe import EQ1, EQ2, EQ5, any_of, cannot_tell, healthy, problem, suggests
from tests.corpus.recipes.curl import RECIPES, URL, curl
from tests.corpus.servers import listen
from tests.corpus.stage import with_key
from tests.corpus.world import certificate

if TYPE_CHECKING:
    from tests.corpus.stage import Stage


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


# nothing is wrong
working("curl-healthy-head", "nothing", f'curl -sI -H "X-API-Key: KEY" {URL}', healthy())
working(
    "curl-healthy-create",
    "nothing",
    f"""curl -si -X POST -H "Authorization: Bearer KEY" -H "Content-Type: application/json" -d '{{"template_id": "52", "timeout_seconds": 600}}' {URL}""",
    healthy(),
    "create_only",
)
working(
    "curl-healthy-words",
    "nothing, though the address speaks of what has expired",
    f'curl -sv -H "X-API-Key: KEY" "{URL}?status=expired&reason=revoked"',
    healthy(),
    "read_only",
)


@RECIPES.case("curl-healthy-delete", "curl http", "curl", "nothing", healthy())
def _(stage: Stage) -> None:
    sandbox = stage.api.directory.create_sandbox("own", {"status": "running"})
    stage.save("terminal.txt", stage.terminal(f'curl -sv -X DELETE -H "X-API-Key: {stage.issue("A")}" {URL}/{sandbox}'))


@RECIPES.case(
    "curl-newline-in-header", "curl", "curl", "the key was pasted with its line break", problem("key-trailing-newline")
)
def _(stage: Stage) -> None:
    command = f"curl -s -H $'X-API-Key: {stage.mint('A')}\\n' {URL}"
    stage.run(command)
    stage.save("command.txt", command + "\n")
