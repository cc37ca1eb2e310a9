"""Several files: one that works and one that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.programs import HOPX, REQUESTS
from tests.corpus.recipe import EQ2, any_of, cannot_tell, healthy, nothing_to_see, problem
from tests.corpus.recipes.several import JSON, URL, several
from tests.corpus.watching import THROUGH, watched

if TYPE_CHECKING:
    from tests.corpus.stage import Stage


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
    any_of(
        cannot_tell(["resource-absent", "hidden-404", "cross-org-resource"], "resource-absent"),
        problem("resource-absent"),
        never=("resource-absent",),
    ),
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
    "cli-settings-and-environment",
    "env error",
    "hopx-cli",
    "the CLI's settings file holds another key than the environment",
    problem("stored-credential-conflict"),
)
def _(stage: Stage) -> None:
    stage.run(
        "mkdir -p ~/.hopx && printf 'api_key: %s\\nbase_url: https://api.hopx.dev\\n' \"$KEY\" > ~/.hopx/config.yaml",
        {"KEY": stage.issue("A")},
    )
    env = {"HOPX_API_KEY": stage.revoked("B")}
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
