"""The OpenAPI document is valid, and says what the spec file says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from conformance.spec.files import default_spec, specs_directory
from conformance.spec.loader import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.spec.model import Operation

FILE = specs_directory() / "hopx-openapi.yaml"
TEXT = FILE.read_text(encoding="utf-8")
DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT)
SPEC = load(default_spec())
PROMISED: dict[str, Operation] = {str(name): operation for name, operation in SPEC.operations.items()}
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation | {"request": f"{method.upper()} {path}"}
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}
BODIES = [
    (status, body.has)
    for outcome in SPEC.outcomes.values()
    for status in outcome.status
    for bodies in outcome.bodies.values()
    for body in bodies
]
OPEN = {status for status, body in BODIES if not body}  # a page says nothing about the body, so none is wrong
FIXED = [(status, body) for status, body in BODIES if status not in OPEN]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """What a node is, or what its `$ref` points at."""
    while "$ref" in node:
        reference, node = node["$ref"], DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    return node


def response(operation: str, status: int) -> dict[str, Any]:
    return resolved(OPERATIONS[operation]["responses"][str(status)])


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema | {"components": DOCUMENT["components"]})


def accepts(operation: str, status: int, body: Any) -> bool:
    return validator(response(operation, status)["content"]["application/json"]["schema"]).is_valid(body)


def accepts_request(operation: str, body: Any) -> bool:
    media = OPERATIONS[operation]["requestBody"]["content"]["application/json"]
    return validator(media["schema"]).is_valid(body)


def wrong_bodies(body: dict[str, str]) -> Iterator[Any]:
    """Bodies that differ from a documented one in one thing that is promised."""
    yield from (None, [], "", {}, [body])
    for name, value in body.items():
        yield {other: text for other, text in body.items() if other != name}
        yield body | {name: value.swapcase()}
        yield body | {name: value + "x"}
        yield body | {name: None}
        yield body | {name: [value]}


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_the_version_title_and_server_are_those_of_the_spec_file() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert DOCUMENT["info"]["version"] == SPEC.version
    assert DOCUMENT["info"]["title"] == SPEC.title
    assert [server["url"] for server in DOCUMENT["servers"]] == [SPEC.base_url]


def citations(text: str) -> set[str]:
    return {cited for found in re.findall(r"\[([RSDH]\d[^]]*)\]", text) for cited in found.split(", ")}


def test_every_citation_is_a_claim_or_disagreement_of_the_spec_file() -> None:
    assert citations(TEXT)
    assert citations(TEXT) <= {*SPEC.claims, *SPEC.disagreements}


@pytest.mark.parametrize("name", PROMISED)
def test_every_operation_cites_its_claims_and_names_its_permission(name: str) -> None:
    description = OPERATIONS[name]["description"]
    assert citations(description) >= set(PROMISED[name].because)
    assert f"Needs the permission `{PROMISED[name].needs}`" in description


def test_the_operations_are_those_of_the_spec_file() -> None:
    here = {name: operation["request"] for name, operation in OPERATIONS.items()}
    assert here == {name: operation.request for name, operation in PROMISED.items()}


def test_both_styles_are_security_schemes_and_alternatives_on_every_operation() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert set(schemes) == set(SPEC.styles)
    for name, style in SPEC.styles.items():
        scheme = schemes[name]
        if style.value == "{key}":
            assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", style.header)
        else:
            assert style.header == "Authorization"
            assert scheme["type"] == "http"
            assert style.value == f"{scheme['scheme'].title()} {{key}}"
    assert DOCUMENT["security"] == [{name: []} for name in SPEC.styles]
    assert not [name for name, operation in OPERATIONS.items() if "security" in operation]


@pytest.mark.parametrize("name", PROMISED)
def test_the_success_statuses_are_those_of_the_spec_file(name: str) -> None:
    here = [int(status) for status in OPERATIONS[name]["responses"] if status.startswith("2")]
    assert sorted(here) == sorted(PROMISED[name].succeeds)


@pytest.mark.parametrize("name", PROMISED)
def test_what_no_page_documents_about_a_success_stays_open(name: str) -> None:
    for status in PROMISED[name].succeeds:
        if "content" in response(name, status):
            assert accepts(name, status, {})
            assert accepts(name, status, {"anything": [1, None, {}]})


def test_a_list_may_be_an_array_or_an_object() -> None:
    assert accepts("list", 200, [])
    assert accepts("list", 200, {"data": []})
    assert not accepts("list", 200, "sandboxes")


@pytest.mark.parametrize("name", [name for name, operation in PROMISED.items() if operation.body])
def test_the_request_bodies_of_the_spec_file_are_valid_and_others_are_not(name: str) -> None:
    operation = PROMISED[name]
    assert operation.body is not None
    assert accepts_request(name, operation.body)
    assert accepts_request(name, operation.body | {"further": True})
    assert operation.other_body is None or accepts_request(name, operation.other_body)
    assert not any(accepts_request(name, body) for body in ({}, [1, 2, 3], None, {"timeout_seconds": "soon"}))
    assert OPERATIONS[name]["requestBody"]["required"]


@pytest.mark.parametrize("name", PROMISED)
@pytest.mark.parametrize(("status", "body"), BODIES)
def test_every_documented_refusal_is_valid_also_with_further_fields(
    name: str, status: int, body: dict[str, str]
) -> None:
    assert accepts(name, status, body)
    assert accepts(name, status, body | {"message": "…", "request_id": "req_1", "details": {"deep": [None]}})


@pytest.mark.parametrize("name", PROMISED)
@pytest.mark.parametrize(("status", "body"), FIXED)
def test_a_refusal_with_one_thing_wrong_is_not_valid(name: str, status: int, body: dict[str, str]) -> None:
    for wrong in wrong_bodies(body):
        assert not accepts(name, status, wrong), wrong


@pytest.mark.parametrize("name", PROMISED)
def test_the_words_of_one_status_are_not_valid_for_another(name: str) -> None:
    crossed = [(status, body) for status, _ in FIXED for other, body in FIXED if other != status]
    assert crossed
    assert not [(status, body) for status, body in crossed if accepts(name, status, body)]


def test_every_error_code_has_a_schema_and_a_status() -> None:
    codes = {code for vocabulary in SPEC.vocabularies.values() for code in vocabulary.codes}
    schemas = [schema.get("properties", {}) for schema in DOCUMENT["components"]["schemas"].values()]
    assert {properties["code"]["const"] for properties in schemas if "code" in properties} == codes
    by_status: dict[int, set[str]] = {}
    for status, body in BODIES:
        by_status.setdefault(status, set()).update({body["code"]} if body else set())
    assert set().union(*by_status.values()) == codes
    for status, documented in by_status.items():
        shown = response("list", status)["content"]["application/json"]["examples"].values()
        assert {example["value"]["code"] for example in shown} == documented


def test_the_messages_of_the_codes_are_those_of_the_spec_file() -> None:
    for code, entry in SPEC.vocabularies["sdk"].codes.items():
        schema = next(
            schema
            for schema in DOCUMENT["components"]["schemas"].values()
            if schema.get("properties", {}).get("code") == {"const": code}
        )
        assert f"“{entry.message}”" in schema["description"]


@pytest.mark.parametrize("name", PROMISED)
def test_every_answer_to_a_refused_request_is_described(name: str) -> None:
    assert {str(status) for status, _ in BODIES} <= set(OPERATIONS[name]["responses"])
    assert ("404" in OPERATIONS[name]["responses"]) == ("{id}" in PROMISED[name].path)
    assert ("400" in OPERATIONS[name]["responses"]) == bool(PROMISED[name].body)


@pytest.mark.parametrize("name", PROMISED)
def test_headers_that_help_are_described_and_not_required(name: str) -> None:
    for status in OPERATIONS[name]["responses"]:
        assert "X-Request-ID" in response(name, int(status))["headers"]
    assert "WWW-Authenticate" in response(name, 401)["headers"]
    assert "Retry-After" in response(name, 429)["headers"]
    assert not [header for header in DOCUMENT["components"]["headers"].values() if header.get("required")]


def test_every_example_is_valid() -> None:
    shown = 0
    for name, operation in OPERATIONS.items():
        bodies = [operation.get("requestBody", {}), *map(resolved, operation["responses"].values())]
        for media in (body["content"]["application/json"] for body in bodies if "content" in body):
            examples = [example["value"] for example in media.get("examples", {}).values()]
            for example in [*examples, *([media["example"]] if "example" in media else [])]:
                validator(media["schema"]).validate(example)
                shown += 1
        assert shown, name


def test_the_document_holds_no_key() -> None:
    assert not re.search(rf"{SPEC.key.prefix}\w", TEXT)
