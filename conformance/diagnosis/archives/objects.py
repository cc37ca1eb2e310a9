"""JSON objects out of a stream: one after the other, whatever holds them, in little memory, and until it breaks off."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

LONGEST_TEXT = 1 << 16  # characters of one text that are kept where a value is large
LARGEST = 8_000_000  # characters that a value may have once its long texts are cut
_CHUNK = 1 << 20  # characters
_WINDOW = 1 << 18  # characters; what is shorter is decoded as it stands
_MOST_BROKEN = 200  # values; what is broken more often is no JSON
_BETWEEN = re.compile(r"[\s,\x1e\ufeff]*+")
_COLON = re.compile(r"\s*+:\s*+")
_SIGN = re.compile(r"[\"{}\[\]]")
_STRING = re.compile(r"[^\"\\]*+(?:\\.[^\"\\]*+)*+", re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}{\[\"]*+")
_ESCAPE = 12  # characters; no escape is longer
# status codes and times fit into a float, and no number of a million digits stops the reading
_DECODER = json.JSONDecoder(strict=False, parse_int=float)


class _EndedError(Exception):
    """The text ends within a value."""


class _UnreadableError(Exception):
    """A value is no JSON, or too large."""


class Objects:
    """The objects of a text, with their numbers counted from 1, in lists and below the keys of `containers`.

    `around` are the members of what holds them; `notes` say what could not be read.
    """

    def __init__(self, text: TextIO, containers: frozenset[str]) -> None:
        self._stream = text
        self._containers = containers
        self._text = ""
        self._at = 0
        self._has_ended = False
        self._number = 0
        self._broken: list[int] = []
        self._ends_within = False
        self.around: dict[str, Any] = {}

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        try:
            while self._next():
                yield from self._anything()
                if len(self._broken) > _MOST_BROKEN:
                    return
        except _EndedError:
            self._ends_within = True

    @property
    def notes(self) -> list[str]:
        """What could not be read, in sentences."""
        some = ", ".join(map(str, self._broken[:5])) + (" and others" if len(self._broken) > 5 else "")
        broken = f"no JSON that can be read, or too large: entry {some}; left out"
        stopped = f"broken in more than {_MOST_BROKEN} places; what follows entry {self._number} was not read"
        ends = f"it breaks off in the middle, behind entry {self._number}; the {self._number} before it were read"
        told = {broken: bool(self._broken), stopped: len(self._broken) > _MOST_BROKEN, ends: self._ends_within}
        return [says for says, applies in told.items() if applies]

    def _anything(self) -> Iterator[tuple[int, dict[str, Any]]]:
        sign = self._text[self._at]
        if sign == "[":
            self._at += 1
            yield from self._list()
        elif sign == "{":
            self._at += 1
            yield from self._object()
        else:
            self._skip_scalar()

    def _list(self) -> Iterator[tuple[int, dict[str, Any]]]:
        while self._expect() != "]" and len(self._broken) <= _MOST_BROKEN:
            value = self._value()
            self._number += 1
            if isinstance(value, dict):
                yield self._number, value
            elif value is None:
                self._broken.append(self._number)
        self._at += 1

    def _object(self, depth: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
        """An object of which the members are read one by one, since any of them may be large."""
        own: dict[str, Any] = {}
        holds_others = False
        while (sign := self._expect()) != "}" and len(self._broken) <= _MOST_BROKEN:
            name = self._name() if sign == '"' else None
            if name is None:
                self._skip_scalar()
                continue
            is_container = name.lower() in self._containers and depth < 3
            opens = self._text[self._at] if is_container else ""
            if opens in ("{", "["):
                self._at += 1
                holds_others = True
                yield from self._list() if opens == "[" else self._object(depth + 1)
            else:
                own[name] = self._value()
        self._at += 1
        if holds_others or depth:
            self.around |= own
        else:
            self._number += 1
            yield self._number, own

    def _name(self) -> str | None:
        name = self._value()
        match = _COLON.match(self._text, self._at)
        if not isinstance(name, str) or match is None:
            self._broken.append(self._number + 1)
            return None
        self._at = match.end()
        self._expect()
        return name

    def _value(self) -> Any:
        """The value that begins here, or `None` where it cannot be read."""
        self._fill()
        try:
            value, self._at = _DECODER.raw_decode(self._text, self._at)
        except (ValueError, RecursionError):
            value = self._large_value()
        return value

    def _large_value(self) -> Any:
        try:
            return _DECODER.decode(self._scanned())
        except (ValueError, RecursionError, _UnreadableError):
            return None

    def _scanned(self) -> str:
        """The text of the value that begins here, its long texts cut."""
        if self._text[self._at] not in '"{[':
            self._skip_scalar()
            raise _UnreadableError
        pieces: list[str] = []
        size = depth = 0
        while True:
            sign = _SIGN.search(self._text, self._at)
            end = sign.end() if sign else len(self._text)
            piece, self._at = self._text[self._at : end], end
            if sign and sign[0] == '"':
                piece += self._rest_of_text()
            size += len(piece)
            if size <= LARGEST:
                pieces.append(piece)
            if sign is None:
                self._more()
                continue
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(sign[0], 0)
            if depth <= 0:
                break
        if size > LARGEST:
            raise _UnreadableError
        return "".join(pieces)

    def _rest_of_text(self) -> str:
        """What follows a quotation mark, with the one that ends it."""
        kept = ""
        while True:
            match = _STRING.match(self._text, self._at)
            end = match.end() if match else self._at
            kept += self._text[self._at : min(end, self._at + LONGEST_TEXT - len(kept))]
            self._at = end
            if self._text[end : end + 1] == '"':
                self._at += 1
                return (kept if len(kept) < LONGEST_TEXT else _without_part_of_escape(kept)) + '"'
            self._more()

    def _skip_scalar(self) -> None:
        match = _SCALAR.match(self._text, self._at)
        end = match.end() if match else self._at
        if end == self._at:
            end += 1
        self._at = end
        self._broken.append(self._number + 1)

    def _next(self) -> bool:
        """Go to the next sign that says something; whether there is one."""
        while True:
            match = _BETWEEN.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return True
            if self._has_ended:
                return False
            self._read()

    def _expect(self) -> str:
        if not self._next():
            raise _EndedError
        return self._text[self._at]

    def _more(self) -> None:
        if self._has_ended:
            raise _EndedError
        self._read()

    def _fill(self) -> None:
        while len(self._text) - self._at < _WINDOW and not self._has_ended:
            self._read()

    def _read(self) -> None:
        piece = self._stream.read(_CHUNK)
        self._has_ended = not piece
        self._text = self._text[self._at :] + piece
        self._at = 0


def _without_part_of_escape(text: str) -> str:
    at = text.rfind("\\", len(text) - _ESCAPE)
    return text[:at].rstrip("\\") if at >= 0 else text
