"""Reads HTTP as text: raw messages, .http files, and what curl, wget, HTTPie, nghttp and http.client print."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.decoded import decoded, opened_text
from conformance.diagnosis.evidence import Evidence, Failure, Note, Place
from conformance.diagnosis.hiding import hidden
from conformance.diagnosis.learning import learn_pieces
from conformance.diagnosis.shells.words import unmarked
from conformance.diagnosis.transcripts.arrows import of_arrows
from conformance.diagnosis.transcripts.editors import is_editor_file, of_browser, of_editor
from conformance.diagnosis.transcripts.lines import Line, marked_lines
from conformance.diagnosis.transcripts.messages import LONGEST_TEXT
from conformance.diagnosis.transcripts.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.diagnosis.reading import Input, Reading
    from conformance.diagnosis.transcripts.client_talk import Trouble
    from conformance.diagnosis.transcripts.messages import Message

MOST_LINES = 200_000
_MOST_CHARACTERS = 1 << 25
LONGEST_LINE = 1 << 16  # characters
_STAMP = r"(?:[0-9T:.Z-]{8,35} )?(?:\[[0-9x-]{3,15}\] )?"
_VERB = "(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|CONNECT|TRACE)"
_SIGNS = {
    sure: re.compile(pattern, re.MULTILINE)
    for sure, pattern in {
        94: rf"^{_STAMP}> {_VERB} \S+ HTTP/|^(?:[\d:.]{{8,20}} )?(?:=> Send|<= Recv) header, |^---request begin---",
        93: rf"\A\s*{_VERB} \S+ HTTP/[0-9]|\A\s*HTTP/[0-9](?:\.[0-9])? [0-9]{{3}}\b",
        92: rf"^{_STAMP}< HTTP/[0-9.]+ [0-9]{{3}}|^send: b['\"]{_VERB} |^\[ {{0,6}}[0-9.]+\] (?:send|recv) ",
        91: rf"^(?:.{{0,120}}--> |\S{{3,60}}:\d{{1,5}}: ){_VERB} https?://",
        90: rf"^{_VERB} https?://\S+\s*\n[1-5][0-9]{{2}}\s*$",  # the console of Postman
        88: r"\A\s*:(?:method|authority|path|scheme)\b|^\* \[?(?:HTTP/[23]\] \[\d+\]|h2h3|h2) \[:|\A\s*Request URL:?\s",
        86: r"^curl: ?\(\d+\) |^\*\s+Trying [0-9a-f:.\[\]]+",
        75: rf"^[ \t]{{0,4}}HTTP/[0-9](?:\.[0-9])? [0-9]{{3}}\b|^{_VERB} \S+ HTTP/[0-9][.0-9]{{0,2}}\s*$",
    }.items()
}
_LIKE_A_COMMAND = re.compile(r"curl|wget|irm|iwr|invoke-|\b(?:https?|xh)[ \t]", re.IGNORECASE)
_STRUCTURED = re.compile(r"\s*(?:\{|\[\s*[\[{\"])")


def recognises(head: bytes) -> int:
    """How sure it is that this is HTTP as text; a command before it tells more, and has another reader."""
    text = decoded(head)
    if _STRUCTURED.match(text):
        return 0
    sure = next((sure for sure, sign in _SIGNS.items() if sign.search(text)), 0)
    if sure < 90 and is_editor_file(text.splitlines()[:2000]):
        return 90
    return min(sure, 60) if _begins_with_command(text.splitlines()[:5]) else sure


def _begins_with_command(lines: list[str]) -> bool:
    some = [line for line in lines if _LIKE_A_COMMAND.search(line)]
    if not some:
        return False
    from conformance.diagnosis.shells.command_lines import command_in  # slow to import

    return any(map(command_in, some))


def read(source: Input, reading: Reading) -> Evidence:
    """Every exchange of a transcript, in order, and the trouble that the client tells of."""
    lines, is_cut = lines_of(source, MOST_LINES)
    learn_pieces("".join(lines), reading)
    wire = wire_of(list(enumerate(lines, start=1)))
    notes = (
        (Note(Place(source.name), "only its beginning was read, because it is too long"),)
        if is_cut or wire.is_cut
        else ()
    )
    exchanges = evidence_of_messages(wire.messages, source.name, reading)
    return hidden(exchanges + failures_of(wire.troubles, source.name, reading) + Evidence(notes=notes), reading)


def lines_of(source: Input, most: int) -> tuple[list[str], bool]:
    """Up to `most` lines of a source with their line ends, long ones cut, and whether there are more."""
    lines: list[str] = []
    left = _MOST_CHARACTERS
    with opened_text(source) as text:
        while len(lines) < most and left > 0 and (line := text.readline(LONGEST_LINE)):
            lines.append(unmarked(line))
            while not line.endswith("\n") and left > 0 and (line := text.readline(LONGEST_LINE)):
                left -= len(line)
            left -= len(lines[-1])
        return lines, bool(text.read(1))


def wire_of(lines: Sequence[tuple[int, str]], client: str = "") -> Wire:
    """The exchanges and troubles in numbered lines of a transcript."""
    wire = Wire(client)
    for line in _marked(lines):
        wire.take(line)
    wire.finish()
    return wire


def _marked(lines: Sequence[tuple[int, str]]) -> Iterable[Line]:
    if is_editor_file(text for _, text in lines):
        return (Line(number, mark, text) for number, mark, text in of_editor(lines))
    return of_arrows(marked_lines(of_browser(lines)))


def evidence_of_messages(messages: Iterable[Message], source: str, reading: Reading) -> Evidence:
    """The exchanges of messages, and the keys that stand in commands where they are not sent."""
    found = [one for one in messages if one.is_anything or one.headers or one.target]
    astray = tuple(credential for one in found for credential in one.astray(source, reading))
    return Evidence(exchanges=tuple(one.exchange(source, reading) for one in found), credentials=astray)


def failures_of(troubles: Iterable[Trouble], source: str, reading: Reading) -> Evidence:
    """What a client told of its failures."""
    return Evidence(failures=tuple(_failure(one, source, reading) for one in troubles))


def _failure(trouble: Trouble, source: str, reading: Reading) -> Failure:
    place, text = Place(source, f"line {trouble.line}"), "\n".join(trouble.lines)[:LONGEST_TEXT]
    credentials = reading.keys_in(text, place)
    return Failure(
        place,
        trouble.client,
        message=reading.hidden(trouble.message),
        text=reading.hidden(text),
        credentials=credentials,
    )
