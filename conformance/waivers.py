"""Waivers: broken promises that are known, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from conformance.spec import source as sources
from conformance.spec.entry import Entry, Text
from conformance.spec.loader import checked
from conformance.spec.mistakes import FileError, Mistake
from conformance.spec.raw import entries, mapping

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class WaiverEntry(Entry, frozen=True):
    """An entry of a waiver file."""

    probe: Text
    reason: Text
    link: Text
    versions: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One known broken promise: a pattern over probe ids, in which `*` and `?` are wild.

    `versions` limits it to some releases of an SDK.
    """

    pattern: str
    reason: str
    link: str
    line: int
    versions: str = ""

    def matches(self, probe_id: str) -> bool:
        """Whether a probe is meant."""
        parts = re.split(r"([*?])", self.pattern)
        pattern = "".join({"*": ".*", "?": "."}.get(part) or re.escape(part) for part in parts)
        return re.fullmatch(pattern, probe_id) is not None

    def is_about(self, version: str) -> bool:
        """Whether a release of an SDK is meant; a run without an SDK has no version."""
        return not self.versions or (bool(version) and SpecifierSet(self.versions).contains(version, prereleases=True))


def load_waivers(file: Path) -> list[Waiver]:
    """The waivers of a file.

    Raises:
        FileError: With every mistake of the file.

    """
    source = sources.read(file)
    if source.data is None:
        source.data = []
    return [
        Waiver(entry.probe, entry.reason, entry.link, source.places[(index,)][0], entry.versions)
        for index, entry in enumerate(checked(source, list[WaiverEntry], _check_versions))
    ]


def _check_versions(source: sources.Source) -> None:
    for index, entry in enumerate(entries(source.data)):
        versions = mapping(entry).get("versions")
        try:
            SpecifierSet(versions if isinstance(versions, str) else "")
        except InvalidSpecifier:
            message = f"{versions!r} is no range of versions; write one such as '>=0.3,<0.5' (PEP 440)"
            source.mistake((index, "versions"), message)


def check_waivers(file: Path, waivers: Iterable[Waiver], probe_ids: Iterable[str]) -> None:
    """Find waivers that match no probe at all.

    Raises:
        FileError: There are some.

    """
    ids = list(probe_ids)
    idle = [waiver for waiver in waivers if not any(map(waiver.matches, ids))]
    if idle:
        message = "no probe is called {!r}; correct the pattern, or remove the waiver"
        raise FileError(Mistake(str(file), w.line, 1, message.format(w.pattern)) for w in idle)
