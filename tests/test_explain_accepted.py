"""Healthy evidence: whether it shows that the API accepted the key, or only that the key looks right."""

from __future__ import annotations

import pytest
from explained import URL, printed

UNASKED = "only the API can say"
SENT = "> GET /v1/sandboxes HTTP/1.1\n> Host: {host}\n> X-API-Key: <KEY>\n>\n< HTTP/1.1 200 OK\n<\n[]\n"
TLS = "* Connected to api.hopx.dev (203.0.113.7) port 443\n* SSL connection using TLSv1.3\n"
LOGGED = (
    '{"ts":"2026-11-20T09:00:00Z","method":"GET","path":"/v1/sandboxes","status":200,"headers":{"x-api-key":"<KEY>"}}\n'
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (TLS + SENT.format(host="api.hopx.dev"), "line 3"),
        (f'$ curl -si -H "X-API-Key: <KEY>" {URL}\nHTTP/1.1 200 OK\n\n[]\n', "line 1"),
        (LOGGED, "line 1"),
    ],
)
def test_a_success_with_the_key_is_named(text: str, line: str) -> None:
    first = printed(text).splitlines()[0]
    assert first.startswith("healthy: ")
    assert first.endswith(f"the API accepted the key ({first.rpartition('(')[2]}")
    assert first.endswith(f"{line})")


@pytest.mark.parametrize(
    "text",
    [
        "HOPX_API_KEY=<KEY>\n",
        f'$ curl -si -H "X-API-Key: <KEY>" {URL}\n',
        "* Connected to localhost (127.0.0.1) port 8080\n" + SENT.format(host="localhost:8080"),
        "* Connected to api.hopx.dev (203.0.113.7) port 80\n" + SENT.format(host="api.hopx.dev"),
    ],
)
def test_a_key_that_only_looks_right_is_not_called_accepted(text: str) -> None:
    first = printed(text).splitlines()[0]
    assert first.startswith("healthy: ")
    assert first.endswith(UNASKED)


def test_a_web_page_within_the_json_of_an_answer_is_no_page() -> None:
    body = '{"data": [{"id": "s1", "description": "<html><body>demo</body></html>"}]}'
    text = f"$ curl -si -H 'X-API-Key: <KEY>' {URL}\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{body}\n"
    assert printed(text).startswith("healthy: ")
