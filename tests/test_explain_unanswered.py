"""Requests that got no answer, and errors that no cause goes with."""

from __future__ import annotations

import pytest
from explained import URL, explained, printed, verdict

COMMAND = f'$ curl -sS -H "X-API-Key: <KEY>" {URL}\n'


@pytest.mark.parametrize(
    "text",
    [
        "curl: (28) Operation timed out after 30001 milliseconds with 0 bytes received",
        "curl: (28) Resolving timed out after 5000 milliseconds",
        "curl: (35) Recv failure: Connection reset by peer",
        "curl: (56) Recv failure: Connection reset by peer",
        "curl: (52) Empty reply from server",
        "httpx.ReadTimeout: The read operation timed out",
        "asyncio.exceptions.TimeoutError",
        "httpx.RemoteProtocolError: Server disconnected without sending a response.",
        "requests.exceptions.ConnectionError: ('Connection aborted.', ConnectionResetError(104, 'Connection reset'))",
        "Error: socket hang up\n    at connResetException (node:internal/errors:720:14) {\n  code: 'ECONNRESET'\n}",
        "AxiosError: timeout of 1000ms exceeded",
        f'Get "{URL}": EOF',
        f'Get "{URL}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    ],
)
def test_what_broke_off_or_took_too_long_is_likely_the_network(text: str) -> None:
    assert verdict(f"{text}\n") == ["network-unreachable likely"]
    assert verdict(f"{COMMAND}{text}\n") == ["network-unreachable likely"]


def test_the_sdk_that_took_too_long_may_have_passed_the_proxy_over() -> None:
    assert verdict("hopx_ai.errors.TimeoutError: Request timed out after 60s\n") == [
        "cannot-tell",
        "sdk-ignores-proxy-env",
        "network-unreachable",
    ]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("curl: (16) Error in the HTTP2 framing layer", "framing layer"),
        ("TypeError: 'NoneType' object is not subscriptable", "NoneType"),
        ('HTTP/1.1 400 Bad Request\n\n{"error": "what?"}', "the answer is 400"),
    ],
)
def test_what_is_not_known_is_not_said_to_be_missing(text: str, seen: str) -> None:
    doubt = explained(f"{COMMAND}{text}\n")["cannot_tell"]
    assert doubt["candidates"] == []
    assert [seen in one["detail"] for one in doubt["evidence"]] == [True]
    assert "holds none" not in doubt["splits"]


def test_where_there_is_nothing_it_is_said_to_be_missing() -> None:
    doubt = explained("It does not work any more.\n")["cannot_tell"]
    assert "holds none of them" in doubt["splits"]
    assert doubt["evidence"] == []


@pytest.mark.parametrize("text", ["I always get 403 forbidden", "We get 502 Bad Gateway"])
def test_of_an_answer_that_does_not_show_no_more_is_said_than_its_status(text: str) -> None:
    status = next(word for word in text.split() if word.isdecimal())
    assert f"seen: {status}, and no web page (" in printed(f"{text}\n")


def test_what_powershell_says_of_a_command_for_curl_is_a_failure() -> None:
    said = "Invoke-WebRequest : Cannot bind parameter 'Headers'. Cannot convert the value to type IDictionary.\n"
    assert verdict(f'PS C:\\> curl -H "X-API-Key: <KEY>" {URL}\n{said}') == ["cannot-tell"]


def test_a_token_that_powershell_makes_of_a_variable_is_not_what_stands_there() -> None:
    token = "(ConvertTo-SecureString $env:HOPX_API_KEY -AsPlainText -Force)"
    assert verdict(f"PS> irm {URL} -Authentication Bearer -Token {token}\n\ndata\n----\n{{}}\n")[0] in (
        "healthy",
        "cannot-tell",
    )
