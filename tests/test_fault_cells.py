"""Faults of one cell: one kind of credential, operation, scope or status is answered otherwise, and no other."""

from __future__ import annotations

import json

import pytest
from conversation import (
    HONEST,
    KINDS,
    OPERATIONS,
    SEED,
    asked_with,
    bad_credential,
    in_last_style,
    operations,
)
from world import World, body_of, header

from conformance.mock.faults import FAULTS
from conformance.mock.message import Request


@pytest.mark.parametrize("status", [200, 302, 400, 403, 404, 500])
@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_of_bad_credential_is_answered_otherwise(kind: str, status: int) -> None:
    world, honest = World(seed=SEED, fault=f"{kind}-is-{status}"), World(seed=SEED)
    for other in KINDS:
        answer, usual = world.ask(bad_credential(world, other)), honest.ask(bad_credential(honest, other))
        assert answer.status == (status if other == kind else 401)
        assert answer.body == (b'{"data": []}' if (other, status) == (kind, 200) else usual.body)
        assert header(answer, "location") == ("/login" if (other, status) == (kind, 302) else None)
        assert header(answer, "www-authenticate") == header(usual, "www-authenticate")
    assert [world.ask_as(role).status for role in ("full", "create_only", "rate_limited")] == [200, 403, 429]
    assert header(world.ask_as("rate_limited"), "retry-after") is not None


LET_IN = [f"{kind}-accepted{where}" for kind in KINDS for where in ("", *(f"-on-{name}" for name in OPERATIONS))]


@pytest.mark.parametrize("name", [name for name in LET_IN if name in FAULTS])
def test_one_kind_of_bad_credential_is_let_in_everywhere_or_on_one_operation(name: str) -> None:
    kind, _, where = name.partition("-accepted")
    for other in KINDS:
        world = World(seed=SEED, fault=name)
        statuses = asked_with(world, bad_credential(world, other))
        open_on = {where.removeprefix("-on-")} if where else set(OPERATIONS)
        expected = tuple(
            good if other == kind and operation in open_on else 401
            for operation, good in zip(OPERATIONS, HONEST["full"], strict=True)
        )
        assert statuses == expected
    for role, honest in HONEST.items():
        world = World(seed=SEED, fault=name)
        assert asked_with(world, world.roles.keys[role].reveal()) == honest


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("scope", HONEST)
def test_one_cell_of_the_scopes_is_turned_round(scope: str, operation: str) -> None:
    place = OPERATIONS.index(operation)
    may = "may" if HONEST[scope][place] == 403 else "may-not"
    for role, honest in HONEST.items():
        world = World(seed=SEED, fault=f"{scope}-{may}-{operation}".replace("_", "-"))
        turned = HONEST["full"][place] if may == "may" else 403
        expected = tuple(turned if (role, at) == (scope, place) else status for at, status in enumerate(honest))
        assert asked_with(world, world.roles.keys[role].reveal()) == expected


@pytest.mark.parametrize(
    ("fault", "who", "opened"),
    [
        ("foreign-sandbox-viewed", "full", "view"),
        ("foreign-sandbox-updated", "full", "update"),
        ("foreign-sandbox-deleted", "full", "delete"),
        ("visitor-views", "other_org", "view"),
        ("visitor-deletes", "other_org", "delete"),
    ],
)
def test_one_operation_is_open_to_another_organization(fault: str, who: str, opened: str) -> None:
    world = World(seed=SEED, fault=fault)
    sandbox = world.foreign if who == "full" else world.own
    places = zip(OPERATIONS, HONEST["full"], strict=True)
    expected = tuple(good if name in ("list", "create", opened) else 403 for name, good in places)
    assert asked_with(world, world.roles.keys[who].reveal(), sandbox) == expected


@pytest.mark.parametrize(
    ("fault", "who"), [("foreign-sandbox-listed", "full"), ("first-customer-listed-to-all", "other_org")]
)
def test_a_list_shows_what_is_not_its_reader_s(fault: str, who: str) -> None:
    world = World(seed=SEED, fault=fault)
    assert {one["id"] for one in body_of(world.ask_as(who))["data"]} == {world.own, world.foreign}
    assert (
        asked_with(world, world.roles.keys[who].reveal(), world.foreign if who == "full" else world.own)[2:]
        == (403,) * 3
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_last_style_is_ignored_on_one_operation(operation: str) -> None:
    world = World(seed=SEED, fault=f"last-style-ignored-on-{operation}")
    asked = list(operations(world, world.roles.keys["full"].reveal(), world.own))
    for style in (in_last_style, Request._replace):
        world = World(seed=SEED, fault=f"last-style-ignored-on-{operation}")
        expected = tuple(
            401 if style is in_last_style and name == operation else good
            for name, good in zip(OPERATIONS, HONEST["full"], strict=True)
        )
        assert tuple(world.respond(style(one)).status for one in asked) == expected


@pytest.mark.parametrize("status", [401, 403])
def test_the_form_of_one_refusal_is_another(status: int) -> None:
    usual = World(seed=SEED).ask(None) if status == 401 else World(seed=SEED).ask_as("create_only")
    fields, kind = body_of(usual), (b"content-type", b"application/json")
    expected = {
        "is-a-page": ("text/html", b"<html><body>Bad Gateway</body></html>"),
        "is-empty": ("application/json", b""),
        "is-cut-off": ("application/json", usual.body[: len(usual.body) // 2]),
        "is-a-list": ("application/json", b"[" + usual.body + b"]"),
        "is-nested": ("application/json", {"error": fields}),
        "is-plain-text": ("text/plain", usual.body),
        "has-no-code": ("application/json", {"error": fields["error"]}),
        "has-no-text": ("application/json", {"code": fields["code"]}),
        "has-another-code": ("application/json", fields | {"code": "E_NO"}),
        "has-another-text": ("application/json", fields | {"error": "Nope"}),
        "has-its-code-in-lower-case": ("application/json", fields | {"code": fields["code"].lower()}),
    }
    for form, (content_type, body) in expected.items():
        world = World(seed=SEED, fault=f"{status}-{form}")
        answer = world.ask(None) if status == 401 else world.ask_as("create_only")
        other = world.ask_as("create_only") if status == 401 else world.ask(None)
        assert (header(answer, "content-type"), answer.status) == (content_type, status)
        assert (json.loads(answer.body) if isinstance(body, dict) else answer.body) == body
        rest = {name: value for name, value in answer.headers if name not in (b"content-type", b"x-request-id")}
        assert rest == {name: value for name, value in usual.headers if name not in (b"content-type", b"x-request-id")}
        assert kind in other.headers
        assert set(body_of(other)) == {"error", "code"}


@pytest.mark.parametrize("status", [401, 403, 503])
def test_a_limit_has_another_status(status: int) -> None:
    world = World(seed=SEED, fault=f"limit-is-{status}")
    assert [world.ask_as(role).status for role in ("rate_limited", "full")] == [status, 200]
