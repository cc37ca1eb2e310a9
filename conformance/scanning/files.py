"""The files that are scanned: those that were named, and those in directories that were named."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from conformance.scanning.content import Content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

STDIN = "-"
_REPOSITORY = ".git"  # packed inside: its history is scanned by asking git


class Excluded(NamedTuple):
    """Globs of what is left out."""

    globs: Sequence[str]

    def __contains__(self, path: object) -> bool:
        """Whether a glob matches the path, or a name in it."""
        if not self.globs:
            return False
        from fnmatch import fnmatch

        whole = Path(str(path)).as_posix()
        return any(fnmatch(one, glob) for glob in self.globs for one in (whole, *whole.split("/")))


def contents_of(paths: Sequence[str], excluded: Excluded, complain: Callable[[str], None]) -> Iterator[Content]:
    """Every file of the paths, opened; `complain` hears of what cannot be read."""
    for path in paths:
        if path == STDIN:
            yield Content("standard input", cast("IO[bytes]", sys.stdin.buffer))
            continue
        for file in _files_of(path, excluded, complain):
            try:
                with open(file, "rb", buffering=0) as stream:  # noqa: PTH123  (a path object for each would take longer)
                    yield Content(file, cast("IO[bytes]", stream))
            except OSError as error:
                complain(_unreadable(file, error))


def _files_of(path: str, excluded: Excluded, complain: Callable[[str], None]) -> Iterator[str]:
    if path in excluded:
        return
    if not os.path.isdir(path):  # noqa: PTH112
        yield path
        return
    waiting = [path]
    while waiting:
        directory = waiting.pop()
        try:
            with os.scandir(directory) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            complain(_unreadable(directory, error))
            continue
        kept = [one for one in found if one.name != _REPOSITORY and one.path.removeprefix("./") not in excluded]
        waiting += [one.path for one in reversed(kept) if one.is_dir(follow_symlinks=False)]
        yield from (one.path for one in kept if one.is_file(follow_symlinks=False))


def _unreadable(path: str, error: OSError) -> str:
    return f"{path}: {error.strerror or 'cannot be read'}; it was not scanned: give a path that can be read"
