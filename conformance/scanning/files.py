"""The files that are scanned: those that were named, and those in directories that were named."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from conformance.scanning.content import Content
from conformance.standard_input import STDIN, shown_name, standard_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
_REPOSITORY = ".git"  # packed inside: its history is scanned by asking git
# directories in it that are not packed
_KEPT = {"logs", "info", "hooks", "modules", "worktrees", "lfs", "rebase-merge", "rebase-apply"}


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
            try:
                yield Content(shown_name(path), standard_input())
            except OSError as error:
                complain(_unreadable(shown_name(path), error))
            continue
        for file in _files_of(path, excluded, complain):
            try:
                if file.is_link:
                    yield Content(file.path, io.BytesIO(os.fsencode(os.readlink(file.path))))  # noqa: PTH115
                    continue
                # a path object for each would take longer
                with open(file.path, "rb", buffering=0, opener=_without_waiting) as stream:
                    yield Content(file.path, cast("IO[bytes]", stream))
            except OSError as error:
                complain(_unreadable(file.path, error))


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, as those of /proc, so that it ends where it has nothing more to tell; pipes are waited for."""
    return os.open(path, flags | (_AT_ONCE if os.path.isfile(path) else 0))  # noqa: PTH113


class _File(NamedTuple):
    """A file, or a symbolic link within a directory: the path it points to is scanned, not the file there."""

    path: str
    is_link: bool = False


def _files_of(path: str, excluded: Excluded, complain: Callable[[str], None]) -> Iterator[_File]:
    if path in excluded:
        return
    if not os.path.isdir(path):  # noqa: PTH112
        yield _File(path)
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
        kept = [one for one in found if one.path.removeprefix("./") not in excluded]
        below = [one for one in kept if one.is_dir(follow_symlinks=False)]
        waiting += [one.path for one in reversed(below) if one.name != _REPOSITORY]
        for one in kept:
            if one.is_file(follow_symlinks=False):
                yield _File(one.path)
            elif one.is_symlink():
                yield _File(one.path, is_link=True)
        for one in below:
            if one.name == _REPOSITORY:
                yield from (_File(file) for file in kept_by_git(one.path) if file.removeprefix("./") not in excluded)


def kept_by_git(directory: str) -> Iterator[str]:
    """The files of a .git directory in which people and clients write: settings, messages, hooks; no objects."""
    for root, below, files in os.walk(directory):
        if root == directory:
            below[:] = sorted(set(below) & _KEPT)
        elif "objects" in below and "HEAD" in files:
            below.remove("objects")
        yield from (os.path.join(root, one) for one in sorted(files) if one != "index")  # noqa: PTH118


def _unreadable(path: str, error: OSError) -> str:
    return f"{path}: {error.strerror or 'cannot be read'}; it was not scanned: give a path that can be read"
