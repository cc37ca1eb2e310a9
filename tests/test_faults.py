"""The faults of the mock, asked without a server: each has a name and a sentence, and changes an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from conversation import SEED, conversation, request
from world import HOPX, LIST, World, body_of, header, small_spec

from conformance.mock.faults import FAULTS, Fault, unknown_fault
from conformance.mock.faults.fault import fault
from conformance.mock.message import Held, Request
from conformance.spec.model import Style

if TYPE_CHECKING:
    from conformance.mock.message import Respond
    from conformance.mock.respond import Mock


def answers(fault: str) -> list[tuple[int, tuple[tuple[bytes, bytes], ...], bytes]]:
    """What a mock answers in the conversation; of a request id only that it was sent."""
    world = World(seed=SEED, fault=fault)
    responses = [world.respond(asked) for asked in conversation(world)]
    return [
        (one.status, tuple((name, b"" if name == b"x-request-id" else value) for name, value in one.headers), one.body)
        for one in responses
    ]


@pytest.fixture(scope="module")
def right() -> list[tuple[int, tuple[tuple[bytes, bytes], ...], bytes]]:
    return answers("")


def test_the_mock_without_faults_always_answers_the_same() -> None:
    assert answers("") == answers("")


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in ("key-shared", "crowd-let-in")])
def test_a_fault_changes_an_answer(name: str, right: list[object]) -> None:
    assert answers(name) != right


def test_a_fault_is_known_by_the_name_and_the_words_of_its_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.mock.faults.fault.FAULTS", known := {})

    @fault("a-rule")
    def something_is_wrong(_mock: Mock, respond: Respond) -> Respond:
        """It is wrong."""
        return respond

    assert known == {"something-is-wrong": Fault("something-is-wrong", "It is wrong.", "a-rule", something_is_wrong)}


def test_every_fault_says_in_a_sentence_what_is_wrong() -> None:
    assert [
        fault.name for fault in FAULTS.values() if not fault.says.endswith(".") or len(fault.says.split()) < 3
    ] == []


def test_an_unknown_fault_is_named_with_those_that_look_like_it() -> None:
    assert unknown_fault("no-challenge, head-open") == unknown_fault("") == ""
    assert unknown_fault("no-challenge, moon") == ("unknown fault 'moon'; hopx-auth mock --list-faults names them all")
    assert unknown_fault("missing-is-20") == (
        "unknown fault 'missing-is-20'; did you mean missing-is-200 or missing-is-500 or missing-is-404? "
        "hopx-auth mock --list-faults names them all"
    )


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_crashes_on_no_spec(name: str) -> None:
    spec = msgspec.structs.replace(
        small_spec([]),
        operations={"list": HOPX.operations["list"]},
        styles={"only": Style(query="k", value="{key}")},
        lookalikes={},
    )
    world = World(spec, fault=name)
    for method, path, body in [("GET", LIST, b""), ("DELETE", f"{LIST}/x", b"{"), ("POST", LIST, b"{")]:
        for query in ("", "k=a", f"k={world.roles.keys['good'].reveal()}"):
            response = world.respond(Request(method, path, query, (), body))
            assert response.status < 500 or name.endswith(("-is-500", "-crashes"))


def test_several_faults_are_put_in_the_order_that_they_are_named() -> None:
    world = World(fault="no-challenge, secret-echoed")
    response = world.ask("abc")
    assert (header(response, "www-authenticate"), body_of(response)["received"]) == (None, ["abc"])
    assert body_of(World(fault="401-is-nested,secret-echoed").ask("abc")).keys() == {"error", "received"}
    assert body_of(World(fault="secret-echoed,401-is-nested").ask("abc")).keys() == {"error"}


def test_a_fault_that_holds_requests_goes_with_others() -> None:
    for text in ("key-shared,no-challenge", "no-challenge,key-shared"):
        world = World(fault=text)
        assert isinstance(world.respond, Held)
        assert header(world.ask("abc"), "www-authenticate") is None


def test_in_a_crowd_nobody_is_asked_for_a_key_and_alone_everybody() -> None:
    world = World(fault="crowd-let-in")
    assert isinstance(world.respond, Held)
    for _ in range(2):
        world.respond.arrive(request(None))
    assert [world.respond.respond(request(None)).status for _ in range(2)] == [200, 401]
