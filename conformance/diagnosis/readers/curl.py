"""Reads commands that send a request, as people paste them, and what they printed, where that was pasted too."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from conformance.diagnosis.commands.curl import requests_of
from conformance.diagnosis.commands.others import of_cmdlet, of_httpie, of_wget
from conformance.diagnosis.decoded import decoded
from conformance.diagnosis.evidence import Evidence, Note, Place
from conformance.diagnosis.hiding import hidden
from conformance.diagnosis.learning import learn_pieces
from conformance.diagnosis.readers.remarks import told_beside, told_by_others
from conformance.diagnosis.readers.transcript import evidence_of_messages, failures_of, lines_of, wire_of
from conformance.diagnosis.shells.command_lines import command_in, command_lines, is_at_start
from conformance.diagnosis.shells.prompts import prompt_of
from conformance.diagnosis.shells.sessions import settings_of_session
from conformance.diagnosis.shells.values import ShellValues
from conformance.diagnosis.shells.words import variables_in, with_values, written
from conformance.diagnosis.transcripts.printed import printed_body
from conformance.diagnosis.urls import host_of
from conformance.recognition.placeholders import is_masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.diagnosis.evidence import Setting
    from conformance.diagnosis.reading import Input, Reading
    from conformance.diagnosis.shells.command_lines import CommandLine
    from conformance.diagnosis.transcripts.client_talk import Trouble
    from conformance.diagnosis.transcripts.lines import Line
    from conformance.diagnosis.transcripts.messages import Message
    from conformance.diagnosis.transcripts.wire import Wire

_MOST_LINES = 50_000
_MOST_COMMANDS = 200
_STATUS = re.compile(
    r"(?:http[ _/]?(?:status|code)?|status(?:[ _]?code)?)?\s{0,9}[:=]?\s{0,9}([1-5]\d\d)"
    r"(?-i: [A-Z][A-Za-z'-]{1,20}){0,4}",
    re.IGNORECASE,
)
_STRUCTURED = re.compile(r"\s*(?:\{|\[\s*[\[{\"])")
_JSON = re.compile(r"\s*[{\[].*[}\]]")  # behind which a prompt stands, where nothing ends the line
_QUOTED_OR_UNREAD = re.compile(  # in PowerShell: single quotes and comments, in which no variable is read
    r"(?P<quoted>\"(?:`.|[^\"`\n]){0,4000}\")|'[^'\n]{0,4000}'|(?<![^\s;|])#[^\n]{0,4000}"
)
_LOOKED_FOR = re.compile(r"resolve (?:host|proxy):? ([^\s)]{1,300})")
_LET_LOOSE = {"smart-quotes", "typographic-dash", "single-quotes", "unquoted-header"}
_FIRST = 5  # lines with text
_BRACES = re.compile(r"\$\{(\w+)\}")
_CMDLETS = ("invoke-restmethod", "invoke-webrequest", "irm", "iwr")
_ODD = {
    "smart-quotes": "typographic quotation marks quote nothing here: they are part of what is sent",
    "typographic-dash": "a dash that is no hyphen stands before an option, so curl takes it for a URL",
    "single-quotes": "cmd knows no single quotes: they are part of what is sent",
    "unquoted-header": "a header without quotes ends at its space: what follows is not sent with it",
    "header-without-colon": "a header without a colon is not sent",
    "open quotation": "a quotation does not end",
    "a backslash at the end": "a backslash at the end of a line does not continue it in this shell",
    "space behind the last sign": "a space behind the last sign of a line keeps it from going on in the next",
}


def recognises(head: bytes) -> int:
    """How sure it is that this is a command that sends a request."""
    text = decoded(head)
    if _STRUCTURED.match(text) and not prompt_of(text.lstrip()):
        return 0
    number = 0
    best = 0
    for line in text.splitlines():
        number += bool(line.strip())
        match = command_in(line)
        if match:
            is_first = number <= _FIRST and is_at_start(match)
            best = max(best, 97 if is_first else 80 if is_at_start(match) else 55)
        if best > 90 or number > _MOST_LINES:
            break
    return best


def read(source: Input, reading: Reading) -> Evidence:
    """The requests of every command, each with the answer that was pasted behind it."""
    lines, is_cut = lines_of(source, _MOST_LINES)
    learn_pieces("".join(lines), reading)
    commands = list(islice(command_lines(lines), _MOST_COMMANDS))
    paste = _Paste(source.name, reading, lines)
    evidence = paste.evidence(commands)
    if is_cut or len(commands) == _MOST_COMMANDS:
        evidence += Evidence(notes=(Note(Place(source.name), "only its beginning was read, because it is too long"),))
    return hidden(evidence, reading)


class _Paste:
    def __init__(self, source: str, reading: Reading, lines: list[str]) -> None:
        self.source = source
        self.reading = reading
        self.lines = lines
        self.values = ShellValues(source, reading)
        self.loose: list[Line] = []
        self.others: list[tuple[int, str]] = []  # lines of other programs

    def evidence(self, commands: list[CommandLine]) -> Evidence:
        """What all commands and everything between them come to."""
        first = commands[0].line if commands else len(self.lines) + 1
        before = self._numbered(1, first)
        self.others += before if commands else []
        evidence = self._printed(wire_of(before), [])
        self.values.read(self.lines, 1, first)
        for at, command in enumerate(commands):
            following = commands[at + 1] if at + 1 < len(commands) else None
            end = following.line if following else len(self.lines) + 1
            glued = [(following.line, following.before)] if following and _JSON.match(following.before) else []
            own = self._up_to_others(self._numbered(command.end, end))
            evidence += self._of_command(command, own + glued)
            self.values.read(self.lines, command.end, end)
        evidence += told_beside(self.loose, evidence, self.source, self.reading)
        evidence += told_by_others(self.others, evidence, self.source, self.reading)
        return evidence + Evidence(settings=(*self.values.settings, *self._printed_before(commands)))

    def _printed_before(self, commands: list[CommandLine]) -> Iterable[Setting]:
        """The API's variable as the session printed it; one without a value counts where the commands use it."""
        written = ["".join(self.lines[one.line - 1 : one.end - 1]) for one in commands]
        for one in settings_of_session(self.lines, self.source, self.reading):
            is_used = not written or any(one.name in text for text in written)
            if one.name not in self.values.values and (one.credential or is_used):
                yield one

    def _numbered(self, first: int, end: int) -> list[tuple[int, str]]:
        return [(number, self.lines[number - 1]) for number in range(first, end)]

    def _up_to_others(self, behind: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """What a command printed; what another program printed behind it is kept apart."""
        end = next((at for at, (_, line) in enumerate(behind) if _is_of_other(line)), len(behind))
        self.others += behind[end:]
        return behind[:end]

    def _of_command(self, command: CommandLine, behind: list[tuple[int, str]]) -> Evidence:
        self.values.read_before(command.before, command.line)
        known = command.with_values(self.values.values)
        requests = self._requests(known)
        for one in requests:
            one.marks |= command.oddities | self._emptied_by(command)
        marks = sorted({mark for one in requests for mark in one.marks} & _ODD.keys())
        place = Place(self.source, f"line {command.line}")
        notes = tuple(Note(place, _ODD[mark]) for mark in marks)
        client = requests[0].client if requests else ""
        return self._printed(wire_of(self._within(command, requests) + behind, client), requests) + Evidence(
            notes=notes
        )

    def _within(self, command: CommandLine, requests: list[Message]) -> list[tuple[int, str]]:
        """The answer that somebody wrote into the line of the command, behind its words."""
        number = command.end - 1
        _, _, behind = self.lines[number - 1].partition("://")
        is_astray = any(text.startswith("{") for one in requests for _, text in one.stray)
        start = behind.find(' {"')
        return [(number, behind[start + 1 :])] if is_astray and start >= 0 else []

    def _emptied_by(self, command: CommandLine) -> set[str]:
        """What PowerShell fills in with nothing: the variable of the environment, as other shells write it."""
        name = self.reading.surface.variable
        if command.shell != "powershell" or not name or name.upper() in self.values.own:
            return set()
        written = "".join(self.lines[command.line - 1 : command.end - 1])
        read = _QUOTED_OR_UNREAD.sub(lambda one: one["quoted"] or "", written)
        found = re.search(rf"\$(?:\{{{name}\}}|{name})\b", read, re.IGNORECASE)
        return {"other-shells-variable"} if found else set()

    def _requests(self, command: CommandLine) -> list[Message]:
        texts = {word.text.lower() for word in command.words}
        if command.program in _CMDLETS or texts & {"-headers", "-uri"}:
            return [_filled(one, self.values.values) for one in of_cmdlet(command, self.values.tables)]
        if command.program == "wget":
            return of_wget(command)
        return requests_of(command) if command.program == "curl" else of_httpie(command)

    def _printed(self, wire: Wire, requests: list[Message]) -> Evidence:
        """Requests of a command, and what was printed behind it."""
        troubles = [one for one in wire.troubles if not _is_of_stray_word(one, requests)]
        failures = failures_of(troubles, self.source, self.reading)
        self.loose += wire.loose
        if any(one.is_request for one in wire.messages):
            _tell_emptied(requests, wire.messages)
            _tell_masked(requests, wire.messages)
            _tell_named(requests, wire.messages)
            messages = wire.messages
        else:
            messages = _answered(requests, wire)
        return evidence_of_messages(messages, self.source, self.reading) + failures


def _is_of_other(line: str) -> bool:
    prompt = prompt_of(line)
    return line.startswith("Traceback (most recent") or bool(prompt and prompt.shell and line[prompt.end :].strip())


def _is_of_stray_word(trouble: Trouble, requests: list[Message]) -> bool:
    """Whether a client looked for a host that is no host, but a word that the quoting of its command let loose."""
    named = _LOOKED_FOR.search(trouble.message)
    if named is None or not any(one.marks & _LET_LOOSE for one in requests):
        return False
    return named[1].lower() not in {host_of(one.url) for one in requests}


def _filled(message: Message, values: Mapping[str, str]) -> Message:
    """The message with the values of variables in the table that its headers come from."""
    message.headers = [one._replace(value=with_values(one.value, values)) for one in message.headers]
    return message


def _tell_emptied(requests: list[Message], seen: list[Message]) -> None:
    """Where a header of the command is not among those that were sent, the shell filled it in with nothing."""
    sent = next((one for one in seen if one.is_request and one.method != "CONNECT"), None)
    if sent is None or not requests:
        return
    sent.marks |= requests[0].marks
    names = {one.name.lower() for one in sent.headers}
    for one in requests[0].headers:
        if variables_in(one.value) and one.name.lower() not in names:
            sent.emptied.append(one)


def _tell_masked(requests: list[Message], seen: list[Message]) -> None:
    """Where a value of the command is masked, and was sent so, it is no record that masks."""
    masked = {one.value.strip() for request in requests for one in request.headers if is_masked(one.value)}
    for message in seen:
        if any(one.value.strip() in masked for one in message.headers):
            message.marks.discard("printed")


def _tell_named(requests: list[Message], seen: list[Message]) -> None:
    """Where a shell put in a value, and its name was sent, somebody wrote the name in the place of the value."""
    values = [one.value for request in requests for one in request.headers if variables_in(one.value)]
    braced = {written(value): value for value in values}
    names = {**braced, **{_BRACES.sub(r"$\1", text): value for text, value in braced.items()}}
    for message in seen:
        message.headers = [one._replace(value=names.get(one.value.strip(), one.value)) for one in message.headers]


def _answered(requests: list[Message], wire: Wire) -> list[Message]:
    """The requests with the answers that were printed, in order; what answers a redirect was asked behind it."""
    answers = wire.messages
    if not answers:
        return _with_loose(requests, wire.loose)
    if not requests:
        return answers
    for request, answer in zip(requests, answers, strict=False):
        request.take_answer(answer)
    rest = answers[len(requests) :]
    for answer in rest if len(requests) == 1 else ():
        answer.target = answer.target or requests[0].target
    return [*requests[: len(answers)], *rest, *requests[len(answers) :]]


def _with_loose(requests: list[Message], loose: list[Line]) -> list[Message]:
    """The last request with a body that was printed without its head, or a status that was printed alone."""
    texts = [line.text.strip() for line in loose if line.text.strip() not in ("```", "~~~")]
    if not requests or not texts:
        return requests
    last = requests[-1]
    alone = _STATUS.fullmatch(texts[-1]) or _STATUS.fullmatch(texts[0])
    if alone:
        last.status = int(alone[1])
        texts.remove(alone[0])
    if body := printed_body(texts):
        last.answer = body.split("\n")
        last.lacks |= {"response headers"} if alone else {"status", "response headers"}
    return requests
