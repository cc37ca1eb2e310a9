"""The part of a spec file that is about SDKs: what its rules must have, and the calls that they make."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest
from tiny import TINY, mistakes_of, place_of, written

from conformance.probes import probes_of
from conformance.sdk.protocol import protocol_schema
from conformance.spec.files import specs_directory
from conformance.spec.loader import load

if TYPE_CHECKING:
    from pathlib import Path

SDK = """\
sdk:
  template: plain
  routes:
    GET /items: {body: {items: []}}
  answers:
    refused:
      type: KeyError
      never: [File]
      forms:
        flat: {status: 401, body: {code: NO}, code: NO}
        late: {status: 429, headers: {Retry-After: "3"}}
"""
RULE = """\
  - id: sdk-asks
    level: must
    target: sdk
    says: An SDK asks
    when: {credential: good, source: argument, operation: list, answer: refused, form: each}
    check: refusal_is_an_error
    because: [C1]
    advice: Ask.
"""
WHOLE = TINY + RULE + SDK
CALL = {"id": 2, "op": "call", "operation": "list", "base_url": "u", "api_key": None, "arguments": {}} | {
    "timeout_seconds": 1
}


def test_a_rule_about_sdks_makes_a_call_for_every_form(tmp_path: Path) -> None:
    spec = load(written(tmp_path, WHOLE))
    probes = probes_of(spec, spec.rules[-1])
    assert [(probe.id, probe.source, probe.answer, probe.form) for probe in probes] == [
        ("sdk-asks[list-flat]", "argument", "refused", "flat"),
        ("sdk-asks[list-late]", "argument", "refused", "late"),
    ]


def test_a_call_without_an_answer_has_no_form(tmp_path: Path) -> None:
    text = WHOLE.replace(", answer: refused, form: each", "")
    text = text.replace("source: argument, operation: list}", "source: [argument, nowhere], operation: build}")
    spec = load(written(tmp_path, text))
    assert [probe.id for probe in probes_of(spec, spec.rules[-1])] == [
        "sdk-asks[build-argument]",
        "sdk-asks[build-nowhere]",
    ]


@pytest.mark.parametrize(
    ("before", "after", "where", "words"),
    [
        ("operation: list, answer", "operation: fly, answer", "fly", "there is no operation 'fly'"),
        ("source: argument, operation", "operation", "{credential: good, op", "needs source:"),
        ("operation: list, answer", "answer", "{credential: good, sou", "needs operation:"),
        ("answer: refused, form", "answer: lost, form", "lost, form", "there is no answer 'lost'"),
        (", form: each}", "}", "{credential: good, source", "answer: and form: go together"),
        ("form: each}", "form: square}", "square}", "there is no form 'square'"),
        ("check: refusal_is_an_error", "check: retry_after", "- id: sdk-asks", "needs a check of its own"),
        ("check: refusal_is_an_error", "check: code_is_reachable", "each}", "'late' has none"),
        ("check: refusal_is_an_error", "check: retry_after_is_honoured", "each}", "'flat' has none"),
        ("      type: KeyError\n", "", None, None),
        ("source: argument, operation", "source: pocket, operation", "pocket", "pocket"),
    ],
)
def test_mistakes_in_rules_about_sdks_are_found(
    before: str, after: str, where: str | None, words: str | None, tmp_path: Path
) -> None:
    text = WHOLE.replace(before, after)
    assert text != WHOLE
    if where is None or words is None:
        load(written(tmp_path, text))
        return
    (mistake,) = mistakes_of(tmp_path, text)
    assert mistake.startswith(place_of(text, where).rpartition(":")[0] + ":")
    assert words in mistake


@pytest.mark.parametrize(
    ("check", "lacking", "needed"),
    [
        ("error_has_its_type", "      type: KeyError\n", "type:"),
        ("error_is_of_no_other_kind", "      never: [File]\n", "never:"),
    ],
)
def test_an_answer_has_what_its_rule_looks_at(check: str, lacking: str, needed: str, tmp_path: Path) -> None:
    text = WHOLE.replace("refusal_is_an_error", check)
    (tmp_path / "right").mkdir()
    load(written(tmp_path / "right", text))
    (mistake,) = mistakes_of(tmp_path, text.replace(lacking, ""))
    assert f"needs an answer with {needed}" in mistake


def test_a_rule_about_sdks_needs_the_part_about_sdks(tmp_path: Path) -> None:
    (mistake,) = mistakes_of(tmp_path, TINY + RULE)
    assert "needs the part sdk: of the file" in mistake


def test_rules_about_requests_have_nothing_of_sdks(tmp_path: Path) -> None:
    text = TINY.replace("alteration: lower}", "alteration: lower, form: flat}\n    check: refusal_is_an_error") + SDK
    mistakes = mistakes_of(tmp_path, text)
    assert len(mistakes) == 2
    assert "'refusal_is_an_error' is for rules with target: sdk" in " ".join(mistakes)
    assert "form is for rules with target: sdk" in " ".join(mistakes)


def test_the_schema_of_the_protocol_is_that_of_the_code() -> None:
    file = specs_directory() / "schema" / "adapter-protocol.schema.json"
    assert file.read_text(encoding="utf-8") == json.dumps(protocol_schema(), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    "line",
    [
        {"id": 1, "op": "hello", "protocol": 1},
        CALL,
        {"id": 2, "outcome": "returned", "value": [], "log": "l"},
        {"id": 2, "outcome": "unsupported", "reason": "r"},
        {"id": 2, "outcome": "raised", "error": {"type": "E", "message": "m", "display": "d", "debug": "t"}},
    ],
)  # fmt: skip
def test_lines_of_the_protocol_fit_its_schema(line: dict[str, object]) -> None:
    jsonschema.validate(line, protocol_schema())


def test_other_lines_do_not_fit_the_schema() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"id": 2, "outcome": "exploded"}, protocol_schema())
