"""Knowledge, kept as JSON in the user's cache, so that a command starts at once."""

from __future__ import annotations

import json
import os
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.cache import cache_directory
from conformance.diagnosis.knowledge import Knowledge, from_json

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODE = ("knowledge.py", "surface.py", "knowledge_cache.py")  # what decides the form of what is kept


def knowledge(causes_file: Path, spec_file: Path) -> Knowledge:
    """What two files say, from the cache where they were read before.

    Raises:
        FileError: With every mistake of either file.

    """
    code = [Path(__file__).with_name(name) for name in _CODE]
    cache = cache_directory()
    if cache is None:
        return _from_files(causes_file, spec_file)
    kept = cache / f"knowledge-{_mark((causes_file, spec_file, *code))}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        return from_json(json.loads(kept.read_bytes()))
    fresh = _from_files(causes_file, spec_file)
    with suppress(OSError):
        _keep(fresh, kept)
    return fresh


def _from_files(causes_file: Path, spec_file: Path) -> Knowledge:
    from conformance.diagnosis.causes.loader import load
    from conformance.diagnosis.knowledge import knowledge_of
    from conformance.diagnosis.surface import surface_of
    from conformance.spec import loader
    from conformance.spec import source as sources
    from conformance.spec.files import default_causes, default_spec

    # the causes that come with the suite cite the claims of its own spec file, whatever API they are used for
    cited = default_spec() if causes_file == default_causes() else spec_file
    causes = load(causes_file, cited)
    loader.load(spec_file)
    return knowledge_of(causes, surface_of(sources.read(spec_file).data))


def _mark(files: Iterable[Path]) -> str:
    """What changes whenever one of the files does; a checksum, since a hash takes longer to load than the files."""
    mark = ""
    for file in files:
        data = file.read_bytes() if file.is_file() else b""
        mark += f"{len(data):x}{zlib.crc32(data):08x}"
    return mark


def _keep(known: Knowledge, to: Path) -> None:
    import tempfile

    to.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=to.parent, prefix=".knowledge-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(known.as_json(), file, default=sorted)
    Path(name).replace(to)
