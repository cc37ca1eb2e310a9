"""A repository: its own files, the names of its branches, and what this clone of it lacks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from conformance.scanning.files import kept_by_git
from conformance.scanning.git.asking import GitError, asked, fields, within

if TYPE_CHECKING:
    from collections.abc import Iterator

SUBMODULE = "160000"  # the mode of what is in another repository


def is_repository(repository: str) -> bool:
    """Whether git knows a repository there."""
    try:
        with asked(repository, "rev-parse", "--git-dir") as answer:
            return bool(answer.read())
    except GitError:
        return False


def own_files(repository: str) -> Iterator[str]:
    """The files in which git itself keeps names, addresses and messages.

    Raises:
        GitError: This is no repository, or git is missing.

    """
    directories = []
    for option in ("--git-dir", "--git-common-dir"):
        with asked(repository, "rev-parse", option) as answer:
            path = os.fsdecode(answer.read().removesuffix(b"\n"))
        directories.append(os.path.normpath(within(repository, path)))
    for directory in dict.fromkeys(directories):
        yield from kept_by_git(directory)


def branches(repository: str) -> bytes:
    """The names of all branches, tags and other references, a line for each.

    Raises:
        GitError: git failed.

    """
    with asked(repository, "for-each-ref", "--format=%(refname)") as answer:
        return answer.read()


def unseen(repository: str) -> list[str]:
    """What is missing in this clone, and in which repositories the rest is.

    Raises:
        GitError: git failed.

    """
    said: list[str] = []
    with asked(repository, "rev-parse", "--is-shallow-repository") as answer:
        if answer.read().strip() == b"true":
            said.append(f"{repository}: this clone is shallow: older commits were not scanned; git fetch --unshallow")
    try:
        with asked(
            repository, "config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$"
        ) as answer:
            answer.read()
        said.append(f"{repository}: this clone is partial: what git has not fetched was not scanned; clone all of it")
    except GitError:
        pass  # which is how git says that there is no such setting
    try:
        for path in _submodules(repository):
            where = within(repository, path)
            said.append(f"{where}: it is a submodule, which was not scanned; scan it as a repository of its own")
    except GitError as error:  # the index is broken, which says nothing of what was committed
        said.append(str(error))
    return said


def _submodules(repository: str) -> Iterator[str]:
    with asked(repository, "ls-files", "--stage", "-z") as answer:
        for field in fields(answer):
            facts, _, path = field.partition("\t")
            if facts.startswith(SUBMODULE):
                yield path
