"""The contents of the index."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from conformance.scanning.content import Content
from conformance.scanning.git.asking import asked, fields, within
from conformance.scanning.git.objects import objects
from conformance.scanning.git.repository import SUBMODULE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.scanning.files import Excluded

_LEFT_OUT = ("D", "U")  # of the next commit: what is deleted, and what has to be merged before there can be one


def staged(repository: str, excluded: Excluded) -> Iterator[Content]:
    """What the next commit would add or change.

    Raises:
        GitError: This is no repository, or git is missing.

    """
    options = ("--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff")
    paths: list[tuple[str, str]] = []
    with asked(repository, "rev-parse", "--git-dir") as answer:
        answer.read()
    with asked(repository, "diff", *options) as answer:
        answers = fields(answer)
        for facts, path in zip(answers, answers, strict=False):
            _, mode, _, name, status = facts.split(" ")
            if status not in _LEFT_OUT and mode != SUBMODULE and path not in excluded:
                paths.append((name, path))
    with tempfile.TemporaryFile() as wanted:
        wanted.write("".join(f"{name}\n" for name, _ in paths).encode())
        wanted.seek(0)
        for (_, path), (_, _, stream) in zip(paths, objects(repository, "--batch", given=wanted), strict=False):
            yield Content(within(repository, path), stream)
