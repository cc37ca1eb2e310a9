"""A scan: every content searched, archives opened, and what could not be looked into counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.recognition.magic import archive_kind, closed_archive
from conformance.scanning.archives.budget import DEPTH, ArchiveError, Budget, BudgetError
from conformance.scanning.archives.members import members_of, nested
from conformance.scanning.archives.zip import from_its_end
from conformance.scanning.content import Content, with_head
from conformance.scanning.halves import scan_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.scanning.find import Find
    from conformance.scanning.scanner import Scanner


class Scan:
    """Searches contents, and keeps count."""

    def __init__(self, scanner: Scanner, complain: Callable[[str], None]) -> None:
        self._scanner = scanner
        self.complain = complain  # of something that was not scanned, or not in whole
        self.scanned = 0

    def finds(self, contents: Iterable[Content]) -> Iterator[Find]:
        """All finds of all contents, in their order."""
        for content in contents:
            self.scanned += 1
            try:
                yield from self._guarded(content, Budget(), ())
            except BudgetError as error:
                self.complain(f"{content.name}: {error}")

    def _guarded(self, content: Content, budget: Budget, around: tuple[str, ...]) -> Iterator[Find]:
        try:
            yield from self._in(content, budget, around)
        except BudgetError:  # which is about all that is around it too
            raise
        except ArchiveError as error:
            self.complain(f"{content.name}: {error}")
        except OSError as error:
            why = error.strerror or "it cannot be read on"
            self.complain(f"{content.name}: {why}; it was not scanned in whole: give a path that can be read")

    def _in(self, content: Content, budget: Budget, around: tuple[str, ...]) -> Iterator[Find]:
        head, stream = with_head(content.stream)
        if kind := archive_kind(head):
            yield from self._of_kind(kind, content._replace(stream=stream), budget, around)
            return
        if closed := closed_archive(head):
            self.complain(f"{content.name}: it is {closed}, which is not opened; unpack it to have it scanned")
        with from_its_end(head, stream, budget) as (kind, whole):
            yield from self._of_kind(kind, content._replace(stream=whole), budget, around)

    def _of_kind(self, kind: str, content: Content, budget: Budget, around: tuple[str, ...]) -> Iterator[Find]:
        if kind:
            inside = nested(around, kind)
            if len(inside) <= DEPTH:
                yield from self._in_archive(kind, content, budget, inside)
                return
            self.complain(f"{content.name}: it is an archive in {DEPTH} others; unpack it to have it scanned")
        for find in scan_file(self._scanner, content.stream, content.path):
            yield find._replace(place=find.place._replace(member=content.member)) if content.member else find

    def _in_archive(self, kind: str, content: Content, budget: Budget, inside: tuple[str, ...]) -> Iterator[Find]:
        for name, stream in members_of(kind, content.stream, budget):
            member = f"{content.member}!{name}" if content.member and name else content.member or name
            yield from self._guarded(Content(content.path, stream, member), budget, inside)
