"""Exchanges out of the marked lines of a transcript, in order, with the trouble that the client tells of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from conformance.diagnosis.shells.words import variables_in
from conformance.diagnosis.transcripts.client_talk import ClientTalk, failed_status
from conformance.diagnosis.transcripts.messages import LONGEST_TEXT, Field, Message

if TYPE_CHECKING:
    from conformance.diagnosis.transcripts.client_talk import Trouble
    from conformance.diagnosis.transcripts.lines import Line

REQUEST_LINE = re.compile(r"([A-Z]{3,20}) (\S{1,8192}) HTTP/[0-9](?:\.[0-9])?\s*")
STATUS_LINE = re.compile(r"HTTP/[0-9](?:\.[0-9])? ([0-9]{3})\b(.{0,500})")
_AWAITED = re.compile(r"HTTP request sent, awaiting response\.\.\. ([1-5][0-9]{2})\b(.{0,500})")  # wget
_HEADER = re.compile(r"(:?[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}):[ \t]?(.{0,65536})", re.DOTALL)
_WRAPPED = re.compile(r"\s*(?:Bearer|Basic|Token)?\s*", re.IGNORECASE)
_VALUE = re.compile(r"\s*[^\s:{}<>]{16,512}\s*")
_NOISE = re.compile(r"(?:\s|\d{1,3}|[\d.]{1,12}[kMG]?|--:--:--|\d{1,2}:\d\d:\d\d)*+|\s*% Total .*|\s*Dload .*")
_PSEUDO = (":authority", ":method", ":path", ":scheme", ":status", ":url")
_STATUS = re.compile(r"\s*[1-5]\d\d\s*")
_OPENING = ("{", "}", "[", "]", '"')  # of JSON, one line or many
_MOST = 2000  # exchanges
_TUNNEL = "connection established"
_NO_TUNNEL = re.compile(r"connect tunnel failed|from proxy after CONNECT", re.IGNORECASE)


class Wire:
    """Builds messages from marked lines, one by one; `loose` are the lines that belong to none."""

    def __init__(self, client: str = "") -> None:
        self.messages: list[Message] = []
        self.loose: list[Line] = []
        self.is_cut = False
        self._talk = ClientTalk()
        self._client = client
        self._part = ""  # sent head, sent body, answer head or answer body
        self._is_marked = False
        self._pseudo: set[str] = set()

    @property
    def troubles(self) -> list[Trouble]:
        """What the client told of its own failures."""
        return self._talk.troubles

    def take(self, line: Line) -> None:
        """Take one line."""
        self.is_cut = len(self.messages) > _MOST
        if self.is_cut:
            return
        if not line.mark.strip("*") and _NO_TUNNEL.search(line.text[:200]) and self.messages:
            self.messages[-1].method = "CONNECT"
        if line.mark == "*":
            self._talk.take(line)
            if waited := _AWAITED.match(line.text):
                self._answered(line.number, int(waited[1]), waited[2])
            else:
                self._take_failed_status(line)
        elif line.mark in (">", "<"):
            self._of_head(line, is_marked=True)
        elif line.mark:
            self._of_body(line)
        else:
            self._plain(line)

    def finish(self) -> None:
        """Keep a request that was only announced, and a failure that was not concluded."""
        self._add_announced()
        self._talk.finish()

    def _of_head(self, line: Line, *, is_marked: bool) -> None:
        text = line.text
        if self._is_wrapped(text):
            self._unwrap(text)
            return
        if request := REQUEST_LINE.fullmatch(text):
            self._talk.request()  # which the lines that were sent repeat
            self._is_marked = is_marked
            self._begin(line.number, request[1], request[2])
        elif status := STATUS_LINE.fullmatch(text):
            self._is_marked = is_marked
            self._answered(line.number, int(status[1]), status[2])
        elif header := _HEADER.fullmatch(text):
            self._header(line, header[1], header[2])
        elif not text.strip():
            self._part = self._part.replace("head", "body")
        elif not self._part and text.lstrip()[:1] in _OPENING:
            self.loose.append(line)  # of a mail that quotes what was printed

    def _is_wrapped(self, text: str) -> bool:
        """Whether a mail put the long value of the last header into a line of its own."""
        sent = self.messages[-1].headers if self.messages and self._part == "sent head" else []
        return bool(sent) and _WRAPPED.fullmatch(sent[-1].value) is not None and _VALUE.fullmatch(text) is not None

    def _unwrap(self, text: str) -> None:
        last = self.messages[-1].headers[-1]
        self.messages[-1].headers[-1] = last._replace(value=f"{last.value} {text.strip()}".strip())

    def _new(self, number: int, method: str = "", target: str = "") -> Message:
        talk = self._talk
        message = Message(number, self._client, method, target, talk.scheme or "https", issuer=talk.issuer)
        message.marks.add("printed")
        self.messages.append(message)
        self._pseudo = set()
        return message

    def _begin(self, number: int, method: str, target: str) -> None:
        self._new(number, method, target)
        self._talk.next_url = ""
        self._part = "sent head"

    def _answered(self, number: int, status: int, reason: str) -> None:
        self._add_announced()
        last = self.messages[-1] if self.messages else None
        if last is None or (last.status is not None and last.status >= 200):
            last = self._followed(number, last)
        is_tunnel = last.method == "CONNECT" and status < 300
        if is_tunnel or (not last.method and _TUNNEL in reason.lower()):
            self.messages.pop()  # the tunnel stands; what counts comes through it
            self._part = ""
            return
        last.status, last.answer_headers, last.answer, last.dumped = status, [], [], []
        self._part = "answer head"

    def _followed(self, number: int, last: Message | None) -> Message:
        """An answer to a request that does not show; after a redirect, to the one that it led to."""
        message = self._new(number)
        if self._talk.next_url:
            message.target, self._talk.next_url = self._talk.next_url, ""
        elif last and last.status and 300 <= last.status < 400:
            message.target = _joined(last.url, last.answer_header("location"))
        return message

    def _header(self, line: Line, name: str, value: str) -> None:
        if name.startswith(":"):
            self._of_pseudo(line, name, value.strip())
        elif self.messages and self._part == "sent head":
            self.messages[-1].headers.append(Field(line.number, name, value))
        elif self.messages and self._part == "answer head":
            self.messages[-1].answer_headers.append((name, value))
        elif not self._part and not line.mark:
            self.loose.append(line)  # which only looks like one

    def _of_pseudo(self, line: Line, name: str, value: str) -> None:
        """A pseudo-header of HTTP/2, or what a browser shows beside the headers."""
        if name == ":status":
            if value[:3].isdecimal() and len(value) >= 3:
                self._answered(line.number, int(value[:3]), "")
            return
        key = ":path" if name == ":url" else name
        is_new = not self.messages or key in self._pseudo or not self._pseudo or self._part == "answer body"
        message = self._new(line.number) if is_new else self.messages[-1]
        self._pseudo.add(key)
        if name == ":method":
            message.method = value
        elif key == ":path":
            message.target = value
            message.method = message.method or "GET"
        elif name == ":scheme":
            message.scheme = value
        else:
            message.headers.append(Field(line.number, name, value))
        self._part = "sent head"

    def _of_body(self, line: Line) -> None:
        if self.messages:
            _add(self.messages[-1].body if line.mark == "}" else self.messages[-1].dumped, line.text)

    def _plain(self, line: Line) -> None:
        text = line.text
        if self._is_wrapped(text):
            self._unwrap(text)
        elif REQUEST_LINE.fullmatch(text) or STATUS_LINE.fullmatch(text):
            self._of_head(line, is_marked=False)
        elif text in (":sent", ":received"):
            self._part, self._is_marked = ("sent head" if text == ":sent" else "answer head"), False
        elif self._take_failed_status(line) or self._talk.take_last_word(line):
            return
        elif (header := _HEADER.fullmatch(text)) and (header[1] in _PSEUDO or self._is_in_bare_head()):
            self._header(line, header[1], header[2])
        elif not _NOISE.fullmatch(text) or self._part.endswith("head") or _STATUS.fullmatch(text):
            self._more(line)

    def _is_in_bare_head(self) -> bool:
        return not self._part.endswith("body") and not self._is_marked

    def _more(self, line: Line) -> None:
        """A line of a body, or the end of a head that has no marks."""
        if self._part.endswith("head") and not self._is_marked:
            self._part = self._part.replace("head", "body")
            if not line.text.strip():
                return
        message = self.messages[-1] if self.messages else None
        if message and self._part == "sent body" and not self._is_marked:
            _add(message.body, line.text)
        elif message and message.status is not None and self._part:
            _add(message.answer, line.text)
        elif line.text.strip():
            self.loose.append(line)

    def _add_announced(self) -> None:
        request = self._talk.request()
        if request:
            request.client, request.issuer, request.scheme = self._client, self._talk.issuer, self._talk.scheme
            request.marks.add("printed")
            self.messages.append(request)

    def _take_failed_status(self, line: Line) -> bool:
        """Keep the status that a client names of an answer that does not show; says whether it names one."""
        status = failed_status(line.text)
        if not status:
            return False
        last = self.messages[-1] if self.messages else None
        if last is None:
            self._new(line.number).status = status
        elif last.status is None:
            last.status = status
        return True


def _add(lines: list[str], text: str) -> None:
    if len(lines) < LONGEST_TEXT and (not lines or sum(map(len, lines[-50:])) < LONGEST_TEXT):
        lines.append(text[:LONGEST_TEXT])


def _joined(url: str, location: str) -> str:
    if variables_in(url) or variables_in(location):
        return location
    try:
        return urljoin(url, location)
    except ValueError:
        return location
