"""HTTP as text: raw messages, and what curl -v, curl -i and their like print."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from conformance.diagnosis.decoded import opened_text
from conformance.diagnosis.evidence import Evidence, Failure, Place
from conformance.diagnosis.messages import HEADER, REQUEST_LINE, STATUS_LINE, Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.diagnosis.reading import Reading, Source

_MOST_LINES = 200_000
_MOST_EXCHANGES = 2_000
_LONGEST = 65_536  # characters of a line
_TO_PROXY = re.compile(r"CONNECT \S+ HTTP/")
_TROUBLE = re.compile(
    r"curl: \([0-9]+\)|ssl certificate problem|could not resolve|couldn.t connect|failed to connect|connection refused"
    r"|timed out|connection reset|proxy connect aborted|connect tunnel failed|self[- ]signed certificate"
    r"|unable to get local",
    re.IGNORECASE,
)
_NOISE = re.compile(r"\s*(?:[0-9]{1,3}|[0-9.]+[kMG]?|--:--:--|[0-9:]{7,8}|\s)+\r?")  # curl's progress


def recognises(head: bytes) -> int:
    """How sure it is that this is HTTP as text."""
    text = head.decode("utf-8", "replace")
    if re.search(r"^> [A-Z]{3,10} \S+ HTTP/", text, re.MULTILINE):
        return 96
    if re.match(r"\s*(?:[A-Z]{3,10} \S+ HTTP/[0-9]|HTTP/[0-9](?:\.[0-9])? [0-9]{3}\b)", text):
        return 95
    if re.search(r"^< HTTP/[0-9.]+ [0-9]{3}", text, re.MULTILINE):
        return 90
    if re.match(r"\s*:(?:method|authority|path|scheme)\b", text):
        return 85
    plain = re.search(r"^(?:HTTP/[0-9](?:\.[0-9])? [0-9]{3}\b|[A-Z]{3,10} \S+ HTTP/[0-9])", text, re.MULTILINE)
    return 70 if plain else 0


def read(source: Source, reading: Reading) -> Evidence:
    """Every exchange of a transcript, in order, and the trouble that the client tells of."""
    with opened_text(source) as text:
        lines = list(islice(enumerate(text, start=1), _MOST_LINES))
    return evidence_of(lines, source.name, reading)


def evidence_of(lines: Iterable[tuple[int, str]], source: str, reading: Reading, client: str = "") -> Evidence:
    """What numbered lines of a transcript hold."""
    transcript = _Transcript(client)
    troubles: list[tuple[int, str]] = []
    for number, line in lines:
        transcript.take(number, line.rstrip("\r\n")[:_LONGEST])
        if _TROUBLE.search(line[:2000]):
            troubles.append((number, line.strip()[:2000]))
    made = [one for one in transcript.messages if one.method or one.status is not None]
    exchanges = [one.exchange(source, reading) for one in made[:_MOST_EXCHANGES]]
    return Evidence(exchanges=tuple(exchanges), failures=_failures(troubles, source, reading))


def _failures(troubles: list[tuple[int, str]], source: str, reading: Reading) -> tuple[Failure, ...]:
    """One failure of all that the client says of its trouble."""
    if not troubles:
        return ()
    text = reading.hidden("\n".join(line for _, line in troubles[:20]))
    return (Failure(Place(source, f"line {troubles[-1][0]}"), client="curl", message=text.splitlines()[-1], text=text),)


class _Transcript:
    """Reads line by line; a line with `>` or `<` before it belongs to the headers of that direction."""

    def __init__(self, client: str) -> None:
        self.messages: list[Message] = []
        self._client = client
        self._where = ""  # request, request body, answer or answer body
        self._marked = False

    def take(self, number: int, line: str) -> None:
        mark, text = (
            (line[0], line[2:]) if line[:2] in ("> ", "< ", "* ", "} ", "{ ") or line in (">", "<", "*") else ("", line)
        )
        if mark in ("*", "{", "}"):
            self._of_curl(number, text)
        elif request := REQUEST_LINE.fullmatch(text):
            self._begin(number, request[1], request[2])
            self._marked = mark == ">"
        elif (status := STATUS_LINE.fullmatch(text)) and mark != ">":
            self._answered(number, int(status[1]))
            self._marked = mark == "<"
        elif self._where:
            self._continue(number, mark, text)
        elif text.startswith(":") and (header := HEADER.fullmatch(text)):
            self._pseudo(number, header[1], header[2])

    def _begin(self, number: int, method: str, target: str) -> None:
        waiting = self.messages and not self.messages[-1].method and self.messages[-1].status is None
        if not waiting:
            self.messages.append(Message(number, client=self._client))
        message = self.messages[-1]
        message.line, message.method = number, method
        message.target = target if not message.target or "://" in target else message.target
        self._where = "request"

    def _answered(self, number: int, status: int) -> None:
        last = self.messages[-1] if self.messages else None
        if last is None or (last.status is not None and last.status >= 200):
            last = Message(number, client=self._client)
            self.messages.append(last)
        if last.method == "CONNECT" and status < 300:
            self.messages.pop()  # the proxy's tunnel stands; what counts comes next
            self._where = ""
            return
        last.status, last.answer_headers = status, []
        self._where = "answer"

    def _continue(self, number: int, mark: str, text: str) -> None:
        message = self.messages[-1]
        if self._where in ("request", "answer") and not text.strip():
            if not self._marked or mark:
                self._where += " body"
            return
        if self._where in ("request", "answer") and (header := HEADER.fullmatch(text)):
            if self._where == "request":
                message.headers.append((number, header[1], header[2]))
            else:
                message.answer_headers.append((header[1], header[2]))
            return
        if mark or _NOISE.fullmatch(text):
            return
        (message.body if self._where == "request body" and not self._marked else message.answer).append(text)

    def _pseudo(self, number: int, name: str, value: str) -> None:
        """A request as browsers show those of HTTP/2."""
        if name == ":method" or not self.messages:
            self.messages.append(Message(number, client=self._client))
        message = self.messages[-1]
        message.headers.append((number, name, value))
        if name == ":method":
            message.method = value.strip()
        elif name == ":path":
            message.target = value.strip()
            message.method = message.method or "GET"
        self._where = "request"

    def _of_curl(self, number: int, text: str) -> None:
        if _TO_PROXY.match(text):
            self._begin(number, "CONNECT", text.split()[1])
