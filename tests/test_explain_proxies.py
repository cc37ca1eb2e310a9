"""What a proxy answers to CONNECT is no answer of the API, whoever tells of it."""

from __future__ import annotations

import pytest
from explained import URL, verdict

ANSWERS = [
    "401 Unauthorized",
    "403 Forbidden",
    "404 Not Found",
    "429 Too Many Requests",
    "500 Internal Server Error",
    "502 Bad Gateway",
]
COMMAND = f'$ curl -v -x http://127.0.0.1:3128 {URL} -H "X-API-Key: <KEY>"\n'
VERBOSE = """* Establish HTTP proxy tunnel to api.hopx.dev:443
> CONNECT api.hopx.dev:443 HTTP/1.1
> Host: api.hopx.dev:443
> Proxy-Connection: Keep-Alive
>
< HTTP/1.1 {answer}
< Content-Type: text/plain
<
* CONNECT tunnel failed, response {status}
curl: (56) CONNECT tunnel failed, response {status}
"""
FORMS = [
    VERBOSE,
    COMMAND + VERBOSE,
    f"$ curl -si -x http://127.0.0.1:3128 {URL} -H 'X-API-Key: <KEY>'\nHTTP/1.1 {{answer}}\nContent-Length: 0\n\n"
    "curl: (56) CONNECT tunnel failed, response {status}\n",
    "curl: (56) CONNECT tunnel failed, response {status}\n",
    "curl: (56) Received HTTP code {status} from proxy after CONNECT\n",
    "requests.exceptions.ProxyError: HTTPSConnectionPool(host='api.hopx.dev', port=443): Max retries exceeded with "
    "url: /v1/sandboxes (Caused by ProxyError('Unable to connect to proxy', "
    "OSError('Tunnel connection failed: {answer}')))\n",
    "httpx.ProxyError: {answer}\n",
    "Error: tunneling socket could not be established, statusCode={status}\n",
]


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("form", range(len(FORMS)))
def test_a_proxy_that_opens_no_way_says_nothing_of_the_key(form: int, answer: str) -> None:
    text = FORMS[form].format(answer=answer, status=answer[:3])
    assert verdict(text) == ["proxy-unreachable certain"]


@pytest.mark.parametrize("form", range(len(FORMS)))
def test_a_proxy_that_wants_a_password_is_another_matter(form: int) -> None:
    text = FORMS[form].format(answer="407 Proxy Authentication Required", status="407")
    assert verdict(text) == ["proxy-auth-required certain"]


def test_what_came_through_the_tunnel_is_the_apis_answer() -> None:
    asked = "> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n> X-API-Key: <KEY>\n>\n< HTTP/1.1 429 X\n<\n"
    tunnel = VERBOSE.partition("* CONNECT tunnel failed")[0].format(answer="200 Connection established")
    assert verdict(tunnel + asked) == ["rate-limited certain"]


def test_a_key_that_is_refused_behind_a_proxy_may_not_have_come_through() -> None:
    asked = "> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n> Authorization: Bearer <KEY>\n>\n"
    refused = '< HTTP/1.1 401 Unauthorized\n{more}< Content-Type: application/json\n<\n{{"error": "Unauthorized"}}\n'
    direct, through = (verdict(asked + refused.format(more=more)) for more in ("", "< Via: 1.1 proxy.corp:3128\n"))
    assert set(through) == {*direct, "proxy-stripped-header"} > set(direct)


@pytest.mark.parametrize(
    "text",
    ["curl: (5) Unsupported proxy syntax in '\"http://127.0.0.1:3128\"'", "curl: (5) Could not resolve proxy: DIRECT"],
)
def test_what_is_no_address_of_a_proxy_opens_no_way(text: str) -> None:
    assert verdict(f"{text}\n") == ["proxy-unreachable certain"]
