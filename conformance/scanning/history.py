"""Scans of the index and the history, with every find traced back to its commit and path."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from conformance.scanning.content import Content
from conformance.scanning.files import contents_of
from conformance.scanning.git.asking import GitError
from conformance.scanning.git.index import staged
from conformance.scanning.git.objects import history
from conformance.scanning.git.origins import Origin, origins
from conformance.scanning.git.repository import branches, own_files, unseen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.scanning.files import Excluded
    from conformance.scanning.find import Find, Judgement
    from conformance.scanning.scan import Scan


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
    for what in unseen(repository):
        scan.complain(what)
    yield from scan.finds([Content(f"{repository}: names of branches and tags", io.BytesIO(branches(repository)))])
    yield from scan.finds(contents_of(list(own_files(repository)), excluded, scan.complain))
    finds = list(scan.finds(history(repository, scan.complain)))
    known: dict[str, Origin] = {}
    try:
        known.update(origins(repository, {find.place.path for find in finds}) if finds else ())
    except GitError as error:
        scan.complain(f"{error}; some finds have no commit and path")
    age = {name: number for number, name in enumerate(known)}
    finds.sort(key=lambda find: age.get(find.place.path, len(age)))
    names: set[tuple[Judgement, str]] = set()  # each version of a directory has them again
    for find in finds:
        origin = known.get(find.place.path) or Origin("", f"object {find.place.path} of no commit")
        if origin.path.endswith("/"):
            if (find.judged, origin.path) in names:
                continue
            names.add((find.judged, origin.path))
        if origin.path not in excluded:
            yield find._replace(place=find.place._replace(path=origin.path, commit=origin.commit))
