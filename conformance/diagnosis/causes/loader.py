"""Loading a causes file: strictly, with every mistake at once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from conformance.diagnosis.causes.model import Causes
from conformance.diagnosis.causes.references import check_references
from conformance.spec import loader
from conformance.spec import source as sources
from conformance.spec.schema import schema_of

if TYPE_CHECKING:
    from pathlib import Path


@cache
def load(file: Path, spec_file: Path) -> Causes:
    """Load a causes file, whose claims are those of a spec file.

    Raises:
        FileError: With every mistake of either file: its line, its column and what to write instead.

    """
    spec = loader.load(spec_file)
    citable = {*spec.claims, *spec.disagreements}
    return loader.checked(sources.read(file), Causes, lambda source: check_references(source, citable))


def causes_schema() -> dict[str, Any]:
    """The JSON Schema of a causes file; `specs/schema/causes.schema.json` is a copy of it."""
    return {"title": "Why API-key authentication fails", **schema_of(Causes)}
