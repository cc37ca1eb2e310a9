"""Groups of a spec file: the names in them, and the entries that fit their type."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from conformance.spec.raw import mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.spec.mistakes import DataPath
    from conformance.spec.source import Source

E = TypeVar("E", bound=msgspec.Struct)


def names_of(source: Source, group: str) -> set[str]:
    """The names of a group."""
    return set(mapping(mapping(source.data).get(group)))


def entries_of(source: Source, group: str, kind: type[E]) -> Iterator[tuple[DataPath, E]]:
    """The entries of a group that fit their type; the misfits have been noted before."""
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    for name, entry in mapping(mapping(source.data).get(group)).items():
        fields = {key: value for key, value in mapping(entry).items() if key in known}
        try:
            yield (group, name), msgspec.convert(fields, kind)
        except msgspec.ValidationError:
            continue
