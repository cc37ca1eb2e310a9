"""The fields that a request's body holds: decoded, and held against the documented forms."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.spec.model import Operation

_DEEPEST = 64  # levels; what is deeper might be decoded here and not be encoded again


def decode(operation: Operation, body: bytes) -> dict[str, Any] | None:
    """The fields of a body that has one of the documented forms, each of the documented type; else `None`."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not _can_be_encoded(fields):
        return None
    forms = [form for form in (operation.body, operation.other_body) if form is not None]
    return fields if any(_fits(fields, form) for form in forms) else None


def _fits(fields: dict[str, Any], form: dict[str, Any]) -> bool:
    known = form.keys() & fields.keys()
    return (bool(known) or not form) and all(type(fields[name]) is type(form[name]) for name in known)


def _can_be_encoded(value: Any) -> bool:
    """Whether a decoded value is JSON: Python also reads NaN, and numbers beyond its own as infinite."""
    level = [value]
    for _ in range(_DEEPEST):
        if any(isinstance(one, float) and not math.isfinite(one) for one in level):
            return False
        level = [child for one in level for child in _children(one)]
        if not level:
            return True
    return False


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
