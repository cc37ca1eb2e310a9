"""Errors of clients that were given what is no address, or one that speaks another protocol."""

from __future__ import annotations

import pytest
from explained import URL, explained, verdict

COMMAND = f'$ curl -sS -H "X-API-Key: <KEY>" {URL}\n'
WRONG, PERHAPS = ["wrong-base-url certain"], ["wrong-base-url likely"]
NO_TLS = ["cannot-tell", "wrong-base-url", "network-unreachable", "tls-interception", "captive-portal-or-login-html"]


@pytest.mark.parametrize(
    "text",
    [
        "requests.exceptions.InvalidSchema: No connection adapters were found for 'htps://api.hopx.dev/v1/sandboxes'",
        "requests.exceptions.InvalidSchema: No connection adapters were found for '\"https://api.hopx.dev\"/v1/sandboxes'",
        "InvalidSchema(\"No connection adapters were found for '\\nhttps://api.hopx.dev/v1/sandboxes'\")",
        "requests.exceptions.InvalidSchema: No connection adapters were found for 'localhost:8000/v1/sandboxes'",
        "requests.exceptions.MissingSchema: Invalid URL 'None/v1/sandboxes': No scheme supplied. Perhaps you meant "
        "https://None/v1/sandboxes?",
        "requests.exceptions.InvalidURL: Invalid URL 'https:///v1/sandboxes': No host supplied",
        "requests.exceptions.InvalidURL: Failed to parse: Host 'api. hopx.dev' contains invalid character ' '",
        'TypeError: Failed to parse URL from "https://api.hopx.dev"/v1/sandboxes\n  [cause]: TypeError: Invalid URL',
    ],
)
def test_an_address_for_the_api_that_is_none_is_the_cause(text: str) -> None:
    assert verdict(f"{text}\n") == WRONG


@pytest.mark.parametrize(
    "text",
    [
        "httpx.UnsupportedProtocol: Request URL is missing an 'http://' or 'https://' protocol.",
        "httpx.UnsupportedProtocol: Request URL has an unsupported protocol 'htps://'.",
        r"httpx.InvalidURL: Invalid non-printable ASCII character in URL, '\n' at position 0.",
        "TypeError: fetch failed\n    at node:internal/deps/undici\n  [cause]: Error: bad port",
        "TypeError: fetch failed\n    at node:internal/deps/undici\n  [cause]: Error: unknown scheme",
        "APIError: Invalid URL\n    at handleError (chunk.mjs:1:1) {\n  statusCode: undefined\n}",
        'APIError: Invalid URL "https:/api.hopx.dev": missing "//" after protocol',
        "APIError: Unsupported protocol htps:",
        'curl: (1) Protocol "htps" not supported or disabled in libcurl',
        "curl: (6) Could not resolve host: https",
        "curl: (6) Could not resolve host: undefined",
        "Error: getaddrinfo ENOTFOUND ${hopx_base_url}",
        "400 Bad Request: The plain HTTP request was sent to HTTPS port",
        "Client sent an HTTP request to an HTTPS server.",
    ],
)
def test_where_no_error_quotes_the_address_it_is_likely_the_cause(text: str) -> None:
    assert verdict(f"{text}\n") == PERHAPS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("InvalidSchema: No connection adapters were found for 'htps://api.openai.com/v1/models'", ["cannot-tell"]),
        ("requests.exceptions.InvalidSchema: Missing dependencies for SOCKS support.", ["cannot-tell"]),
        ("curl: (6) Could not resolve host: null.example.com", ["other-address-unreachable certain"]),
        ("Error: getaddrinfo ENOTFOUND v1.api.hopx.dev", ["network-unreachable certain"]),
        ("Error: getaddrinfo ENOTFOUND api.hopx.dev ENOTFOUND undefined undefined", ["network-unreachable certain"]),
        (
            f"$ curl -H X-API-Key: undefined {URL}\ncurl: (6) Could not resolve host: undefined",
            ["wrong-header-name certain"],
        ),
    ],
)
def test_what_only_looks_like_it_is_told_as_what_it_is(text: str, found: list[str]) -> None:
    assert verdict(f"{text}\n") == found


@pytest.mark.parametrize(
    "text",
    [
        "curl: (35) OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number",
        "httpx.ConnectError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)",
        "hopx_ai.errors.NetworkError: Network error: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)",
        "TypeError: fetch failed\n  [cause]: [Error: error:0A00010B:SSL routines:ssl3_get_record:wrong version number\n"
        "  ] {\n    code: 'ERR_SSL_WRONG_VERSION_NUMBER'\n  }",
    ],
)
def test_what_speaks_no_tls_may_be_the_address_a_proxy_or_the_network(text: str) -> None:
    assert verdict(f"{text}\n") == NO_TLS
    assert verdict(f"{COMMAND}{text}\n") == NO_TLS


def test_what_speaks_no_tls_is_shown_with_a_question_about_proxy_and_address() -> None:
    doubt = explained("curl: (35) error:0A00010B:SSL routines::wrong version number\n")["cannot_tell"]
    assert "does HTTPS_PROXY or ALL_PROXY begin with https:// there?" in doubt["ask"]


def test_a_proxy_that_takes_no_tls_is_the_cause_where_the_client_says_so() -> None:
    said = (
        "requests.exceptions.ProxyError: HTTPSConnectionPool(host='api.hopx.dev', port=443): Max retries exceeded with "
        "url: /v1/sandboxes (Caused by ProxyError('Unable to connect to proxy. Your proxy appears to only use HTTP and "
        "not HTTPS, try changing your proxy URL to be HTTP.', SSLError(SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong "
        "version number (_ssl.c:1006)'))))"
    )
    assert verdict(f"{said}\n") == ["proxy-unreachable certain"]
