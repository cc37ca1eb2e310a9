"""What hopx-cli and some more clients print of refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.programs import (
    HOPX_ASYNC,
    URLLIB3,
)  # fmt: skip
from tests.corpus.recipe import (
    cannot_tell,
    problem,
)
from tests.corpus.recipes.error_answers import refusal
from tests.corpus.recipes.errors import ANY_401, said

if TYPE_CHECKING:
    from tests.corpus.stage import Stage


for _words, _name in (
    ("sandbox info sb_00aa11bb22cc33dd44", "info"),
    ("template list", "templates"),
    ("auth validate", "validate"),
):
    said(
        f"cli-{_name}-401", "hopx-cli", "an unknown key", cannot_tell([*ANY_401, "network-unreachable"], "key-mistyped")
    )(lambda s, words=_words: s.hopx(words, {"HOPX_API_KEY": s.mint("A")}))
said("hopx-async-plain-401", "hopx-ai", "an unknown key", cannot_tell(ANY_401, "key-mistyped"))(
    lambda s: s.python(HOPX_ASYNC, s.mint("A"))
)
said("urllib3-plain-401", "urllib3", "an unknown key", cannot_tell(ANY_401, "key-mistyped"))(
    lambda s: s.python(URLLIB3, s.mint("A"))
)


@said("cli-scope", "hopx-cli", "the key may not create, and the answer says so", problem("scope-insufficient"))
def _(stage: Stage) -> bytes:
    body = '{"code": "auth_insufficient_permissions", "message": "Insufficient permissions"}'
    stage.api.answers.append(lambda _request: refusal(403, body))
    return stage.hopx("sandbox list", {"HOPX_API_KEY": stage.issue("A", "create_only")})


@said("cli-rate-limited", "hopx-cli", "too many requests", problem("rate-limited"))
def _(stage: Stage) -> bytes:
    body = '{"code": "auth_rate_limited", "message": "Rate limit exceeded"}'
    stage.api.answers.append(lambda _request: refusal(429, body))
    return stage.hopx("sandbox list", {"HOPX_API_KEY": stage.issue("A")})
