"""hopx-auth: the command line. Every command imports what it needs, and nothing before it is called."""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
from typing import TYPE_CHECKING

from conformance.command_line.grammar import parser
from conformance.command_line.streams import give_up_output, tell_nobody_if_need_be, write_to_nobody_if_need_be
from conformance.commands.status import INTERNAL

if TYPE_CHECKING:
    import argparse

_UNREAD = 141


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status.

    0 healthy or done, 1 a problem was found, 2 usage, 3 cannot tell, 4 internal error, 5 refused as unsafe; as in a
    shell 130 for Ctrl-C, and 141 where a command that goes on for as long as somebody reads has lost its reader.
    """
    status = _UNREAD
    tell_nobody_if_need_be()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not closed; it may be unable to say everything
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            words = sys.argv[1:] if arguments is None else arguments
            status = _run(parser(words[:1]).parse_args(words))
        finally:
            if sys.stdout:
                sys.stdout.flush()
    except BrokenPipeError:
        give_up_output()
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        give_up_output()
        print(f"hopx-auth: reading or writing failed: {error.strerror or error}", file=sys.stderr)
        return INTERNAL
    except Exception as error:
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        place = f"{os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno}" if where else "?"  # noqa: PTH119
        print(f"hopx-auth: internal error: {type(error).__name__} at {place}; please report it", file=sys.stderr)
        return INTERNAL
    return status


def _run(options: argparse.Namespace) -> int:
    gc.disable()  # what is loaded stays; looking through it for what can go would take a tenth of the time
    command = importlib.import_module(f"conformance.commands.{options.command}")
    gc.freeze()
    gc.enable()
    if not _needs_a_reader(options):
        write_to_nobody_if_need_be()
    status: int = getattr(command, options.function)(options)
    return status


def _needs_a_reader(options: argparse.Namespace) -> bool:
    """Whether a command is of no use once nobody reads what it prints, since its status alone is no answer."""
    return options.command in ("mock", "redact") or getattr(options, "watch", False)


if __name__ == "__main__":
    sys.exit(main())
