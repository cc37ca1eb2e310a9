"""Evidence without the secrets that were met only after it had been read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.diagnosis.learning import learn_pieces
from conformance.diagnosis.reading import SHORTEST_SECRET
from conformance.recognition.drawn import looks_drawn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.reading import Reading

T = TypeVar("T")
_RUN = re.compile(r"[A-Za-z0-9_-]{16,}+")


def hidden(evidence: T, reading: Reading) -> T:
    """The same evidence, every text of it without any secret that the reading knows by now.

    Long runs of small and capital letters and digits are hidden as well: a secret that lost its prefix looks so.
    """
    for text in _texts(evidence):
        learn_pieces(text, reading)
    return _hidden(evidence, reading)  # type: ignore[no-any-return]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)


def _hidden(value: Any, reading: Reading) -> Any:
    if isinstance(value, str):
        return value if len(value) < SHORTEST_SECRET else _of_text(value, reading)
    if not isinstance(value, tuple):
        return value
    if not hasattr(value, "_fields"):
        return tuple(_hidden(one, reading) for one in value)
    record: Any = value
    changed = {name: new for name in record._fields if (new := _changed(record, name, reading)) is not None}
    return record._replace(**changed) if changed else record


def _changed(value: Any, name: str, reading: Reading) -> Any:
    """What a member becomes, or `None` where it stays; the id of a request is random, and there to be looked up."""
    old = getattr(value, name)
    if name == "source" or not old:
        return None
    new = reading.hidden(old) if name == "request_id" else _hidden(old, reading)
    return None if new is old or new == old else new


def _of_text(text: str, reading: Reading) -> str:
    prefixes = reading.surface.key_format.prefixes

    def shown(match: re.Match[str]) -> str:
        run = match[0]
        return run if run.startswith(prefixes) or not looks_drawn(run) else "…"  # of a key no more than its id is left

    return _RUN.sub(shown, reading.hidden(text))
