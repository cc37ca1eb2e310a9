"""What steers a terminal, and is no text: colours, links, movements of the cursor."""

from __future__ import annotations

import re

# ECMA-48: control sequences, operating system commands as links are made of, and the rest
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,3}[@-~]|\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)|[ -/]{0,3}[0-~])?")


def without_escapes(text: str) -> str:
    """The text as a terminal shows it."""
    return _ESCAPE.sub("", text) if "\x1b" in text else text
