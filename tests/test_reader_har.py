"""HTTP archives as evidence: what tools write is read, what broke off is read as far as it goes, no secret is kept."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from evidence import FORMAT, HOST, evidence_of, id_of, leaks, minted, says
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated

from conformance.diagnosis.archives import capture as har_capture
from conformance.diagnosis.archives import objects
from conformance.diagnosis.archives.objects import Objects
from conformance.diagnosis.readers import har

# Nothing that looks like a key may reach the database of examples.
settings.register_profile("har", database=None, deadline=None, max_examples=150)
settings.load_profile("har")

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
REFUSAL = '{"error":"Unauthorized","code":"AUTHENTICATION_ERROR","request_id":"req_7f"}'


def entry(url: str = f"https://{HOST}/v1/sandboxes", status: Any = 401, **more: Any) -> dict[str, Any]:
    """An entry as browsers write it; `headers` are the request's."""
    headers = more.pop("headers", {"User-Agent": CHROME.format(120)})
    response = {
        "status": status,
        "statusText": "",
        "headers": [{"name": "content-type", "value": "application/json"}],
        "cookies": [],
        "content": {"size": 60, "mimeType": "application/json", "text": REFUSAL},
        "redirectURL": "",
        "_transferSize": 300,
    } | more.pop("response", {})
    request = {
        "method": "GET",
        "url": url,
        "httpVersion": "http/2.0",
        "headers": [{"name": name, "value": value} for name, value in headers.items()],
        "queryString": [],
        "cookies": [],
    } | more.pop("request", {})
    return {
        "_initiator": {"type": "script"},
        "startedDateTime": "2026-11-01T10:00:00.250Z",
        "time": 12.5,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": 12, "receive": 0},
    } | more


def archive(*entries: dict[str, Any], creator: str = "WebInspector", version: str = "537.36", **more: Any) -> str:
    log = {"version": "1.2", "creator": {"name": creator, "version": version}, "pages": [], "entries": list(entries)}
    return json.dumps({"log": log | more}, ensure_ascii=False)


def read(written: bytes | str | dict[str, Any]) -> Any:
    return evidence_of(har, json.dumps(written) if isinstance(written, dict) else written)


def only(written: bytes | str | dict[str, Any]) -> Any:
    [exchange] = read(written).exchanges
    return exchange


def test_an_entry_is_an_exchange_with_everything_that_it_says() -> None:
    key = minted()
    exchange = only(archive(entry(headers={"User-Agent": "curl/8.5.0", "X-API-Key": key})))
    assert (exchange.witness, exchange.method, exchange.url) == ("client", "GET", f"https://{HOST}/v1/sandboxes")
    assert (exchange.status, exchange.code, exchange.message) == (401, "AUTHENTICATION_ERROR", "Unauthorized")
    assert (exchange.request_id, exchange.client, exchange.at) == ("req_7f", "curl/8.5.0", 1793527200.25)
    [credential] = exchange.credentials
    assert credential.key.reveal() == key
    assert str(credential.place) == "given, entry 1, request header X-API-Key"
    assert id_of(key) in dict(exchange.headers)["X-API-Key"]


@pytest.mark.parametrize(
    ("creator", "version"),
    [
        ("WebInspector", "537.36"),
        ("Firefox", "132.0"),
        ("WebKit Web Inspector", "1.0"),
        ("mitmproxy", "11.0.0"),
        ("Charles Proxy", "4.6.7"),
        ("Fiddler", "5.0"),
        ("Insomnia REST Client", "insomnia.desktop.app:v10.1.1"),
        ("Playwright", "1.48.0"),
    ],
)
def test_archives_of_all_tools_are_recognised_and_read(creator: str, version: str) -> None:
    key = minted()
    written = archive(entry(headers={"x-api-key": key}), creator=creator, version=version)
    for raw in (written, json.dumps(json.loads(written), indent=2)):
        assert har.recognises(raw.encode()[: 1 << 16]) >= 95
        exchange = only(raw)
        assert exchange.client == f"{creator} {version}"
        assert exchange.credentials[0].key.reveal() == key


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_any_encoding_is_read(encoding: str) -> None:
    raw = archive(entry(headers={"X-API-Key": "“smart”"})).encode(encoding)
    assert har.recognises(raw) >= 95
    assert only(raw).credentials[0].key.reveal() == "“smart”"


def bare() -> dict[str, str]:
    one, other = entry(), entry(status=200)
    return {
        "one entry": json.dumps(one),
        "an indented entry": json.dumps(one, indent=4),
        "a list": json.dumps([one, other]),
        "entries without a log": json.dumps({"entries": [one, other]}),
        "a log without a wrapping": json.dumps({"version": "1.1", "entries": [one]}),
        "lines": json.dumps(one) + "\n" + json.dumps(other) + "\n",
        "lines of archives": archive(one) + "\n" + archive(other),
        "a request": json.dumps(one["request"]),
        "a response": json.dumps(one["response"]),
        "a request in an entry": json.dumps({"request": one["request"]}),
        "a response in an entry": json.dumps({"response": one["response"]}),
        "entries before their creator": '{"log":{"entries":[' + json.dumps(one) + '],"creator":{"name":"x"}}}',
    }


@pytest.mark.parametrize("how", bare())
def test_pieces_of_an_archive_are_read(how: str) -> None:
    raw = bare()[how]
    assert har.recognises(raw.encode()) >= 80
    exchanges = read(raw).exchanges
    assert exchanges
    assert {exchange.status for exchange in exchanges} <= {401, 200, None}
    assert [str(one.place) for one in exchanges][:2] == ["given, entry 1", "given, entry 2"][: len(exchanges)]


def test_half_an_entry_says_what_it_lacks() -> None:
    request = only(entry()["request"])
    assert (request.method, request.status) == ("GET", None)
    response = only(entry()["response"])
    assert (response.method, response.status, response.lacks) == ("", 401, {"request headers"})


def test_a_body_in_base64_is_read() -> None:
    text = base64.b64encode(REFUSAL.encode()).decode()
    content = {"size": 60, "mimeType": "application/json", "encoding": "base64", "text": text}
    assert only(archive(entry(response={"content": content}))).code == "AUTHENTICATION_ERROR"


def test_a_body_that_was_not_kept_is_lacking() -> None:
    exchange = only(archive(entry(response={"content": {"size": 60, "mimeType": "application/json"}})))
    assert "response body" in exchange.lacks
    assert exchange.response_text == ""


@pytest.mark.parametrize(
    ("how", "error_type"),
    [
        ({"response": {"status": 0, "_error": "net::ERR_NAME_NOT_RESOLVED"}}, "net::ERR_NAME_NOT_RESOLVED"),
        (
            {"response": {"status": -1, "_failureText": "net::ERR_CERT_AUTHORITY_INVALID"}},
            "net::ERR_CERT_AUTHORITY_INVALID",
        ),
        ({"response": {"status": 0}, "_error": {"message": "NS_ERROR_UNKNOWN_HOST"}}, "NS_ERROR_UNKNOWN_HOST"),
        ({"response": {"status": 0, "statusText": "net::ERR_FAILED"}}, "net::ERR_FAILED"),
        ({"response": {"status": 0, "_error": "Error: connect ECONNREFUSED 127.0.0.1:9"}}, "ECONNREFUSED"),
    ],
)
def test_an_error_that_a_tool_wrote_is_a_failure_beside_the_exchange(how: dict[str, Any], error_type: str) -> None:
    evidence = read(archive(entry(**how)))
    assert [exchange.status for exchange in evidence.exchanges] == [0]
    [failure] = evidence.failures
    assert (failure.type, failure.client) == (error_type, "WebInspector 537.36")
    assert failure.url == f"https://{HOST}/v1/sandboxes"


def test_a_redirect_to_the_api_is_kept_and_what_a_redirect_of_the_api_leads_to() -> None:
    key = minted()
    evidence = read(
        archive(
            entry("https://www.example.com/a", 302, response={"redirectURL": f"https://{HOST}/v1/x?api_key={key}"}),
            entry(
                f"http://{HOST}/v1/sandboxes",
                307,
                response={"headers": [{"name": "location", "value": "https://login.example.net/?a=1"}]},
            ),
            entry("https://login.example.net/?a=1", 200),
            entry("https://other.example.net/", 200),
        )
    )
    assert [exchange.status for exchange in evidence.exchanges] == [302, 307, 200]
    assert evidence.exchanges[0].response_header("location").startswith(f"https://{HOST}/v1/x")
    assert not leaks(evidence, key)


def test_preflights_and_bodies_and_cookies_are_read() -> None:
    key, other = minted(), minted()
    preflight = entry(status=401, request={"method": "OPTIONS"})
    form = entry(
        request={"method": "POST", "postData": {"mimeType": "x", "params": [{"name": "api_key", "value": key}]}}
    )
    text = entry(request={"method": "POST", "postData": {"mimeType": "x", "text": json.dumps({"api_key": key})}})
    query = entry(request={"queryString": [{"name": "api_key", "value": key}]})
    cookie = entry(request={"cookies": [{"name": "api_key", "value": other}, {"name": "sid", "value": "s" * 40}]})
    evidence = read(archive(preflight, form, text, query, cookie))
    assert evidence.exchanges[0].method == "OPTIONS"
    carriers = [[(one.carrier, one.key.reveal()) for one in exchange.credentials] for exchange in evidence.exchanges]
    assert carriers == [[], [("body", key)], [("body", key)], [("query", key)], [("cookie", other)]]
    assert not leaks(evidence, key, other)


@pytest.mark.parametrize(
    ("version", "headers", "lacking"),
    [
        (131, {}, {"authorization header", "cookie header"}),
        (120, {}, {"authorization header", "cookie header"}),  # a page may name any version
        (131, {"Cookie": "sid=1"}, set()),
        (131, {"Authorization": "Bearer abc"}, set()),
    ],
)
def test_a_chrome_that_removes_credentials_says_nothing_by_their_absence(
    version: int, headers: dict[str, str], lacking: set[str]
) -> None:
    asset = entry("https://www.example.com/x.js", 200, headers={"User-Agent": CHROME.format(version)} | headers)
    evidence = read(archive(asset, entry(headers={"User-Agent": CHROME.format(version), "Accept": "*/*"})))
    assert evidence.exchanges[-1].lacks == lacking


@pytest.mark.parametrize("written", ["[REDACTED]", "***", "Bearer [REDACTED]", "<redacted>", "Bearer ********"])
def test_a_value_that_a_tool_removed_is_lacking_and_no_placeholder(written: str) -> None:
    exchange = only(archive(entry(headers={"User-Agent": "x", "Authorization": written}), creator="x"))
    assert exchange.credentials == ()
    assert exchange.lacks == {"credential"}
    assert dict(exchange.headers)["Authorization"] == written


def test_a_mask_that_was_let_in_was_put_there_afterwards() -> None:
    key = minted()
    masked = key[:24] + "****"
    fine, refused = entry(status=200, headers={"X-API-Key": masked}), entry(headers={"X-API-Key": masked})
    assert [one.credentials for one in read(archive(fine, refused)).exchanges] == [(), ()]
    assert len(only(archive(refused)).credentials) == 1


def test_what_is_not_about_the_api_is_only_counted() -> None:
    evidence = read(
        archive(*[entry(f"https://cdn{n % 7}.example.com/{n}", 200, response={"content": {}}) for n in range(50)])
    )
    assert evidence.exchanges == ()
    assert says(evidence).startswith("none of the 50 entries does concern the API; they went to cdn0.example.com, ")
    assert says(evidence).count("example.com") == 5


def test_a_key_or_its_header_on_any_host_concerns_the_api() -> None:
    key = minted()
    for other in (
        entry("https://wrong.example.com/", headers={"X-API-Key": "a"}),
        entry("https://wrong.example.com/", headers={"Api-Key": "a"}),
        entry(f"https://wrong.example.com/?k={key}"),
        entry("https://wrong.example.com/v1/sandboxes"),
        entry("https://wrong.example.com/", headers={"X-Whatever": key}),
    ):
        assert not leaks(read(archive(other)), key)
        assert only(archive(other))


def test_a_secret_that_is_known_only_later_is_hidden_earlier() -> None:
    key = minted()
    broken = key.replace(FORMAT.prefix, "")  # which nothing but its place says is a secret
    first = entry(response={"content": {"mimeType": "text/plain", "text": f"your key {broken} is new"}})
    assert not leaks(read(archive(first, entry(headers={"X-API-Key": broken}))), key)


def test_a_truncated_archive_is_read_as_far_as_it_is_whole() -> None:
    whole = archive(*[entry(headers={"X-API-Key": minted()}) for _ in range(5)])
    for share in (0.5, 0.75, 0.95):
        evidence = read(whole[: int(len(whole) * share)])
        assert len(evidence.exchanges) == int(share * 5)
        assert "breaks off in the middle, behind entry" in says(evidence)


def test_a_broken_entry_is_left_out_and_named() -> None:
    broken = json.dumps(entry()).replace('"time": 12.5', '"time": oops')
    evidence = read('{"log":{"entries":[' + ",".join([json.dumps(entry()), broken, json.dumps(entry())]) + "]}}")
    assert [str(one.place) for one in evidence.exchanges] == ["given, entry 1", "given, entry 3"]
    assert "entry 2" in says(evidence)


def test_large_texts_are_cut_and_everything_behind_them_is_read() -> None:
    long = 'é\\"' * 400_000 + "🎉"
    large = entry(response={"content": {"mimeType": "text/plain", "text": long}})
    evidence = read(archive(large, entry(status=403)))
    assert [one.status for one in evidence.exchanges] == [401, 403]
    assert 30_000 < len(evidence.exchanges[0].response_text) <= 65_536


@pytest.mark.parametrize("cut", [*range(60, 72)])
def test_a_text_is_never_cut_within_an_escape(monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    monkeypatch.setattr(objects, "LONGEST_TEXT", cut)
    monkeypatch.setattr(objects, "_WINDOW", 16)
    monkeypatch.setattr(objects, "_CHUNK", 7)
    value = {"a": "x" * 50 + '\\\\"\n\u00e9🎉' * 9, "b": [1, {"c": "d"}]}
    [(_, found)] = list(Objects(io.StringIO("[" + json.dumps(value) + "]"), frozenset()))
    assert value["a"].startswith(found["a"].rstrip("\ud83c"))
    assert found["b"] == value["b"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(),
        lambda more: st.lists(more) | st.dictionaries(st.text(), more),
        max_leaves=20,
    )
)
def test_objects_are_those_that_json_finds(value: Any) -> None:
    values = [{"a": value}, {"b": [value]}]
    assert [one for _, one in Objects(io.StringIO(json.dumps(values)), frozenset())] == values


def test_no_more_entries_are_kept_than_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har_capture.Capture.__init__, "__defaults__", (10,))
    evidence = read(archive(*[entry(status=401 if n % 3 == 0 else 200) for n in range(30)]))
    assert [one.status for one in evidence.exchanges] == [401] * 10
    assert "10 entries that concern the API were kept, those that failed first; 20 were not" in says(evidence)


def test_too_many_different_credentials_end_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har_capture, "_MOST_PIECES", 3000)
    evidence = read(archive(*[entry(headers={"X-API-Key": minted()}) for _ in range(20)]))
    assert 1 < len(evidence.exchanges) < 20
    assert "too many different credentials" in says(evidence)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"log": {"entries": ' + b"[" * 200_000,
        b'[{"request": {"url": "' + b"\\" * 500_001,
        b'{"log":{"entries":[' + b"1e999999," * 50_000,
        b'{"request":{"method":"GET","url":"' + b"?a&" * 300_000 + b'"}}',
        b'{"response":{"status":200,"content":{"text":"' + b"<title>" * 9000 + b'"}}}',
        b'{"request":{"url":[[[[]]]],"headers":{"a":{"b":1}},"cookies":"x","queryString":[1,null,[2,3]]},"response":{"status":1e400,"content":7}}',
        b'{"log":' * 50_000,
        b"[" + b'{"a":' * 5000,
        b"",
        b"\xff\xfe{",
    ],
)
def test_hostile_archives_are_read_without_an_exception(raw: bytes) -> None:
    har.recognises(raw[: 1 << 16])
    assert not leaks(read(raw), minted())


@pytest.mark.parametrize(
    "text",
    [
        '{"error":"Unauthorized","code":"AUTHENTICATION_ERROR"}',
        "curl -H 'X-API-Key: $KEY' https://example.com",
        "Dear support, my request entries log failed",
        '{"time":"2026-10-10T13:55:36Z","method":"GET","path":"/v1/sandboxes","status":401,"ip":"1.2.3.4"}',
        "HTTP/1.1 401 Unauthorized\r\n\r\n",
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert har.recognises(text.encode()) <= 40


SECRET = minted()
SAMPLES = [
    archive(
        entry(
            f"https://{HOST}/v1/sandboxes?api_key={SECRET}",
            headers={"X-API-Key": SECRET, "User-Agent": CHROME.format(131)},
        ),
        entry(headers={"Authorization": f"Bearer {SECRET}"}, response={"content": {"text": f"{SECRET} is wrong"}}),
        entry(
            request={"method": "POST", "postData": {"text": json.dumps({"api_key": SECRET})}},
            _error=f"net::ERR {SECRET}",
        ),
    ).encode(),
    json.dumps(entry(headers={"X-API-Key": SECRET, "Cookie": f"api_key={SECRET}"}), indent=1).encode(),
]


@given(mutated(*SAMPLES))
def test_mutated_archives_are_read_and_keep_no_secret(raw: bytes) -> None:
    assert 0 <= har.recognises(raw[: 1 << 16]) <= 100
    assert not leaks(read(raw), SECRET)


@given(st.binary(max_size=400))
def test_random_bytes_are_read(raw: bytes) -> None:
    assert har.recognises(raw) <= 98
    read(raw)
