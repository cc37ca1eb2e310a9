"""What the values of options may be, and what becomes of them."""

from __future__ import annotations

import argparse
from typing import Any


class NameAdapter(argparse.Action):
    """Adds an adapter to what is wanted, with no versions yet."""

    def __call__(self, _parser: Any, namespace: argparse.Namespace, value: Any, _option: str | None = None) -> None:
        """Add it."""
        setattr(namespace, self.dest, [*getattr(namespace, self.dest), (value, [])])


class NameVersions(argparse.Action):
    """Adds versions to the adapter that was named last."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, value: Any, _option: str | None = None) -> None:
        """Add them."""
        wanted = getattr(namespace, self.dest)
        if not wanted:
            parser.error("--versions goes after the --adapter that it is about")
        name, versions = wanted[-1]
        wanted[-1] = (name, [*versions, *filter(None, value.split(","))])


def seconds(text: str) -> float:
    """A time in seconds, of an hour at most."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write seconds, from 0 to 3600")
    return number


def time_limit(text: str) -> float:
    """A time in seconds in which something can happen."""
    number = seconds(text)
    if number < 0.01:
        raise argparse.ArgumentTypeError(f"{text!r} is too short a time for anything; write seconds, from 0.01")
    return number


def times(text: str) -> int:
    """How often something is done."""
    return _number(text, 1, 100_000, "no number of times; write one")


def jobs(text: str) -> int:
    """How much is done at the same time."""
    return _number(text, 1, 64, "no number of runs; write one")


def port(text: str) -> int:
    """A port of TCP, 0 for any that is free."""
    return _number(text, 0, 65535, "no port; write a number")


def _number(text: str, least: int, most: int, why_not: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is {why_not} from {least} to {most}")
    return number
