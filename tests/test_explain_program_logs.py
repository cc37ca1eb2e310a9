"""Logs of programs: the requests that HTTP clients note in them, each with its host, and errors of other vendors."""

from __future__ import annotations

import json

import pytest
from explained import URL, verdict

HTTPX = '2026-11-20 09:00:00,113 INFO httpx HTTP Request: {} {} "HTTP/1.1 {}"\n'
URLLIB3 = 'DEBUG:urllib3.connectionpool:https://{}:443 "GET {} HTTP/1.1" {} 57\n'
OTHER = "https://api.other.example/v1/chat"
LIMITED = HTTPX.format("POST", OTHER, "429 Too Many Requests")


def httpx(status: str, method: str = "GET") -> str:
    return HTTPX.format(method, URL, status)


def test_a_request_that_succeeded_is_healthy() -> None:
    assert verdict("INFO app starting\n" + httpx("200 OK")) == ["healthy"]
    assert verdict(URLLIB3.format("api.hopx.dev", "/v1/sandboxes", 200)) == ["healthy"]


@pytest.mark.parametrize("text", [httpx("401 Unauthorized"), URLLIB3.format("api.hopx.dev", "/v1/sandboxes", 401)])
def test_a_refusal_leaves_open_whether_there_was_a_key(text: str) -> None:
    assert {"cannot-tell", "revoked", "env-var-unset"} <= set(verdict(text))


def test_what_others_answer_is_no_answer_of_the_api() -> None:
    assert verdict(LIMITED) == ["cannot-tell"]
    assert verdict(httpx("200 OK") + LIMITED) == verdict(LIMITED + httpx("200 OK")) == ["healthy"]
    assert {"scope-insufficient", "ip-not-allowed"} <= set(verdict(LIMITED + httpx("403 Forbidden", "POST")))


def test_the_error_behind_a_request_is_that_of_the_request() -> None:
    raised = "hopx_ai.errors.APIError: something went wrong\n"
    assert {"cannot-tell", "scope-insufficient"} <= set(verdict(httpx("403 Forbidden", "POST") + raised))


def test_a_path_that_a_client_notes_may_be_wrong() -> None:
    assert verdict(URLLIB3.format("api.hopx.dev", "/sandboxes", 404)) == ["wrong-base-url certain"]


@pytest.mark.parametrize(
    "text",
    [
        "openai.RateLimitError: Error code: 429 - {'error': {'message': 'You exceeded your current quota'}}\n",
        "stripe.error.AuthenticationError: Expired API Key provided: sk_test_****\n",
        "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.other.example/v1/models\n",
        "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Username and Password not accepted')\n",
        "redis.exceptions.AuthenticationError: invalid username-password pair or user is disabled.\n",
        'psycopg2.OperationalError: FATAL:  password authentication failed for user "app"\n',
        "fatal: Authentication failed for 'https://git.other.example/acme/app.git/'\n",
        "ERROR: HTTP error 403 while getting https://files.other.example/packages/x.whl\n",
        "requests.exceptions.HTTPError: 429 Client Error: Too Many Requests for url: https://api.other.example/v1/x\n",
    ],
)
def test_an_error_of_another_api_says_nothing_of_this_one(text: str) -> None:
    assert verdict(text) == ["cannot-tell"]


@pytest.mark.parametrize(
    "beside",
    [
        "requests.exceptions.HTTPError: 404 Client Error: Not Found for url: https://api.other.example/v1/models\n",
        "Error: connect ECONNREFUSED 127.0.0.1:5432\n",
        "openai.RateLimitError: something went wrong\n",
    ],
)
def test_an_error_of_the_api_counts_beside_one_of_another(beside: str) -> None:
    own = "hopx_ai.errors.AuthenticationError: API key expired (code: auth_key_expired)\n"
    for text in (own + beside, beside + own):
        assert "expired certain" in verdict(text)


def test_an_error_of_another_host_that_was_asked_for_a_path_of_the_api_is_a_wrong_address() -> None:
    text = (
        "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.hopx.example/v1/sandboxes\n"
    )
    assert verdict(text) == ["wrong-base-url certain"]


def test_an_app_that_somebody_runs_in_a_sandbox_answers_for_itself() -> None:
    created = HTTPX.format("POST", URL, "201 Created")
    own, agent = (f"https://{port}-sb4f21c09a7d3e.vms.hopx.dev/x" for port in (3000, 7777))
    assert verdict(created + HTTPX.format("GET", own, "401 Unauthorized")) == ["healthy"]
    assert verdict(created + HTTPX.format("GET", agent, "401 Unauthorized")) == ["agent-jwt-expired certain"]


def logged(value: str | None, status: int = 401) -> str:
    """A line of pino with an error of axios."""
    sent = {"Accept": "application/json", "User-Agent": "axios/1.7.2", "Accept-Encoding": "gzip"}
    sent |= {"X-API-Key": value} if value is not None else {}
    config = {"method": "get", "baseURL": "https://api.hopx.dev/v1", "url": "/sandboxes", "headers": sent}
    error = {"type": "AxiosError", "message": f"Request failed with status code {status}", "status": status}
    return json.dumps({"level": 50, "time": 1763629200000, "err": error | {"config": config}, "msg": "failed"}) + "\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Bearer <KEY>", "bearer-in-x-api-key certain"),
        ('"<KEY>"', "key-wrapped-in-quotes certain"),
        (None, "env-var-unset likely"),
    ],
)
def test_the_request_that_a_logger_writes_with_an_error_is_read(value: str | None, expected: str) -> None:
    assert verdict(logged(value) + logged(value)) == verdict(logged(value)) == [expected]


def test_a_request_that_a_logger_writes_with_an_error_may_be_in_order() -> None:
    found = set(verdict(logged("<KEY>")))
    assert {"cannot-tell", "revoked"} <= found
    assert "env-var-unset" not in found


def test_what_a_browser_forbids_with_another_host_says_nothing_of_this_one() -> None:
    text = "Access to fetch at '{}' from origin 'https://app.example' has been blocked by CORS policy: No header\n"
    assert verdict(text.format(OTHER)) == ["cannot-tell"]
    assert verdict(text.format(URL)) == ["cors-preflight certain"]
