"""Requests that were made again: behind a redirect that was followed, and with the key that was left out at first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from explained import URL, verdict

PLAIN = URL.replace("https", "http")
SENT = "> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n{}>\n"
KEY = "> X-API-Key: <KEY>\n"
OPENED = "* Connected to api.hopx.dev (203.0.113.7) port {} (#0)\n"
MOVED = OPENED.format(80) + SENT.format(KEY) + f"< HTTP/1.1 301 Moved Permanently\n< Location: {URL}\n<\n"
THEN = f"* Issue another request to this URL: '{URL}'\n" + OPENED.format(443)
REFUSED = '{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'


def answer(status: str, body: str = "[]") -> str:
    return f"< HTTP/1.1 {status}\n< Content-Type: application/json\n<\n{body}\n"


def test_a_redirect_that_was_followed_with_the_key_is_no_trouble() -> None:
    assert verdict(MOVED + THEN + SENT.format(KEY) + answer("200 OK")) == ["healthy"]


def test_what_it_led_to_is_judged() -> None:
    limited = answer("429 Too Many Requests", '{"error": "Too Many Requests"}')
    assert verdict(MOVED + THEN + SENT.format(KEY) + limited) == ["rate-limited certain"]


def test_a_redirect_behind_which_the_key_is_gone_lost_it() -> None:
    assert verdict(MOVED + THEN + SENT.format("") + answer("401 Unauthorized", REFUSED)) == [
        "http-redirect-dropped-auth certain"
    ]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (f"$ curl -s {URL}\n{REFUSED}\n", f"$ curl -s -H 'X-API-Key: <KEY>' {URL}\n[]\n", "healthy"),
        (f"$ curl -s -H 'X-API-Key: <KEY>' {URL}\n[]\n", f"$ curl -s {URL}\n{REFUSED}\n", "env-var-unset likely"),
        (f"$ curl -s {URL}\n{REFUSED}\n", f"$ curl -s -H 'X-API-Key: <KEY>' {URL}/s1\n{{}}\n", "env-var-unset likely"),
    ],
)
def test_a_refusal_counts_unless_the_same_request_then_succeeds_with_a_key(
    first: str, second: str, expected: str
) -> None:
    assert verdict(first + second) == [expected]


def _entry(client: str, key: str, status: int, body: str) -> dict[str, Any]:
    headers = [{"name": "User-Agent", "value": client}] + ([{"name": "X-API-Key", "value": key}] if key else [])
    content = {"mimeType": "application/json", "text": body}
    return {
        "request": {"method": "GET", "url": URL, "headers": headers},
        "response": {"status": status, "headers": [], "content": content},
    }


@pytest.mark.parametrize(("other", "expected"), [("app/1.0", "healthy"), ("curl/8.5.0", "env-var-unset likely")])
def test_another_client_that_succeeds_with_a_key_mends_nothing_for_the_one_that_sent_none(
    other: str, expected: str
) -> None:
    entries = [_entry("app/1.0", "", 401, REFUSED), _entry(other, "<KEY>", 200, "[]")]
    assert verdict(json.dumps({"log": {"version": "1.2", "entries": entries}})) == [expected]


WGET = (
    "$ wget -qO- --header='X-API-Key: <KEY>' {0}\n$ wget -O- --header='X-API-Key: <KEY>' {0}\n"
    "--2026-11-20 09:00:00--  {0}\nResolving api.hopx.dev (api.hopx.dev)... 203.0.113.7\n"
    "Connecting to api.hopx.dev (api.hopx.dev)|203.0.113.7|:443... connected.\n"
    "HTTP request sent, awaiting response... {1}\n\n"
)


def test_the_status_that_wget_waited_for_is_the_answer() -> None:
    assert {"cannot-tell", "revoked"} <= set(verdict(WGET.format(URL, "401 Unauthorized")))
    assert verdict(WGET.format(URL, "200 OK")) == ["healthy"]
