"""Servers that keep every promise are never accused, whatever freedoms they take; and a look is only a look."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
from runs import SPEC, run_suite, served_mock
from servers import LACKING, PLAIN, SERVERS, Answer, Api, Freedoms, served

if TYPE_CHECKING:
    from pathlib import Path

    from runs import Ran
    from servers import Request

_LIVE = ("--target=live", "--rate=100000", "-q")
_SMALLEST = ("HOPX_BASE_URL", "HOPX_API_KEY")
_MOST_SMOKE_REQUESTS = 130

LOOKED_AT = {  # what others have created there is all that a look can find
    "nothing-there": PLAIN,
    "a-few": Freedoms(others=3),
    "fleeting": Freedoms(others=30, page=10, fleeting=True),
    "many": Freedoms(others=300, page=20, busy=True, bare_list=True, extra_fields=True, number_ids=True),
}


def accusations(ran: Ran) -> list[str]:
    return [
        f"{probe}: {line['verdict']}: {line['observed']}"
        for probe, line in ran.verdicts.items()
        if line["verdict"] in ("fail", "error")
    ]


def ours(api: Api) -> set[str]:
    """The sandboxes that nobody else creates."""
    return {item for item, sandbox in api.sandboxes.items() if sandbox["by"] == "us"}


@pytest.mark.parametrize("name", SERVERS)
def test_a_conforming_server_is_not_accused(name: str, tmp_path: Path) -> None:
    with served(SERVERS[name]) as api:
        before = ours(api)
        ran = run_suite(tmp_path, *_LIVE, "--allow-writes", given=api.environment)

    assert not accusations(ran)
    assert ran.status == 0, ran.output
    assert "LEFT BEHIND" not in ran.output
    assert ours(api) == before, "everything that was created is deleted"
    kinds = Counter(line["verdict"] for line in ran.verdicts.values())
    assert kinds["blocked"] <= 6, [line["reason"] for line in ran.verdicts.values() if line["reason"]]


def test_sandboxes_at_any_path_are_no_greeting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def greeting(self: Api, request: Request) -> Answer:
        path = request.path.partition("?")[0]
        if path.endswith("/") or "0000" in path:
            return Answer(200, {"data": sorted(self.sandboxes)})
        return strictly(self, request)

    strictly = Api._respond
    monkeypatch.setattr(Api, "_respond", greeting)
    given = ("--allow-writes", "-k", "variants-give-no-access and trailing and missing")
    with served(PLAIN) as api:
        ran = run_suite(tmp_path, *_LIVE, *given, given=api.environment)
    said = {probe: line["observed"] for probe, line in ran.verdicts.items() if line["verdict"] == "fail"}
    assert said == {
        f"variants-give-no-access[{name}-missing-trailing-slash]": "200: access" for name in ("list", "view")
    }


def test_every_freedom_is_taken_by_a_server() -> None:
    taken = {
        one.name
        for one in fields(Freedoms)
        for server in (*SERVERS.values(), *LOOKED_AT.values(), *LACKING.values())
        if getattr(server, one.name) != getattr(PLAIN, one.name)
    }
    assert taken == {one.name for one in fields(Freedoms)}


def blocked_for_lack_of(ran: Ran, *operations: str) -> dict[str, str]:
    """The reasons of the blocked probes of operations; there are no others of them."""
    lines = [line for line in ran.verdicts.values() if line["operation"] in operations]
    assert {line["verdict"] for line in lines} == {"blocked"}
    return {line["operation"]: line["reason"] for line in lines}


@pytest.mark.parametrize("name", LACKING)
def test_a_server_without_an_undocumented_operation_is_not_accused_of_it(name: str, tmp_path: Path) -> None:
    free = LACKING[name]
    with served(free) as api:
        before = ours(api)
        ran = run_suite(tmp_path, *_LIVE, "--allow-writes", given=api.environment)

    assert not accusations(ran)
    assert ran.status == 0, ran.output
    assert ours(api) == before, "everything that was created is deleted"
    reasons = blocked_for_lack_of(ran, *free.lacking)
    for operation in free.lacking:
        request = SPEC.operations[operation].request
        assert reasons[operation].startswith(f"{request}, but this API does not seem to have it: ")
        assert reasons[operation].endswith(f"the full key got {free.without_path}")
        assert f"blocked: needs {reasons[operation]}" in ran.output
    kept = {line["operation"] for line in ran.verdicts.values() if line["verdict"] == "pass"}
    assert kept >= {"list", "create", "delete"}


@pytest.mark.parametrize("others", [0, 3])
@pytest.mark.parametrize("profile", ["live", "thorough"])
def test_a_look_at_a_server_that_shows_no_single_sandbox_accuses_it_of_nothing(
    others: int, profile: str, tmp_path: Path
) -> None:
    with served(Freedoms(lacking=("view",), paths_first=True, others=others)) as api:
        given = {name: api.environment[name] for name in _SMALLEST}
        ran = run_suite(tmp_path, *_LIVE, f"--hypothesis-profile={profile}", given=given)

    assert not accusations(ran)
    assert ran.status == 0, ran.output
    refused = [line for probe, line in ran.verdicts.items() if probe == "unauthorized-missing[view]"]
    assert [line["verdict"] for line in refused] == ["blocked"]
    assert "GET /sandboxes/{id}" in refused[0]["reason"]


def test_what_cannot_be_deleted_is_not_asked_for_again_and_again(tmp_path: Path) -> None:
    with served(Freedoms(lacking=("delete",), without_path=403)) as api:
        run_suite(tmp_path, *_LIVE, "--allow-writes", "-k", "valid-key-authenticates", given=api.environment)

    full = api.environment["HOPX_API_KEY"]
    asked = Counter(one.path for one in api.asked if one.method == "DELETE" and one.headers.get("x-api-key") == full)
    assert len(asked) > 2
    assert max(asked.values()) <= 3, "by a probe, when it is not needed any more, and in the end"


@pytest.mark.parametrize("status", [401, 403, 500])
def test_an_undocumented_operation_that_refuses_a_full_key_is_there(status: int, tmp_path: Path) -> None:
    with served(Freedoms(lacking=("update",), without_path=status)) as api:
        ran = run_suite(
            tmp_path, *_LIVE, "--allow-writes", "-k", "valid-key-authenticates and update", given=api.environment
        )

    assert ran.status == 1
    assert {line["verdict"] for line in ran.verdicts.values()} == {"fail"}


def test_what_is_only_recommended_is_advisory(tmp_path: Path) -> None:
    with served(Freedoms(request_id=False, challenge=False)) as api:
        ran = run_suite(tmp_path, *_LIVE, given={name: api.environment[name] for name in _SMALLEST})

    assert ran.status == 0
    assert ran.rules("advisory") == {"challenge-is-sent", "request-id-is-sent"}


@pytest.mark.parametrize("freedoms", LOOKED_AT.values(), ids=LOOKED_AT)
def test_without_permission_to_write_nothing_but_looks_are_sent(freedoms: Freedoms, tmp_path: Path) -> None:
    with served(freedoms) as api:
        ran = run_suite(tmp_path, *_LIVE, given={name: api.environment[name] for name in _SMALLEST})

    assert not accusations(ran)
    assert ran.status == 0, ran.output
    assert {request.method for request in api.asked} <= {"GET", "HEAD", "OPTIONS"}
    assert 50 <= len(api.asked) <= _MOST_SMOKE_REQUESTS
    assert all(request.body == b"" for request in api.asked)
    viewed = [line for line in ran.verdicts.values() if line["rule"] == "valid-key-authenticates"]
    viewed = [line["verdict"] for line in viewed if line["operation"] == "view"]
    assert sorted(viewed) == (["blocked", "pass"] if freedoms.others else ["blocked", "blocked"])


def test_the_whole_set_without_permission_to_write_sends_nothing_but_looks(tmp_path: Path) -> None:
    with served(Freedoms(others=2)) as api:
        ran = run_suite(tmp_path, *_LIVE, "--hypothesis-profile=thorough", given=api.environment)

    assert not accusations(ran)
    assert {request.method for request in api.asked} <= {"GET", "HEAD", "OPTIONS"}


def test_the_mock_gets_the_same_verdicts_as_a_live_target(tmp_path: Path) -> None:
    with served_mock() as given:
        live = run_suite(tmp_path / "live", *_LIVE, "--allow-writes", given=given)
    own = run_suite(tmp_path / "mock", "--target=mock", "-q")

    assert live.status == own.status == 0
    mock_only = {rule.id for rule in SPEC.rules if rule.target == "mock"}
    assert mock_only
    expected = {probe: line["verdict"] for probe, line in own.verdicts.items() if line["rule"] not in mock_only}
    assert {probe: line["verdict"] for probe, line in live.verdicts.items()} == expected
    assert "LEFT BEHIND" not in live.output
