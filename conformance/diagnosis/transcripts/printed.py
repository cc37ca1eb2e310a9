"""What a command printed without the head of an answer: its body, among whatever else stands below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from conformance.diagnosis.bodies import tells_failure
from conformance.diagnosis.transcripts.messages import LONGEST_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST = 40  # beginnings of a body that are tried
_LIST = re.compile(r"\[\s*(?:$|[]{\[\"\d-]|true|false|null)")
_PAGE = re.compile(r"<(?:!doctype|html|\?xml|head|body)", re.IGNORECASE)


class _Body(NamedTuple):
    text: str
    rank: int


def printed_body(lines: Sequence[str]) -> str:
    """The body that is among some lines: one that tells of a failure before any other; nothing where there is none."""
    found = list(_bodies(lines))
    return max(found, key=lambda one: one.rank).text if found else ""


def _bodies(lines: Sequence[str]) -> Iterator[_Body]:
    """Every text that may be a body, the first of each kind first."""
    at, tried = 0, 0
    while at < len(lines) and tried < _MOST:
        line = lines[at].lstrip()
        if line[:1] not in ("{", "[", "<") or not line:
            at += 1
            continue
        tried += 1
        rest = "\n".join(lines[at : at + LONGEST_TEXT])[:LONGEST_TEXT]
        if line.startswith("{") or _LIST.match(line):
            body = _whole(rest)
            yield _Body(body or rest, (4 if tells_failure(body) else 3) if body else 1)
            at += body.count("\n")
        elif line.startswith("<"):
            yield _Body(rest, 2 if _PAGE.match(line) else 0)
        at += 1


def _whole(text: str) -> str:
    """The JSON value that a text begins with, or nothing."""
    import json  # slow to import

    value: Any
    start = len(text) - len(text.lstrip())
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return ""
    return text[start:end] if isinstance(value, dict | list) else ""
