"""Loading a spec file: strictly, with every mistake at once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from conformance.spec import source as sources
from conformance.spec.misfits import note_misfits
from conformance.spec.mistakes import FileError
from conformance.spec.model import Spec
from conformance.spec.references import check_references
from conformance.spec.schema import schema_of

T = TypeVar("T")


def specs_directory() -> Path:
    """Where the spec files are: inside the installed package, or at the top of the checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "specs"
    return installed if installed.is_dir() else package.parent / "specs"


def default_spec() -> Path:
    """The spec file that is used when none is named."""
    return specs_directory() / "hopx-auth.yaml"


@cache
def load(file: Path) -> Spec:
    """Load a spec file.

    Raises:
        FileError: With every mistake of the file: its line, its column and what to write instead.
    """
    source = sources.read(file)
    spec = typed(source, Spec)
    check_references(source)
    if spec is None or source.mistakes:
        raise FileError(source.mistakes)
    return spec


def typed(source: sources.Source, kind: type[T]) -> T | None:
    """The source's data as a type of the model; `None` when it does not fit, with every misfit noted in `source`."""
    try:
        return msgspec.convert(source.data, kind)
    except msgspec.ValidationError:
        note_misfits(source, schema_of(kind))
        return None
