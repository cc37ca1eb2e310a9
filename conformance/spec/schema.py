"""The JSON Schema of spec files, generated from the types."""

from __future__ import annotations

from typing import Any

import msgspec

from conformance.spec.model import Spec


def schema_of(kind: type) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a type of the model."""
    schema = msgspec.json.schema(kind)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def spec_schema() -> dict[str, Any]:
    """The JSON Schema of a spec file; `specs/schema/hopx-auth.schema.json` is a copy of it."""
    return {"title": "Promises about API-key authentication", **schema_of(Spec)}
