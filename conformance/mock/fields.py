"""The fields that a request's body holds: decoded, and held against the documented forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from conformance.spec.model import Operation

_DEEPEST = 64  # levels


def decode(operation: Operation, body: bytes) -> dict[str, Any] | None:
    """The fields of a body that has one of the documented forms, each of the documented type; else `None`."""
    try:
        fields = msgspec.json.decode(body)  # which is strict: what it takes can be sent again
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(fields, dict) or not _is_flat(fields):
        return None
    forms = [form for form in (operation.body, operation.other_body) if form is not None]
    return fields if any(_fits(fields, form) for form in forms) else None


def _fits(fields: dict[str, Any], form: dict[str, Any]) -> bool:
    known = form.keys() & fields.keys()
    return (bool(known) or not form) and all(type(fields[name]) is type(form[name]) for name in known)


def _is_flat(value: Any) -> bool:
    """Whether a value is nested no deeper than can be encoded again."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [child for one in level for child in _children(one)]
        if not level:
            return True
    return False


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
