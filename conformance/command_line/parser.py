"""A parser that refuses words so that a person can correct them."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from conformance.report.terminal import columns

if TYPE_CHECKING:
    from collections.abc import Iterable


class Parser(argparse.ArgumentParser):
    """Refuses words where they stand and says what may be meant, without repeating a key that is among them."""

    def __init__(self, **given: Any) -> None:
        # argparse finds the width by itself, and loads for it what takes longer than to read the words
        super().__init__(**given, formatter_class=partial(argparse.HelpFormatter, width=columns(sys.stdout, 80) - 2))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Take what is known; words that are left over are refused here, where their options are known."""
        known, left = super().parse_known_args(args, namespace)
        if left:
            options = [option for action in self._actions for option in action.option_strings]
            self.error(f"unrecognized arguments: {' '.join(left)}{_meant(left[0].partition('=')[0], options)}")
        return known, left

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            raise argparse.ArgumentError(action, f"{error.message}{_meant(value, action.choices or ())}") from None

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and how it is used, and end."""
        from conformance.commands.output import without_keys

        super().error(without_keys(message))


def _meant(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # slow to import, and seldom needed

    near = get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
