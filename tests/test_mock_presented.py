"""How a key travels to the mock, and what carries none."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import msgspec
import pytest
from world import HOPX, UNAUTHORIZED, World, body_of

from conformance.spec.model import Style

if TYPE_CHECKING:
    from conformance.spec.model import Spec


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
