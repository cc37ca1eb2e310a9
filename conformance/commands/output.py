"""What commands print: results to standard output, everything else to standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from conformance.report.terminal import columns
from conformance.standard_input import STDIN

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from conformance.diagnosis.reading import Reading


def print_result(options: argparse.Namespace, result: dict[str, Any], text: str, *, foreign: bool = False) -> None:
    """Print a result in the format that was asked for; JSON stands alone.

    `foreign` says that it repeats what others wrote, in which there may be a key, or a terminal's escapes.
    """
    if options.format == "json":
        import json  # slow to import, and seldom needed

        text = json.dumps(result)
    if foreign:
        from conformance.report.text import printable

        text = printable(without_keys(text))
    print(text)


def print_proved(text: str, reading: Reading) -> bool:
    """Print a text without the secrets that were read; whether it was proved to hold none, and so printed."""
    from conformance.report.text import printable

    text = printable(reading.hidden(text))
    if reading.scrubber.holds_secret(text):
        complain(
            "refused: the answer would hold a piece of a secret that was read, so it is not printed; please report it"
        )
        return False
    print(text)
    return True


def width() -> int:
    """How wide lines of text may be on standard output, and no wider than is read with ease."""
    from conformance.diagnosis.rendering import WIDEST  # of the commands that have loaded it

    return min(columns(sys.stdout, WIDEST), WIDEST)


def complain(message: str) -> None:
    """Tell a person what went wrong, without the keys and the terminal's escapes that may stand in what was given."""
    from conformance.report.text import printable

    print(f"hopx-auth: {printable(without_keys(message))}", file=sys.stderr)


def ask_for_paste(names: Sequence[str]) -> None:
    """Tell who sits at a terminal that standard input, which is among the inputs, is waited for."""
    if STDIN in names and sys.stdin and sys.stdin.isatty():
        end = "Ctrl-Z and Enter" if sys.platform == "win32" else "Ctrl-D"
        complain(f"paste the text, then press Enter and {end}")


def without_keys(text: str) -> str:
    """A text without anything that is shaped like a key."""
    from conformance.keys import KeyFormat
    from conformance.scrub import Scrubber
    from conformance.spec.files import default_spec
    from conformance.spec.key_section import key_section

    section = key_section(default_spec())
    return Scrubber(KeyFormat(section)).scrub(text) if section else text


def counted(count: int, what: str) -> str:
    """So many of something, in the plural where they are not one."""
    return f"{count} {what}{'s' if count != 1 else ''}"
