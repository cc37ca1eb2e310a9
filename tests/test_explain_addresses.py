"""Connections that did not come about: with the API, or with an address that is not the API's."""

from __future__ import annotations

import pytest
from explained import URL, printed, verdict

POOL = (
    "requests.exceptions.ConnectionError: HTTPConnectionPool(host='{}', port={}): Max retries exceeded with url: /v1 "
)
POOL += "(Caused by NewConnectionError(': Failed to establish a new connection: [Errno 111] Connection refused'))"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (POOL.format("127.0.0.1", 1), "127.0.0.1:1"),
        ("Error: connect ECONNREFUSED 127.0.0.1:1", "127.0.0.1:1"),
        ("curl: (7) Failed to connect to localhost port 1 after 0 ms: Couldn't connect to server", "localhost:1"),
        ('Get "http://127.0.0.1:1/v1": dial tcp 127.0.0.1:1: connect: connection refused', "127.0.0.1:1"),
        ("curl: (6) Could not resolve host: api.hopx.dve", "api.hopx.dve"),
        ("Error: getaddrinfo ENOTFOUND api.hopx.de", "api.hopx.de"),
    ],
)
def test_an_address_that_is_not_the_apis_is_named_first(text: str, address: str) -> None:
    assert verdict(f"{text}\n") == ["other-address-unreachable certain"]
    assert f"no connection was made to {address}, and the API is at api.hopx.dev" in printed(f"{text}\n")
    assert "nslookup" not in printed(f"{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        POOL.format("api.hopx.dev", 443),
        "curl: (7) Failed to connect to api.hopx.dev port 443 after 3 ms: Connection refused",
        "Error: connect ECONNREFUSED 203.0.113.7:443",
        "* Trying 127.0.0.2:443...\n* connect to 127.0.0.2 port 443 failed: Connection refused\n"
        "curl: (7) Failed to connect to api.hopx.dev port 443 after 3 ms: Connection refused",
        "failed to connect to the server: connection refused",
    ],
)
def test_the_apis_own_address_is_a_matter_of_the_network(text: str) -> None:
    assert verdict(f"{text}\n") == ["network-unreachable certain"]


@pytest.mark.parametrize("port", [5432, 6379, 27017])
def test_a_database_that_cannot_be_reached_says_nothing_of_the_api(port: int) -> None:
    assert verdict(f"Error: connect ECONNREFUSED 127.0.0.1:{port}\n") == ["cannot-tell"]


def test_where_no_connection_came_about_it_does_not_matter_that_no_key_was_sent() -> None:
    problem = "SSL certificate problem: unable to get local issuer certificate"
    talk = f"* Server certificate:\n*  issuer: O=Example; CN=Zscaler Root CA\n* {problem}\ncurl: (60) {problem}\n"
    assert verdict(f"$ curl -v {URL}\n{talk}") == ["tls-interception certain"]
