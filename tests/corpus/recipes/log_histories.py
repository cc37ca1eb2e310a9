"""Logs over hours: what changed, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.recipe import (
    EQ1,
    EQ2,
    EQ5,
    any_of,
    cannot_tell,
    healthy,
    nothing_to_see,
    problem,
    suggests,
)
from tests.corpus.recipes.logs import JSON, MOZILLA, NOBODY, RECIPES, of_nginx
from tests.corpus.servers import LOGS
from tests.corpus.traffic import Ask, ask, with_x

if TYPE_CHECKING:
    from tests.corpus.stage import Stage


@of_nginx(
    "log-worked-until",
    "a key is revoked while others go on",
    "ids.log",
    any_of(problem("revoked", also=EQ1), cannot_tell(EQ1, "revoked"), never=("revoked", "expired")),
)
def _(stage: Stage) -> list[Ask]:
    old, other = with_x(stage.issue("A")), with_x(stage.issue("B"))
    ask(stage, [])
    before = [Ask(minute, headers) for minute in (0, 20, 40) for headers in (old, other)]
    return before + after_revoking(
        stage, before, [Ask(minute, headers) for minute in (60, 61, 80, 100) for headers in (old, other)]
    )


def after_revoking(stage: Stage, before: list[Ask], after: list[Ask]) -> list[Ask]:
    """Key A is revoked once the requests before have been answered."""
    answered = []

    def count(_request: object) -> None:
        answered.append(1)
        if len(answered) == len(before) + 1:
            stage.api.directory.revoke(stage.secrets["A"][10:22])

    stage.api.answers.append(count)
    return after


@of_nginx(
    "log-old-key-on-one-pod",
    "the old key was revoked, and one pod still has it",
    "kv.log",
    problem("rotated-old-key-in-use", also=["revoked"]),
)
def _(stage: Stage) -> list[Ask]:
    old, new = stage.issue("A"), stage.issue("B")
    before = [Ask(minute, with_x(old, pod)) for minute in (0, 30) for pod in ("api-7d4f-a", "api-7d4f-b", "api-7d4f-c")]
    roll = [Ask(60 + minute, with_x(new, pod)) for minute in (0, 5) for pod in ("api-7d4f-a", "api-7d4f-b")]
    after = [
        Ask(120 + 10 * minute, with_x(old if pod.endswith("c") else new, pod))
        for minute in range(3)
        for pod in ("api-7d4f-a", "api-7d4f-b", "api-7d4f-c")
    ]
    return before + roll + after_revoking(stage, before + roll, after)


@of_nginx(
    "log-incident",
    "the API refuses everybody from one moment on",
    "ids.log",
    problem("vendor-incident-or-client-defect"),
)
def _(stage: Stage) -> list[Ask]:
    keys = [with_x(stage.issue(chr(ord("A") + at))) for at in range(9)]
    before = [Ask(minute + at / 10, key) for minute in (0, 30, 55) for at, key in enumerate(keys)]
    answered: list[int] = []

    def fail(_request: object) -> Response | None:
        answered.append(1)
        return (
            Response(401, (JSON,), b'{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}')
            if len(answered) > len(before)
            else None
        )

    stage.api.answers.append(fail)
    return before + [Ask(60 + minute + at / 10, key) for minute in (0, 5, 15) for at, key in enumerate(keys)]


@of_nginx(
    "log-incident-5xx",
    "the API fails for everybody for a while",
    "ids.log",
    problem("vendor-incident-or-client-defect"),
)
def _(stage: Stage) -> list[Ask]:
    keys = [with_x(stage.issue(chr(ord("A") + at))) for at in range(8)]
    first, second = len(keys) * 2, len(keys) * 5
    answered: list[int] = []

    def fail(_request: object) -> Response | None:
        answered.append(1)
        return Response(503, (JSON,), b'{"error": "Service Unavailable"}') if first < len(answered) <= second else None

    stage.api.answers.append(fail)
    return [Ask(minute + at / 10, key) for minute in (0, 30, 60, 62, 70, 90) for at, key in enumerate(keys)]


@of_nginx(
    "log-too-new",
    "a key is known to the API only after a moment",
    "ids.log",
    any_of(
        problem("key-not-yet-active", also=["vendor-incident-or-client-defect"]),
        cannot_tell(["key-not-yet-active", "vendor-incident-or-client-defect"], "key-not-yet-active"),
        healthy(),
        never=("revoked", "expired", "key-mistyped"),
    ),
)
def _(stage: Stage) -> list[Ask]:
    new, other = with_x(stage.issue("A")), with_x(stage.issue("B"))
    answered: list[int] = []

    def not_yet(_request: object) -> Response | None:
        answered.append(1)
        return (
            Response(401, (JSON,), b'{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}')
            if len(answered) in (2, 4)
            else None
        )

    stage.api.answers.append(not_yet)
    return [
        Ask(0, other),
        Ask(0.1, new),
        Ask(0.3, other),
        Ask(0.4, new),
        Ask(1.1, new),
        Ask(2, new),
        Ask(9, other),
        Ask(9.5, new),
    ]


def refused(
    name: str,
    broken: str,
    answer: Response,
    expect: dict,
    log: str = "ids.log",
    method: str = "GET",
    path: str = "/v1/sandboxes",
    file: str = "",
) -> None:
    """A log in which a good key is answered so, three times."""

    def asks(stage: Stage) -> list[Ask]:
        stage.api.answers.append(lambda _request: answer)
        return [Ask(minute, with_x(stage.secrets.get("A") or stage.issue("A")), method, path) for minute in (0, 0.1, 3)]

    of_nginx(name, broken, log, expect, file)(asks)


refused(
    "log-plain-403",
    "the log says nothing more",
    Response(403, (JSON,), b'{"error": "Forbidden"}'),
    cannot_tell([*EQ2, "waf-block-403-html"], "scope-insufficient"),
    method="POST",
)
refused(
    "log-404-sandbox",
    "a sandbox that is not there",
    Response(404, (JSON,), b'{"error": "Not Found"}'),
    cannot_tell([*EQ5, "cross-org-resource"], "resource-absent"),
    path="/v1/sandboxes/sb_00aa11bb22cc33dd44",
)
refused(
    "log-429",
    "too many requests",
    Response(429, (JSON, (b"retry-after", b"5")), b'{"error": "Too Many Requests"}'),
    problem("rate-limited", also=["quota-or-billing"]),
)
refused(
    "log-429-packed",
    "too many requests, in a log that was packed",
    Response(429, (JSON,), b'{"error": "Too Many Requests"}'),
    problem("rate-limited", also=["quota-or-billing"]),
    log="json.log",
    file="access.log.1.gz",
)
refused(
    "log-402",
    "an open bill",
    Response(402, (JSON,), b'{"error": "Payment Required"}'),
    suggests("quota-or-billing"),
    log="kv.log",
)


@of_nginx(
    "log-options-only",
    "a page asks whether it may, and never comes back",
    "combined.log",
    any_of(
        problem("cors-preflight"),
        cannot_tell(["cors-preflight", *NOBODY], "cors-preflight"),
        nothing_to_see(),
        healthy(),
        never=("env-var-unset",),
    ),
)
def _(stage: Stage) -> list[Ask]:
    headers = {
        "Origin": "https://app.example.com",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-api-key",
    }
    return [Ask(at, headers, "OPTIONS", client=MOZILLA) for at in (0, 0.2, 4)]


@RECIPES.case(
    "log-http-redirects",
    "log",
    "nginx, requests",
    "the client asks by http, is redirected, and does not follow",
    any_of(
        problem("http-redirect-dropped-auth"),
        cannot_tell(["http-redirect-dropped-auth", "wrong-base-url"], "http-redirect-dropped-auth"),
        nothing_to_see(),
    ),
)
def _(stage: Stage) -> None:
    ask(stage, [Ask(0, with_x(stage.issue("A")), site="http://api.hopx.dev") for _ in range(3)])
    stage.save("plain.log", (LOGS / "plain.log").read_bytes())


@of_nginx("log-healthy-json", "nothing", "json.log", healthy())
def _(stage: Stage) -> list[Ask]:
    one, two = with_x(stage.issue("A")), {"Authorization": f"Bearer {stage.issue('B', 'read_only')}"}
    return [Ask(0, one), Ask(1, two), Ask(2, one, client="revoked-watch/2.0"), Ask(4, two), Ask(6, one)]
