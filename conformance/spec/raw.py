"""Data of a file as it was read, of which nothing is known yet; and the names and patterns in it."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from conformance.spec.mistakes import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from conformance.spec.mistakes import DataPath
    from conformance.spec.source import Source


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def note_unknown(source: Source, path: DataPath, kind: str, names: Iterable[str], known: Collection[str]) -> None:
    """Note in `source` every name that is not known."""
    for name in names:
        if name not in known:
            source.mistake(path, f"there is no {kind} {name!r}; {suggestion(name, known)}")


def note_taken(source: Source, kind: str, ids: Iterable[tuple[DataPath, Any]]) -> None:
    """Note in `source` every id that stands at an earlier place as well."""
    seen: dict[str, int] = {}
    for path, name in ids:
        if not isinstance(name, str):
            continue
        if name in seen:
            source.mistake(path, f"{kind} id {name!r} is taken in line {seen[name]}; choose a new id")
        seen.setdefault(name, source.places[path][0])


def note_no_pattern(source: Source, path: DataPath, pattern: str) -> None:
    """Note in `source` a regular expression that is none, or that a later Python may read otherwise."""
    try:
        # warned of is, for example, a set in a set, which a later Python may read otherwise
        with warnings.catch_warnings(action="error"):
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        instead = "correct it, or put \\ before the sign"
        source.mistake(path, f"{pattern!r} is no regular expression: {error}; {instead}")
