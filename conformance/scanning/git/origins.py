"""Where objects come from: commits and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from conformance.scanning.git.asking import asked, fields, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DIRECTORY = "040000"  # the mode of a directory
_MARK = "\x01"


class Origin(NamedTuple):
    """The first commit that has an object, and the path that it has there."""

    commit: str
    path: str


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
    with asked(repository, "log", *options, "--no-ext-diff", f"--format={_MARK}%H %T") as answer:
        commit, answers = "", fields(answer)
        named: list[tuple[str, str]] = []
        for field in answers:
            if field.startswith(_MARK):
                commit, root = field[len(_MARK) :].split(" ")
                named = [(commit, ""), (root, "./")]
            elif field:
                _, mode, _, name, _ = field.split(" ")
                named = [(name, next(answers, "") + "/" * (mode == _DIRECTORY))]
            for name, path in named * bool(field):
                if name in wanted:
                    wanted.remove(name)
                    yield name, Origin(commit, within(repository, path) if path else "")
