"""What stands around a paste in a ticket: the markup of a page, the marks of a mail, what a log writes before lines."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import TYPE_CHECKING

from conformance.diagnosis.decoded import opened_text
from conformance.diagnosis.evidence import Note, Place
from conformance.diagnosis.reading import Input

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 1 << 22  # characters; what is longer is no ticket
_ROUNDS = 4  # prefixes that stand one behind the other
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)"
_PREFIXES = tuple(
    re.compile(rf"{pattern}")
    for pattern in (
        # a job and a step, as the CLI of GitHub prints them
        rf"[^\t\n]{{1,200}}\t[^\t\n]{{1,200}}\t(?=\ufeff?{_TIME})",
        # CI jobs, container runtimes and Jenkins; GitLab writes a number and the stream behind it
        rf"\ufeff?\[?{_TIME}\]?(?: \d\d[OE][+ ]?)?(?:[ \t]|(?=\r?$))",
        r"\d\d:\d\d:\d\d  ",
        # a service of compose, a pod, a process of systemd or of a platform
        r"[\w.-]{1,80}[-_]\d{1,4}[ \t]{1,40}\|(?:[ \t]|(?=\r?$))",
        r"\[pod/[^\]\s]{1,200}\](?:[ \t]|(?=\r?$))",
        r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [\w.-]{1,255} [\w./@-]{1,80}(?:\[\d{1,9}\])?:(?:[ \t]|(?=\r?$))",
        r"(?:[\w.-]{1,255} )?[\w./@-]{1,80}\[[\w.-]{1,60}\]:(?:[ \t]|(?=\r?$))",
    )
)
_OF_POD = re.compile(r"[a-z0-9-]{1,80}-[a-z0-9]{4,10} [a-z0-9-]{1,60} (?=.)")  # as stern prints it
# a transcript with marks of its own, behind those of a mail
_QUOTED_TALK = re.compile(r"^((?:> ?){1,4}?)(?:[<*] |> [A-Z]{3,10} \S{1,8192} HTTP/[0-9])", re.MULTILINE)
_FRAGMENT = re.compile(r"\s*<(?:div|p|span|pre|code|blockquote|table|ul|ol|section|article|br)\b[^<>]{0,2000}>", re.I)
_OF_PAGES = re.compile(r"<(?:!doctype|html|head|title|body|script|style|form)\b", re.IGNORECASE)
_BREAK = re.compile(r"<br ?/?>(?:\r?\n)?|</?(?:p|div|pre|li|tr|blockquote|h[1-6])\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_SPACE = re.compile(r"&(?:nbsp|#160|#xa0);", re.IGNORECASE)


def without_surroundings(source: Input) -> tuple[Input, tuple[Note, ...]]:
    """The source as it was before it came into a ticket, with what has to be said of that; itself where it is bare."""
    with opened_text(source) as stream:
        text = stream.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        return source, ()
    is_markup = _FRAGMENT.match(text) is not None and not _OF_PAGES.search(text)
    bare = _without_prefixes(_without_quotation(_shown(text) if is_markup else text))
    if bare == text:
        return source, ()
    says = "it is marked up, and its lines are counted as a page shows them"
    notes = (Note(Place(source.name), says),) if is_markup else ()
    data = bare.encode("utf-8", "replace")
    return Input(source.name, lambda: io.BytesIO(data)), notes


def _shown(text: str) -> str:
    """The text of a piece of a page."""
    return unescape(_SPACE.sub(" ", _TAG.sub("", _BREAK.sub("\n", text))))


def _without_quotation(text: str) -> str:
    """The text without the marks of a mail, where it quotes a transcript, which has such marks itself."""
    found = _QUOTED_TALK.search(text)
    return re.sub(rf"^(?:> ?){{1,{found[1].count('>')}}}", "", text, flags=re.MULTILINE) if found else text


def _without_prefixes(text: str) -> str:
    """The text without what stands before most of its lines; its lines keep their numbers."""
    lines = text.split("\n")
    for _ in range(_ROUNDS):
        pattern = next((one for one in _candidates(lines) if _is_before_most(one, lines)), None)
        if pattern is None:
            break
        lines = [pattern.sub("", line, count=1) if pattern.match(line) else line for line in lines]
    return "\n".join(lines)


def _candidates(lines: list[str]) -> Iterator[re.Pattern[str]]:
    yield from _PREFIXES
    first = next(filter(None, map(_OF_POD.match, lines)), None)
    if first and len(lines) > 2:
        yield re.compile(re.escape(first[0]))


def _is_before_most(pattern: re.Pattern[str], lines: list[str]) -> bool:
    written = [line for line in lines if line.strip()]
    return bool(written) and 2 * sum(pattern.match(line) is not None for line in written) > len(written)
