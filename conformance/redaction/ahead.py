"""Searching ahead: while one piece of a text is worked on, the next are searched."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

Piece = TypeVar("Piece")
Found = TypeVar("Found")

_SEARCHES = 2  # at the same time; reading and writing take as long as one of them
_AHEAD = 2 * _SEARCHES


def searched(pieces: Iterable[Piece], search: Callable[[Piece], Found]) -> Iterator[tuple[Piece, Found]]:
    """Each piece with what a search finds in it, in order; the search may run in several threads."""
    with ThreadPoolExecutor(_SEARCHES) as pool:
        waiting: deque[tuple[Piece, Future[Found]]] = deque()
        for piece in pieces:
            waiting.append((piece, pool.submit(search, piece)))
            if len(waiting) > _AHEAD:
                first, found = waiting.popleft()
                yield first, found.result()
        for first, found in waiting:
            yield first, found.result()
