"""What is in every answer of the mock, whatever the spec and whatever was sent."""

from __future__ import annotations

import hmac
from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import BODY, HOPX, LIST, UNAUTHORIZED, World, body_of, header, small_spec

from conformance.keys import KeyFormat
from conformance.mock.message import Request
from conformance.mock.respond import BODY_LIMIT
from conformance.scrub import Scrubber
from conformance.spec.model import Body, Operation, Style

# Nothing that looks like a key may reach the database of examples.
settings.register_profile("mock", database=None, deadline=None)
settings.load_profile("mock")


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
