"""What the options of a command name: the spec file, and the key format in it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.commands import status
from conformance.commands.output import complain
from conformance.keys import KeyFormat
from conformance.spec.files import default_spec
from conformance.spec.key_section import key_section

if TYPE_CHECKING:
    import argparse


def spec_file(options: argparse.Namespace) -> Path:
    """The spec file that was asked for, or else the one that comes with the suite."""
    return Path(options.spec) if options.spec else default_spec()


def key_format_of(options: argparse.Namespace) -> KeyFormat:
    """The key format of the spec file that was asked for; ends the program where it has none."""
    file = spec_file(options)
    section = key_section(file)
    try:
        key_format = KeyFormat(section or {})
        key_format.parse(section["example"] if section else "")
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return KeyFormat(_checked_section(file))
    return key_format


def _checked_section(file: Path) -> dict[str, object]:
    """The key section of a file that is not as simple as usual, or the reason why it has none."""
    import msgspec

    from conformance.spec.loader import load
    from conformance.spec.mistakes import FileError

    try:
        plain: dict[str, object] = msgspec.to_builtins(load(file).key)
    except FileError as error:
        complain(str(error))
        sys.exit(status.USAGE)
    return plain
