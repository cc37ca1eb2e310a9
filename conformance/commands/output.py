"""What commands print: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse


def print_result(options: argparse.Namespace, result: dict[str, Any], text: str) -> None:
    """Print a result in the format that was asked for; JSON stands alone."""
    print(json.dumps(result, ensure_ascii=False) if options.format == "json" else text)


def complain(message: str) -> None:
    """Tell a person what went wrong."""
    print(f"hopx-auth: {message}", file=sys.stderr)
