"""The mock over a socket: HTTP as it arrives, well formed or not."""

from __future__ import annotations

import json

import pytest
from wires import BODY, LIST, ask, connected, request_bytes

from conformance.mock.respond import BODY_LIMIT


def test_every_answer_has_a_request_id_of_its_own(mock: dict[str, str]) -> None:
    ids = [ask(mock)[0].headers["X-Request-ID"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert None not in ids


@pytest.mark.parametrize("path", [LIST, f"{LIST}/unknown", "/nowhere"])
@pytest.mark.parametrize("key", ["HOPX_API_KEY", "HOPX_API_KEY_CREATE_ONLY", "HOPX_API_KEY_RATE_LIMITED", ""])
def test_head_has_the_headers_of_get_and_no_body(mock: dict[str, str], path: str, key: str) -> None:
    given = {"X_API_Key": mock[key]} if key else {}
    (get, body), (head, nothing) = ask(mock, path=path, **given), ask(mock, "HEAD", path=path, **given)
    assert nothing == b""
    assert head.status == get.status
    own = ("x-request-id", "date", "retry-after")
    assert [pair for pair in head.getheaders() if pair[0] not in own] == [
        pair for pair in get.getheaders() if pair[0] not in own
    ]
    assert head.headers["Content-Length"] == str(len(body))


def test_a_connection_is_kept_and_pipelined_requests_are_answered_in_order(mock: dict[str, str]) -> None:
    with connected(mock) as wire:
        heads = [
            f"GET {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY",
            f"GET {LIST} HTTP/1.1\nHost: x",
            "GET /nowhere HTTP/1.1\nHost: x\nauthorization: bearer KEY",
            f"OPTIONS {LIST} HTTP/1.1\nHost: x",
        ]
        wire.send(b"".join(request_bytes(mock, head) for head in heads))
        assert wire.answers(4) == [200, 401, 404, 204]
        wire.send(request_bytes(mock, heads[1]))
        assert wire.answers(1) == [401]


def test_chunked_bodies_are_put_together(mock: dict[str, str]) -> None:
    chunks = iter([BODY[:5], BODY[5:6], BODY[6:]])
    response, body = ask(mock, "POST", body=chunks, X_API_Key=mock["HOPX_API_KEY"])
    assert (response.status, json.loads(body)["template_id"]) == (201, "52")


@pytest.mark.parametrize("word", ["100-continue", "100-Continue"])
def test_who_expects_it_is_told_to_go_on(mock: dict[str, str], word: str) -> None:
    head = f"POST {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY\nExpect: {word}\nContent-Length: {len(BODY)}"
    with connected(mock) as wire:
        wire.send(request_bytes(mock, head))
        assert (wire.line(), wire.line()) == (b"HTTP/1.1 100 Continue\r\n", b"\r\n")
        wire.send(BODY)
        assert wire.answers(1) == [201]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_too_large_and_the_connection_goes_on(mock: dict[str, str], chunked: bool) -> None:
    body = b'{"template_id": "' + b"x" * BODY_LIMIT + b'"}'
    head = f"POST {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY\n"
    if chunked:
        head, body = head + "Transfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    else:
        head += f"Content-Length: {len(body)}"
    with connected(mock) as wire:
        wire.send(request_bytes(mock, head, body))
        wire.send(request_bytes(mock, f"GET {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY"))
        assert wire.answers(2) == [413, 200]


def test_a_body_of_just_the_limit_is_taken(mock: dict[str, str]) -> None:
    start, end = b'{"template_id": "', b'"}'
    body = start + b"x" * (BODY_LIMIT - len(start) - len(end)) + end
    assert ask(mock, "POST", body=body, X_API_Key=mock["HOPX_API_KEY"])[0].status == 201
    assert ask(mock, "POST", body=body + b" ", X_API_Key=mock["HOPX_API_KEY"])[0].status == 413
    assert ask(mock, "POST", body=body + b" ")[0].status == 401


def test_a_huge_header_is_a_malformed_key(mock: dict[str, str]) -> None:
    response, body = ask(mock, X_API_Key=mock["HOPX_API_KEY"] * 2000)
    assert (response.status, json.loads(body)["code"]) == (401, "AUTHENTICATION_ERROR")


@pytest.mark.parametrize(
    "byte", [b"\x01", b"\x7f", b"\x1b", b"\x80", b"\xff", "\u00e9".encode(), "\U0001f511".encode()]
)
def test_strange_bytes_are_refused_and_the_server_goes_on(mock: dict[str, str], byte: bytes) -> None:
    with connected(mock) as wire:
        head = request_bytes(mock, f"GET {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY?")
        wire.send(head.replace(b"?", byte))
        assert wire.answers(1)[0] in (400, 401)
    assert ask(mock)[0].status == 401


def test_what_is_no_http_is_a_bad_request_and_the_end_of_the_connection(mock: dict[str, str]) -> None:
    for head in ("BREW /v1/sandboxes HTTP/1.1\nHost: x", "GET /v1/sandboxes HTTP/9.9\nHost: x", "hello"):
        with connected(mock) as wire:
            wire.send(request_bytes(mock, head))
            assert wire.answers(1) == [400]
            assert wire.line() == b""


def test_after_a_request_to_close_nothing_is_answered(mock: dict[str, str]) -> None:
    close, more = f"GET {LIST} HTTP/1.1\nHost: x\nConnection: close", f"GET {LIST} HTTP/1.1\nHost: x"
    with connected(mock) as wire:
        wire.send(request_bytes(mock, close) + request_bytes(mock, more))
        assert wire.answers(1) == [401]
        assert wire.line() == b""
    with connected(mock) as wire:
        wire.send(request_bytes(mock, f"GET {LIST} HTTP/1.0"))
        assert wire.answers(1) == [401]
        assert wire.line() == b""


def test_a_wish_for_another_protocol_is_answered_in_this_one(mock: dict[str, str]) -> None:
    with connected(mock) as wire:
        wire.send(
            request_bytes(mock, f"GET {LIST} HTTP/1.1\nHost: x\nX-API-Key: KEY\nConnection: Upgrade\nUpgrade: h2c")
        )
        assert wire.answers(1) == [200]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://x/v1/sandboxes", 200),
        ("http://x/v1/sandboxes?limit=1", 200),
        ("/v1/sandboxes?limit=1", 200),
        ("http://x", 404),
        ("*", 404),
    ],
)
def test_a_target_may_be_a_whole_address(mock: dict[str, str], target: str, status: int) -> None:
    with connected(mock) as wire:
        wire.send(request_bytes(mock, f"GET {target} HTTP/1.1\nHost: x\nX-API-Key: KEY"))
        assert wire.answers(1) == [status]


def test_a_trailer_is_no_header(mock: dict[str, str]) -> None:
    with connected(mock) as wire:
        body = b"2\r\n{}\r\n0\r\nX-API-Key: %s\r\n\r\n" % mock["HOPX_API_KEY"].encode()
        wire.send(request_bytes(mock, f"GET {LIST} HTTP/1.1\nHost: x\nTransfer-Encoding: chunked", body))
        assert wire.answers(1) == [401]


def test_the_length_of_a_204_is_not_said(mock: dict[str, str]) -> None:
    response, body = ask(mock, "OPTIONS")
    assert (response.status, response.headers["Content-Length"], body) == (204, None, b"")


def test_no_answer_holds_a_secret(mock: dict[str, str]) -> None:
    keys = [value for name, value in mock.items() if name.startswith("HOPX_API_KEY")]
    for key in keys:
        secret = key.rpartition(".")[2]
        for method in ("GET", "POST", "PUT", "OPTIONS"):
            response, body = ask(mock, method, f"{LIST}?k={key}", json.dumps({"template": 1, "x": key}), X_API_Key=key)
            text = repr(response.getheaders()) + body.decode()
            assert not [at for at in range(len(secret) - 7) if secret[at : at + 8] in text]


def test_a_request_whose_client_left_in_the_middle_is_not_performed(mock: dict[str, str]) -> None:
    with connected(mock) as wire:
        wire.send(f"POST {LIST} HTTP/1.1\r\nHost: x\r\nX-API-Key: {mock['HOPX_API_KEY']}\r\n".encode())
        before = ask(mock, "GET", LIST, X_API_Key=mock["HOPX_API_KEY"])[1]
        wire.send(b"Content-Length: 100\r\n\r\n" + BODY)
    assert ask(mock, "GET", LIST, X_API_Key=mock["HOPX_API_KEY"])[1] == before


def test_the_absolute_form_of_a_target_is_taken(mock: dict[str, str]) -> None:
    with connected(mock) as wire:
        wire.send(f"GET http://x{LIST} HTTP/1.1\r\nHost: x\r\nX-API-Key: {mock['HOPX_API_KEY']}\r\n\r\n".encode())
        assert wire.answers(1) == [200]
