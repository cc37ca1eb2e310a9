"""What the mock decides, in which order, and how often it may be asked: `respond(request)`, without any server."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from world import BODY, FORBIDDEN, HOPX, LIST, UNAUTHORIZED, World, body_of, header

from conformance.spec.model import Body, Operation, Outcome


@pytest.mark.parametrize(
    ("role", "statuses"),
    {
        "full": (200, 201, 200, 200, 204),
        "read_only": (200, 403, 200, 403, 403),
        "create_only": (403, 201, 403, 403, 403),
        "other_org": (200, 201, 403, 403, 403),
        "revoked": (401,) * 5,
        "expired": (401,) * 5,
        "rate_limited": (429,) * 5,
        None: (401,) * 5,
    }.items(),
    ids=str,
)
def test_every_role_may_do_what_is_documented_and_nothing_else(
    world: World, role: str | None, statuses: tuple[int, ...]
) -> None:
    key = world.roles.keys[role] if role else None
    item = f"{LIST}/{world.own}"
    answers = [
        world.ask(key),
        world.ask(key, "POST", body=BODY),
        world.ask(key, path=item),
        world.ask(key, "PUT", f"{item}/timeout", b'{"timeout_seconds": 5}'),
        world.ask(key, "DELETE", item),
    ]
    assert tuple(answer.status for answer in answers) == statuses
    bodies = {401: UNAUTHORIZED, 403: FORBIDDEN, 429: {"error": "Too Many Requests"}}
    assert all(body_of(answer) == bodies[answer.status] for answer in answers if answer.status in bodies)
    assert all(header(answer, "content-type") == "application/json" for answer in answers if answer.body)


def test_a_sandbox_is_made_listed_viewed_changed_and_deleted(world: World) -> None:
    made = body_of(world.ask_as("full", "POST", body=b'{"template": "code-interpreter"}'))
    item = f"{LIST}/{made['id']}"
    assert made["template"] == "code-interpreter"
    assert body_of(world.ask_as("full", path=item)) == made
    assert [one["id"] for one in body_of(world.ask_as("full"))["data"]] == [world.own, made["id"]]
    assert [one["id"] for one in body_of(world.ask_as("other_org"))["data"]] == [world.foreign]
    changed = body_of(world.ask_as("full", "PUT", f"{item}/timeout", b'{"timeout_seconds": 7}'))
    assert changed == made | {"timeout_seconds": 7} == body_of(world.ask_as("full", path=item))
    gone = world.ask_as("full", "DELETE", item)
    assert (gone.status, gone.body) == (204, b"")
    assert world.ask_as("full", path=item).status == 404
    assert world.ask_as("full", "DELETE", item).status == 404


@pytest.mark.parametrize("operation", ["create", "update"])
def test_nobody_chooses_the_id_of_a_sandbox(world: World, operation: str) -> None:
    item = f"{LIST}/{world.own}"
    if operation == "create":
        body = body_of(world.ask_as("full", "POST", body=b'{"template_id": "52", "id": "mine"}'))
    else:
        body = body_of(world.ask_as("full", "PUT", f"{item}/timeout", b'{"timeout_seconds": 5, "id": "mine"}'))
    assert body["id"] != "mine"
    assert world.ask_as("full", path=f"{LIST}/{body['id']}").status == 200


# each request below has a fault at its step and at every later one
ORDER = ["missing", "malformed", "unknown", "revoked", "expired", "rate_limited"]


@pytest.mark.parametrize("earlier", ORDER)
def test_authentication_comes_before_route_method_scope_body_and_lookup(world: World, earlier: str) -> None:
    keys: dict[str, Any] = {
        "missing": None,
        "malformed": world.roles.keys["full"].reveal() + "x",
        "unknown": world.directory.key_format.mint(),
    }
    key = keys.get(earlier, world.roles.keys.get(earlier))
    status = 429 if earlier == "rate_limited" else 401
    for method, path, body in [
        ("GET", "/", b""),
        ("GET", "/nowhere", b""),
        ("BREW", LIST, b""),
        ("POST", LIST, b"{"),
        ("PUT", f"{LIST}/unknown/timeout", b"["),
        ("DELETE", f"{LIST}/{world.foreign}", b""),
    ]:
        answer = world.ask(key, method, path, body, body_too_large=True)
        assert answer.status == status, (method, path)


def test_revocation_is_found_before_expiry_and_expiry_before_the_limit(world: World) -> None:
    words = {"revoked": "R", "expired": "E"}
    bodies = [Body(has={"code": word}, only=[role]) for role, word in words.items()]
    outcomes = HOPX.outcomes | {"unauthorized": Outcome(status=[401], bodies={"rest": bodies})}
    world = World(msgspec.structs.replace(HOPX, outcomes=outcomes))
    key = world.directory.create_key("own", "full", expires_at=world.time + 10, requests_per_minute=0)
    assert world.ask(key).status == 429
    world.time += 10
    assert body_of(world.ask(key)) == {"code": "E"}
    world.directory.revoke(world.directory.key_id(key))
    assert body_of(world.ask(key)) == {"code": "R"}


def test_a_path_is_looked_for_before_its_method_and_a_method_before_the_scope(world: World) -> None:
    assert world.ask_as("create_only", "BREW", "/v1/nowhere").status == 404
    answer = world.ask_as("create_only", "PATCH")
    assert (answer.status, header(answer, "allow")) == (405, "GET, POST, HEAD, OPTIONS")
    answer = world.ask_as("read_only", "GET", f"{LIST}/{world.own}/timeout")
    assert (answer.status, header(answer, "allow")) == (405, "PUT, OPTIONS")


def test_the_scope_is_looked_at_before_the_body_and_the_body_before_the_sandbox(world: World) -> None:
    for role, body, path, status in [
        ("read_only", b"{", world.foreign, 403),
        ("full", b"{", world.foreign, 400),
        ("full", b'{"timeout_seconds": 5}', "unknown", 404),
        ("full", b'{"timeout_seconds": 5}', world.foreign, 403),
        ("full", b'{"timeout_seconds": 5}', world.own, 200),
    ]:
        assert world.ask_as(role, "PUT", f"{LIST}/{path}/timeout", body).status == status, (role, body, path)
    assert body_of(world.ask_as("other_org", path=f"{LIST}/{world.own}")) == FORBIDDEN


@pytest.mark.parametrize("path", ["", "/", "/v1", "/V1/SANDBOXES", "//v1/sandboxes", f"{LIST}/", f"{LIST}/a/b", "*"])
def test_other_paths_do_not_exist_but_only_for_who_has_a_key(world: World, path: str) -> None:
    assert world.ask(path=path).status == 401
    assert world.ask_as("read_only", path=path).status == 404


def test_a_body_over_the_limit_is_refused_after_the_scope(world: World) -> None:
    assert world.ask(world.roles.keys["full"], "POST", body_too_large=True).status == 413
    assert world.ask(world.roles.keys["read_only"], "POST", body_too_large=True).status == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[1]",
        b'"x"',
        b"{}",
        b'{"template_id": ',
        b'{"template_id": 52}',
        b'{"template_id": null}',
        b'{"template_id": "52", "timeout_seconds": "1"}',
        b'{"template_id": "52", "timeout_seconds": true}',
        b'{"other": 1}',
        b"\xff\xfe",
        b'{"template_id": "\xff"}',
        b"template_id=52",
        b'{"template_id": "52", "x": NaN}',
        b'{"template_id": "52", "x": [1e999]}',
        b'{"template_id": "52", "x": "\\ud800"}',
        b'{"template_id": "52", "x": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"template_id": "52"}',
        '{"template_id": "52"}'.encode("utf-16"),
        b'{"template_id": "52", "x": %s}' % (b"9" * 5000),
        b'{"template_id": "52", "x": ' + b"[" * 70 + b"]" * 70 + b"}",
        b'{"template_id": "52", "x": ' + b"[" * 900 + b"]" * 900 + b"}",
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_body_that_is_no_documented_form_is_a_bad_request_and_makes_nothing(world: World, body: bytes) -> None:
    assert world.ask_as("full", "POST", body=body).status == 400
    assert body_of(world.ask_as("full"))["data"] == [{"id": world.own, "status": "running"}]


@pytest.mark.parametrize(
    "body",
    [
        b'{"timeout_seconds": 1}',
        b'{"template_id": "", "x": %s}' % (b"9" * 100),
        '{"template": "x", "n\u00e4me": [{"\U0001f511": [1.5, null]}]}'.encode(),
    ],
)
def test_a_body_may_have_one_of_the_documented_fields_and_others(world: World, body: bytes) -> None:
    made = world.ask_as("full", "POST", body=body)
    assert (made.status, body_of(made)) == (201, json.loads(body) | {"id": body_of(made)["id"], "status": "running"})


def test_an_operation_whose_body_has_no_fields_takes_any_object() -> None:
    operations = HOPX.operations | {"create": Operation(request="POST /sandboxes", needs="create", body={})}
    world = World(msgspec.structs.replace(HOPX, operations=operations))
    assert world.ask_as("full", "POST", body=b"{}").status == 200
    assert world.ask_as("full", "POST", body=b'{"any": 1}').status == 200
    assert world.ask_as("full", "POST", body=b"[]").status == 400


def test_a_limit_counts_in_windows_of_a_minute_and_says_how_long_to_wait(world: World) -> None:
    key = world.directory.create_key("own", "full", requests_per_minute=3)
    answers = []
    for _ in range(5):
        answers.append(world.ask(key))
        world.time += 7.5
    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
    assert [header(answer, "retry-after") for answer in answers[3:]] == ["38", "30"]
    world.time += 30 - 7.5 - 0.25
    assert header(world.ask(key), "retry-after") == "1"
    world.time += 0.25
    assert world.ask(key).status == 200


def test_who_waits_as_long_as_told_is_let_in(world: World) -> None:
    key = world.directory.create_key("own", "full", requests_per_minute=1)
    world.ask(key)
    for seconds in (0.1, 13.7, 59.9):
        world.time += seconds
        refused = world.ask(key)
        assert refused.status == 429
        world.time += int(header(refused, "retry-after") or "0")
        assert world.ask(key).status == 200


def test_refused_requests_count_against_nobody_else(world: World) -> None:
    for _ in range(3):
        assert world.ask_as("rate_limited").status == 429
    assert world.ask_as("full").status == 200
