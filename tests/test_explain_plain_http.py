"""A request without TLS: a redirect is to be expected only where nothing shows how it was answered."""

from __future__ import annotations

import pytest
from explained import explained, printed, verdict

URL = "http://api.hopx.dev/v1/sandboxes"
COMMAND = f'$ curl -v {URL} -H "X-API-Key: <KEY>"\n'
REFUSED = {"cannot-tell", "revoked", "expired"}
ABSENT = {"cannot-tell", "wrong-base-url"}


def answered(status: int, body: str = '{"error": "X"}') -> str:
    sent = "> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n> X-API-Key: <KEY>\n>\n"
    return f"{COMMAND}* Connected to api.hopx.dev (203.0.113.7) port 80\n{sent}< HTTP/1.1 {status} X\n<\n{body}\n"


@pytest.mark.parametrize(
    ("text", "holds"), [(answered(200, "[]"), {"healthy"}), (answered(401), REFUSED), (answered(404), ABSENT)]
)
def test_a_direct_answer_is_no_redirect(text: str, holds: set[str]) -> None:
    assert holds <= set(verdict(text))
    notes = [one["says"] for one in explained(text)["notes"]]
    assert notes == ["the key went to http://api.hopx.dev without TLS; use https, and replace it"]
    assert notes[0] in printed(text)


def test_without_an_answer_a_redirect_is_likely() -> None:
    assert verdict(COMMAND) == ["http-redirect-dropped-auth likely"]
    assert explained(COMMAND)["notes"] == []


def test_with_tls_there_is_no_such_note() -> None:
    assert explained(answered(401).replace("http://", "https://").replace("port 80", "port 443"))["notes"] == []


def test_a_client_that_follows_may_have_left_the_authorization_out() -> None:
    refused = '{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}\n'
    followed = f'$ curl -sSL -H "Authorization: Bearer <KEY>" {URL}\n{refused}'
    assert "http-redirect-dropped-auth" in verdict(followed)
    assert "http-redirect-dropped-auth" not in verdict(followed.replace("http://", "https://"))
