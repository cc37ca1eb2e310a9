"""Files for `docker run --env-file`, which takes everything behind the `=` as it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.assignments.assignment import Assignment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE = re.compile(r"\s*+([^#=\s][^=]*)=(.*)", re.DOTALL)


def of_docker(lines: Sequence[str]) -> Iterator[Assignment]:
    """The variables of such a file; docker refuses a whole file that has a name with a space in it."""
    for number, line in enumerate(lines, start=1):
        if match := _LINE.fullmatch(line):
            name = match[1].strip()
            is_refused = any(character.isspace() for character in match[1])
            yield Assignment(name.removeprefix("export "), match[2], number, is_refused=is_refused)
