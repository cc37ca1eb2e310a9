"""The objects of a repository, reachable or not."""

from __future__ import annotations

import io
import tempfile
from typing import IO, TYPE_CHECKING, cast

from conformance.scanning.content import Content, Limited
from conformance.scanning.git.asking import GitError, asked
from conformance.scanning.git.repository import is_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class BrokenObjectError(GitError):
    """An object cannot be read; `name` is its id."""

    def __init__(self, repository: str, name: str) -> None:
        super().__init__(
            f"{repository}: object {name} cannot be read, and was not scanned; git fsck says what is broken"
        )
        self.name = name


def history(repository: str, complain: Callable[[str], None]) -> Iterator[Content]:
    """Every object under its id, reachable or not: files, names in directories, commits and tags.

    `complain` hears of objects that cannot be read; the others are given all the same.

    Raises:
        GitError: This is no repository, or git is missing.

    """
    given: set[str] = set()
    try:
        for name, kind, stream in objects(repository, "--batch", "--batch-all-objects", "--unordered", "--buffer"):
            given.add(name)
            yield Content(name, _names(stream, name) if kind == "tree" else stream)
    except GitError as error:
        if not given and not is_repository(repository):
            raise
        if isinstance(error, BrokenObjectError):
            complain(str(error))
            given.add(error.name)
        yield from _left(repository, sorted(_object_names(repository) - given), complain)


def _left(repository: str, names: list[str], complain: Callable[[str], None]) -> Iterator[Content]:
    """These objects; after one that is broken, and ends git, those behind it are asked for again."""
    while names:
        done = 0
        with tempfile.TemporaryFile() as wanted:
            wanted.write("".join(f"{name}\n" for name in names).encode())
            wanted.seek(0)
            try:
                for name, kind, stream in objects(repository, "--batch", given=wanted):
                    yield Content(name, _names(stream, name) if kind == "tree" else stream)
                    done += 1
            except BrokenObjectError as error:
                complain(str(error))
                done = names.index(error.name) + 1
            except GitError:
                if done < len(names):
                    complain(str(BrokenObjectError(repository, names[done])))
                    done += 1
        names = names[done:] if done else []


def _object_names(repository: str) -> set[str]:
    options = ("--batch-check=%(objectname)", "--batch-all-objects", "--unordered")
    with asked(repository, "cat-file", *options) as answer:
        return {line.decode().strip() for line in answer}


def _names(tree: IO[bytes], name: str) -> IO[bytes]:
    """The names in a tree object, one a line; it is read whole, since pieces would be no faster."""
    identity = len(name) // 2  # bytes
    text = tree.read()
    names: list[bytes] = []
    at = 0
    while (end := text.find(b"\0", at)) >= 0:
        names.append(text[at:end].partition(b" ")[2])
        at = end + 1 + identity
    return io.BytesIO(b"\n".join(names))


def objects(repository: str, *options: str, given: IO[bytes] | None = None) -> Iterator[tuple[str, str, IO[bytes]]]:
    """The id, kind and content of objects: those that are given, or those that the options name."""
    with asked(repository, "cat-file", *options, given=given) as answer:
        while line := answer.readline():
            name, kind, *size = line.decode().split()
            if not size:
                raise BrokenObjectError(repository, name)
            content = Limited(answer, int(size[0]))
            yield name, kind, cast("IO[bytes]", content)
            content.skip()
            if content.left:
                raise BrokenObjectError(repository, name)
            answer.readline()
