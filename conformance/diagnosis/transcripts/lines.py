"""Lines of a transcript as curl -v marks them, whatever tool wrote them: what was sent, received, or said beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from conformance.diagnosis.escapes import without_escapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Mark = Literal[">", "<", "*", "}", "{", ""]

# what curl writes before a line with --trace-time and --trace-ids: `12:00:00.123456 [0-0] * Connected`
_STAMP = re.compile(
    r"(?:\d{4}-\d\d-\d\dT[0-9:.]{8,20}Z )?(?:\d\d:\d\d:\d\d\.\d{1,6} )?(?:\[\d{1,6}-[\dx]{1,6}\] )?(?=[*<>{}=])"
)
_VERBOSE = re.compile(r"([><*{}])(?: (.*)|$)", re.DOTALL)
_GLUED = re.compile(
    r"(?<=\S)(?=\*(?:   Trying | (?:Could not|connect to |Host |Connection #|Closing connection|Issue another"
    r"|Found bundle|Re-using|shutting down|Mark bundle)))"
)
# `=> Send header, 80 bytes (0x50)`, `== Info: …`, and a row below: `0000: GET /v1/things HTTP/1.1`
_TRACE = re.compile(
    r"(?:\d\d:\d\d:\d\d\.\d{1,6} )?(=>|<=|==) (?:Send |Recv |Info:)(header|data|SSL data)?.*", re.DOTALL
)
_DUMP = re.compile(r"([0-9a-f]{4,8}): (.*)", re.DOTALL)
_HEX = re.compile(r"((?:[0-9a-f]{2} ){1,16}) {0,60}(.{0,16})", re.DOTALL)
_DEBUG = re.compile(r"(send|reply|header): (.*)", re.DOTALL)
_LITERAL = re.compile(r"\s{0,20}(b?'(?:[^'\\]|\\.)*+'|b?\"(?:[^\"\\]|\\.)*+\")", re.DOTALL)
# `[  0.123] send HEADERS frame`, `[  0.123] recv (stream_id=13) :status: 401`
_FRAME = re.compile(
    r"\[ {0,6}[0-9.]{4,10}\] (send|recv) (?:HEADERS frame|\(stream_id=\d{1,9}[^)\n]{0,40}\) (.*))", re.DOTALL
)
_OTHER_FRAME = re.compile(r"\[ {0,6}[0-9.]{4,10}\] ")
_SECTION = re.compile(r"---(request|response) (begin|end)---")
_WGET_URL = re.compile(r"--\d{4}-\d\d-\d\d \d\d:\d\d:\d\d--  (\S{1,8192})")
_WGET_BODY = re.compile(r"Skipping \d{1,12} bytes of body: \[(.*)\] done\.", re.DOTALL)
_WGET_TALK = re.compile(
    r"Location: \S{1,8192} \[following\]|Reusing existing connection|HTTP request sent"
    r"|Connecting to \S{1,300}\.\.\. connected|Resolving \S{1,300}\.\.\."
    r"|Username/Password|Length: [\d(]|Saving to: |Registered socket |(?:Closed|Reusing) fd "
    r"|Created socket |Releasing 0x|Deleting unused 0x|URI (?:content )?encoding|\] done\."
)
_WGET_STATUS = re.compile(r"\d{3} [A-Z][A-Za-z ]{1,40}")
_WIDTH = 64  # characters of a line of curl's ASCII dump


class Line(NamedTuple):
    """A line, and the direction that it went: sent (`>`, and `}` for a body), received (`<`, `{`) or said (`*`)."""

    number: int
    mark: Mark
    text: str


def marked_lines(lines: Iterable[tuple[int, str]]) -> Iterator[Line]:
    """Numbered lines of any transcript, marked; what has no mark may be a raw message or a body."""
    plain = (Line(number, "", without_escapes(text.rstrip("\r\n"))) for number, text in lines)
    return _verbose(_sections(_frames(_debug(_trace(plain)))))


def _verbose(lines: Iterable[Line]) -> Iterator[Line]:
    """What curl -v prints; it goes on in the line of a body that does not end with one."""
    for line in lines:
        if line.mark:
            yield line
            continue
        pieces = _GLUED.split(line.text, maxsplit=1) if "* " in line.text else [line.text]
        for text in pieces:
            stamp = _STAMP.match(text)
            match = _VERBOSE.fullmatch(text, stamp.end() if stamp else 0)
            if match and not (match[1] in "{}" and not (match[2] or "").startswith("[")):
                mark: Mark = match[1] if match[1] in "<>" else "*"  # type: ignore[assignment]
                yield Line(line.number, mark, match[2] or "")
            else:
                yield Line(line.number, "", text)


def _trace(lines: Iterable[Line]) -> Iterator[Line]:
    """What curl --trace and --trace-ascii write: dumps with offsets, long lines broken in pieces."""
    mark, dump = "", _Dump()
    for line in lines:
        head = _TRACE.match(line.text)
        row = _DUMP.fullmatch(line.text) if mark and not head else None
        if row:
            dump.add(line.number, int(row[1], 16), row[2])
            continue
        yield from dump.lines(mark)
        dump = _Dump()
        if head:
            mark = {"=>": ">", "<=": "<", "==": "*"}[head[1]]
            mark = {">": "}", "<": "{"}.get(mark, mark) if head[2] == "data" else mark
            if mark == "*":
                yield Line(line.number, "*", line.text.partition("Info:")[2].strip())
                mark = ""
            elif head[2] == "SSL data":
                mark = "SSL"
        else:
            mark = ""
            yield line
    yield from dump.lines(mark)


class _Dump:
    def __init__(self) -> None:
        self._pieces: list[tuple[int, str]] = []
        self._next = -1

    def add(self, number: int, offset: int, text: str) -> None:
        """Take a row; one that begins where the last one ended goes on with it."""
        if match := _HEX.fullmatch(text):
            raw = bytes.fromhex(match[1]).decode("latin-1")
            self._append(number, raw, is_joined=bool(self._pieces))
            return
        is_joined = offset == self._next and bool(self._pieces)
        self._append(number, text if is_joined or not self._pieces else f"\n{text}", is_joined=is_joined)
        self._next = offset + _WIDTH if len(text) >= _WIDTH - 1 else -1

    def _append(self, number: int, text: str, *, is_joined: bool) -> None:
        self._pieces.append((self._pieces[-1][0] if is_joined else number, text))

    def lines(self, mark: str) -> Iterator[Line]:
        """The rows as lines."""
        if not self._pieces or mark not in ("<", ">", "{", "}"):
            return
        text = "".join(piece for _, piece in self._pieces)
        number = self._pieces[0][0]
        rows = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
        for row in rows:
            yield Line(number, mark, row)  # type: ignore[arg-type]
            number += 1


def _debug(lines: Iterable[Line]) -> Iterator[Line]:
    """What http.client of Python prints at its debug level."""
    was = ""
    for line in lines:
        match = _DEBUG.fullmatch(line.text) if not line.mark else None
        if match is None:
            if was in ("reply", "header") and not line.mark:
                yield Line(line.number, "<", "")
                line = _printed(line)
            was = was if line.mark else ""
            yield line
            continue
        if was in ("reply", "header") and match[1] != "header":
            yield Line(line.number, "<", "")
        was = match[1]
        if match[1] == "header":
            yield Line(line.number, "<", match[2])
        elif match[1] == "reply":
            yield Line(line.number, "<", _literal(match[2]).strip())
        else:
            yield from _sent(line.number, _literal(match[2]))


def _printed(line: Line) -> Line:
    """The body of an answer, which Python prints as bytes."""
    return line._replace(text=_literal(line.text)) if line.text.startswith(("b'", 'b"')) else line


def _sent(number: int, text: str) -> Iterator[Line]:
    head, separator, body = text.partition("\r\n\r\n")
    if not separator:
        yield Line(number, "}", text)
        return
    yield from (Line(number, ">", one) for one in [*head.split("\r\n"), ""])
    if body:
        yield Line(number, "}", body)


def _literal(text: str) -> str:
    """The text of Python literals one behind the other, as far as they are whole."""
    import ast  # slow to import

    pieces: list[str] = []
    at = 0
    while match := _LITERAL.match(text, at):
        at = match.end()
        try:
            value = ast.literal_eval(match[1])
        except (ValueError, SyntaxError):
            break
        pieces.append(value.decode("latin-1") if isinstance(value, bytes) else str(value))
    return "".join(pieces)


def _frames(lines: Iterable[Line]) -> Iterator[Line]:
    """What nghttp -v prints: the fields of a frame, indented below it."""
    mark: Mark = ""
    for line in lines:
        match = _FRAME.match(line.text)
        if match and match[2] is not None:
            yield Line(line.number, "<", match[2])
        elif match:
            mark = ">" if match[1] == "send" else ""
        elif _OTHER_FRAME.match(line.text):
            mark = ""
        elif mark and line.text.startswith("     "):
            text = line.text.strip()
            if text[:1] not in ";(":
                yield Line(line.number, mark, text)
            continue
        else:
            mark = ""
            yield line


def _sections(lines: Iterable[Line]) -> Iterator[Line]:
    """What wget -d puts between its own lines, and the headers that wget -S indents."""
    mark: Mark = ""
    is_indented = is_wget = False
    for line in lines:
        match = _SECTION.fullmatch(line.text.strip())
        is_wget = is_wget or match is not None or _WGET_TALK.match(line.text) is not None
        if match:
            mark = "" if match[2] == "end" else ">" if match[1] == "request" else "<"
            continue
        was_indented, is_indented = is_indented, _is_indented(line, after=is_indented)
        if was_indented and not is_indented:
            yield Line(line.number, "<", "")
        if is_indented or (mark and not line.mark):
            yield Line(line.number, mark or "<", line.text.strip())
        elif url := _WGET_URL.fullmatch(line.text):
            yield Line(line.number, "*", f"Issue another request to this URL: '{url[1]}'")
        elif _WGET_TALK.match(line.text) or (is_wget and _WGET_STATUS.fullmatch(line.text)):
            yield Line(line.number, "*", line.text)
        elif skipped := _WGET_BODY.match(line.text):
            yield Line(line.number, "{", skipped[1])
        else:
            yield line


def _is_indented(line: Line, *, after: bool) -> bool:
    return not line.mark and line.text.startswith("  HTTP/" if not after else "  ")
