"""APIs that keep their promises and behave oddly now and then: they are asked again, and accused of nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from runs import run_suite
from servers import PLAIN, Answer, Key, served

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runs import Ran
    from servers import Api, Request

    Act = Callable[[Api, Request, int], Answer | None]

_LIVE = ("--target=live", "--rate=100000", "-q")
_TIMES = 40
FULL = Key("own", {"read", "create", "update", "delete"})


def run_against(directory: Path, act: Act, *options: str) -> Ran:
    """A run with writes against a conforming server, where `act` may answer in its place, told how many came before."""
    with served(PLAIN) as api:
        respond: Any = api._respond
        count = 0

        def answer(request: Request) -> Answer:
            nonlocal count
            count += 1
            return act(api, request, count) or respond(request)

        api._respond = answer  # type: ignore[method-assign]
        before = set(api.sandboxes)
        ran = run_suite(directory, *_LIVE, "--allow-writes", *options, given=api.environment)
        left = set(api.sandboxes) - before
    named = ran.output.partition("LEFT BEHIND: ")[2]
    assert all(item in named for item in left), "everything that was created is deleted, or named"
    return ran


def every_fortieth(status: int) -> Act:
    return lambda _api, _request, count: None if count % _TIMES else Answer(status)


def has_key(api: Api, request: Request, name: str) -> bool:
    return api.environment[name] in " ".join([request.path, *request.headers.values()])


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_answers_now_and_then_is_no_evidence_against_the_api(status: int, tmp_path: Path) -> None:
    ran = run_against(tmp_path, every_fortieth(status))
    assert not ran.rules("fail", "advisory"), ran.output
    assert ran.status == 1
    errors = [line["observed"] for line in ran.verdicts.values() if line["verdict"] == "error"]
    assert errors
    assert all(f"got {status} and, when asked again, " in one or "is not sent again" in one for one in errors)
    assert "a gateway answers in the place of the API" in ran.output
    assert "stopped answering" not in ran.output
    assert "LEFT BEHIND" not in ran.output
    assert "Traceback" not in ran.output
    kinds = [line["verdict"] for line in ran.verdicts.values()]
    assert kinds.count("pass") > 9 * len(errors)


def test_ids_that_hold_digits_of_a_secret_by_chance_repeat_none_and_lead_to_what_they_name(tmp_path: Path) -> None:
    def name_sandboxes(api: Api, _request: Request, count: int) -> Answer | None:
        if count > 1:
            return None
        digits, create = api.environment["HOPX_API_KEY"].partition(".")[2].encode().hex(), api.create

        def named(*arguments: Any, **words: Any) -> str:
            item = create(*arguments, **words)
            at = api.count % (len(digits) - 8)
            name = f"sbx-{api.count:05}-f{digits[at : at + 8]}"
            api.sandboxes[name] = api.sandboxes.pop(item)
            return name

        api.create = named  # type: ignore[method-assign]
        return None

    ran = run_against(tmp_path, name_sandboxes, "-k", "secret-is-not-repeated or scope-decides or valid-key")
    assert ran.status == 0, ran.output
    assert "LEFT BEHIND" not in ran.output


CONSISTENT: dict[str, tuple[Act, str]] = {
    "for strange keys": (
        lambda _api, request, _count: Answer(503) if "\x1b" in "".join(request.headers.values()) else None,
        "hostile-credential-is-survived",
    ),
    "for revoked keys that create": (
        lambda api, request, _count: (
            Answer(502) if request.method == "POST" and has_key(api, request, "HOPX_API_KEY_REVOKED") else None
        ),
        "unauthorized-revoked",
    ),
    "for the full key in one header": (
        lambda api, request, _count: (
            Answer(503)
            if request.method != "POST" and request.headers.get("authorization", "") == bearer_of(api)
            else None
        ),
        "valid-key-authenticates",
    ),
    "without a key": (
        lambda _api, request, _count: None if {"authorization", "x-api-key"} & {*request.headers} else Answer(504),
        "unauthorized-missing",
    ),
}


def bearer_of(api: Api) -> str:
    return f"Bearer {api.environment['HOPX_API_KEY']}"


@pytest.mark.parametrize("case", CONSISTENT)
def test_a_gateways_status_each_time_is_the_apis_own(case: str, tmp_path: Path) -> None:
    act, rule = CONSISTENT[case]
    ran = run_against(tmp_path, act, "-k", rule)
    assert ran.rules("fail") == {rule}, ran.output
    assert not ran.rules("error")


def test_an_api_that_is_lost_in_the_middle_of_a_run_is_not_blamed_for_it(tmp_path: Path) -> None:
    asked = 0

    def lost(_api: Api, _request: Request, count: int) -> Answer | None:
        nonlocal asked
        asked = count
        return Answer(503) if 300 < count < 350 else None

    ran = run_against(tmp_path, lost)
    assert ran.status == 1
    assert not ran.rules("fail", "advisory"), ran.output
    assert "is answered with 503, key or no key" in ran.output
    assert ran.rules("pass")
    assert asked < 400


def test_where_no_sandbox_can_be_made_for_now_what_needs_one_is_blocked(tmp_path: Path) -> None:
    def full(api: Api, request: Request, _count: int) -> Answer | None:
        return Answer(503) if request.method == "POST" and has_key(api, request, "HOPX_API_KEY") else None

    ran = run_against(tmp_path, full, "-k", "valid-key-authenticates or denied-update or scope-decides")
    assert not ran.rules("fail", "advisory"), ran.output
    assert {line["operation"] for line in ran.verdicts.values() if line["verdict"] == "error"} == {"create"}
    assert "blocked: needs a sandbox, and none could be made: a gateway answers" in ran.output


def in_the_making(status: int, asks: float) -> Act:
    """A sandbox refuses whoever may use it, until it has been asked about so often."""
    asked: dict[str, int] = {}

    def act(api: Api, request: Request, _count: int) -> Answer | None:
        item = request.path.split("/")[3] if request.path.count("/") > 2 else ""
        if api.sandboxes.get(item, {}).get("organization") != "own" or api._known(request) != FULL:
            return None
        asked[item] = asked.get(item, 0) + 1
        return Answer(status) if asked[item] <= asks else None

    return act


_OF_ONE_SANDBOX = (
    "valid-key-authenticates or header-name-ignores-case or scheme-ignores-case or scope-decides or denied-delete "
    "or denied-update or styles-agree"
)


@pytest.mark.parametrize(
    ("status", "options"),
    [(409, ()), (423, ("-k", "valid-key-authenticates")), (425, ("-k", "denied-delete"))],
)
def test_a_sandbox_that_is_still_being_made_is_waited_for(
    status: int, options: tuple[str, ...], tmp_path: Path
) -> None:
    ran = run_against(tmp_path, in_the_making(status, 1), *options)
    assert ran.status == 0, ran.output
    assert {line["verdict"] for line in ran.verdicts.values()} <= {"pass", "observed"}
    assert "LEFT BEHIND" not in ran.output


def test_a_sandbox_that_is_never_ready_blocks_what_needs_one(tmp_path: Path) -> None:
    ran = run_against(tmp_path, in_the_making(409, float("inf")), "-k", _OF_ONE_SANDBOX)
    assert not ran.rules("fail", "advisory", "error"), ran.output
    assert "blocked: needs a sandbox that is ready (it still gave 409 after a wait)" in ran.output
    about = [line["verdict"] for probe, line in ran.verdicts.items() if probe == "valid-key-authenticates[bearer-view]"]
    assert about == ["blocked"]
    assert "LEFT BEHIND" in ran.output


def test_a_conflict_is_no_excuse_for_a_key_that_may_not_be_told_of_it(tmp_path: Path) -> None:
    def act(api: Api, request: Request, _count: int) -> Answer | None:
        is_foreign = has_key(api, request, "HOPX_API_KEY_OTHER_ORG") or has_key(api, request, "HOPX_API_KEY_REVOKED")
        return Answer(409) if is_foreign and request.method == "DELETE" else None

    ran = run_against(tmp_path, act, "-k", "other-organization-key or unauthorized-revoked")
    assert ran.rules("fail") == {"other-organization-key", "unauthorized-revoked"}


_WELCOME = {"service": "sandboxes", "docs": "https://docs.invalid"}


def welcoming(**spelled: str) -> Act:
    """Every unknown path gets a welcome, and one spelling of the list gets what only a key may get."""

    def act(api: Api, request: Request, count: int) -> Answer | None:
        path = request.path.partition("?")[0]
        if re.fullmatch(r"/v1/sandboxes(/[^/]+(/timeout)?)?", path):
            return None
        if path == spelled.get("list"):
            return api._list(FULL, "", request)
        if path == spelled.get("view", "") + path.rpartition("/")[2]:
            return api._view(FULL, path.rpartition("/")[2], request)
        return Answer(200, _WELCOME | {"asked": path, "count": count})

    return act


def test_what_every_path_is_answered_is_no_access(tmp_path: Path) -> None:
    ran = run_against(tmp_path, welcoming(), "-k", "variants-give-no-access")
    assert ran.status == 0, ran.output
    told = [line["observed"] for line in ran.verdicts.values()]
    assert "200, as for every path that no page has" in told


@pytest.mark.parametrize(
    ("spelled", "alteration"),
    [({"list": "/v1/sandboxes/"}, "trailing-slash"), ({"view": "/v1/SANDBOXES/"}, "other-case")],
)
def test_access_behind_an_unusual_path_is_found_beside_a_welcome(
    spelled: dict[str, str], alteration: str, tmp_path: Path
) -> None:
    ran = run_against(tmp_path, welcoming(**spelled), "-k", "variants-give-no-access")
    found = {probe for probe, line in ran.verdicts.items() if line["verdict"] == "fail"}
    assert found, ran.output
    assert all(alteration in probe for probe in found)
