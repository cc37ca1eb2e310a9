"""Answers that are not those of the documentation, and who gets no key after them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from machines import ABSENT, NAME, REFUSED, Machine, answering, api, has_key, key, late, whole
from scripted import scripted

if TYPE_CHECKING:
    from collections.abc import Callable

FORBIDDEN = b'{"error": "Forbidden", "code": "PERMISSION_DENIED"}'


PAGE = b"<!doctype html><html><title>Welcome to the hotel</title></html>"


def refuses_bearer(good: str) -> Callable[[bytes], bytes]:
    return lambda head: api(good)(b"\r\n".join(line for line in head.split(b"\r\n") if b"uthorization" not in line))


def only(status: bytes, body: bytes, kind: bytes = b"application/json", *headers: bytes) -> Callable[[str], Any]:
    return lambda _good: lambda _head: whole(body, status, *headers, kind=kind)


def may_not_view(good: str) -> Callable[[bytes], bytes]:
    return lambda head: (
        whole(FORBIDDEN, b"403 Forbidden") if good.encode() in head and b" /v1/sandboxes/" in head else api(good)(head)
    )


def may_not_list(good: str) -> Callable[[bytes], bytes]:
    return lambda head: (
        whole(FORBIDDEN, b"403 Forbidden") if good.encode() in head and b" /v1/sandboxes " in head else api(good)(head)
    )


def out_of_order(good: str) -> Callable[[bytes], bytes]:
    return lambda head: whole(b"{}", b"500 Oops") if good.encode() in head else api(good)(head)


# name: how the server answers, what is found, and whether the key may be sent to it
ANSWERS: dict[str, tuple[Callable[[str], Callable[[bytes], bytes]], list[tuple[str, str]], bool]] = {
    "a portal": (only(b"200 OK", PAGE, b"text/html"), [("captive-portal-or-login-html", "certain")], False),
    "a login elsewhere": (
        only(b"302 Found", b"", b"text/plain", b"Location: https://login.example.com/"),
        [("captive-portal-or-login-html", "likely")],
        False,
    ),
    "a firewall": (only(b"403 No", PAGE, b"text/html"), [("waf-block-403-html", "likely")], False),
    "a proxy": (only(b"407 No", b"", b"text/plain"), [("proxy-auth-required", "certain")], False),
    "another API": (only(b"404 Not Found", ABSENT), [("wrong-base-url", "certain")], False),
    "a stub": (only(b"200 OK", b"{}"), [("wrong-base-url", "likely")], False),
    "a stub of another time": (
        only(b"200 OK", b"{}", b"application/json", b"Date: Mon, 01 Jan 2035 00:00:00 GMT"),
        [("wrong-base-url", "likely")],
        False,
    ),
    "a stub without a word": (only(b"204 No Content", b""), [("wrong-base-url", "likely")], False),
    "a stub in plain text": (only(b"200 OK", b"Success", b"text/plain"), [("wrong-base-url", "likely")], False),
    "a gateway": (
        only(b"403 Forbidden", b'{"message": "Missing Authentication Token"}'),
        [("gateway-path-masquerade", "certain")],
        False,
    ),
    "an outage": (only(b"503 Oops", b"{}"), [("vendor-incident-or-client-defect", "likely")], False),
    "a page of a company": (only(b"503 No", PAGE, b"text/html"), [("waf-block-403-html", "likely")], False),
    "a page that is too much": (only(b"429 No", PAGE, b"text/html"), [("rate-limited", "certain")], False),
    "trouble with the key": (out_of_order, [("vendor-incident-or-client-defect", "likely")], True),
    "no Bearer": (refuses_bearer, [("proxy-stripped-header", "likely")], True),
    "no viewing": (may_not_view, [("scope-insufficient", "certain")], True),
    "no listing": (may_not_list, [("scope-insufficient", "certain")], True),
    "another time": (late, [("clock-skew", "likely")], True),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_an_answer_shows(name: str, machine: Machine) -> None:
    make, causes, may_be_sent = ANSWERS[name]
    machine.has(good := key())
    with scripted(answering(make(good))) as server:
        told = machine.asks(server.url)
    assert told.causes == causes
    assert (told.verdict, told.status) == ("problem", 1)
    assert any(good.encode() in head for head in server.requests) is may_be_sent
    assert {head.split()[0] for head in server.requests} == {b"GET"}


@pytest.mark.parametrize("location", [b"/v2/sandboxes", b"/v1/sandboxes/", b"/login"])
def test_a_redirect_without_a_key_does_not_say_that_one_was_lost(location: bytes, machine: Machine) -> None:
    machine.has(good := key())
    moved = whole(b"", b"302 Found", b"Location: " + location)
    with scripted(answering(lambda head: api(good)(head) if has_key(head) else moved)) as server:
        told = machine.asks(server.url)
    assert (told.verdict, told.causes) == ("cannot-tell", [])
    assert "http-redirect-dropped-auth" in told.data["cannot_tell"]["candidates"]
    assert not any(has_key(head) for head in server.requests)


REFUSALS_OF_OTHERS: dict[str, Callable[[bytes], bytes]] = {
    "in plain text": lambda _head: whole(b"Unauthorized", b"401 Unauthorized", kind=b"text/plain"),
    "to strangers alone": lambda head: whole(REFUSED, b"401 No") if has_key(head) else whole(b"{}"),
    "to nobody alone, and a page to strangers": lambda head: (
        whole(PAGE, kind=b"text/html") if has_key(head) else whole(REFUSED, b"401 No")
    ),
}


@pytest.mark.parametrize("name", REFUSALS_OF_OTHERS)
def test_who_refuses_otherwise_than_the_api_gets_no_key(name: str, machine: Machine) -> None:
    machine.has(good := key())
    with scripted(answering(REFUSALS_OF_OTHERS[name])) as server:
        told = machine.asks(server.url)
    assert not any(good.encode() in head for head in server.requests)
    assert (told.verdict, told.status, told.causes) == ("cannot-tell", 3, [])
    assert told.row("key")[0] == "skipped"
    assert "wrong-base-url" in told.data["cannot_tell"]["candidates"]


STRANGERS: dict[str, tuple[bytes, list[tuple[str, str]]]] = {
    "an outage": (b"502 Bad Gateway", [("vendor-incident-or-client-defect", "likely")]),
    "a limit": (b"429 Too Many Requests", [("rate-limited", "certain")]),
    "nothing to be found": (b"404 Not Found", []),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_no_key_follows_a_stranger_who_was_not_refused(name: str, machine: Machine) -> None:
    status, causes = STRANGERS[name]
    machine.has(good := key())
    refused = whole(REFUSED, b"401 No")
    with scripted(answering(lambda head: whole(b"{}", status) if has_key(head) else refused)) as server:
        told = machine.asks(server.url)
    assert not any(good.encode() in head for head in server.requests)
    assert told.causes == causes
    assert told.status == (1 if causes else 3)
    assert told.row("key") == ("skipped", "it is not sent to a server that does not answer as the API does")


@pytest.mark.parametrize("body", [b"hello", b"", b'"ok"'])
def test_a_key_is_not_called_accepted_by_an_answer_that_holds_no_data(body: bytes, machine: Machine) -> None:
    machine.has(good := key())
    answer = api(good)
    with scripted(
        answering(lambda head: whole(body, kind=b"text/plain") if good.encode() in head else answer(head))
    ) as server:
        told = machine.asks(server.url)
    assert (told.verdict, told.causes) == ("cannot-tell", [])
    assert "wrong-base-url" in told.data["cannot_tell"]["candidates"]
    assert told.row("key in X-API-Key") == ("unknown", "the answer holds no data: 200")


def test_no_key_follows_one_that_was_answered_with_a_page(machine: Machine) -> None:
    machine.has(good := key())
    with scripted(
        answering(lambda head: whole(PAGE, kind=b"text/html") if good.encode() in head else api()(head))
    ) as server:
        told = machine.asks(server.url)
    assert sum(good.encode() in head for head in server.requests) == 1
    assert told.causes == [("captive-portal-or-login-html", "certain")]


def test_a_password_of_a_netrc_file_is_not_shown_whoever_says_it(machine: Machine) -> None:
    password = machine.secret("N3trc" + key()[-12:])
    machine.has().file(".netrc", f"machine 127.0.0.1 login somebody password {password}\n")
    body = json.dumps(
        {"error": f"{password} is wrong", "code": "AUTHENTICATION_ERROR", "request_id": password}
    ).encode()
    with scripted(answering(lambda _head: whole(body, b"401 No"))) as server:
        assert machine.run(f"--base-url={server.url}").status == 1


def test_answers_are_shown_without_what_they_do_to_a_terminal(machine: Machine) -> None:
    answer = whole(b"", b"302 Found", b"Location: http://x.example/\x1b[31m\x07" + machine.has().given[NAME].encode())
    with scripted(answering(lambda _head: answer)) as server:
        text = machine.run(f"--base-url={server.url}")
    assert text.status == 1
    assert "\x1b" not in text.stdout
    assert "it is not followed" in " ".join(text.stdout.split())


def test_answers_do_not_turn_the_line_around(machine: Machine) -> None:
    body = json.dumps({"error": "Unauthorized", "code": "\u202edenied\u2066x"}, ensure_ascii=False).encode()
    with scripted(answering(lambda _head: whole(body, b"401 No"))) as server:
        machine.has()
        for form in ("text", "html"):
            shown = machine.run(f"--base-url={server.url}", f"--format={form}").stdout
            assert "denied" in shown
            assert not set(shown) & {"\u202e", "\u2066"}
