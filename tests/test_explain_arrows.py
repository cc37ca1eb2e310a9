"""Requests as Postman's console, OkHttp and mitmproxy show them."""

from __future__ import annotations

import pytest
from explained import URL, verdict

REFUSED = '{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'
POSTMAN = f"""GET {URL}
STATUS
212 ms
Network
Request Headers
X-API-Key: VALUE
User-Agent: PostmanRuntime/7.43.0
Host: api.hopx.dev
Response Headers
Content-Type: application/json
Response Body
BODY
"""
OKHTTP = f"""--> GET {URL} h2
X-API-Key: VALUE
--> END GET
<-- STATUS {URL} (212ms)
content-type: application/json

BODY
<-- END HTTP (57-byte body)
"""
MITMPROXY = f"""203.0.113.50:51234: GET {URL} HTTP/2.0
    user-agent: python-httpx/0.28.1
    x-api-key: VALUE

 << HTTP/2.0 STATUS X 57b
    content-type: application/json

    BODY
"""
LOGCAT = "".join(f"D/okhttp.OkHttpClient: {line}\n" for line in OKHTTP.splitlines())


def shown(form: str, value: str, status: int = 401, body: str = REFUSED) -> list[str]:
    return verdict(form.replace("VALUE", value).replace("STATUS", str(status)).replace("BODY", body))


@pytest.mark.parametrize("form", [POSTMAN, OKHTTP, LOGCAT, MITMPROXY])
def test_what_was_sent_and_answered_is_seen(form: str) -> None:
    assert shown(form, '"<KEY>"') == ["key-wrapped-in-quotes certain"]
    assert {"cannot-tell", "revoked", "expired"} <= set(shown(form, "<KEY>"))
    assert shown(form, "<KEY>", body='{"error": {"code": "auth_key_expired"}}') == ["expired certain"]
    assert shown(form, "<KEY>", 200, '{"data": []}') == ["healthy"]


def test_a_list_of_flows_has_the_status_alone() -> None:
    flow = f"2026-11-30 15:25:13 GET {URL} HTTP/2.0\n                ← 401 application/json 57b 88ms\n"
    assert {"cannot-tell", "revoked"} <= set(verdict(flow))
