"""Logs of servers as evidence: every common form is read, the history survives in bounded memory, no secret is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from evidence import FORMAT, HOST, evidence_of, id_of, leaks, minted, says
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated

from conformance.diagnosis.logs import exchange as log_exchange
from conformance.diagnosis.logs.history import History
from conformance.diagnosis.readers import har, log

# Nothing that looks like a key may reach the database of examples.
settings.register_profile("log", database=None, deadline=None, max_examples=150)
settings.load_profile("log")

AT = 1791640536.0  # 2026-10-10T13:55:36Z
PATH = "/v1/sandboxes"
COMMON = f'203.0.113.9 - - [10/Oct/2026:13:55:36 +0000] "GET {PATH} HTTP/1.1" 401 57'
COMBINED = COMMON + ' "-" "curl/8.5.0"'


def forms(key: str) -> dict[str, str | dict[str, Any]]:
    """Lines of one and the same request, as servers and collectors of logs write them."""
    key_id = id_of(key)
    headers = {"host": HOST, "user-agent": "curl/8.5.0", "accept": "*/*"}
    return {
        "common": COMMON,
        "combined": COMBINED,
        "another zone": COMBINED.replace("13:55:36 +0000", "06:55:36 -0700"),
        "virtual host": f"{HOST}:443 {COMBINED}",
        "extra fields": f'{COMBINED} rt=0.003 "req_8fk2l3" key_id={key_id}',
        "traefik, text": f'{COMBINED} 12 "api@docker" "http://10.0.0.4:80" 3ms',
        "nginx, JSON": {
            "time_iso8601": "2026-10-10T13:55:36+00:00",
            "remote_addr": "203.0.113.9",
            "request": f"GET {PATH} HTTP/1.1",
            "status": "401",
            "http_x_api_key": key,
            "http_authorization": "",
            "request_id": "abc123",
            "request_time": "0.003",
        },
        "envoy, JSON": {
            "start_time": "2026-10-10T13:55:36.000Z",
            "method": "GET",
            "path": PATH,
            "protocol": "HTTP/2",
            "response_code": 401,
            "response_code_details": "ext_authz_denied",
            "authority": HOST,
            "downstream_remote_address": "203.0.113.9:4411",
        },
        "envoy, text": f'[2026-10-10T13:55:36.000Z] "GET {PATH} HTTP/2" 401 UAEX 0 57 3 - "203.0.113.9" "x/1" "-"',
        "kong": {
            "request": {"method": "GET", "url": f"https://{HOST}{PATH}", "headers": headers | {"x-api-key": key}},
            "response": {"status": 401, "headers": {"x-request-id": "req_1"}},
            "client_ip": "203.0.113.9",
            "started_at": 1791640536000,
            "latencies": {"request": 3},
        },
        "traefik": {
            "ClientHost": "203.0.113.9",
            "DownstreamStatus": 401,
            "RequestAddr": HOST,
            "RequestMethod": "GET",
            "RequestPath": PATH,
            "StartUTC": "2026-10-10T13:55:36.000000000Z",
            "request_X-Api-Key": key,
            "time": "2026-10-10T13:55:37Z",
        },
        "api gateway": {
            "requestId": "c1",
            "ip": "203.0.113.9",
            "requestTime": "10/Oct/2026:13:55:36 +0000",
            "httpMethod": "GET",
            "path": PATH,
            "status": "401",
            "apiKeyId": key_id,
            "error.message": "Unauthorized",
        },
        "cloudflare": {
            "ClientIP": "203.0.113.9",
            "ClientRequestHost": HOST,
            "ClientRequestMethod": "GET",
            "ClientRequestURI": PATH,
            "EdgeResponseStatus": 401,
            "EdgeStartTimestamp": 1791640536000000000,
            "RayID": "8b1e0f",
        },
        "caddy": {
            "level": "info",
            "ts": AT,
            "msg": "handled request",
            "request": {"remote_ip": "203.0.113.9", "method": "GET", "uri": PATH, "headers": {"X-Api-Key": [key]}},
            "status": 401,
        },
        "pino": {
            "level": 30,
            "time": 1791640536000,
            "hostname": "api-7f9c-x1",
            "req": {"id": "req-1", "method": "GET", "url": PATH, "headers": headers, "remoteAddress": "203.0.113.9"},
            "res": {"statusCode": 401},
        },
        "structlog": {
            "event": "auth_failed",
            "key_id": key_id,
            "status_code": 401,
            "path": PATH,
            "method": "GET",
            "client_ip": "203.0.113.9",
            "timestamp": "2026-10-10T13:55:36Z",
        },
        "logfmt": f'time=2026-10-10T13:55:36Z msg="no" method=GET path={PATH} status=401 kid={key_id} ip=203.0.113.9:3',
        "balancer": "https 2026-10-10T13:55:36.000000Z app/lb/50dc 203.0.113.9:2817 10.0.0.1:80 0.086 0.048 0.037 "
        f'401 401 34 366 "GET https://{HOST}:443{PATH} HTTP/1.1" "curl/8.5.0" A TLSv1.2 arn',
        "docker": {"log": COMBINED + "\n", "stream": "stdout", "time": "2026-10-10T13:55:37Z"},
        "container runtime": "2026-10-10T13:55:36.000000000Z stdout F "
        + json.dumps({"status": 401, "method": "GET", "path": PATH, "ip": "203.0.113.9"}),
        "kubectl": f"[pod/gw-5f-a/nginx] {COMBINED}",
        "compose": f"gateway-1  | \x1b[33m{COMBINED}\x1b[0m",
        "syslog": f"Oct 10 13:55:36 gw1 nginx[31]: {COMBINED}",
        "new syslog": "<190>1 2026-10-10T13:55:36Z gw1 nginx 12 - - "
        + json.dumps({"status": 401, "method": "GET", "uri": PATH, "ip": "203.0.113.9"}),
        "google": {
            "httpRequest": {"requestMethod": "GET", "requestUrl": PATH, "status": 401, "remoteIp": "203.0.113.9"},
            "timestamp": "2026-10-10T13:55:36Z",
        },
        "elastic": {
            "@timestamp": "2026-10-10T13:55:36Z",
            "http.request.method": "GET",
            "url.path": PATH,
            "http.response.status_code": 401,
            "client.ip": "203.0.113.9",
        },
    }  # fmt: skip


def read(written: Any) -> Any:
    return evidence_of(log, written if isinstance(written, str | bytes) else json.dumps(written))


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in records)


def record(status: int, at: float, key_id: str = "", **more: Any) -> dict[str, Any]:
    return {"time": at, "method": "GET", "path": PATH, "status": status, "key_id": key_id} | more


@pytest.mark.parametrize("form", forms(minted()))
def test_every_form_is_recognised_and_says_the_same(form: str) -> None:
    key = minted()
    written = forms(key)[form]
    raw = (written if isinstance(written, str) else json.dumps(written)) + "\n"
    assert log.recognises(raw.encode()) >= 80
    assert har.recognises(raw.encode()) < log.recognises(raw.encode())
    evidence = read(raw)
    [exchange] = evidence.exchanges
    assert exchange.witness == "server"
    assert (exchange.method, exchange.status, exchange.at) == ("GET", 401, AT)
    assert exchange.url.endswith(PATH)
    assert str(exchange.place) == "given, line 1"
    assert exchange.origin == "203.0.113.9"
    assert not exchange.key_id or exchange.key_id == id_of(key)
    assert all(one.key.reveal() == key for one in exchange.credentials)
    assert bool(exchange.key_id) == (key in raw or id_of(key) in raw)
    assert not leaks(evidence, key)


def test_several_lines_are_recognised_in_any_encoding() -> None:
    raw = (COMBINED + "\n") * 5
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert log.recognises(raw.encode(encoding)) >= 90
        assert len(read(raw.encode(encoding)).exchanges) == 5


@pytest.mark.parametrize("indent", [None, 2])
def test_lists_and_exports_of_records_are_read(indent: int | None) -> None:
    some = [record(401, AT, "a" * 12, ip="1.2.3.4"), record(200, AT + 1, "a" * 12, ip="1.2.3.4")]
    for raw in (json.dumps(some, indent=indent), json.dumps({"Records": some}, indent=2)):
        assert log.recognises(raw.encode()) >= 80
        evidence = read(raw)
        assert [str(one.place) for one in evidence.exchanges] == ["given, record 1", "given, record 2"]


@pytest.mark.parametrize(
    "text",
    [
        '{"error":"Unauthorized","code":"AUTHENTICATION_ERROR"}',
        '{"timestamp":"2026-10-10T13:55:36Z","status":401,"error":"Unauthorized","path":"/v1/sandboxes"}',
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: bad',
        "ERROR app\nTraceback (most recent call last):\n  File \"a.py\", line 3\nKeyError: 'x'\n",
        "curl -v https://api.example.com -H 'X-API-Key: abc'",
        "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\n\r\n{}",
        "API_KEY=abc\nBASE_URL=https://x\nDEBUG=1\n",
        "Dear support,\nsince yesterday all requests fail with status=401, please help.\n",
        "",
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert log.recognises(text.encode()) <= 50


def test_what_a_log_does_not_write_is_lacking() -> None:
    key = minted()
    [common] = read(COMBINED).exchanges
    assert common.lacks == {"request headers"}
    [both] = read(forms(key)["nginx, JSON"]).exchanges
    assert both.lacks == frozenset()
    assert [name for name, _ in both.headers] == ["x-api-key"]
    [one] = read(forms(key)["traefik"]).exchanges
    assert one.lacks == {"authorization header"}
    headers = {"X-API-Key": "[Redacted]", "a": "b", "c": "d"}
    [removed] = read({"method": "GET", "path": PATH, "status": 401, "headers": headers}).exchanges
    assert (removed.credentials, removed.lacks) == ((), {"credential"})


def test_a_header_that_nginx_dropped_is_told() -> None:
    key = minted()
    start = "2026/10/10 13:55:36 [info] 31#31: *5 client sent invalid header line: "
    rest = "while reading client request headers, client: 203.0.113.9, server: x, "
    rest += f'request: "GET {PATH} HTTP/1.1", host: "{HOST}"'
    other = '2026/10/10 13:55:36 [error] 31#31: *6 open() "/x" failed (2: No such file), client: 1.2.3.4'
    evidence = read(f'{start}"x_api_key: {key}" {rest}\n{other}\n')
    [exchange] = evidence.exchanges
    assert "invalid header line" in exchange.message
    [credential] = exchange.credentials
    assert (credential.name, credential.key.reveal()) == ("x_api_key", key)
    assert (exchange.status, exchange.origin, exchange.at) == (None, "203.0.113.9", AT)
    assert log.recognises(f'{start}"x_api_key: {key}" {rest}\n'.encode()) >= 90
    assert not leaks(evidence, key)


def test_a_key_in_the_query_or_in_an_extra_field_is_found() -> None:
    key = minted()
    line = COMBINED.replace(PATH, f"{PATH}?api_key={key}")
    assert [one.carrier for one in read(line).exchanges[0].credentials] == ["query"]
    [exchange] = read(f'{COMBINED} "{key}"').exchanges
    assert [one.key.reveal() for one in exchange.credentials] == [key]
    assert not leaks(read(line), key)


def test_requests_of_others_are_counted_and_left_out() -> None:
    evidence = read(COMBINED.replace(PATH, "/favicon.ico").replace("401", "404") + "\n" + COMBINED + "\nwhat is this\n")
    assert [one.status for one in evidence.exchanges] == [401]
    assert "1 requests of it do not concern the API" in says(evidence)
    assert "1 line is no line of a server's log, and left out; the first is line 3" in says(evidence)


def history(records: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, most: int = 20) -> Any:
    monkeypatch.setattr(History.__init__, "__defaults__", (most, most))
    return read(lines(*records))


def test_successes_until_a_moment_and_only_refusals_after_it_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    key_id = "a1b2c3d4e5f6"
    records = [record(200, AT + n, key_id) for n in range(500)] + [record(401, AT + n, key_id) for n in range(500, 900)]
    evidence = history(records, monkeypatch)
    fine = [one.at for one in evidence.exchanges if one.status == 200]
    refused = [one.at for one in evidence.exchanges if one.status == 401]
    assert (min(fine), max(fine), min(refused), max(refused)) == (AT, AT + 499, AT + 500, AT + 899)
    assert len(evidence.exchanges) == 22
    assert "of 400 requests that failed the first 10 and the last 10 were kept; 380 between them were not" in says(
        evidence
    )
    assert "of 500 successful requests the first and the last of each key id and origin were kept" in says(evidence)


def test_two_keys_on_two_pods_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [record(200, AT + n, "b" * 12, pod="pod-b", client_ip="10.0.0.1") for n in range(300)]
    records += [record(401, AT + n, "a" * 12, pod="pod-a", client_ip="10.0.0.1") for n in range(15)]
    evidence = history(records, monkeypatch)
    assert {(one.key_id, one.origin) for one in evidence.exchanges} == {("b" * 12, "pod-b"), ("a" * 12, "pod-a")}


def test_many_keys_that_fail_from_one_moment_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [minted() for _ in range(12)]
    monkeypatch.setattr(log_exchange, "_MOST_KEYS", 3)
    monkeypatch.setattr(History.__init__, "__defaults__", (100, 10))
    records = [
        {"time": AT + n, "method": "GET", "path": PATH, "status": status, "http_x_api_key": key}
        for status in (200, 401)
        for n, key in enumerate(keys)
    ]
    evidence = read(lines(*records))
    refused = {one.key_id for one in evidence.exchanges if one.status == 401}
    assert refused == {id_of(key) for key in keys}
    assert "more different keys than are compared" in says(evidence)
    assert not leaks(evidence, *keys)


def test_long_lines_are_left_out_and_what_follows_is_read() -> None:
    evidence = read(COMBINED + "\n" + "x" * 2_500_000 + "\n" + COMBINED + "\n")
    assert [str(one.place) for one in evidence.exchanges] == ["given, line 1", "given, line 3"]
    assert "longer than a million characters" in says(evidence)


@pytest.mark.parametrize(
    "line",
    [
        "a=" * 400_000,
        "a=b " * 200_000,
        '"' * 900_000,
        'a="' + "\\" * 900_000,
        "[" * 900_000,
        '{"a":' * 100_000,
        COMBINED + ' "' + '\\"' * 400_000,
        COMBINED + " " * 900_000 + "x",
        "<1>1 " + "x " * 400_000,
        " | " * 300_000,
        "2026/10/10 13:55:36 [info] 1#1: *5 auth, client: " * 15_000,
        json.dumps({"method": "GET", "path": PATH + "?" + "a&" * 200_000, "status": 1e308, "msg": "x" * 400_000}),
        json.dumps({str(n): {str(n): n} for n in range(50_000)}),
        "1" * 900_000,
        "\x1b[" * 400_000,
        "a" * 500_000 + " - - [",
    ],
)
def test_hostile_lines_are_read_in_time_that_ends(line: str) -> None:
    log.recognises(line.encode()[: 1 << 16])
    read(line)


SECRET = minted()
SAMPLES = [
    "\n".join(one if isinstance(one, str) else json.dumps(one) for one in forms(SECRET).values()).encode(),
    json.dumps([one for one in forms(SECRET).values() if isinstance(one, dict)], indent=1).encode(),
    (COMBINED.replace(PATH, f"{PATH}?api_key={SECRET}") + "\n" + json.dumps(forms(SECRET)["kong"])).encode(),
]


@given(mutated(*SAMPLES))
def test_mutated_logs_are_read_and_keep_no_secret(raw: bytes) -> None:
    assert 0 <= log.recognises(raw[: 1 << 16]) <= 100
    assert not leaks(read(raw), SECRET)


@given(st.binary(max_size=400))
def test_random_bytes_are_read(raw: bytes) -> None:
    assert log.recognises(raw) <= 98
    read(raw)


@given(
    st.sampled_from(["time", "status", "path", "method", "headers", "request", "msg", "key_id", FORMAT.prefix]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda more: st.lists(more) | st.dictionaries(st.text(), more),
        max_leaves=9,
    ),
)
def test_records_of_any_shape_are_read(name: str, value: Any) -> None:
    read(json.dumps({"method": "GET", "path": PATH, "status": 401} | {name: value}))
