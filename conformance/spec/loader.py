"""Loading a spec file: strictly, with every mistake at once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeVar

import msgspec

from conformance.spec import source as sources
from conformance.spec.misfits import note_misfits
from conformance.spec.mistakes import FileError
from conformance.spec.model import Spec
from conformance.spec.references.check import check_references
from conformance.spec.schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


@cache
def load(file: Path) -> Spec:
    """Load a spec file.

    Raises:
        FileError: With every mistake of the file: its line, its column and what to write instead.

    """
    return checked(sources.read(file), Spec, check_references)


def checked(source: sources.Source, kind: type[T], *checks: Callable[[sources.Source], None]) -> T:
    """The source's data as a type of the model, in which no check finds a mistake either.

    Raises:
        FileError: With every misfit, and every mistake that a check noted in `source`.

    """
    data = typed(source, kind)
    for check in checks:
        check(source)
    if data is None or source.mistakes:
        raise FileError(source.mistakes)
    return data


def typed(source: sources.Source, kind: type[T]) -> T | None:
    """The source's data as a type of the model.

    When it does not fit, every misfit is noted in `source`, and the result is `None`.
    """
    try:
        return msgspec.convert(source.data, kind)
    except msgspec.ValidationError as error:
        before = len(source.mistakes)
        note_misfits(source, schema_of(kind))
        if len(source.mistakes) == before:  # a schema says less than a type
            source.mistake((), f"{error}; correct the value")
        return None
