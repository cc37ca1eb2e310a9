"""Data that does not fit a JSON Schema, said so that a person can correct it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.spec.mistakes import suggestion

if TYPE_CHECKING:
    from conformance.spec.mistakes import DataPath
    from conformance.spec.source import Source


def note_misfits(source: Source, schema: dict[str, Any]) -> None:
    """Note in `source` everything that does not fit the JSON Schema."""
    for error in _validator(schema).iter_errors(source.data):
        for path, message in _misfits(error):
            source.mistake(path, message)


def _validator(schema: dict[str, Any]) -> Any:
    from jsonschema import Draft202012Validator  # slow to import, and good files never need it
    from jsonschema.validators import extend

    # to JSON Schema 12.0 is a whole number, to the types it is not
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _types, value: type(value) is int)
    return extend(Draft202012Validator, type_checker=types)(schema)  # type: ignore[no-untyped-call]


def _misfits(error: Any) -> list[tuple[DataPath, str]]:
    path = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        path = (*path, error.instance)
    if error.validator == "anyOf":
        return _misfits_of_union(error, path)
    name = _name(path)
    if error.validator == "additionalProperties" and isinstance(error.validator_value, bool):
        known = error.schema.get("properties", {})
        return [
            ((*path, key), f"unknown key {key!r}; {suggestion(key, known)}")
            for key in error.instance
            if key not in known
        ]
    if error.validator == "required":
        wanted = error.message.split("'")[1]
        return [(path, f"{name} lacks the key {wanted!r}; add it")]
    if error.validator == "enum":
        instead = suggestion(str(error.instance), map(str, error.validator_value))
        return [(path, f"{error.instance!r} is not allowed; {instead}")]
    if error.validator == "type":
        return [(path, f"{name} is {_kind(error.instance)}; write {_article(error.validator_value)}")]
    if error.validator == "pattern":
        form = error.validator_value.removesuffix("(?!\\n)")
        return [(path, f"{error.instance!r} has the wrong form; write it to match {form}")]
    if error.validator in ("minLength", "minItems"):
        return [(path, f"{name} is empty; write something there")]
    return [(path, f"{name}: {error.message}; correct the value")]


def _misfits_of_union(error: Any, path: DataPath) -> list[tuple[DataPath, str]]:
    deeper = [child for child in error.context if child.absolute_path != error.absolute_path]
    if deeper:
        return [misfit for child in deeper for misfit in _misfits(child)]
    nearer = [child for child in error.context if child.validator != "type"]
    if nearer:
        return [misfit for child in nearer for misfit in _misfits(child)]
    wanted = " or ".join(_article(child.validator_value) for child in error.context)
    return [(path, f"{_name(path)} is {_kind(error.instance)}; write {wanted}")]


def _name(path: DataPath) -> str:
    if not path:
        return "the file"
    return f"entry {path[-1] + 1}" if isinstance(path[-1], int) else repr(path[-1])


_KINDS = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", type(None): "empty"}
_WANTED = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "null": "nothing",
    "integer": "a whole number",
}


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "a number")


def _article(name: str) -> str:
    return _WANTED.get(name, "a number")
