"""The mock's decisions: `respond(request)`, without any server."""

from __future__ import annotations

import base64
import hmac
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import BODY, FORBIDDEN, HOPX, LIST, UNAUTHORIZED, World, body_of, header, small_spec

from conformance.keys import KeyFormat
from conformance.mock.message import Request
from conformance.mock.respond import BODY_LIMIT
from conformance.scrub import Scrubber
from conformance.spec.model import Body, Operation, Outcome, Style

if TYPE_CHECKING:
    from conformance.spec.model import Spec

# Nothing that looks like a key may reach the database of examples.
settings.register_profile("mock", database=None, deadline=None)
settings.load_profile("mock")


@pytest.fixture
def world() -> World:
    return World()


# Who gets what


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


# The order of decisions: each request has a fault at its step and at every later one


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


# How a key travels


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-API-Key", "{key}"),
        ("x-api-KEY", " {key}\t"),
        ("Authorization", "Bearer {key}"),
        ("AUTHORIZATION", "bEARER   {key}  "),
    ],
)
def test_header_names_and_scheme_ignore_case_and_spaces_around(world: World, name: str, value: str) -> None:
    assert world.sent((name, value.replace("{key}", world.roles.keys["full"].reveal()))).status == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "{key}"),
        ("Authorization", "Bearer{key}"),
        ("Authorization", "Bearer\t{key}"),
        ("Authorization", "Bearer Bearer {key}"),
        ("Authorization", "Token {key}"),
        ("Authorization", "Basic {key}"),
        ("X-API-Key", "Bearer {key}"),
        ("X-API-Key", '"{key}"'),
        ("X-API-Key", "{key} {key}"),
        ("X-API-Key", "{key}, {key}"),
        ("X-API-Key", "{key}\x00"),
        ("X-API-Key", "{key}\u00a0"),
        ("X-API-Key", "\N{FULLWIDTH LATIN SMALL LETTER H}{key}"),
        ("X_API_KEY", "{key}"),
        ("Api-Key", "{key}"),
        ("Cookie", "api_key={key}"),
    ],
)
def test_nothing_else_carries_a_key(world: World, name: str, value: str) -> None:
    answer = world.sent((name, value.replace("{key}", world.roles.keys["full"].reveal())))
    assert (answer.status, body_of(answer)) == (401, UNAUTHORIZED)


def test_a_key_in_the_query_or_the_body_does_not_authenticate(world: World) -> None:
    key = world.roles.keys["full"].reveal()
    assert world.sent(query=f"api_key={key}&X-API-Key={key}").status == 401
    assert world.sent(body=json.dumps({"api_key": key}).encode()).status == 401


@pytest.mark.parametrize("value", ["", " ", "Bearer", "Bearer  "])
def test_an_empty_header_is_like_none_at_all(world: World, value: str) -> None:
    name = "Authorization" if value.startswith("Bearer") else "X-API-Key"
    assert body_of(world.sent((name, value))) == UNAUTHORIZED
    key = world.roles.keys["full"].reveal()
    other = "X-API-Key" if name == "Authorization" else "Authorization"
    assert world.sent((name, value), (other, key if other == "X-API-Key" else f"Bearer {key}")).status == 200


def test_the_same_credential_twice_is_one_and_two_different_ones_are_none(world: World) -> None:
    one, two = world.roles.keys["full"].reveal(), world.roles.keys["read_only"].reveal()
    assert world.sent(("X-API-Key", one), ("x-api-key", one)).status == 200
    assert world.sent(("X-API-Key", one), ("Authorization", f"Bearer {one}")).status == 200
    assert world.sent(("X-API-Key", one), ("Authorization", "Basic abc")).status == 200
    assert world.sent(("X-API-Key", one), ("X-API-Key", two)).status == 401
    assert world.sent(("X-API-Key", one), ("Authorization", f"Bearer {two}")).status == 401
    assert world.sent(("X-API-Key", one), ("Authorization", "Bearer not-a-key")).status == 401


def spec_with_style(style: Style) -> Spec:
    return msgspec.structs.replace(HOPX, styles={"only": style})


def test_a_documented_query_parameter_is_read() -> None:
    world = World(spec_with_style(Style(query="token", value="{key}")))
    key = world.roles.keys["full"].reveal()
    assert world.sent(query=f"a=b&token={key}").status == 200
    assert world.sent(query=f"a=b&token={key.replace('.', '%2E')}").status == 200
    assert world.sent(query=f"tokens={key}").status == 401
    assert world.sent(query="token").status == 401
    assert world.sent(("X-API-Key", key)).status == 401


def test_a_documented_cookie_is_read() -> None:
    world = World(spec_with_style(Style(cookie="token", value="v1-{key}-end")))
    key = world.roles.keys["full"].reveal()
    assert world.sent(("Cookie", f"a=b; token=v1-{key}-end")).status == 200
    assert world.sent(("Cookie", f"token=v1-{key}-end;a=b")).status == 200
    assert world.sent(("Cookie", f"a token=v1-{key}-end")).status == 401
    assert world.sent(("Cookie", f"token=x=v1-{key}-end")).status == 401
    assert world.sent(("Cookie", f"token={key}")).status == 401
    assert world.sent(("Cookie", f"a={key}; token")).status == 401


def test_a_cookie_may_hold_equals_signs() -> None:
    world = World(spec_with_style(Style(cookie="token", value="a={key}")))
    key = world.roles.keys["full"].reveal()
    assert world.sent(("Cookie", f"token=a={key}")).status == 200
    assert world.sent(("Cookie", f"token={key}")).status == 401


def test_a_documented_field_of_the_body_is_read() -> None:
    world = World(spec_with_style(Style(body="token", value="{key}")))
    key = world.roles.keys["full"].reveal()
    assert world.sent(body=json.dumps({"token": key}).encode()).status == 200
    for body in (b"", b"{", b"[" * 100_000, b"[]", b"{}", b'{"token": 1}', json.dumps({"token": [key]}).encode()):
        assert world.sent(body=body).status == 401, body[:40]


@pytest.mark.parametrize("part", ["user", "password"])
def test_basic_authentication_is_read_where_it_is_documented(part: str) -> None:
    world = World(spec_with_style(Style(header="Authorization", value=f"Basic {{basic_{part}}}")))
    key = world.roles.keys["full"].reveal()
    pair = f"{key}:" if part == "user" else f"somebody:{key}"
    encoded = base64.b64encode(pair.encode()).decode()
    assert world.sent(("Authorization", f"basic {encoded}")).status == 200
    assert world.sent(("Authorization", f"basic {encoded[:8]}!{encoded[8:]}")).status == 401
    assert world.sent(("Authorization", f"basic {base64.b64encode(f'{pair}:more'.encode()).decode()}")).status == (
        200 if part == "user" else 401
    )
    other = f"somebody:{key}" if part == "user" else f"{key}:"
    assert world.sent(("Authorization", f"basic {base64.b64encode(other.encode()).decode()}")).status == 401
    assert world.sent(("Authorization", f"Basic {key}")).status == 401
    assert world.sent(("Authorization", f"Basic {base64.b64encode(b':').decode()}")).status == 401
    assert world.sent(("Authorization", "Basic ====")).status == 401


def test_basic_credentials_that_cannot_be_read_are_none() -> None:
    styles = {
        "key": Style(header="X-API-Key", value="{key}"),
        "user": Style(header="Authorization", value="Basic {basic_user}"),
        "password": Style(header="Authorization", value="Basic {basic_password}"),
    }
    world = World(msgspec.structs.replace(HOPX, styles=styles))
    key = world.roles.keys["full"].reveal()
    assert world.sent(("X-API-Key", key), ("Authorization", "Basic ====")).status == 200


def test_a_scheme_may_have_words_before_the_key() -> None:
    world = World(spec_with_style(Style(header="Authorization", value='ApiKey token="{key}"')))
    key = world.roles.keys["full"].reveal()
    assert world.sent(("Authorization", f'apikey token="{key}"')).status == 200
    assert world.sent(("Authorization", f"ApiKey token={key}")).status == 401


# What is in every answer


def test_every_answer_has_a_request_id_of_its_own(world: World) -> None:
    answers = [world.ask(), world.ask(method="OPTIONS"), world.ask_as("rate_limited")]
    for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
        answers += [world.ask_as("full", method, path, BODY) for path in (LIST, f"{LIST}/x", "/x", f"{LIST}/x/timeout")]
    ids = Counter(header(answer, "x-request-id") for answer in answers)
    assert None not in ids
    assert set(ids.values()) == {1}
    other = header(World().ask(), "x-request-id")
    assert other not in ids, "another mock begins with the same ids"


def test_only_a_401_has_a_challenge(world: World) -> None:
    assert header(world.ask(), "www-authenticate") == 'Bearer realm="Hopx API authentication"'
    assert {header(world.ask_as(role), "www-authenticate") for role in ("full", "create_only", "rate_limited")} == {
        None
    }


def test_a_title_makes_a_realm_whatever_is_in_it() -> None:
    world = World(msgspec.structs.replace(HOPX, title='A "b"\r\nSet-Cookie: \\\u00e9[c]'))
    assert header(world.ask(), "www-authenticate") == 'Bearer realm="A bSet-Cookie: [c]"'
    style = {"only": Style(header="K", value="{key}")}
    assert header(World(msgspec.structs.replace(HOPX, styles=style)).ask(), "www-authenticate").startswith("ApiKey ")  # type: ignore[union-attr]


def test_head_is_answered_like_get(world: World) -> None:
    for role in world.roles.keys:
        for path in (LIST, f"{LIST}/{world.own}", f"{LIST}/{world.own}/timeout", "/x"):
            get, head = world.ask_as(role, "GET", path), world.ask_as(role, "HEAD", path)
            assert (head.status, head.body) == (get.status, get.body)


def test_options_says_what_there_is_to_anybody_who_asks_for_a_known_path(world: World) -> None:
    answer = world.ask(method="OPTIONS", path=f"{LIST}/x")
    assert (answer.status, header(answer, "allow"), answer.body) == (204, "GET, DELETE, HEAD, OPTIONS", b"")
    assert world.ask(method="OPTIONS", path="/x").status == 401
    assert world.ask_as("full", method="OPTIONS", path="/x").status == 404


texts = st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))


@given(before=texts, after=texts, role=st.sampled_from(["full", "revoked", "expired"]), cut=st.integers(0, 66))
def test_whatever_is_sent_gets_a_refusal_that_repeats_nothing_of_it(
    before: str, after: str, role: str, cut: int
) -> None:
    world = World()
    key = world.roles.keys[role].reveal()
    scrubber = Scrubber(world.directory.key_format)
    scrubber.learn(key)
    text = f"{before}{key[:cut]}{after}"
    answer = world.sent(("X-API-Key", text), ("Authorization", f"Bearer {text}"), query=text, body=text.encode())
    assert answer.status == 401
    assert body_of(answer) == UNAUTHORIZED
    assert not scrubber.knows(repr(answer))


def test_requests_are_printed_without_their_headers(world: World) -> None:
    key = world.roles.keys["full"].reveal()
    request = Request("GET", LIST, headers=((b"x-api-key", key.encode()),))
    assert f"{request} {request!r}" == " ".join(["Request(GET /v1/sandboxes, 1 headers)"] * 2)


@pytest.mark.parametrize("kind", ["known", "unknown", "wrong secret"])
def test_a_secret_is_compared_in_constant_time_whether_or_not_its_id_is_known(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def watching(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watching)
    key_format = world.directory.key_format
    parts = key_format.parts(world.roles.keys["full"])
    keys = {
        "known": world.roles.keys["full"],
        "unknown": key_format.mint(),
        "wrong secret": key_format.compose(parts.prefix, parts.key_id, key_format.mint_secret()),
    }
    assert world.ask(keys[kind]).status == (200 if kind == "known" else 401)
    assert [(len(one), len(other)) for one, other in compared] == [(32, 32)]


# The administration of keys


def test_a_created_key_has_its_scope_its_organization_and_its_end(world: World) -> None:
    key = world.directory.create_key("other", "read_only", expires_at=world.time + 60)
    assert world.ask(key).status == 200
    assert world.ask(key, "POST", body=BODY).status == 403
    assert world.ask(key, path=f"{LIST}/{world.foreign}").status == 200
    assert world.ask(key, path=f"{LIST}/{world.own}").status == 403
    world.time += 59.999
    assert world.ask(key).status == 200
    world.time += 0.001
    assert world.ask(key).status == 401


def test_a_revoked_key_stops_at_the_next_request(world: World) -> None:
    key = world.directory.create_key("own", "full")
    assert world.ask(key).status == 200
    world.directory.revoke(world.directory.key_id(key))
    assert world.ask(key).status == 401


def test_a_rotated_key_works_through_the_overlap_and_its_successor_beyond(world: World) -> None:
    old = world.directory.create_key("own", "read_only", expires_at=world.time + 1000, requests_per_minute=2)
    new = world.directory.rotate(world.directory.key_id(old), 10)
    assert [world.ask(key).status for key in (old, new)] == [200, 200]
    assert world.ask(new, "POST", body=BODY).status == 403
    assert world.ask(new).status == 429, "the successor has no limit"
    world.time += 10
    assert world.ask(old).status == 401
    world.time += 80
    assert world.ask(new).status == 200
    world.time += 910
    assert world.ask(new).status == 401, "the successor lives longer than the key was to live"


def test_the_successor_of_a_key_sees_what_the_key_saw(world: World) -> None:
    old = world.directory.create_key("other", "full")
    new = world.directory.rotate(world.directory.key_id(old), 10)
    for key in (old, new):
        assert [one["id"] for one in body_of(world.ask(key))["data"]] == [world.foreign]


def test_a_second_rotation_does_not_prolong_the_first_key(world: World) -> None:
    old = world.directory.create_key("own", "full")
    for overlap in (10, 1000):
        world.directory.rotate(world.directory.key_id(old), overlap)
    world.time += 10
    assert world.ask(old).status == 401


def test_a_changed_scope_counts_at_the_next_request(world: World) -> None:
    key = world.directory.create_key("own", "create_only")
    assert world.ask(key).status == 403
    world.directory.change_scope(world.directory.key_id(key), "read_only")
    assert [world.ask(key).status, world.ask(key, "POST", body=BODY).status] == [200, 403]


def test_keys_are_kept_as_digests_only(world: World) -> None:
    scrubber = Scrubber(world.directory.key_format)
    scrubber.learn_all(key.reveal() for key in world.roles.keys.values())
    assert not scrubber.knows(repr(vars(world.directory)))


def test_key_ids_that_come_again_are_not_taken() -> None:
    key = msgspec.structs.replace(HOPX.key, id=msgspec.structs.replace(HOPX.key.id, alphabet="hex", length=1))
    world = World(msgspec.structs.replace(HOPX, key=key), seed=1)
    more = [world.directory.create_key("own", "full") for _ in range(16 - len(world.roles.keys))]
    assert {world.ask(one).status for one in more} == {200}
    assert len(world.directory.keys) == 16


def test_a_seed_gives_the_same_keys_and_sandboxes_again() -> None:
    one, same, other, unseeded = World(seed=7), World(seed=7), World(seed=8), World()
    assert one.roles == same.roles
    assert set(one.roles.keys.values()).isdisjoint([*other.roles.keys.values(), *unseeded.roles.keys.values()])


# Limits


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


# Other specs


def test_documented_statuses_are_the_ones_that_are_sent() -> None:
    statuses = {"list": [206], "create": [200, 202], "view": [203], "update": [204], "delete": [202]}
    operations = {
        name: msgspec.structs.replace(operation, succeeds=statuses[name]) for name, operation in HOPX.operations.items()
    }
    world = World(msgspec.structs.replace(HOPX, operations=operations))
    item = f"{LIST}/{world.own}"
    answers = [
        world.ask_as("full"),
        world.ask_as("full", "POST", body=BODY),
        world.ask_as("full", path=item),
        world.ask_as("full", "PUT", f"{item}/timeout", b'{"timeout_seconds": 5}'),
        world.ask_as("full", "DELETE", item),
    ]
    assert [answer.status for answer in answers] == [206, 200, 203, 204, 202]
    assert [bool(answer.body) for answer in answers] == [True, True, True, False, True]
    assert world.ask_as("full", path=item).status == 404


def test_a_path_that_is_spelled_out_is_not_taken_for_an_id() -> None:
    view = Operation(request="GET /things/{id}", needs="read")
    operations = {"view": view, "list": Operation(request="GET /things/all", needs="read")}
    world = World(msgspec.structs.replace(HOPX, operations=operations, base_url="https://x.example/"))
    assert body_of(world.ask_as("full", path="/things/all")) == {"data": [{"id": world.own, "status": "running"}]}
    assert body_of(world.ask_as("full", path=f"/things/{world.own}"))["id"] == world.own


def test_refusals_have_the_words_for_their_credential_whatever_its_name() -> None:
    bodies = [
        Body(has={"code": "X1"}, only=["old"]),
        Body(has={"code": "X2"}, matches={"text": "^Sec"}, only=["gone", "wild"]),
        Body(has={"code": "X3"}),
    ]
    world = World(small_spec(bodies))
    assert body_of(world.ask_as("old")) == {"code": "X1"}
    assert body_of(world.ask_as("gone")) == {"code": "X2", "text": "Second"}
    assert body_of(world.ask(world.directory.key_format.mint())) == {"code": "X2", "text": "Second"}
    assert body_of(world.ask()) == body_of(world.ask("x")) == {"code": "X3"}
    assert world.ask_as("good").status == 200


def test_refusals_without_words_of_their_own_say_their_status() -> None:
    assert body_of(World(small_spec([])).ask()) == {"error": "Unauthorized"}
    assert body_of(World(small_spec([Body()])).ask()) == {"error": "Unauthorized"}
    assert body_of(World(small_spec([Body(has={"a": "b"}, only=["old"])])).ask()) == {"error": "Unauthorized"}
    assert body_of(World(small_spec([Body(has={"a": "b"})], 403)).ask()) == {"error": "Unauthorized"}


def test_without_a_create_operation_sandboxes_still_have_ids() -> None:
    operations = {name: HOPX.operations[name] for name in ("list", "view")}
    world = World(msgspec.structs.replace(HOPX, operations=operations))
    assert body_of(world.ask_as("full")) == {"data": [{"id": world.own, "status": "running"}]}
    answer = world.ask_as("full", "POST", body=BODY)
    assert (answer.status, header(answer, "allow")) == (405, "GET, HEAD, OPTIONS")


def test_the_key_format_of_the_mock_is_that_of_the_spec(world: World) -> None:
    issued = KeyFormat(msgspec.to_builtins(HOPX.key))
    assert all(issued.parts(key).prefix == HOPX.key.prefix for key in world.roles.keys.values())
    assert BODY_LIMIT == 1024 * 1024
