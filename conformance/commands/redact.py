"""hopx-auth redact: evidence without the secrets in it, proved before it is written."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from conformance.commands import status
from conformance.commands.given import key_format_of
from conformance.commands.output import ask_for_paste, complain, counted
from conformance.redaction.input import ClosedError, UnreadableError
from conformance.redaction.publishing import UnwritableError, publish_to
from conformance.redaction.run import NotProvedError, Redaction
from conformance.standard_input import STDIN, shown_name

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from conformance.keys import KeyFormat
    from conformance.redaction.run import Result, Summary


def redact_files(options: argparse.Namespace) -> int:
    """Print inputs without their secrets, or write them; 2 for what cannot be read, 5 for what cannot be proved."""
    places = _places(options)
    if isinstance(places, str):
        complain(places)
        return status.USAGE
    ask_for_paste(options.files)
    key_format = key_format_of(options)
    redaction = Redaction(key_format, options.jwt)
    try:
        for name, place in zip(options.files, places, strict=True):
            redaction.add(name, place)
        results = redaction.prove()
        if left := _found_by_scan(results, key_format):
            complain(left)
            return status.UNSAFE
        summary = redaction.summary()
        _publish(results, places)
    except (UnreadableError, UnwritableError) as error:
        complain(str(error))
        return status.USAGE
    except (ClosedError, NotProvedError) as error:
        complain(str(error))
        return status.UNSAFE
    finally:
        redaction.close()
    _say(summary, redaction.covered)
    return status.OK


def _places(options: argparse.Namespace) -> list[Path | None] | str:
    """Where each result goes, `None` for standard output; or what is wrong with where it should go."""
    names: list[str] = options.files
    if names.count(STDIN) > 1:
        return "standard input can be read once only; give - once"
    if options.in_place:
        if options.output or STDIN in names:
            return "--in-place writes to the files that are read; give it files, and no -o"
        strange = next((name for name in names if Path(name).exists() and not Path(name).is_file()), None)
        return f"{strange}: is no file; --in-place writes over files" if strange else [Path(name) for name in names]
    if options.output in ("", "-"):
        return _printed(names)
    output = Path(options.output)
    if why := _why_no_place(output):
        return f"{output}: {why}; choose another name"
    if len(names) == 1 and not output.is_dir():
        if options.output.endswith(os.sep):
            return f"{output}: {_why_no_directory(output)}; make it first"
        places = [output]
    elif not output.is_dir():
        return f"{output}: {_why_no_directory(output)}; several inputs need one to go to: make it first"
    else:
        places = [output / (Path(name).name if name != STDIN else "stdin") for name in names]
    return _mistake(names, places) or [*places]


def _printed(names: list[str]) -> list[Path | None] | str:
    """What is printed: one result, and not into the file that it is made from."""
    if len(names) > 1:
        return "several inputs need a directory to go to; add -o DIR"
    if not sys.stdout:
        return "standard output is closed; add -o FILE"
    with suppress(OSError, AttributeError, ValueError):  # what is no file of the system's is no input either
        printed = os.fstat(sys.stdout.fileno())
        source = os.fstat(sys.stdin.fileno()) if names == [STDIN] else Path(names[0]).stat()
        if stat.S_ISREG(printed.st_mode) and os.path.samestat(printed, source):
            return f"{shown_name(names[0])}: is printed into itself; print to another file, or say --in-place"
    return [None]


def _mistake(names: list[str], places: list[Path]) -> str:
    if len(set(places)) < len(places):
        return "two inputs have the same name and would be written to the same file; redact them one by one"
    for place in places:
        if not place.parent.is_dir():
            return f"{place.parent}: {_why_no_directory(place.parent)}; make it first"
        if place.exists() and any(name != STDIN and Path(name).exists() and place.samefile(name) for name in names):
            return f"{place}: is an input, which is not written over; choose another name, or say --in-place"
    return ""


def _why_no_place(path: Path) -> str:
    """Why nothing can be called so; "" where something is, or can be."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return error.strerror or "cannot be written"
    return ""


def _why_no_directory(path: Path) -> str:
    return "is no directory" if path.exists() else "does not exist"


def _found_by_scan(results: Sequence[Result], key_format: KeyFormat) -> str:
    """What a scan for keys in other forms, such as UTF-16 within UTF-8, would still find in the results."""
    from conformance.scanning.find import KEY, NEAR_KEY
    from conformance.scanning.scanner import Scanner

    scanner = Scanner(key_format)
    for result in results:
        result.text.seek(0)
        for find in scanner.scan(result.text, result.source.name):
            if find.judged.kind == KEY or (find.judged.kind == NEAR_KEY and find.form.endswith("UTF-16")):
                where = f"{find.place.path}: line {find.place.line}, byte {find.place.offset}"
                return (
                    f"refused: {where}: what seems a key still stands there ({find.form}), where it cannot be hidden; "
                    "nothing was written. Take it out by hand and try again"
                )
    return ""


def _publish(results: Sequence[Result], places: list[Path | None]) -> None:
    if places == [None]:
        results[0].publish(cast("BinaryIO", sys.stdout.buffer))
        sys.stdout.buffer.flush()
        return
    both = zip(results, places, strict=True)
    publish_to([(result.source, result.text, place) for result, place in both if place is not None])


def _numbered(what: str, count: int, distinct: int) -> str:
    """What was counted, and how many of several are different."""
    return f"{what}, {distinct} different" if count > 1 else what


def _say(summary: list[Summary], covered: int) -> None:
    if not summary:
        complain("no secrets were found; read the result before you share it")
        return
    count, distinct = sum(one.count for one in summary), sum(one.distinct for one in summary)
    what = _numbered(counted(count, "secret") + " replaced", count, distinct)
    complain(f"{what}; searched for again, and none is left")
    for one in summary:
        what = _numbered(f"{one.kind}: {one.count}", one.count, one.distinct)
        complain(f"  {what}, first in {one.file}, line {one.line}")
    if covered:
        complain(f"  covered in {counted(covered, 'other place')}, which nothing announced")
