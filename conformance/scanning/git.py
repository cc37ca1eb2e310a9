"""What git keeps: the contents of the index, and every object of a repository's history."""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from conformance.scanning.content import Content, Limited
from conformance.scanning.files import kept_by_git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.scanning.files import Excluded

_SETTINGS = (
    "core.fsmonitor=false",
    "log.showSignature=false",
    "log.diffMerges=separate",
    "diff.relative=false",
    "diff.orderFile=/dev/null",
)
_SAFE = (*(word for setting in _SETTINGS for word in ("-c", setting)), "--no-replace-objects", "--no-optional-locks")
_LEFT_OUT = ("D", "U")  # of the next commit: what is deleted, and what has to be merged before there can be one
_SUBMODULE = "160000"  # the mode of what is in another repository
_DIRECTORY = "040000"
_PIECE = 1 << 16
_MARK = "\x01"


class GitError(Exception):
    """git cannot say what was asked; the message says why."""


class BrokenObjectError(GitError):
    """An object cannot be read; `name` is its id."""

    def __init__(self, repository: str, name: str) -> None:
        super().__init__(
            f"{repository}: object {name} cannot be read, and was not scanned; git fsck says what is broken"
        )
        self.name = name


class Origin(NamedTuple):
    """The first commit that has an object, and the path that it has there."""

    commit: str
    path: str


def staged(repository: str, excluded: Excluded) -> Iterator[Content]:
    """What the next commit would add or change.

    Raises:
        GitError: This is no repository, or git is missing.

    """
    options = ("--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff")
    paths: list[tuple[str, str]] = []
    with _asked(repository, "rev-parse", "--git-dir") as answer:
        answer.read()
    with _asked(repository, "diff", *options) as answer:
        fields = _fields(answer)
        for facts, path in zip(fields, fields, strict=False):
            _, mode, _, name, status = facts.split(" ")
            if status not in _LEFT_OUT and mode != _SUBMODULE and path not in excluded:
                paths.append((name, path))
    with tempfile.TemporaryFile() as wanted:
        wanted.write("".join(f"{name}\n" for name, _ in paths).encode())
        wanted.seek(0)
        for (_, path), (_, _, stream) in zip(paths, _objects(repository, "--batch", given=wanted), strict=False):
            yield Content(_within(repository, path), stream)


def history(repository: str, complain: Callable[[str], None]) -> Iterator[Content]:
    """Every object under its id, reachable or not: files, names in directories, commits and tags.

    `complain` hears of objects that cannot be read; the others are given all the same.

    Raises:
        GitError: This is no repository, or git is missing.

    """
    given: set[str] = set()
    try:
        for name, kind, stream in _objects(repository, "--batch", "--batch-all-objects", "--unordered", "--buffer"):
            given.add(name)
            yield Content(name, _names(stream, name) if kind == "tree" else stream)
    except GitError as error:
        if not given and not _is_repository(repository):
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
                for name, kind, stream in _objects(repository, "--batch", given=wanted):
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
    with _asked(repository, "cat-file", *options) as answer:
        return {line.decode().strip() for line in answer}


def _is_repository(repository: str) -> bool:
    try:
        with _asked(repository, "rev-parse", "--git-dir") as answer:
            return bool(answer.read())
    except GitError:
        return False


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


def own_files(repository: str) -> Iterator[str]:
    """The files in which git itself keeps names, addresses and messages.

    Raises:
        GitError: This is no repository, or git is missing.

    """
    directories = []
    for option in ("--git-dir", "--git-common-dir"):
        with _asked(repository, "rev-parse", option) as answer:
            path = os.fsdecode(answer.read().removesuffix(b"\n"))
        directories.append(os.path.normpath(_within(repository, path)))
    for directory in dict.fromkeys(directories):
        yield from kept_by_git(directory)


def branches(repository: str) -> bytes:
    """The names of all branches, tags and other references, a line for each.

    Raises:
        GitError: git failed.

    """
    with _asked(repository, "for-each-ref", "--format=%(refname)") as answer:
        return answer.read()


def unseen(repository: str) -> list[str]:
    """What is missing in this clone, and in which repositories the rest is.

    Raises:
        GitError: git failed.

    """
    said: list[str] = []
    with _asked(repository, "rev-parse", "--is-shallow-repository") as answer:
        if answer.read().strip() == b"true":
            said.append(f"{repository}: this clone is shallow: older commits were not scanned; git fetch --unshallow")
    try:
        with _asked(
            repository, "config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$"
        ) as answer:
            answer.read()
        said.append(f"{repository}: this clone is partial: what git has not fetched was not scanned; clone all of it")
    except GitError:
        pass  # which is how git says that there is no such setting
    try:
        for path in _submodules(repository):
            where = _within(repository, path)
            said.append(f"{where}: it is a submodule, which was not scanned; scan it as a repository of its own")
    except GitError as error:  # the index is broken, which says nothing of what was committed
        said.append(str(error))
    return said


def _submodules(repository: str) -> Iterator[str]:
    with _asked(repository, "ls-files", "--stage", "-z") as answer:
        for field in _fields(answer):
            facts, _, path = field.partition("\t")
            if facts.startswith(_SUBMODULE):
                yield path


def origins(repository: str, names: Iterable[str]) -> Iterator[tuple[str, Origin]]:
    """Where objects come from, one after the other, the oldest commit that has them; nothing of what is in no commit.

    Raises:
        GitError: git failed; what it said before has been given.

    """
    wanted = set(names)
    options = (
        "--all",
        "--reflog",
        "--reverse",
        "--topo-order",
        "--raw",
        "-t",
        "-z",
        "-m",
        "--root",
        "--no-abbrev",
        "--no-renames",
    )
    with _asked(repository, "log", *options, "--no-ext-diff", f"--format={_MARK}%H %T") as answer:
        commit, fields = "", _fields(answer)
        named: list[tuple[str, str]] = []
        for field in fields:
            if field.startswith(_MARK):
                commit, root = field[len(_MARK) :].split(" ")
                named = [(commit, ""), (root, "./")]
            elif field:
                _, mode, _, name, _ = field.split(" ")
                named = [(name, next(fields, "") + "/" * (mode == _DIRECTORY))]
            for name, path in named * bool(field):
                if name in wanted:
                    wanted.remove(name)
                    yield name, Origin(commit, _within(repository, path) if path else "")


def _within(repository: str, path: str) -> str:
    return path if repository == "." else os.path.join(repository, path)  # noqa: PTH118


def _fields(answer: IO[bytes]) -> Iterator[str]:
    """What git separated by zero bytes."""
    left = b""
    while piece := answer.read(_PIECE):
        *whole, left = (left + piece).split(b"\0")
        yield from (os.fsdecode(field.lstrip(b"\n")) for field in whole)


def _objects(repository: str, *options: str, given: IO[bytes] | None = None) -> Iterator[tuple[str, str, IO[bytes]]]:
    """The id, kind and content of objects: those that are given, or those that the options name."""
    with _asked(repository, "cat-file", *options, given=given) as answer:
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


@contextmanager
def _asked(repository: str, command: str, *options: str, given: IO[bytes] | None = None) -> Iterator[IO[bytes]]:
    """What git answers, as a stream.

    Raises:
        GitError: It cannot be started, or ends with a complaint; what it answered before has been given.

    """
    environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(  # noqa: S603  (an argument is never taken for a command)
                ["git", "-C", repository, *_SAFE, command, *options],  # noqa: S607  (the one that the user has)
                stdin=given or subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=environment,
            )
        except OSError:
            raise GitError("git cannot be started, which knows what a repository holds; install it") from None
        try:
            yield cast("IO[bytes]", process.stdout)
        except BaseException:
            process.kill()
            raise
        finally:
            cast("IO[bytes]", process.stdout).close()
            status = process.wait()
        if status:
            complaints.seek(0)
            why = " ".join(complaints.read(500).decode(errors="replace").split())
            raise GitError(f"{repository}: git {command}: {why or f'ended with {status}'}")
