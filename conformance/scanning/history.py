"""Scans of what git keeps, in which objects get the names that people know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.scanning.git import Origin, history, origins, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.scanning.files import Excluded
    from conformance.scanning.find import Find
    from conformance.scanning.run import Scan


def finds_in_index(repository: str, scan: Scan, excluded: Excluded) -> Iterator[Find]:
    """The finds in what the next commit would add or change.

    Raises:
        GitError: git cannot say what that is.

    """
    yield from scan.finds(staged(repository, excluded))


def finds_in_history(repository: str, scan: Scan, excluded: Excluded) -> Iterator[Find]:
    """The finds in all objects of a repository, each at the oldest commit and path that has it.

    Raises:
        GitError: git cannot say what there is.

    """
    finds = list(scan.finds(history(repository)))
    known = origins(repository, {find.place.path for find in finds}) if finds else {}
    for find in finds:
        origin = known.get(find.place.path) or Origin("", f"object {find.place.path} of no commit")
        if origin.path not in excluded:
            yield find._replace(place=find.place._replace(path=origin.path, commit=origin.commit))
