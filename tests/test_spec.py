"""The spec file that comes with the suite: every claim, the schema, and where it is found."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from tiny import TINY, mistakes_of

from conformance.spec import files
from conformance.spec.files import default_spec, specs_directory
from conformance.spec.loader import load
from conformance.spec.schema import spec_schema

CLAIMS = [f"R{number}" for number in range(1, 15)] + [f"S{number}" for number in range(1, 22)]
DISAGREEMENTS = [f"D{number}" for number in range(1, 7)]


def test_every_claim_and_disagreement_of_the_pages_is_in_the_spec_file() -> None:
    spec = load(default_spec())
    assert set(CLAIMS) <= set(spec.claims)
    assert set(DISAGREEMENTS) == set(spec.disagreements)


def test_every_claim_has_a_rule_or_a_reason_why_not() -> None:
    spec = load(default_spec())
    asked = {claim for rule in spec.rules for claim in rule.because}
    assert not set(spec.claims) - asked - set(spec.untestable)
    assert not asked & set(spec.untestable)
    assert set(DISAGREEMENTS) <= asked


def test_the_requests_that_no_page_shows_are_marked() -> None:
    operations = load(default_spec()).operations
    assert {name for name, operation in operations.items() if not operation.documented} == {"view", "update", "delete"}


def test_the_checked_in_schema_is_what_the_types_generate() -> None:
    text = (specs_directory() / "schema" / "hopx-auth.schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(spec_schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_spec_file_fits_the_schema() -> None:
    schema = json.loads((specs_directory() / "schema" / "hopx-auth.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(default_spec().read_text(encoding="utf-8")), schema)


def test_the_schema_refuses_what_the_loader_refuses(tmp_path: Path) -> None:
    text = TINY.replace("  list: {request: GET", "  lst: {request: GET")
    with pytest.raises(jsonschema.ValidationError, match="lst"):
        jsonschema.validate(yaml.safe_load(text), spec_schema())
    assert any("'lst' is not allowed; write 'list'" in mistake for mistake in mistakes_of(tmp_path, text))


def test_the_spec_files_are_found_in_the_checkout_and_in_the_installed_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert default_spec() == Path(__file__).resolve().parent.parent / "specs" / "hopx-auth.yaml"
    (tmp_path / "conformance" / "specs").mkdir(parents=True)
    monkeypatch.setattr(files, "__file__", str(tmp_path / "conformance" / "spec" / "files.py"))
    assert specs_directory() == tmp_path.resolve() / "conformance" / "specs"


def test_an_operation_knows_its_method_and_path() -> None:
    view = load(default_spec()).operations["view"]
    assert (view.method, view.path) == ("GET", "/sandboxes/{id}")


def test_specs_are_frozen() -> None:
    spec = load(default_spec())
    with pytest.raises(AttributeError):
        spec.title = "Other"  # type: ignore[misc]
