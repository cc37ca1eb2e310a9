"""The causes file and its loader: every cause is there, and a small file of others loads."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml
from catalogue import CAUSES, IDS, SETS, TINY, VARIANTS, written

from conformance.diagnosis.causes.loader import causes_schema, load
from conformance.spec.files import default_causes, default_spec, specs_directory

if TYPE_CHECKING:
    from pathlib import Path


def test_every_cause_and_variant_is_there_in_the_order_of_the_catalogue() -> None:
    assert [cause.id for cause in CAUSES.causes] == IDS
    assert len(IDS) == 53
    assert {cause.id: [v.id for v in cause.variants] for cause in CAUSES.causes if cause.variants} == VARIANTS


def test_a_variant_leads_to_its_cause() -> None:
    found = CAUSES.by_id()
    assert [found[name].id for name in IDS] == IDS
    assert {name: found[name].id for names in VARIANTS.values() for name in names} == {
        name: cause for cause, names in VARIANTS.items() for name in names
    }


def test_every_set_of_lookalikes_is_there() -> None:
    assert {entry.id: set(entry.candidates) for entry in CAUSES.indistinguishable} == SETS
    assert all(entry.ask.endswith((".", "?")) and "?" in entry.ask for entry in CAUSES.indistinguishable)


@pytest.mark.parametrize("name", ["cors-preflight", "key-in-query-string"])
def test_an_exposed_key_is_to_be_replaced_and_no_other_cause_says_that_it_is_not(name: str) -> None:
    fix = CAUSES.by_id()[name].fix
    assert any(re.search(r"[Rr]eplace the key|revoke the one", step.do) for step in fix.any)
    assert not any("not replace" in step.do for cause in CAUSES.causes for step in cause.fix.any)


def test_the_checked_in_schema_is_what_the_types_generate() -> None:
    text = (specs_directory() / "schema" / "causes.schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(causes_schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_causes_file_fits_the_schema() -> None:
    schema = causes_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(default_causes().read_text(encoding="utf-8")), schema)


def test_a_small_causes_file_loads(tmp_path: Path) -> None:
    causes = load(written(tmp_path, TINY), default_spec())
    assert list(causes.by_id()) == ["first", "second", "first-of-all"]
    places = causes.causes[0].fix.places()
    assert {place: [step.text for step in found] for place, found in places.items()} == {
        "any": ["Mend it."],
        "bash": ["mend '<thing>'"],
        "python": ["mend()"],
    }


# name: what is replaced, by what, where the mistake is then said to be, and what is said


def test_causes_are_frozen() -> None:
    with pytest.raises(AttributeError):
        CAUSES.causes[0].title = "Other"  # type: ignore[misc]
