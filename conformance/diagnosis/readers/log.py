"""Reads logs of gateways and servers, as they are written and as collectors of logs wrap them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.archives.objects import Objects
from conformance.diagnosis.decoded import decoded, opened_text
from conformance.diagnosis.evidence import Evidence, Note, Place
from conformance.diagnosis.hiding import hidden
from conformance.diagnosis.logs.exchange import Teller
from conformance.diagnosis.logs.history import History
from conformance.diagnosis.logs.line import LONGEST, flat, object_of, record_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from conformance.diagnosis.logs.line import Record
    from conformance.diagnosis.reading import Input, Reading

_CONTAINERS = frozenset({"records", "events", "logevents", "hits", "data", "results", "items", "entries", "logs"})
_CONSIDERED = 40  # lines
_TRACE = re.compile(r"^Traceback \(most recent|^\s+at [\w.$<>]+ ?\(|^\s+File \"", re.MULTILINE)
_NAMES = {
    "at": ("time", "timestamp", "ts", "date"),
    "method": ("method", "verb"),
    "url": ("url", "uri", "path", "request", "host"),
    "status": ("status", "code", "response"),
    "who": ("ip", "addr", "client", "agent", "remote", "requestid", "request_id", "reqid", "rayid", "keyid", "key_id"),
}


def recognises(head: bytes) -> int:
    """How sure it is that this is a server's log: whether its first lines are such lines."""
    text = decoded(head)
    if _holds_objects(text):
        return _sure_of_objects(text)
    lines = [line for line in text.splitlines()[:_CONSIDERED] if line.strip()]
    if len(text) >= len(head) and len(lines) > 1 and len(head) >= 1 << 16:
        lines = lines[:-1] or lines  # which the head may have cut
    if not lines:
        return 0
    sure = [_sure_of(line[:LONGEST]) for line in lines]
    share = sum(one > 0 for one in sure) / len(sure)
    level = max(sure)
    if share < 0.5:
        return int(20 * share)
    return min(int(level * (0.6 + 0.4 * share)), 10 if _TRACE.search(text) else 100)


def read(source: Input, reading: Reading) -> Evidence:
    """The requests that concern the API, as the server saw them."""
    teller, history = Teller(source.name, reading), History()
    with opened_text(source) as text:
        records = _Records(text)
        for number, record, around, where in records:
            seen = teller.seen(number, record, around, where)
            if seen:
                history.add(seen)
    told = [*records.notes, *history.notes, *_told_by(teller)]
    exchanges = history.exchanges()
    if not exchanges:
        told.append("no request in it concerns the API")
    notes = tuple(Note(Place(source.name), says) for says in told)
    return hidden(Evidence(exchanges=exchanges, notes=notes), reading)


def _told_by(teller: Teller) -> list[str]:
    told = []
    if teller.others:
        told.append(f"{teller.others} requests of it do not concern the API, and were left out")
    if teller.beyond:
        told.append(
            f"it has more different keys than are compared; of {teller.beyond} requests only the key id was kept"
        )
    return told


class _Records:
    """The records of a log with their numbers and places; `notes` say what is none."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._objects: Objects | None = None
        self._unread: list[int] = []
        self._long: list[int] = []

    def __iter__(self) -> Iterator[tuple[int, Record, Record, str]]:
        beginning = self._text.read(1 << 16)
        self._text.seek(0)
        if _holds_objects(beginning):
            self._objects = Objects(self._text, _CONTAINERS)
            for number, record in self._objects:
                yield number, record, {}, f"record {number}"
            return
        for number, line in self._lines():
            found = record_of(line)
            if found:
                yield number, *found, f"line {number}"
            elif line.strip():
                self._unread.append(number)

    def _lines(self) -> Iterator[tuple[int, str]]:
        number = 0
        while line := self._text.readline(LONGEST):
            number += 1
            if len(line) < LONGEST or line[-1] in "\r\n":
                yield number, line
                continue
            self._long.append(number)
            while (rest := self._text.readline(LONGEST)) and rest[-1] not in "\r\n":
                pass

    @property
    def notes(self) -> list[str]:
        told = self._objects.notes if self._objects else []
        for numbers, what in (
            (self._unread, "no line of a server's log"),
            (self._long, "longer than a million characters"),
        ):
            if numbers:
                count = "1 line is" if len(numbers) == 1 else f"{len(numbers)} lines are"
                told = [*told, f"{count} {what}, and left out; the first is line {numbers[0]}"]
        return told


def _holds_objects(text: str) -> bool:
    """Whether it is JSON over several lines, and not an object in each line."""
    text = text.lstrip("\ufeff \t\r\n")
    if text[:1] == "[":
        return text[1:].lstrip()[:1] in ("{", "]")
    first, _, rest = text.partition("\n")
    return first[:1] == "{" and bool(rest.strip()) and object_of(first.strip()) is None and _is_cut_off(first)


def _is_cut_off(line: str) -> bool:
    return line.count("{") > line.count("}")


def _sure_of_objects(text: str) -> int:
    names = set(re.findall(r"\"([A-Za-z@_.-]{1,60})\"\s{0,20}:", text))
    return 85 if {"method", "url", "status"} <= _told_in(names) and {"at", "who"} & _told_in(names) else 0


def _sure_of(line: str) -> int:
    found = record_of(line)
    if found is None:
        return 0
    record, around = found
    if record.get("is_nginx_error") or "protocol" in record or "others" in record:
        return 94
    told = _told_in({".".join(path) for path, _ in (*flat(record), *flat(around))})
    if len(told) < 3 or not told & {"method", "status"}:
        return 0
    if not {"url", "method"} & told:
        return 50
    sure = 90 if line.lstrip()[:1] == "{" else 84
    return sure if "method" in told or "who" in told else 50


def _told_in(names: set[str]) -> set[str]:
    small = [name.lower() for name in names]
    return {what for what, words in _NAMES.items() if any(word in name for name in small for word in words)}
