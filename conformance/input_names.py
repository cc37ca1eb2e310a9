"""How inputs are named to people."""

from __future__ import annotations


def shown_name(name: str) -> str:
    """The name of a file as it was given; `-` is standard input."""
    return "standard input" if name == "-" else name
