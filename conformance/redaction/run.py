"""A run over several inputs: rewritten with the same pseudonyms, proved together, and published only then."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from conformance.recognition.shapes import Shapes
from conformance.redaction.candidates import ANNOUNCED, best_finder
from conformance.redaction.documents import Remembering, broken
from conformance.redaction.dumps import dumps_in
from conformance.redaction.hiding.keys import Keys
from conformance.redaction.hiding.ledger import Ledger
from conformance.redaction.hiding.tokens import Tokens
from conformance.redaction.hiding.values import Values
from conformance.redaction.input import opened
from conformance.redaction.proof import best_search, cover, hits, windows_of
from conformance.redaction.pseudonyms import Pseudonyms
from conformance.redaction.publishing import publish, spool, write_whole
from conformance.redaction.rewriting import CHUNK, Rewriter
from conformance.redaction.windows import END

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

    from conformance.keys import KeyFormat
    from conformance.redaction.candidates import Finder
    from conformance.redaction.input import Input


class NotProvedError(Exception):
    """A secret would still stand in a result; the message says where, and nothing of it."""


@dataclass(frozen=True)
class Summary:
    """What was found of one kind in all inputs."""

    kind: str
    count: int
    distinct: int
    file: str
    line: int


@dataclass(frozen=True)
class Result:
    """An input and its proved text."""

    source: Input
    text: BinaryIO
    before: bytes  # what was read, where that is not too much

    def publish(self, to: BinaryIO) -> None:
        """Write it in the form that the input had."""
        publish(self.source, self.text, to)


class Redaction:
    """Rewrites inputs; `prove` gives the results, and none before it."""

    def __init__(
        self, key_format: KeyFormat, jwt_parts: str = "all", chunk: int = CHUNK, finder: Finder | None = None
    ) -> None:
        shapes = Shapes(key_format)
        self._pseudonyms = Pseudonyms()
        ledger = Ledger(self._pseudonyms)
        keys, tokens = Keys(key_format, shapes, ledger), Tokens(ledger, jwt_parts)
        values = Values(key_format, shapes, ledger, keys, tokens)
        self._finder = finder or best_finder(shapes)
        self._rewriter = Rewriter(self._finder, ledger, keys, tokens, values, chunk)
        self._rewritten: list[Result] = []
        self._open = ExitStack()
        self.covered = 0  # places that nothing announced

    def close(self) -> None:
        """Let go of the temporary files."""
        self._open.close()

    def add(self, name: str, place: Path | None = None) -> None:
        """Rewrite an input that is to be published to a place.

        Raises:
            UnreadableError: It cannot be read.
            ClosedError: It cannot be looked into.
            UnwritableError: Nothing can be written to the place.

        """
        with opened(name) as source:
            text = self._open.enter_context(spool(place))
            read = Remembering(source.stream)
            self._rewriter.rewrite(read, partial(write_whole, spooled=text, place=place), source.name)
            self._rewritten.append(Result(source, text, read.text))

    def prove(self) -> Sequence[Result]:
        """Search every result for every secret; what nothing had announced is covered, and searched again.

        Raises:
            NotProvedError: A secret stands where covering it would break the text.

        """
        search = best_search(windows_of(self._pseudonyms.searched))
        for result in self._rewritten:
            places = list(hits(result.text, search))
            self.covered += len(places)
            for place in places:
                cover(result.text, place, self._known)
            if places and (left := next(hits(result.text, search), None)):
                raise NotProvedError(_refusal(result, left[0]))
            _check_json(result)
            self._check_dumps(result)
        return self._rewritten

    def summary(self) -> list[Summary]:
        """What was found, in the order of the first of each kind."""
        texts = {result.source.name: result.text for result in self._rewritten}
        return [
            Summary(kind, found.count, len(found.distinct), found.file, line_of(texts[found.file], found.offset))
            for kind, found in self._pseudonyms.kinds.items()
        ]

    def _check_dumps(self, result: Result) -> None:
        """Refuse a hex dump of a secret, in which nothing can be replaced."""
        for dump in dumps_in(result.before):
            if any(one.kind in ANNOUNCED for one in self._finder.candidates(dump.content + END)):
                raise NotProvedError(
                    f"refused: {result.source.name}: the hex dump that begins in line {line_of(result.text, dump.at)} "
                    "seems to hold a secret, and is not rewritten; nothing was written. Take it out by hand, or record "
                    "the same as text, as curl does with --trace-ascii or -v"
                )

    def _known(self, text: bytes) -> bytes | None:
        return self._pseudonyms.of(text) if text in self._pseudonyms.searched and not text.isdigit() else None


def line_of(text: BinaryIO, offset: int) -> int:
    """The line that a place is in, counted from 1."""
    text.seek(0)
    line, left = 1, offset
    while left > 0 and (piece := text.read(min(left, CHUNK))):
        line += piece.count(b"\n")
        left -= len(piece)
    return line


def _check_json(result: Result) -> None:
    """Refuse a result that is no JSON any more."""
    if not result.before:
        return
    result.text.seek(0)
    if place := broken(result.before, result.text.read()):
        raise NotProvedError(
            f"refused: {result.source.name}: line {line_of(result.text, place.offset)}: was JSON, and would be none "
            f"any more ({place.why}); nothing was written. Take the secrets of this file out by hand, and say so to "
            "the makers of this command"
        )


def _refusal(result: Result, offset: int) -> str:
    where = f"{result.source.name}: line {line_of(result.text, offset)}, byte {offset}"
    return (
        f"refused: {where}: a secret of the input would still stand there, where hiding it would break the text; "
        "nothing was written. Take it out by hand and try again"
    )
