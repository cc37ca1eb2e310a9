"""What each family of faults does, and that what is unrelated stays as it was."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from conversation import KINDS, SEED, TIMEOUT, asked_with, bad_credential, in_last_style, request, with_header
from world import BODY, FORBIDDEN, HOPX, LIST, World, body_of, header

from conformance.mock.message import HANGING_UP, NO_ANSWER
from conformance.suites.test_answers import refused_every_time


def test_a_fault_of_one_reason_pardons_no_other() -> None:
    for name, pardoned in (
        ("revocation-delayed", {"revoked"}),
        ("expired-accepted-in-first-style", {"expired"}),
    ):
        world = World(seed=SEED, fault=name)
        let_in = {kind for kind in KINDS if world.ask(bad_credential(world, kind)).status == 200}
        assert let_in == pardoned
        assert world.ask_as("create_only").status == 403


def test_who_presents_something_is_not_counted_among_those_without_a_key() -> None:
    world = World(seed=SEED, fault="third-time-open")
    assert [world.ask(text).status for text in (None, "x", None, "x", None)] == [401, 401, 401, 401, 200]


def test_one_of_twenty_is_let_in() -> None:
    world = World(seed=SEED, fault="twentieth-time-open")
    assert [world.ask().status for _ in range(40)] == ([401] * 19 + [200]) * 2


@pytest.mark.parametrize("before", range(20))
def test_one_of_twenty_is_met_however_many_were_asked_before(before: int) -> None:
    world = World(seed=SEED, fault="twentieth-time-open")
    for _ in range(before):
        world.ask()
    trial = SimpleNamespace(
        examples=50,
        expected=lambda: "401",
        ask=lambda: world.ask().status,
        misfit=lambda _expected, status: "" if status == 401 else str(status),
        broken=lambda *_: "broken",
    )
    assert refused_every_time(trial) == "broken"


def test_what_is_refused_is_done_three_requests_later() -> None:
    for name, method, path, body in (
        ("create", "POST", LIST, BODY),
        ("update", "PUT", f"{LIST}/{{own}}/timeout", TIMEOUT),
        ("delete", "DELETE", f"{LIST}/{{own}}", b""),
    ):
        world = World(seed=SEED, fault=f"unauthorized-{name}-works-later")
        before = body_of(world.ask_as("full"))
        assert world.ask(None, method, path.format(own=world.own), body).status == 401
        assert [body_of(world.ask_as("full")) == before for _ in range(4)] == [True, True, False, False]
        assert world.ask_as("read_only", method, path.format(own=world.own), body).status in (403, 404)


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 405)])
def test_a_header_says_what_is_done_behind_the_check_of_the_scope(method: str, status: int) -> None:
    world = World(seed=SEED, fault=f"{method.lower()}-overridden")
    asked = request(world.roles.keys["read_only"].reveal(), method, f"{LIST}/{world.own}")
    overridden = with_header(asked, b"x-http-method-override", b"DELETE")
    assert world.respond(asked).status == status
    assert world.respond(with_header(asked, b"x-http-method-override", b"PUT")).status == status
    assert world.respond(overridden._replace(headers=overridden.headers[1:])).status == 401
    assert world.respond(overridden).status == 204
    assert world.respond(overridden).status == (404 if method == "GET" else status)


def test_a_limit_is_ignored_on_one_operation() -> None:
    world = World(seed=SEED, fault="limit-ignored-on-create")
    limited = world.roles.keys["rate_limited"].reveal()
    assert asked_with(world, limited) == (429, 201, 429, 429, 429)
    assert asked_with(world, None) == (401,) * 5


def test_a_connection_remembers_a_good_key_in_one_style_for_one_request() -> None:
    world = World(seed=SEED, fault="connection-remembers-the-first-style")
    good = request(world.roles.keys["full"].reveal(), client="a")
    asked = [good, request(None, client="a"), request(None, client="a"), in_last_style(good), request(None, client="a")]
    assert [world.respond(one).status for one in asked] == [200, 200, 401, 200, 401]
    assert [world.respond(one).status for one in (good, request(None, client="b"))] == [200, 401]


def test_a_strange_key_gets_no_answer_and_no_other_is_concerned() -> None:
    world = World(seed=SEED, fault="strange-key-drops-the-connection")
    assert [world.ask(text) == HANGING_UP for text in ("'", "x'y", "x", None)] == [True, True, False, False]
    world = World(seed=SEED, fault="strange-key-hangs")
    dots = request("....")
    assert [world.respond(one) == NO_ANSWER for one in (in_last_style(dots), dots, request("x"))] == [
        True,
        False,
        False,
    ]


def test_a_cookie_is_for_every_path() -> None:
    assert header(World(fault="session-given").ask(), "set-cookie") == "session=1; Path=/"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"timeout_seconds": 0}', 200),
        (b'{"timeout_seconds": 1}', 401),
        (b'{"timeout_seconds": 3600}', 401),
        (b'{"timeout_seconds": 3601}', 200),
        (b'{"timeout_seconds": "1"}', 200),
        (b'{"timeout_seconds": ', 401),
        (b'["timeout_seconds"]', 401),
        (b'{"other": "timeout_seconds"}', 401),
        (b'{"other": 0}', 401),
    ],
)
def test_a_timeout_out_of_bounds_goes_round_authentication(body: bytes, status: int) -> None:
    assert World(fault="extreme-timeout-open").ask(None, "POST", body=body).status == status


def test_faults_of_one_family_go_together() -> None:
    world = World(seed=SEED, fault="missing-is-400,revoked-is-404")
    assert [world.ask().status, world.ask_as("revoked").status, world.ask("x").status] == [400, 404, 401]
    world = World(seed=SEED, fault="foreign-sandbox-viewed,foreign-sandbox-deleted")
    assert asked_with(world, world.roles.keys["full"].reveal(), world.foreign) == (200, 201, 200, 403, 204)


def near_key(world: World, change: str) -> str:
    key_format, key = world.directory.key_format, world.roles.keys["full"]
    parts = key_format.parts(key)
    return {
        "trailing": key.reveal() + "x",
        "last bits": key.reveal()[:-1]
        + key_format.secret_alphabet[key_format.secret_alphabet.index(key.reveal()[-1]) + 1],
        "case": key.reveal().swapcase(),
        "separator": f"{parts.prefix}{parts.key_id}/{parts.secret}",
        "blank": f"{parts.prefix}{parts.key_id}. {parts.secret}",
        "example": HOPX.key.example,
        "nothing": "None",
        "prefix": parts.prefix,
        "wildcard": f"{parts.prefix}%",
        "wildcard for the secret": f"{parts.prefix}{parts.key_id}.%",
        "star": f"{parts.prefix}*",
        "pattern": ".*",
        "operator": '{"$ne": ""}',
    }[change]


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("trailing-ignored", "trailing"),
        ("last-bits-ignored", "last bits"),
        ("case-ignored", "case"),
        ("any-separator", "separator"),
        ("blanks-dropped", "blank"),
        ("example-accepted", "example"),
        ("nothing-accepted", "nothing"),
        ("prefix-accepted", "prefix"),
        ("wildcards-match", "wildcard"),
        ("wildcards-match-secrets", "wildcard for the secret"),
        ("stars-match", "star"),
        ("patterns-match", "pattern"),
        ("operators-work", "operator"),
    ],
)
def test_a_careless_comparison_accepts_its_near_miss_and_no_other_text(fault: str, change: str) -> None:
    world, strict = World(fault=fault), World()
    assert world.ask(near_key(world, change)).status == 200
    assert strict.ask(near_key(strict, change)).status == 401
    for text in ("", "x", "?", world.directory.key_format.mint().reveal()):
        assert world.ask(text).status == 401


@pytest.mark.parametrize(
    ("fault", "role"),
    [
        ("revoked-accepted", "revoked"),
        ("expired-accepted", "expired"),
        ("limit-ignored", "rate_limited"),
        ("scope-ignored", "create_only"),
    ],
)
def test_a_fault_of_records_lets_its_role_in(fault: str, role: str) -> None:
    assert World(fault=fault).ask_as(role).status == 200
    assert World().ask_as(role).status != 200


def test_a_fault_of_organizations_opens_every_sandbox() -> None:
    world = World(fault="organization-ignored")
    assert world.ask_as("full", path=f"{LIST}/{world.foreign}").status == 200


def test_a_fault_may_ignore_a_style_or_accept_another_one() -> None:
    world = World(fault="last-style-ignored")
    key = world.roles.keys["full"].reveal()
    assert world.sent(("Authorization", f"Bearer {key}")).status == 401
    assert world.sent(("X-API-Key", key)).status == 200
    world = World(fault="query-accepted")
    key = world.roles.keys["full"].reveal()
    assert world.sent(query=f"a=b&whatever={key}").status == 200
    assert world.sent(query="a=b&c").status == 401


def test_faults_of_answers_change_what_is_said() -> None:
    assert body_of(World(fault="401-has-another-code").ask())["code"] == "E_NO"
    page = World(fault="401-is-a-page").ask()
    assert header(page, "content-type") == "text/html"
    assert page.body.startswith(b"<html>")
    assert body_of(World(fault="mixed-vocabulary").ask_as("create_only"))["code"] == "auth_insufficient_permissions"
    assert body_of(World(fault="secret-echoed").ask("abc"))["received"] == ["abc"]
    assert body_of(World(fault="strange-key-quoted").ask("abc\u00e9"))["cannot_read"] == ["abc\u00c3\u00a9"]
    assert body_of(World(fault="percent-quoted").ask("abc"))["cannot_read"] == []
    told = World(fault="sandboxes-told")
    assert {one["id"] for one in body_of(told.ask())["sandboxes"]} == {told.own, told.foreign}
    shown = World(fault="refused-sandbox-shown")
    assert body_of(shown.ask_as("full", path=f"{LIST}/{shown.foreign}"))["id"] == shown.foreign
    assert body_of(shown.ask_as("create_only")) == FORBIDDEN
    assert header(World(fault="no-challenge").ask(), "www-authenticate") is None
    assert header(World(fault="no-request-id").ask(), "x-request-id") is None
    assert World(fault="strange-key-crashes").ask("\u00e9").status == 500
    assert World(fault="head-open").ask(method="HEAD").status == 200
    assert World(fault="trailing-slash-open").ask(path=f"{LIST}/").status == 200


def test_faults_of_order_answer_too_early() -> None:
    world = World(fault="validation-first")
    assert [world.ask(None, "POST", body=body).status for body in (b"{", b"[]", b"{}", b"")] == [400, 400, 401, 401]
    world = World(fault="unreadable-body-crashes")
    assert [world.ask(None, "POST", body=body).status for body in (b"{", b"[]", b"{}", b"")] == [500, 401, 401, 401]
    world = World(fault="lookup-first-for-known-ids")
    wrong = bad_credential(world, "wrong-secret")
    assert [world.ask(text, path=f"{LIST}/x").status for text in (wrong, None, "x")] == [404, 401, 401]
    assert [world.ask_as("full", path=f"{LIST}/{item}").status for item in ("x", world.own)] == [404, 200]
    world = World(fault="lookup-first")
    assert [world.ask(path=f"{LIST}/{item}").status for item in ("x", world.own)] == [404, 401]
    assert world.ask_as("full", "DELETE", f"{LIST}/{world.own}").status == 204


def test_faults_of_effect_refuse_and_do_it_all_the_same() -> None:
    world = World(fault="denied-create-works")
    assert world.ask_as("read_only", "DELETE", f"{LIST}/{world.own}").status == 403
    assert world.ask_as("full", path=f"{LIST}/{world.own}").status == 200
    assert world.ask_as("read_only", "POST", body=BODY).status == 403
    assert len(body_of(world.ask_as("full"))["data"]) == 2
    world = World(fault="denied-delete-works")
    assert world.ask_as("read_only", "DELETE", f"{LIST}/{world.own}").status == 403
    assert world.ask_as("read_only", "DELETE", f"{LIST}/{world.own}").status == 403
    assert body_of(world.ask_as("full"))["data"] == []
    world = World(fault="denied-update-works")
    for body in (b"{", b'{"timeout_seconds": 9}'):
        for item in ("x", world.own):
            assert world.ask_as("read_only", "PUT", f"{LIST}/{item}/timeout", body).status == 403
    assert body_of(world.ask_as("full"))["data"][0]["timeout_seconds"] == 9


def test_faults_with_a_memory_let_somebody_in_sometimes() -> None:
    world = World(fault="third-time-open")
    assert [world.ask().status for _ in range(6)] == [401, 401, 200, 401, 401, 200]
    assert world.ask("x").status == 401
    world = World(fault="connection-trusted")
    key = world.roles.keys["full"]
    asked = [(key, "b"), (None, "a"), (None, "b"), (key, "a"), (None, "a")]
    assert [world.ask(who, client=client).status for who, client in asked] == [200, 401, 200, 200, 200]
    world = World(fault="session-given")
    cookie = (header(world.ask(), "set-cookie") or "").partition(";")[0]
    assert [world.sent(("Cookie", text)).status for text in (cookie, "session=2")] == [200, 401]
    world = World(fault="session-begun")
    assert header(world.ask(), "set-cookie") is None
    cookie = (header(world.ask_as("full"), "set-cookie") or "").partition(";")[0]
    assert [world.sent(("Cookie", text)).status for text in (cookie, "session=1")] == [200, 401]
    world = World(fault="revocation-delayed")
    key = world.directory.create_key("own", "full")
    world.directory.revoke(world.directory.key_id(key))
    assert [world.ask_as("full").status, world.ask().status] == [200, 401]
    assert [world.ask(key).status for _ in range(52)] == [200] * 50 + [401] * 2
    assert [world.ask_as("revoked").status for _ in range(52)] == [200] * 50 + [401] * 2
