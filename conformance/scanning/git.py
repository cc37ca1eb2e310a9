"""What git keeps: the contents of the index, and every object of a repository's history."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from conformance.scanning.content import Content, Limited

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.scanning.files import Excluded

_SAFE = ("-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "--no-replace-objects", "--no-optional-locks")
_SUBMODULE = "160000"  # the mode of what is in another repository
_PIECE = 1 << 16
_MARK = "\x01"


class GitError(Exception):
    """git cannot say what was asked; the message says why."""


class Origin(NamedTuple):
    """The first commit that has an object, and the path that it has there."""

    commit: str
    path: str


def staged(repository: str, excluded: Excluded) -> Iterator[Content]:
    """What the next commit would add or change.

    Raises:
        GitError: This is no repository, or git is missing.

    """
    options = ("--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-relative")
    paths: dict[str, str] = {}
    with _asked(repository, "rev-parse", "--git-dir") as answer:
        answer.read()
    with _asked(repository, "diff", *options) as answer:
        fields = _fields(answer)
        for facts, path in zip(fields, fields, strict=False):
            _, mode, _, name, status = facts.split(" ")
            if status != "D" and mode != _SUBMODULE and path not in excluded:
                paths.setdefault(name, path)
    with tempfile.TemporaryFile() as wanted:
        wanted.write("".join(f"{name}\n" for name in paths).encode())
        wanted.seek(0)
        for name, _, stream in _objects(repository, "--batch", given=wanted):
            yield Content(_within(repository, paths[name]), stream)


def history(repository: str) -> Iterator[Content]:
    """Every file, commit message and tag, those too that no branch leads to any more; named by their ids.

    Raises:
        GitError: This is no repository, or git is missing.

    """
    for name, kind, stream in _objects(repository, "--batch", "--batch-all-objects", "--unordered", "--buffer"):
        if kind != "tree":
            yield Content(name, stream)


def origins(repository: str, names: Iterable[str]) -> dict[str, Origin]:
    """Where objects come from, the oldest commit that has them; what is in no commit is not in the answer.

    Raises:
        GitError: git failed.

    """
    wanted = set(names)
    found: dict[str, Origin] = {}
    options = (
        "--all",
        "--reflog",
        "--reverse",
        "--topo-order",
        "--raw",
        "-z",
        "-m",
        "--root",
        "--no-abbrev",
        "--no-renames",
    )
    with _asked(repository, "log", *options, "--no-ext-diff", f"--format={_MARK}%H") as answer:
        commit, fields = "", _fields(answer)
        for field in fields:
            if field.startswith(_MARK):
                commit = field[len(_MARK) :]
                name, path = commit, ""
            elif field:
                name, path = field.split(" ")[3], next(fields, "")
            if field and name in wanted:
                found.setdefault(name, Origin(commit, _within(repository, path) if path else ""))
    return found


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
                raise GitError(f"{repository}: object {name} is {kind}; repair the repository with git fsck")
            content = Limited(answer, int(size[0]))
            yield name, kind, cast("IO[bytes]", content)
            content.skip()
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
