"""The key format alone, read without the rest of a spec file, for commands that have to start at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST = 2000  # characters; what is longer may be nested too deep for the library's stack, so the loader looks at it


def key_section(file: Path) -> dict[str, Any] | None:
    """The `key` section of a spec file; `None` when it does not stand there as a plain block.

    Nothing is checked: a file that other commands refuse may still have a key section.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        start = lines.index("key:\n")
        end = next(
            (at for at in range(start + 1, len(lines)) if lines[at].strip() and lines[at][0] not in " #"),
            None,
        )
        text = "".join(lines[start:end])
        if len(text) > _LONGEST:
            return None
        section = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return None
    found = section["key"]
    return found if isinstance(found, dict) else None
