"""The judge: what a rule promises, and whether an exchange keeps it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from conformance.exchange import Exchange, Recipe, Request, Response, SentRequest
from conformance.judge import (
    Answer,
    Expectation,
    Form,
    Withheld,
    brief,
    expectation,
    gives_access,
    in_scope,
    is_documented,
    judge,
    leak,
    mismatch,
    vocabulary_of,
)
from conformance.probes import Probe, all_probes, probes_of
from conformance.spec.files import default_spec
from conformance.spec.loader import load
from conformance.spec.mistakes import FileError
from conformance.spec.model import Body, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.exchange import Headers
    from conformance.spec.model import Level, Spec

SPEC = load(default_spec())
PROBES = {probe.id: probe for probe in all_probes(SPEC)}
REST_401 = {"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}
REST_403 = {"error": "Forbidden", "code": "PERMISSION_DENIED"}


def answered(status: int, body: Any = None, content_type: str = "application/json", **rest: Any) -> Response:
    headers = (("Content-Type", content_type),) if content_type else ()
    return Response(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode(), **rest)


def exchange(response: Response, path: str = "/y", headers: Headers = (), body: str = "") -> Exchange:
    return Exchange(SentRequest("GET", "http://x", f"http://x{path}", headers, body), response, Request("GET", path))


def probe_of(rule: str, credential: str = "", operation: str = "") -> Probe:
    return next(
        probe
        for probe in PROBES.values()
        if probe.rule.id == rule and credential in ("", probe.recipe.name) and operation in ("", probe.operation)
    )


def misfit(rule: str, response: Response, vocabulary: str = "any", **axes: str) -> str:
    return mismatch(expectation(SPEC, probe_of(rule, **axes), vocabulary), response)


# What is promised


@pytest.mark.parametrize(
    ("rule", "axes", "expected"),
    [
        ("valid-key-authenticates", {"operation": "create"}, "200 or 201 or 202"),
        ("valid-key-authenticates", {"operation": "list"}, "200"),
        ("unauthorized-missing", {}, "401 AUTHENTICATION_ERROR Unauthorized or auth_invalid_key"),
        (
            "unauthorized-expired",
            {},
            "401 AUTHENTICATION_ERROR Unauthorized or auth_invalid_key or auth_key_expired",
        ),
        ("rate-limited", {}, "429 auth_rate_limited"),
        ("variants-give-no-access", {}, "a refusal, never access"),
        (
            "other-organization-key",
            {},
            "401 AUTHENTICATION_ERROR Unauthorized or auth_invalid_key, or "
            "403 PERMISSION_DENIED Forbidden or auth_insufficient_permissions",
        ),
        ("scope-decides", {"credential": "read_only", "operation": "list"}, "200"),
        (
            "scope-decides",
            {"credential": "read_only", "operation": "create"},
            "403 PERMISSION_DENIED Forbidden or auth_insufficient_permissions",
        ),
    ],
)
def test_an_expectation_reads_as_the_answers_that_keep_the_promise(
    rule: str, axes: dict[str, str], expected: str
) -> None:
    assert str(expectation(SPEC, probe_of(rule, **axes))) == expected


def test_a_pinned_vocabulary_leaves_the_words_of_one_page() -> None:
    probe = probe_of("unauthorized-expired")
    assert str(expectation(SPEC, probe, "rest")) == "401 AUTHENTICATION_ERROR Unauthorized"
    assert str(expectation(SPEC, probe, "sdk")) == "401 auth_invalid_key or auth_key_expired"


def test_another_outcome_than_the_rule_s_may_be_asked_for() -> None:
    assert str(expectation(SPEC, probe_of("unauthorized-expired"), outcome="no_access")) == "a refusal, never access"


@pytest.mark.parametrize("probe", [p for p in PROBES.values() if p.rule.then], ids=lambda probe: probe.id)
def test_every_promise_can_be_kept_and_is_broken_by_a_server_error(probe: Probe) -> None:
    expected = expectation(SPEC, probe)
    assert str(expected)
    assert mismatch(expected, answered(500, REST_401))
    answer = next(iter(expected.answers), Answer((401,)))
    form = next(iter(answer.forms), Form())
    assert mismatch(expected, answered(answer.statuses[0], dict(form.has))) == ""


@pytest.mark.parametrize(
    ("credential", "operation", "inside"),
    [
        ("full", "delete", True),
        ("read_only", "view", True),
        ("read_only", "create", False),
        ("create_only", "create", True),
        ("create_only", "list", False),
    ],
)
def test_a_scope_allows_what_it_names(credential: str, operation: str, inside: bool) -> None:
    assert in_scope(SPEC, replace(probe_of("scope-decides"), recipe=Recipe(credential), operation=operation)) is inside


# Whether it is kept


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (answered(401, REST_401), ""),
        (answered(401, REST_401 | {"request_id": "r", "more": {}}), ""),
        (answered(401, {"code": "auth_invalid_key"}, "application/problem+json; charset=utf-8"), ""),
        (answered(200, REST_401), "200"),
        (answered(403, REST_403), "403 PERMISSION_DENIED"),
        (answered(401, {"error": "Unauthorized"}), "401 Unauthorized, other fields than the documented ones"),
        (answered(401, REST_401 | {"code": 1}), "401 Unauthorized, other fields than the documented ones"),
        (answered(401, {"code": "auth_key_expired"}), "401 auth_key_expired, other fields than the documented ones"),
        (answered(401, [REST_401]), "401 (application/json), other fields than the documented ones"),
        (answered(401, REST_401, "text/html"), "401 AUTHENTICATION_ERROR, content type text/html instead of JSON"),
        (answered(401, REST_401, ""), "401 AUTHENTICATION_ERROR, content type missing instead of JSON"),
        (answered(401, b"{"), "401 (application/json), the body is not JSON"),
        (answered(401, b"\xff"), "401 (application/json), the body is not JSON"),
        (answered(401, b"[" * 100_000), "401 (application/json), the body is not JSON"),
        (answered(401, b"{", problem="the body is truncated"), "401 (application/json), the body is truncated"),
        (answered(302, b"", ""), "302 redirect to nowhere, not followed"),
    ],
)
def test_a_refusal_is_held_against_status_type_and_fields(response: Response, expected: str) -> None:
    assert misfit("unauthorized-missing", response) == expected


def test_the_verdict_on_a_kept_promise_says_what_was_expected() -> None:
    probe = probe_of("unauthorized-missing")
    expected = expectation(SPEC, probe)
    verdict = judge(probe, expected, exchange(answered(401, REST_401)))
    assert (verdict.kind, verdict.expected, verdict.observed) == ("pass", str(expected), "401 AUTHENTICATION_ERROR")


def test_a_body_that_did_not_arrive_in_whole_breaks_a_promise_about_bodies() -> None:
    cut_off = answered(401, b"{", "text/html", problem="the body is truncated")
    told = "401 (text/html), the body is truncated"
    assert mismatch(Expectation((Answer((401,), json=True),)), cut_off) == told
    assert mismatch(Expectation((Answer((401,), forms=(Form((("code", "X"),)),)),)), cut_off) == told
    assert mismatch(Expectation((Answer((401,), forms=(Form(), Form((("code", "X"),)))),)), cut_off) == ""
    assert mismatch(Expectation((Answer((401,)),)), cut_off) == ""


def test_the_misfit_that_says_most_is_told() -> None:
    page = answered(500, b"", "text/html")
    told = "500 (text/html), content type text/html instead of JSON"
    for answers in ((Answer((403,)), Answer((500,), json=True)), (Answer((500,), json=True), Answer((403,)))):
        assert mismatch(Expectation(answers), page) == told
        assert mismatch(Expectation(answers, no_access=True), page) == told


def test_a_pinned_vocabulary_refuses_the_other_page_s_words() -> None:
    assert misfit("unauthorized-missing", answered(401, REST_401), "rest") == ""
    assert misfit("unauthorized-missing", answered(401, REST_401), "sdk") != ""


def test_an_expired_key_may_be_told_so_and_no_other() -> None:
    expired = answered(401, {"code": "auth_key_expired"})
    assert misfit("unauthorized-expired", expired) == ""
    assert misfit("unauthorized-revoked", expired) != ""


def test_what_no_page_says_about_a_body_does_not_matter() -> None:
    for response in (answered(429, b"slow down", "text/plain"), answered(429, b"", problem="truncated")):
        assert misfit("rate-limited", response) == ""
        assert misfit("rate-limited", response, "sdk") != ""


@pytest.mark.parametrize("operation", ["list", "create", "delete"])
def test_success_is_one_of_the_documented_statuses_whatever_the_body(operation: str) -> None:
    for status in (200, 201, 202, 204, 299):
        kept = misfit("valid-key-authenticates", answered(status, b"anything", ""), operation=operation) == ""
        assert kept == (status in SPEC.operations[operation].succeeds)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (answered(401), ""),
        (answered(404, b"", ""), ""),
        (answered(300), ""),
        (answered(301, b"", ""), ""),
        (answered(200, b"<html>", "text/html; charset=utf-8"), ""),
        (answered(200, b"<html>", ""), "200: access"),
        (answered(200, b"TRACE / HTTP/1.1", "message/http"), ""),
        (answered(200, b"<html>", "Application/XHTML+xml"), ""),
        (answered(501), ""),
        (answered(505), ""),
        (answered(200), "200: access"),
        (answered(204, b"", ""), "204: access"),
        (answered(500), "500 (application/json): a server error"),
        (answered(503, {"error": "busy"}), "503 busy: a server error"),
    ],
)
def test_no_access_is_any_refusal_but_no_crash(response: Response, expected: str) -> None:
    assert misfit("variants-give-no-access", response) == expected
    assert gives_access(response) == expected.endswith("access")


# What a refusal may not tell

HIDDEN = Withheld(frozenset({"sb_123456", "7000001"}), frozenset({"timeout_seconds", "template_id"}))
LISTED = REST_401 | {"sandboxes": [{"id": "sb_123456"}]}


@pytest.mark.parametrize(
    "response",
    [
        answered(401, LISTED),
        answered(403, REST_403 | {"mine": {"deeper": ["x", 7000001]}}),
        answered(403, REST_403 | {"7000001": True}),
        answered(404, {"message": "there are sb_1 and sb_123456"}),
        answered(302, b"", ""),
        answered(401, b"<p>sb_123456</p>", "text/html"),
        answered(200, b"<p>sb_123456</p>", "text/html"),
    ],
)
def test_a_refusal_that_names_a_sandbox_beyond_its_request_gives_access(response: Response) -> None:
    if response.status == 302:
        response = replace(response, headers=(("Location", "/sandboxes/sb_123456"),))
    told = leak(exchange(response), HIDDEN)
    assert told.startswith(f"{brief(response)}, which names the sandbox ")
    assert leak(exchange(response), Withheld()) == ""
    assert leak(exchange(response), Withheld(frozenset({"sb_654321"}))) == ""


@pytest.mark.parametrize(
    "response",
    [
        answered(
            401, REST_401 | {"took": 7, "id": "sb_1234567", "other": "xsb_123456", "n": 70000012, "m": "a-7000001"}
        ),
        answered(200, LISTED),
        answered(204, b"", ""),
    ],
)
def test_another_id_or_a_success_is_no_leak(response: Response) -> None:
    assert leak(exchange(response), HIDDEN) == ""


@pytest.mark.parametrize("item", ["401", "12345", "", "a b c d e f", "sb/123456", "ключ-от-песочницы"])
def test_what_might_stand_in_any_answer_is_not_taken_for_an_id(item: str) -> None:
    assert leak(exchange(answered(401, REST_401 | {"id": item})), Withheld(frozenset({item}))) == ""


def test_a_refusal_may_repeat_the_id_that_was_asked_for() -> None:
    response = answered(401, LISTED)
    assert leak(exchange(response, "/sandboxes/sb_123456"), HIDDEN) == ""
    assert leak(exchange(response, headers=(("X-Sandbox", "sb_123456"),)), HIDDEN) == ""
    assert leak(exchange(response, body='{"id": "sb_123456"}'), HIDDEN) == ""


@pytest.mark.parametrize(
    ("told", "leaks"),
    [
        ({"id": "sb_123456", "timeout_seconds": 3600}, True),
        ({"sandbox": [{"name": "sb_123456", "template_id": "52"}]}, True),
        ({"id": "sb_123456", "status": "running"}, False),
        ({"id": "sb_123456", "timeout_seconds": 600}, False),
        ({"id": "sb_123456", "timeout_seconds": None, "template_id": ""}, False),
        ({"sandbox": {"id": "sb_123456"}, "timeout_seconds": 30}, False),
    ],
)
def test_a_refusal_shows_no_fields_of_the_sandbox_that_was_asked_for(told: dict[str, Any], leaks: bool) -> None:
    asked = exchange(answered(403, REST_403 | told), "/sandboxes/sb_123456", body='{"timeout_seconds": 600}')
    assert leak(asked, HIDDEN) == ("403 PERMISSION_DENIED, which shows the sandbox sb_123456" if leaks else "")


def test_one_of_several_outcomes_is_enough_and_the_nearest_misfit_is_told() -> None:
    for body, status in ((REST_401, 401), (REST_403, 403)):
        assert misfit("other-organization-key", answered(status, body)) == ""
    assert misfit("other-organization-key", answered(403, REST_401)) == (
        "403 AUTHENTICATION_ERROR, other fields than the documented ones"
    )
    assert misfit("other-organization-key", answered(404, {})) == "404"


def spec_with(**outcomes: Outcome) -> Spec:
    return msgspec.structs.replace(SPEC, outcomes=SPEC.outcomes | outcomes)


def test_no_access_may_be_one_of_several_outcomes() -> None:
    spec = spec_with(lenient=Outcome(any=["allowed", "no_access"]))
    expected = expectation(spec, probe_of("valid-key-authenticates", operation="list"), outcome="lenient")
    assert str(expected) == "200, or a refusal, never access"
    assert [mismatch(expected, answered(status)) for status in (200, 404, 201, 500)] == [
        "",
        "",
        "201: access",
        "500 (application/json): a server error",
    ]


def test_fields_may_be_promised_by_a_pattern_and_have_to_be_there() -> None:
    body = Body(has={"code": "X"}, matches={"text": "^No|^$", "number": "^4"})
    spec = spec_with(words=Outcome(status=[401], bodies={"rest": [body]}))
    expected = expectation(spec, probe_of("unauthorized-missing"), outcome="words")
    assert str(expected) == "401 X text~/^No|^$/ number~/^4/"
    good = {"code": "X", "text": "No key", "number": 42}
    assert mismatch(expected, answered(401, good)) == ""
    assert mismatch(expected, answered(401, good, "text/plain")) == "", "JSON was not promised"
    for bad in ({**good, "text": "Yes"}, {"code": "X", "number": 42}, {**good, "code": "Y"}, {**good, "number": 5}):
        assert mismatch(expected, answered(401, bad)) == f"401 {bad['code']}, other fields than the documented ones"


# The verdict


@pytest.mark.parametrize(
    ("level", "kept", "broken"),
    [("must", "pass", "fail"), ("should", "pass", "advisory"), ("observe",) + ("observed",) * 2],
)
def test_the_level_of_the_rule_decides_what_a_broken_promise_is(level: Level, kept: str, broken: str) -> None:
    probe = probe_of("unauthorized-missing")
    probe = replace(probe, rule=msgspec.structs.replace(probe.rule, level=level))
    expected = expectation(SPEC, probe)
    good, bad = exchange(answered(401, REST_401)), exchange(answered(200, {}))
    verdict = judge(probe, expected, good)
    assert (verdict.kind, verdict.observed, verdict.exchanges) == (kept, "401 AUTHENTICATION_ERROR", (good,))
    verdict = judge(probe, expected, bad)
    assert (verdict.kind, verdict.observed, verdict.exchanges) == (broken, "200", (bad,))
    assert verdict.expected == str(expected)
    verdict = judge(probe, expected, exchange(answered(401, LISTED)), HIDDEN)
    assert verdict.kind == broken
    assert verdict.observed == "401 AUTHENTICATION_ERROR, which names the sandbox sb_123456"


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (answered(200, REST_401), "200"),
        (answered(300, b"", ""), "300 redirect to nowhere, not followed"),
        (answered(301, b"", ""), "301 redirect to nowhere, not followed"),
        (answered(399, b"", ""), "399 redirect to nowhere, not followed"),
        (answered(400, b"", ""), "400 (no content type)"),
        (
            Response(307, (("LOCATION", "https://x/\x1b[31m"),)),
            "307 redirect to https://x/\N{REPLACEMENT CHARACTER}[31m, not followed",
        ),
        (answered(400, {"code": "\n", "error": "x"}), "400 \N{REPLACEMENT CHARACTER}"),
        (answered(400, {"code": 5, "error": "E" * 500}), f"400 {'E' * 80}"),
        (answered(400, {"other": "x"}), "400"),
        (answered(502, b"<html>", "text/html"), "502 (text/html)"),
        (answered(502, b"", ""), "502 (no content type)"),
    ],
)
def test_a_response_is_told_in_a_few_printable_words(response: Response, words: str) -> None:
    assert brief(response) == words


@pytest.mark.parametrize(
    ("body", "vocabulary"),
    [
        (REST_401, "rest"),
        ({"detail": "auth_rate_limited"}, "sdk"),
        ({"code": "E_NO", "nested": {"code": "auth_invalid_key"}, "n": 1}, ""),
        (["auth_invalid_key"], ""),
        (None, ""),
    ],
)
def test_the_vocabulary_of_an_error_is_known_by_its_codes(body: Any, vocabulary: str) -> None:
    assert vocabulary_of(SPEC, answered(401, body)) == vocabulary


@pytest.mark.parametrize(
    ("response", "documented"),
    [
        (answered(401, REST_401), True),
        (answered(200, REST_401 | {"more": 1}), True),
        (answered(403, {"code": "auth_insufficient_permissions"}), True),
        (answered(403, {"error": "Forbidden"}), False),
        (answered(429, {}), False),
        (answered(401, b"<h1>Unauthorized</h1>", "text/html"), False),
    ],
)
def test_the_words_of_an_error_are_known_whatever_its_status(response: Response, documented: bool) -> None:
    assert is_documented(SPEC, response) is documented


def test_an_empty_expectation_says_nothing() -> None:
    assert str(Expectation()) == ""
    assert str(Answer((401,), forms=(Form(),))) == "401"


@pytest.mark.parametrize(
    "parts", ["{any: [unauthorized, odd]}", "{any: [strange]}", "{in_scope: allowed, out_of_scope: odd}"]
)
def test_an_outcome_that_is_made_of_itself_does_not_load(tmp_path: Path, parts: str) -> None:
    file = tmp_path / "spec.yaml"
    text = default_spec().read_text(encoding="utf-8")
    file.write_text(text.replace("\noutcomes:\n", f"\noutcomes:\n  odd: {parts}\n  strange: {{any: [odd]}}\n"))
    with pytest.raises(FileError, match="'odd' is made of itself; write what it is"):
        load(file)


def test_every_rule_of_the_spec_is_asked_by_some_probe() -> None:
    assert [rule.id for rule in SPEC.rules if not probes_of(SPEC, rule)] == []


def test_words_of_a_server_are_shown_short_and_printable() -> None:
    body = json.dumps({"code": "\ud800\x1b[31m" + "x" * 200}).encode()
    shown = brief(Response(401, (), body))
    assert shown.isprintable()
    assert len(shown) < 100
