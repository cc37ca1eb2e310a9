"""The key format alone, read without the rest of a spec file, for commands that have to start at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path


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
        section = yaml.load("".join(lines[start:end]), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (OSError, ValueError, yaml.YAMLError):
        return None
    found = section["key"]
    return found if isinstance(found, dict) else None
