"""Servers that keep every promise are never accused, whatever freedoms they take; and a look is only a look."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
from runs import SPEC, run_suite, served_mock
from servers import Freedoms, served

if TYPE_CHECKING:
    from pathlib import Path

    from runs import Ran

_LIVE = ("--target=live", "--rate=100000", "-q")
_SMALLEST = ("HOPX_BASE_URL", "HOPX_API_KEY")
_MOST_SMOKE_REQUESTS = 120

PLAIN = Freedoms()
SERVERS = {
    "plain": PLAIN,
    "sdk-words": Freedoms(
        vocabulary="sdk",
        extra_fields=True,
        pretty=True,
        content_type="application/json; charset=utf-8",
        framing="chunked",
        gzip=True,
        lower_names=True,
        cookie=True,
        request_id=False,
        challenge=False,
        updated=204,
        templates=("template",),
        bad_template=422,
    ),
    "closing": Freedoms(
        framing="close",
        content_type="application/problem+json",
        created=202,
        updated=202,
        deleted=202,
        foreign=401,
        shown_404="text/html",
        slash_redirect=True,
        free_options=True,
        unknown_method=501,
        head=False,
        strict_bytes=True,
        odd_id=400,
    ),
    "crowded": Freedoms(
        others=300, page=50, bare_list=True, id_name="sandbox_id", changing_views=True, created=200, interim=True
    ),
    "busy": Freedoms(
        busy=True, changing_views=True, extra_fields=True, number_ids=True, unknown_method=400, body_limit=100
    ),
    "hanging-up": Freedoms(requests_per_connection=1, templates=("template_id",), deleted=200),
    "impatient": Freedoms(requests_per_connection=3, vocabulary="sdk", templates=("template",), bad_template=404),
}

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


@pytest.mark.parametrize("name", SERVERS)
def test_a_conforming_server_is_not_accused(name: str, tmp_path: Path) -> None:
    with served(SERVERS[name]) as api:
        before = dict(api.sandboxes)
        ran = run_suite(tmp_path, *_LIVE, "--allow-writes", given=api.environment)

    assert not accusations(ran)
    assert ran.status == 0, ran.output
    assert "LEFT BEHIND" not in ran.output
    left = {item for item, sandbox in api.sandboxes.items() if sandbox["by"] == "us"}
    assert left == {item for item in before if before[item]["by"] == "us"}, "everything that was created is deleted"
    kinds = Counter(line["verdict"] for line in ran.verdicts.values())
    assert kinds["blocked"] <= 6, [line["reason"] for line in ran.verdicts.values() if line["reason"]]


def test_every_freedom_is_taken_by_a_server() -> None:
    taken = {
        one.name
        for one in fields(Freedoms)
        for server in (*SERVERS.values(), *LOOKED_AT.values())
        if getattr(server, one.name) != getattr(PLAIN, one.name)
    }
    assert taken == {one.name for one in fields(Freedoms)}


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
