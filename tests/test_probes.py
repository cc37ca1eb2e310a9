"""From rules to probes, from probes to requests, and the smallest cover of them."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import __version__
from conformance.compose import UNKNOWN_ID, compose, compose_alternative
from conformance.exchange import Recipe, Request
from conformance.probes import Axes, Probe, all_probes, is_thorough, method_of, probes_of, recipes, smallest_cover
from conformance.spec.files import default_spec
from conformance.spec.loader import load
from conformance.spec.model import Alteration, Credential, Operation, Rule, Style, When

settings.register_profile("probes", database=None, deadline=None)
settings.load_profile("probes")

SPEC = load(default_spec())
PROBES = [probe for probe in all_probes(SPEC) if probe.rule.target != "sdk"]
FULL = Recipe("full")


def rule(**when: Any) -> Rule:
    return Rule(id="r", level="must", says="S", when=When(**when), because=["R1"], advice="A")


def ids(**when: Any) -> list[str]:
    return [probe.id for probe in probes_of(SPEC, rule(**when))]


# Probes


def test_ids_are_unique_and_can_be_test_ids_and_file_names() -> None:
    assert len({probe.id for probe in PROBES}) == len(PROBES)
    assert all(probe.id.isascii() and probe.id.isprintable() for probe in PROBES)
    assert not [probe.id for probe in PROBES if set(probe.id) & set(" /\\:*?\"'<>|_")]
    assert all(probe.id.startswith(probe.rule.id) for probe in PROBES)


def test_the_only_probe_of_a_rule_is_called_like_it() -> None:
    assert ids(credential="missing", operation="list") == ["r"]


def test_ids_name_the_axes_and_the_credential_only_where_it_varies() -> None:
    assert ids(credential="full", style="each", operation="list") == ["r[x-api-key-list]", "r[bearer-list]"]
    assert ids(credential=["full", "read_only"], operation="list") == ["r[list-full]", "r[list-read-only]"]
    assert ids(credential="full", operation="view", alteration=["head", "options"]) == [
        "r[view-head]",
        "r[view-options]",
    ]


def test_a_family_of_credentials_gives_a_probe_for_each_member() -> None:
    texts = SPEC.credentials["malformed"].texts
    assert ids(credential="malformed", operation="list") == [f"r[list-{label}]" for label in texts]
    assert ids(credential=["malformed", "full"], operation="list")[0] == "r[list-malformed-not-a-key]"
    assert [str(recipe) for recipe in recipes(SPEC, rule(credential=["near_miss", "empty"]))] == [
        *(f"near_miss({how})" for how in SPEC.credentials["near_miss"].how),
        "empty",
    ]


def test_a_family_of_one_is_not_named_where_nothing_else_is_asked_with() -> None:
    only = Credential(key="text", texts={"one": "x"})
    spec = msgspec.structs.replace(SPEC, credentials={**SPEC.credentials, "only": only})
    probes = probes_of(spec, rule(credential="only", operation=["list", "view"]))
    assert [probe.id for probe in probes] == ["r[list]", "r[view]"]


def test_each_takes_every_value_and_naming_one_twice_changes_nothing() -> None:
    every = probes_of(SPEC, rule(credential="each", style="each", operation="each"))
    assert {probe.recipe.name for probe in every} == set(SPEC.credentials)
    assert {probe.operation for probe in every} == set(SPEC.operations)
    assert {probe.style for probe in every} == {*SPEC.styles, ""}
    assert ids(credential=["full", "full"], operation=["list", "list", "view"]) == ["r[list]", "r[view]"]


def test_without_a_key_there_is_no_style_to_vary() -> None:
    assert ids(credential="missing", style="each", operation=["list", "view"]) == ["r[list]", "r[view]"]


def test_lookalikes_in_the_body_need_a_body() -> None:
    found = ids(credential="full", style="lookalikes", operation="each")
    assert {one for one in found if "body-api-key" in one} == {"r[body-api-key-create]", "r[body-api-key-update]"}
    assert ids(credential="full", style="body-api-key") == []


def test_an_alteration_is_asked_only_where_it_alters_something() -> None:
    alterations = ["scheme-lower", "name-lower", "head", "broken-json"]
    found = probes_of(
        SPEC, rule(credential=["full", "missing"], style="each", operation="each", alteration=alterations)
    )
    asked = defaultdict(set)
    for probe in found:
        asked[probe.alteration].add((probe.style, probe.operation))
    assert asked["scheme-lower"] == {("bearer", operation) for operation in SPEC.operations}
    assert {style for style, _ in asked["name-lower"]} == set(SPEC.styles)
    assert {operation for _, operation in asked["head"]} == {"list", "view"}
    assert {operation for _, operation in asked["broken-json"]} == {"create", "update"}
    assert ids(credential="full", style="cookie-api-key", operation="list", alteration="name-lower") == []
    assert ids(credential="full", style="basic-user", operation="list", alteration="scheme-lower") == ["r"]


def test_the_method_of_a_probe_is_that_of_its_alteration_or_operation() -> None:
    assert method_of(SPEC, Axes(recipe=FULL, operation="create")) == "POST"
    assert method_of(SPEC, Axes(recipe=FULL, operation="list", alteration="head")) == "HEAD"
    assert method_of(SPEC, Axes(recipe=FULL, operation="list", alteration="trailing-slash")) == "GET"
    assert method_of(SPEC, Axes(recipe=FULL)) == ""


# Calls of an SDK


def calls(**when: Any) -> list[Probe]:
    return probes_of(SPEC, msgspec.structs.replace(rule(**when), target="sdk"))


def test_a_rule_about_sdks_gives_a_call_for_each_source_operation_and_form() -> None:
    found = calls(credential="full", source=["argument", "environment"], operation=["list", "create"])
    assert [(probe.source, probe.operation, probe.recipe) for probe in found] == [
        ("argument", "list", FULL),
        ("argument", "create", FULL),
        ("environment", "list", FULL),
        ("environment", "create", FULL),
    ]
    assert {(probe.answer, probe.form, probe.style, probe.alteration) for probe in found} == {("", "", "", "")}
    assert [probe.id for probe in found] == [
        "r[list-argument]",
        "r[create-argument]",
        "r[list-environment]",
        "r[create-environment]",
    ]


def test_a_call_may_be_answered_in_every_form_or_in_some() -> None:
    assert SPEC.sdk
    forms = list(SPEC.sdk.answers["unauthorized"].forms)
    asked = {"credential": "full", "source": "argument", "operation": "list", "answer": "unauthorized"}
    every = calls(**asked, form="each")
    assert [probe.form for probe in every] == forms
    assert [probe.id for probe in every] == [f"r[list-{form}]" for form in forms]
    assert {probe.answer for probe in every} == {"unauthorized"}
    assert [(probe.form, probe.id) for probe in calls(**asked, form=forms[0])] == [(forms[0], "r")]
    assert [(probe.form, probe.answer) for probe in calls(**asked)] == [("", "unauthorized")]


def test_ids_write_hyphens_for_underscores_and_leave_out_what_does_not_vary() -> None:
    found = calls(credential="full", source="argument", operation=["list", "two_clients"])
    assert [probe.id for probe in found] == ["r[list]", "r[two-clients]"]


def test_the_probes_of_a_spec_are_those_of_its_rules_in_their_order() -> None:
    assert list(all_probes(SPEC)) == [probe for one in SPEC.rules for probe in probes_of(SPEC, one)]


def test_a_rule_may_take_every_alteration_and_no_operation() -> None:
    assert {
        probe.alteration for probe in probes_of(SPEC, rule(credential="full", style="each", alteration="each"))
    } <= {*SPEC.alterations}
    assert [probe.operation for probe in probes_of(SPEC, rule(credential="full"))] == [""]
    every = probes_of(SPEC, rule(credential="full", style="each", operation="each", alteration="each"))
    assert {probe.alteration for probe in every} == {*SPEC.alterations}


# The smallest cover


def _values(probe: Probe, of_one_family: bool) -> set[tuple[str, Any]]:
    recipe = probe.recipe if of_one_family else probe.recipe.name
    return {
        ("credential", recipe),
        ("style", probe.style),
        ("operation", probe.operation),
        ("alteration", probe.alteration),
    }


@given(st.sets(st.integers(0, len(PROBES) - 1), max_size=60))
def test_a_cover_shows_every_rule_each_of_its_values(places: set[int]) -> None:
    probes = [PROBES[place] for place in places]
    chosen = smallest_cover(probes)
    assert chosen <= {probe.id for probe in probes}
    for one in {probe.rule.id for probe in probes}:
        asked = [probe for probe in probes if probe.rule.id == one]
        of_one_family = len({probe.recipe.name for probe in asked}) == 1
        all_values = set().union(*(_values(probe, of_one_family) for probe in asked))
        covered = set().union(*(_values(probe, of_one_family) for probe in asked if probe.id in chosen))
        assert covered == all_values


def test_one_member_stands_for_its_family_except_where_a_rule_is_about_just_that() -> None:
    labels = len(SPEC.credentials["malformed"].texts)
    family = probes_of(SPEC, rule(credential="malformed", operation="list"))
    assert len(smallest_cover(family)) == labels
    assert len(smallest_cover(probes_of(SPEC, rule(credential=["malformed", "full"], operation="list")))) == 2


def test_a_value_is_covered_on_its_own_axis_only() -> None:
    """An alteration that is called like an operation does not stand for it."""
    asked = rule(credential="full")
    one = Probe(id="one", rule=asked, recipe=FULL, style="x", operation="y", alteration="z")
    other = Probe(id="other", rule=asked, recipe=FULL, style="y", operation="z", alteration="x")
    assert smallest_cover([one, other]) == {"one", "other"}


def test_a_cover_is_small_and_the_same_each_time() -> None:
    chosen = smallest_cover(PROBES)
    assert chosen == smallest_cover(PROBES)
    assert len(chosen) < len(PROBES) / 3
    assert smallest_cover([]) == set()


# Requests


def composed(**axes: Any) -> Request:
    item = axes.pop("item", UNKNOWN_ID)
    return compose(SPEC, Axes(recipe=axes.pop("recipe", FULL), **axes), item)


def test_a_request_without_a_style_carries_no_credential_but_what_is_common() -> None:
    request = composed(operation="list")
    assert (request.method, request.target, request.body) == ("GET", "/sandboxes", None)
    assert request.headers == (
        ("User-Agent", f"hopx-auth/{__version__}"),
        ("Accept", "application/json"),
        ("Accept-Encoding", "gzip"),
    )
    assert request.recipe == FULL


@pytest.mark.parametrize(
    ("style", "header"),
    [
        ("x-api-key", ("X-API-Key", "{key}")),
        ("bearer", ("Authorization", "Bearer {key}")),
        ("basic-password", ("Authorization", "Basic {basic_password}")),
        ("cookie-api-key", ("Cookie", "api_key={key}")),
    ],
)
def test_a_style_is_a_header_with_a_place_for_the_key(style: str, header: tuple[str, str]) -> None:
    assert composed(operation="list", style=style).headers[-1] == header


def test_a_style_may_be_in_the_query_or_in_the_body() -> None:
    assert composed(operation="list", style="query-api-key").target == "/sandboxes?api_key={key}"
    body = json.loads(composed(operation="create", style="body-api-key").body or "")
    assert body == {"template_id": "52", "timeout_seconds": 3600, "api_key": "{key}"}


def test_a_query_of_the_operation_is_kept() -> None:
    operations = {"list": Operation(request="GET /things?all=1", needs="read")}
    spec = msgspec.structs.replace(SPEC, operations=operations, lookalikes={"q": Style(query="k", value="{key}")})
    assert compose(spec, Axes(recipe=FULL, operation="list", style="q")).target == "/things?all=1&k={key}"


@pytest.mark.parametrize(
    ("alteration", "header"),
    [
        ("name-lower", ("authorization", "Bearer {key}")),
        ("name-upper", ("AUTHORIZATION", "Bearer {key}")),
        ("name-mixed", ("aUTHORIZATION", "Bearer {key}")),
        ("scheme-lower", ("Authorization", "bearer {key}")),
        ("scheme-upper", ("Authorization", "BEARER {key}")),
        ("scheme-mixed", ("Authorization", "bEARER {key}")),
    ],
)
def test_the_case_of_a_header_is_altered_and_that_of_the_key_is_not(alteration: str, header: tuple[str, str]) -> None:
    assert composed(operation="list", style="bearer", alteration=alteration).headers[-1] == header


@pytest.mark.parametrize(
    ("alteration", "target"),
    [
        ("", "/sandboxes/i%2F1/timeout"),
        ("trailing-slash", "/sandboxes/i%2F1/timeout/"),
        ("doubled-slash", "//sandboxes/i%2F1/timeout"),
        ("other-case", "/SANDBOXES/i%2F1/TIMEOUT"),
        ("parameter", "/sandboxes/i%2F1/timeout;a=b"),
        ("suffix", "/sandboxes/i%2F1/timeout.json"),
        ("encoded", "/%73andboxes/i%2F1/timeout"),
        ("dot-segment", "/./sandboxes/i%2F1/timeout"),
    ],
)
def test_a_path_is_altered_and_the_id_in_it_is_quoted(alteration: str, target: str) -> None:
    assert composed(operation="update", alteration=alteration, item="i/1").target == target


def test_a_body_is_json_unless_it_is_altered_and_goes_with_its_own_method_only() -> None:
    request = composed(operation="update", style="bearer")
    assert json.loads(request.body or "") == {"timeout_seconds": 600}
    assert ("Content-Type", "application/json") in request.headers
    assert composed(operation="create", alteration="broken-json").body == '{"template_id": '
    spec = msgspec.structs.replace(SPEC, alterations={"brew": Alteration(method="BREW")})
    assert compose(spec, Axes(recipe=FULL, operation="create", alteration="brew")).body is None
    assert composed(operation="list", alteration="head").method == "HEAD"


def test_a_path_is_altered_before_its_query_and_outside_of_what_stands_for_an_id() -> None:
    operations = {"view": Operation(request="GET /{id}/parts?all=1", needs="read")}
    spec = msgspec.structs.replace(SPEC, operations=operations)
    targets = {
        name: compose(spec, Axes(recipe=FULL, operation="view", alteration=name), "x").target
        for name in ("suffix", "encoded", "other-case")
    }
    assert targets == {
        "suffix": "/x/parts.json?all=1",
        "encoded": "/x/%70arts?all=1",
        "other-case": "/x/PARTS?all=1",
    }


def test_headers_and_a_content_type_may_be_altered() -> None:
    request = composed(operation="create", style="bearer", alteration="plain-text")
    assert ("Content-Type", "text/plain") in request.headers
    assert json.loads(request.body or "") == SPEC.operations["create"].body
    assert composed(operation="create", alteration="empty-body").body == ""
    overridden = composed(operation="delete", style="bearer", alteration="overridden-post")
    assert (overridden.method, overridden.headers[-2:]) == (
        "POST",
        (("X-HTTP-Method-Override", "DELETE"), ("Authorization", "Bearer {key}")),
    )


def test_a_full_set_has_what_a_smoke_test_leaves_out() -> None:
    left_out = {probe.id for probe in PROBES if is_thorough(SPEC, probe)}
    assert {
        "both-headers-at-once[list-unknown]",
        "only-the-two-headers-authenticate[query-apikey-list]",
        "unauthorized-guess[x-api-key-list-glob]",
        "variants-give-no-access[list-missing-suffix]",
    } <= left_out
    assert left_out.isdisjoint(
        {
            "only-the-two-headers-authenticate[query-header-name-list]",
            "unauthorized-guess[x-api-key-list-documented-example]",
            "variants-give-no-access[list-missing-parameter]",
        }
    )


def test_the_other_documented_body_is_sent_where_there_is_one() -> None:
    other = compose_alternative(SPEC, Axes(recipe=FULL, operation="create", style="bearer"))
    assert other is not None
    assert json.loads(other.body or "") == {"template": "code-interpreter"}
    assert other.headers == composed(operation="create", style="bearer").headers
    for axes in ({"operation": "update"}, {"operation": "create", "alteration": "template-id"}, {"operation": "list"}):
        assert compose_alternative(SPEC, Axes(recipe=FULL, **axes)) is None
    no_body = {"create": Operation(request="POST /x", needs="create", other_body={"a": 1})}
    spec = msgspec.structs.replace(SPEC, operations=no_body)
    assert compose_alternative(spec, Axes(recipe=FULL, operation="create")) is None


@pytest.mark.parametrize("probe", [probe for probe in PROBES if probe.operation], ids=lambda probe: probe.id)
def test_every_probe_makes_a_request_that_holds_no_key(probe: Probe) -> None:
    request = compose(SPEC, probe)
    text = " ".join([request.target, request.body or "", *(value for _, value in request.headers)])
    keyless = SPEC.credentials[probe.recipe.name].key == "none"
    assert ("{key}" in text or "{basic" in text) == (probe.style != "")
    assert not (keyless and probe.style)
    assert SPEC.key.prefix not in text


@pytest.mark.parametrize(
    ("style", "alteration"),
    [("x-api-key", ""), ("x-api-key", "name-lower"), ("bearer", ""), ("bearer", "name-lower"), ("body-api-key", "")],
)
def test_the_other_form_of_a_body_differs_in_nothing_else(style: str, alteration: str) -> None:
    axes = Axes(recipe=Recipe("full"), style=style, operation="create", alteration=alteration)
    first, other = compose(SPEC, axes), compose_alternative(SPEC, axes)
    assert other is not None
    assert other.headers == first.headers
    assert json.loads(other.body or "")["template"] == "code-interpreter"
    assert ("api_key" in json.loads(other.body or "")) is (style == "body-api-key")


@pytest.mark.parametrize("alteration", ["broken-json", "template-id"])
def test_what_alters_a_body_has_no_other_form(alteration: str) -> None:
    axes = Axes(recipe=Recipe("full"), style="bearer", operation="create", alteration=alteration)
    assert compose_alternative(SPEC, axes) is None
