"""What suites read from answers: the ids of sandboxes, and what has changed."""

from __future__ import annotations

import json

import pytest
from runs import SPEC
from servers import KEYS

from conformance.exchange import Response
from conformance.suites.specimens import Specimens
from conformance.suites.test_effects import _is_nearer
from conformance.targets.http import HttpTarget
from conformance.targets.keyring import Keyring
from conformance.targets.pace import Pace


def specimens() -> Specimens:
    target = HttpTarget("live", "http://127.0.0.1:1", Keyring(SPEC, {"full": KEYS.mint()}), Pace(0), may_write=False)
    return Specimens(SPEC, target)


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ([{"id": "a"}, {"id": "b"}], ["a", "b"]),
        ({"data": [{"id": "a", "template": {"id": "t"}}]}, ["a"]),
        ({"organization": {"id": "o"}, "data": {"items": [{"template": {"id": "t"}, "sandbox_id": "a"}]}}, ["a"]),
        ({"tags": ["x"], "sandboxes": [{"id": 7}, {"id": True}, {"id": ""}, {"id": None}, {"id": "b\x1b"}]}, ["7"]),
        ({"data": []}, []),
        ({"id": "a"}, []),
        (None, []),
        ("id", []),
    ],
)
def test_a_list_is_read_for_the_ids_of_its_elements(body: object, ids: list[str]) -> None:
    assert specimens().listed_in(Response(200, (), json.dumps(body).encode())) == ids


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ({"template": {"id": "t"}, "id": "a"}, "a"),
        ({"data": {"template": {"id": "t"}, "sandbox_id": "a"}}, "a"),
        ({"id": 12}, "12"),
    ],
)
def test_a_created_sandbox_is_known_by_the_outermost_id(body: object, first: str) -> None:
    assert specimens().ids_in(Response(201, (), json.dumps(body).encode()))[0] == first


@pytest.mark.parametrize(
    ("sent", "after", "before", "nearer"),
    [
        (600, 600, 3600, True),
        (600, 599.2, 3600, True),
        (600, 3598, 3600, False),
        (600, 3600, 3600, False),
        (600, None, 3600, False),
        ("on", "on", "off", True),
        ("on", "maybe", "off", False),
        (True, True, False, True),
    ],
)
def test_a_value_changed_if_it_became_what_was_sent(sent: object, after: object, before: object, nearer: bool) -> None:
    assert _is_nearer(sent, after, before) is nearer
