"""hopx-auth scan: keys in files, archives, streams, the index and the history of repositories."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from conformance.commands import status
from conformance.commands.given import key_format_of
from conformance.commands.output import ask_for_paste, complain, counted
from conformance.scanning.files import Excluded, contents_of
from conformance.scanning.find import EXAMPLE, KEY, NEAR_KEY, PLACEHOLDER, SERIOUS
from conformance.scanning.scan import Scan
from conformance.scanning.scanner import Scanner
from conformance.standard_input import STDIN

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from conformance.keys import KeyFormat
    from conformance.scanning.find import Find, Place

_KINDS = (KEY, NEAR_KEY, EXAMPLE, PLACEHOLDER)


def scan_paths(options: argparse.Namespace) -> int:
    """Print where keys are; 1 when there is one, else 2 when something could not be scanned, else 0."""
    mistake = _mistake(options)
    if mistake:
        complain(mistake)
        return status.USAGE
    ask_for_paste(options.paths)
    key_format = key_format_of(options)
    scanner = Scanner(key_format)
    names = _Names(key_format, scanner)
    complaints: list[str] = []

    def note(message: str) -> None:
        complaints.append(names.hidden(message))
        complain(_one_line(complaints[-1]))

    scan = Scan(scanner, note)
    printer = _PRINTERS[options.format]()
    counts = dict.fromkeys(_KINDS, 0)
    shown = _KINDS if options.all else SERIOUS
    for find in _finds(options, scan):
        counts[find.judged.kind] += 1
        if find.judged.kind in shown:
            place = find.place._replace(path=names.hidden(find.place.path), member=names.hidden(find.place.member))
            printer.add(find._replace(place=place))
    printer.finish(counts, scan.scanned, complaints)
    if any(counts[kind] for kind in SERIOUS):
        return status.PROBLEM
    return status.USAGE if complaints else status.OK


class _Names(NamedTuple):
    """Takes the keys out of names of files and of what is said of them."""

    key_format: KeyFormat
    scanner: Scanner

    def hidden(self, text: str) -> str:
        if not self.scanner.may_find(text.encode("utf-8", "surrogateescape")):
            return text
        from conformance.scanning.names import hidden

        return hidden(text, self.key_format)


def _mistake(options: argparse.Namespace) -> str:
    if options.staged and options.history:
        return "--staged is about the next commit and --history about those before; give one of them"
    if not options.paths and not options.staged and not options.history:
        return "there is nothing to scan; give files, directories, or - for standard input"
    if options.paths.count(STDIN) > 1:
        return "standard input can be read once only; give - once"
    if STDIN in options.paths and (options.staged or options.history):
        return "standard input is no repository; give the directory of one"
    return ""


def _finds(options: argparse.Namespace, scan: Scan) -> Iterator[Find]:
    excluded = Excluded(options.exclude)
    if not options.staged and not options.history:
        yield from scan.finds(contents_of(options.paths, excluded, scan.complain))
        return
    from conformance.scanning.git.asking import GitError
    from conformance.scanning.history import finds_in_history, finds_in_index

    finds_in: Callable[[str, Scan, Excluded], Iterator[Find]] = finds_in_index if options.staged else finds_in_history
    for repository in options.paths or ["."]:
        try:
            yield from finds_in(repository, scan, excluded)
        except GitError as error:
            scan.complain(str(error))


class _Printer(Protocol):
    def add(self, find: Find) -> None: ...
    def finish(self, counts: dict[str, int], scanned: int, complaints: list[str]) -> None: ...


class _TextPrinter:
    """A line for each find, and the counts on standard error."""

    def add(self, find: Find) -> None:
        judged, place = find.judged, find.place
        form = "" if find.form == "plain" else f", {find.form}"
        print(_one_line(f"{_where(place)}: {judged.kind} {judged.shown}{form}, byte {place.offset}"))

    def finish(self, counts: dict[str, int], scanned: int, complaints: list[str]) -> None:
        found = ", ".join(counted(counts[kind], kind.replace("-", " ")) for kind in SERIOUS)
        others = [counted(counts[kind], kind.replace("-", " ")) for kind in (EXAMPLE, PLACEHOLDER) if counts[kind]]
        failed = f"; {counted(len(complaints), 'complaint')} above" if complaints else ""
        print(f"hopx-auth: {counted(scanned, 'file')} scanned: {found}{failed}", file=sys.stderr)
        if others:
            print(f"hopx-auth: also {' and '.join(others)}, which --all shows", file=sys.stderr)
        if counts[KEY]:
            print(
                "hopx-auth: take the keys out, and revoke each that others may have seen: none becomes secret again",
                file=sys.stderr,
            )


class _JsonPrinter:
    """One JSON object."""

    def __init__(self) -> None:
        self._finds: list[dict[str, Any]] = []

    def add(self, find: Find) -> None:
        self._finds.append({**find.judged._asdict(), "form": find.form, **find.place._asdict()})

    def finish(self, counts: dict[str, int], scanned: int, complaints: list[str]) -> None:
        import json

        result = {"schema": 1, "finds": self._finds, "counts": counts, "scanned": scanned, "complaints": complaints}
        print(json.dumps(result))


class _SarifPrinter:
    """One SARIF log."""

    def __init__(self) -> None:
        self._results: list[dict[str, Any]] = []

    def add(self, find: Find) -> None:
        from conformance.scanning.sarif import result_of

        self._results.append(result_of(find))

    def finish(self, counts: dict[str, int], scanned: int, complaints: list[str]) -> None:  # noqa: ARG002
        import json

        from conformance.scanning.sarif import log_of

        print(json.dumps(log_of(self._results, complaints)))


_PRINTERS: dict[str, type[_Printer]] = {"text": _TextPrinter, "json": _JsonPrinter, "sarif": _SarifPrinter}


def _where(place: Place) -> str:
    name = f"{place.path}!{place.member}" if place.member else place.path
    commit = f"commit {place.commit[:12]}, " if place.commit else ""
    return f"{commit}{name or 'message'}:{place.line}:{place.column}"


def _one_line(text: str) -> str:
    from conformance.report.text import one_line

    return one_line(text)
