"""What stands around a paste in a ticket: the markup of a page, the marks of a mail, what a log writes before lines."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from conformance.diagnosis.decoded import opened_text
from conformance.diagnosis.evidence import Note, Place
from conformance.diagnosis.reading import Input
from conformance.diagnosis.urls import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.surface import Surface

_LONGEST = 1 << 22  # characters; what is longer is no ticket
_ROUNDS = 4  # prefixes that stand one behind the other
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _Prefix(NamedTuple):
    """What stands before lines; without one of its signs, behind the end of a line, a text has none of it."""

    signs: tuple[str, ...]
    pattern: str


# patterns are compiled where their signs stand, so that texts without are answered sooner
_PREFIXES = (
    # a job and a step, as the CLI of GitHub prints them
    _Prefix(("\t",), rf"[^\t\n]{{1,200}}\t[^\t\n]{{1,200}}\t(?=\ufeff?{_TIME})"),
    # CI jobs, container runtimes and Jenkins; GitLab writes a number and the stream behind it
    _Prefix(("\n2", "\n[2", "\n\ufeff"), rf"\ufeff?\[?{_TIME}\]?(?: \d\d[OE][+ ]?)?(?:[ \t]|(?=\r?$))"),
    _Prefix(("\n0", "\n1", "\n2"), r"\d\d:\d\d:\d\d  "),
    # a transcript that stands as code does
    _Prefix(
        tuple(f"\n{space}{mark}" for space in ("    ", "\t") for mark in "*<>{}"),
        r"(?: {4}|\t)(?=[*<>](?: |\r?$)|[{}] \[)",
    ),
    # a service of compose, a pod, a process of systemd or of a platform
    _Prefix((" |", "\t|"), r"[\w.-]{1,80}[-_]\d{1,4}[ \t]{1,40}\|(?:[ \t]|(?=\r?$))"),
    _Prefix(("\n[pod/",), r"\[pod/[^\]\s]{1,200}\](?:[ \t]|(?=\r?$))"),
    _Prefix(
        tuple(
            f"\n{month} "
            for month in ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        ),
        r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [\w.-]{1,255} [\w./@-]{1,80}(?:\[\d{1,9}\])?:(?:[ \t]|(?=\r?$))",
    ),
    _Prefix(("]:",), r"(?:[\w.-]{1,255} )?[\w./@-]{1,80}\[[\w.-]{1,60}\]:(?:[ \t]|(?=\r?$))"),
)
_OF_POD = r"[a-z0-9-]{1,80}-[a-f0-9]{6,10}-[a-z0-9]{5} [a-z0-9-]{1,60} (?=.)"  # as stern prints it
# a transcript with marks of its own, behind those of a mail
_QUOTED_TALK = r"(?m)^((?:> ?){1,4}?)(?:[<*] |> [A-Z]{3,10} \S{1,8192} HTTP/[0-9])"
_PRINTABLE = r"(?im)^Content-Transfer-Encoding:\s*quoted-printable"
_SCHEME = "https://"
_NARROWEST = 60  # characters of a line of a terminal
_COMMAND = r"(?:^|[$>%#] )(?:curl|export|wget|https?|xh)(?:\.exe)? "
_REST = r"(?:> ?){0,4}([\w.-]{0,200})"
_ADDRESS = r"(?<![\w./-])h[\w.:/-]{0,300}\Z"
_OF_ADDRESS = r"[\w.:/?=&%-]{1,200}"
# what mail gateways make of an address
_SAFE_LINK = (
    r"https://[\w.]{1,60}\.safelinks\.protection\.outlook\.com/\?url=(?P<quoted>[^&\s\"'<>)\]]{1,4000})(?:&[^\s\"'<>)\]]{0,4000})?"
    r"|https://urldefense\.com/v3/__(?P<plain>\S{1,4000}?)__;[^\s\"'<>)\]]{0,2000}"
)
_FRAGMENT = r"(?i)\s*<(?:div|p|span|pre|code|blockquote|table|ul|ol|section|article|br)\b[^<>]{0,2000}>"
_OF_PAGES = r"(?i)<(?:!doctype|html|head|title|body|script|style|form)\b"
_BREAK = r"(?i)<br ?/?>(?:\r?\n)?|</?(?:p|div|pre|li|tr|blockquote|h[1-6])\b[^<>]{0,2000}>"
_TAG = r"</?[a-zA-Z][^<>]{0,2000}>"
_SPACE = r"(?i)&(?:nbsp|#160|#xa0);"


def without_surroundings(source: Input, surface: Surface) -> tuple[Input, tuple[Note, ...]]:
    """The source as it was before it came into a ticket, with what has to be said of that; itself where it is bare."""
    with opened_text(source) as stream:
        text = stream.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        return source, ()
    bare = _without_prefixes(_without_quotation(_without_breaks(_unescaped(_decoded(_shown(text)), surface), surface)))
    if bare == text:
        return source, ()
    is_moved = text.count("\n") != bare.count("\n")
    notes = (Note(Place(source.name), "its lines are counted as they were before the ticket"),) if is_moved else ()
    data = bare.encode("utf-8", "replace")
    return Input(source.name, lambda: io.BytesIO(data)), notes


def _decoded(text: str) -> str:
    """The text of a mail that was saved as it travels."""
    if "quoted-printable" not in text.lower() or not re.search(_PRINTABLE, text):
        return text
    from quopri import decodestring  # few tickets are such mails

    return decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _unescaped(text: str, surface: Surface) -> str:
    """The text with its addresses as they were, and without the backslashes that Markdown has before underscores."""
    if "safelinks" in text or "urldefense" in text:
        text = re.sub(_SAFE_LINK, lambda one: one["plain"] or unquote(one["quoted"]), text)
    is_escaped = any("_" in one and one.replace("_", "\\_") in text for one in surface.key_format.prefixes)
    return text.replace("\\_", "_") if is_escaped else text


def _without_breaks(text: str, surface: Surface) -> str:
    """The text with keys and addresses of the API in one line each, that a terminal or a mail broke at its width."""
    begun = rf"(?:{'|'.join(map(re.escape, surface.key_format.prefixes))})[\w.-]{{0,200}}\Z"
    signs = (_SCHEME, *surface.key_format.prefixes)
    written = text.split("\n")
    width = max(map(len, written))
    lines: list[str] = []
    for line in _with_whole_commands(written, width):
        before = lines[-1] if lines else ""
        # what is broken elsewhere was so before it was pasted
        is_wide = len(before) >= width >= _NARROWEST and any(word in before for word in signs)
        rest = re.match(_REST, line) if is_wide and (re.search(begun, before) or re.search(_ADDRESS, before)) else None
        if rest and (
            _is_key(re.search(begun, before), rest[1], surface) or _is_address(before, line[rest.start(1) :], surface)
        ):
            lines[-1] = before + line[rest.start(1) :]
        else:
            lines.append(line)
    return "\n".join(lines)


def _with_whole_commands(lines: list[str], width: int) -> Iterator[str]:
    """The lines with each command in one, where two of its lines are as long as any, and so as wide as the terminal."""
    at = 0
    while at < len(lines):
        end = at
        while width >= _NARROWEST and len(lines[end]) == width and end + 1 < len(lines):
            end += 1
        if end - at > 1 and re.search(_COMMAND, lines[at]):
            yield "".join(lines[at : end + 1])
            at = end + 1
        else:
            yield lines[at]
            at += 1


def _is_key(begun: re.Match[str] | None, rest: str, surface: Surface) -> bool:
    return begun is not None and not surface.key_format.holds(begun[0]) and surface.key_format.holds(begun[0] + rest)


def _is_address(before: str, rest: str, surface: Surface) -> bool:
    """Whether a line ends in no address of the API, and in one together with the beginning of the next."""
    begun, more = re.search(_ADDRESS, before), re.match(_OF_ADDRESS, rest)
    if begun is None or more is None:
        return False
    was, now = parts_of(begun[0]), parts_of(begun[0] + more[0])
    is_own = now.scheme == "https" and now.hostname == surface.host
    return is_own and not surface.is_documented_path(was.path) and surface.is_documented_path(now.path)


def _shown(text: str) -> str:
    """What a piece of a page shows; any other text as it is."""
    if text.lstrip()[:1] != "<" or not re.match(_FRAGMENT, text) or re.search(_OF_PAGES, text):
        return text
    from html import unescape  # slow to import, and few tickets are such pages

    return unescape(re.sub(_SPACE, " ", re.sub(_TAG, "", re.sub(_BREAK, "\n", text))))


def _without_quotation(text: str) -> str:
    """The text without the marks of a mail, where it quotes a transcript, which has such marks itself."""
    found = re.search(_QUOTED_TALK, text) if "\n>" in text or text.startswith(">") else None
    return re.sub(rf"^(?:> ?){{1,{found[1].count('>')}}}", "", text, flags=re.MULTILINE) if found else text


def _without_prefixes(text: str) -> str:
    """The text without what stands before a third of its lines or more; its lines keep their numbers."""
    lines = text.split("\n")
    for _ in range(_ROUNDS):
        pattern = next((one for one in _candidates(lines) if _is_before_many(one, lines)), None)
        if pattern is None:
            break
        lines = [pattern.sub("", line, count=1) if pattern.match(line) else line for line in lines]
    return "\n".join(lines)


def _candidates(lines: list[str]) -> Iterator[re.Pattern[str]]:
    text = "\n".join(["", *lines])
    yield from (re.compile(one.pattern) for one in _PREFIXES if any(sign in text for sign in one.signs))
    first = next((found for line in lines if (found := re.match(_OF_POD, line))), None)
    if first and len(lines) > 2:
        yield re.compile(re.escape(first[0]))


def _is_before_many(pattern: re.Pattern[str], lines: list[str]) -> bool:
    written = [line for line in lines if line.strip()]
    return 3 * sum(pattern.match(line) is not None for line in written) >= max(len(written), 1)
