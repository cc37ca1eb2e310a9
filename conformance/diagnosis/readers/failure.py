"""Errors and tracebacks of SDKs and HTTP clients, also within a customer's text."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from conformance.diagnosis.carriers import credentials_of_headers, credentials_of_url
from conformance.diagnosis.decoded import decoded, opened_text
from conformance.diagnosis.errors.logged_requests import logged_requests, without_logged_requests
from conformance.diagnosis.errors.text import (
    answer_of,
    cleaned,
    module_of,
    status_of,
    type_of,
    url_of,
    without_program,
)
from conformance.diagnosis.evidence import Evidence, Failure, Place
from conformance.diagnosis.hiding import hidden
from conformance.diagnosis.learning import learn_pieces
from conformance.diagnosis.lines import Lines
from conformance.diagnosis.shells.prompts import prompt_of
from conformance.diagnosis.shells.sessions import is_abridged, settings_of_session
from conformance.diagnosis.shells.values import ShellValues
from conformance.recognition.placeholders import is_removed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.evidence import Credential, PartialExchange, Setting
    from conformance.diagnosis.reading import Input, Reading
    from conformance.diagnosis.surface import Surface

_LONGEST = 1 << 20  # characters that are read
_KEPT = 1 << 16  # characters that are kept
_ERROR = re.compile(
    r"Traceback \(most recent call last\)|^\s*at .{1,300}:[0-9]+:[0-9]+\)?$|\b\w*(?:Error|Exception)\b(?::|\s\[)"
    r"|^curl: \([0-9]+\)|^panic:|net/http:|failed|denied|unauthori[sz]ed|forbidden|refused|timed out"
    r"|deadline exceeded|: EOF$|^\S+ : cannot (?:bind|convert|validate)\b|^[\w.]{3,200}(?:Error|Exception)$",
    re.MULTILINE | re.IGNORECASE,
)
_RAISED = re.compile(
    r"Traceback \(most recent call last\)|^\s*at .{1,300}:[0-9]+:[0-9]+\)?$|\b\w*(?:Error|Exception)\b(?::|\s\[)"
    r"|^panic:",
    re.MULTILINE,
)
_LITERAL = re.compile(r"(?<![A-Za-z0-9])b?([\"'])((?:(?!\1)[^\\\n]|\\.){1,4096})\1", re.DOTALL)
_REPEATED = re.compile(
    r"(?i:header value[:,]?\s{0,3}(?:in header [^:\n]{1,200}:\s)?|return character\(s\) in header value: )"
    r"b?([\"'])((?:(?!\1)[^\\\n]|\\.){1,4096}\n?)\1",  # Java prints a line break as it is
    re.DOTALL,
)
_LOGGED = re.compile(r"\"api_?key\"\]?\s{0,3}:", re.IGNORECASE)  # a field of JSON, which may shorten or mask keys
_WITHIN_JSON = re.compile(r"(?<=: \")(?:[^\"\\\n]|\\.)*|(?<=:\")(?:[^\"\\\n]|\\.)*")  # the value of a field
_IN_QUERY = re.compile(r"[?&]([A-Za-z_-]{1,40})=$")
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"', "0": "\0", "f": "\f", "v": "\v"}
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)


def recognises(head: bytes) -> int:
    """How sure it is that this tells of an error; every text may, and words alone may stand beside a command."""
    text = decoded(head)
    return 60 if _RAISED.search(text) else 50 if tells_error(text) else 5


def tells_error(text: str) -> bool:
    """Whether a text has the words of an error in it."""
    return _ERROR.search(text) is not None


def read(source: Input, reading: Reading) -> Evidence:
    """The failure that the text tells of, with the keys that it repeats."""
    with opened_text(source) as stream:
        text = cleaned(_without_json_escapes(stream.read(_LONGEST).replace("\r\n", "\n")))
    learn_pieces(text, reading)
    exchanges = logged_requests(text, source.name, reading)
    rest = without_logged_requests(text) if exchanges else text
    failure = failure_in(rest, source.name, reading)
    settings = tuple(_settings(text.splitlines(keepends=True), failure, reading))
    told = (failure._replace(status=failure.status or _last_refusal(exchanges)),)
    failures = () if exchanges and not tells_error(rest) else told
    return hidden(Evidence(exchanges=exchanges, failures=failures, settings=settings), reading)


def _without_json_escapes(text: str) -> str:
    """The text as a program wrote it before a report or a log made JSON of it; its lines stay what they are."""
    return _WITHIN_JSON.sub(lambda one: one[0].replace("\\\\", "\\"), text) if "\\\\" in text else text


def _last_refusal(exchanges: tuple[PartialExchange, ...]) -> int | None:
    """The status of the last request that failed, which an error behind it tells of."""
    return next((one.status for one in reversed(exchanges) if one.status and one.status >= 400), None)


def _settings(lines: list[str], failure: Failure, reading: Reading) -> Iterator[Setting]:
    """What a session sets before its error, and prints, as far as it is shown in full."""
    values = ShellValues(failure.place.source, reading)
    before = int(failure.place.where.removeprefix("line ")) if failure.type else len(lines) + 1
    typed = [line if (prompt := prompt_of(line)) and prompt.shell else "\n" for line in lines]
    values.read(typed, 1, before)
    for one in values.settings:
        if one.credential is None or not is_abridged(one.credential.key.reveal(), reading):
            yield one
    yield from settings_of_session(lines, failure.place.source, reading)


def failure_in(text: str, source: str, reading: Reading) -> Failure:
    """The failure that a text tells of; its lines are those of the source."""
    credentials = tuple(_credentials(text, source, reading))
    text = without_program(text)
    kind, at = type_of(text)
    place = Place(source, f"line {text.count(chr(10), 0, at) + 1}")
    url, in_url = credentials_of_url(url_of(text), place, reading)
    answer = answer_of(text)
    kept = text if len(text) <= _KEPT else text[: _KEPT // 4] + "\n…\n" + text[-(_KEPT // 4) * 3 :]
    return Failure(
        place,
        client=module_of(text).partition(".")[0],
        type=kind,
        message=reading.hidden(answer.message or text[at : at + 500].partition("\n")[0]),
        text=reading.hidden(kept),
        status=status_of(text),
        code=reading.hidden(answer.code),
        request_id=reading.hidden(answer.request_id),
        url=url,
        credentials=(*credentials, *in_url),
    )


def _credentials(text: str, source: str, reading: Reading) -> Iterator[Credential]:
    """What stands in a key's place: quoted after `header value` or `api_key=`, and every key anywhere else."""
    lines = Lines(text)
    taken: list[tuple[int, int]] = []
    for match in _argument(reading.surface).finditer(text):
        taken.append(match.span())
        if match[2] == "`" and "${" in match[3]:
            continue  # a template of JavaScript, which is filled in later
        name = "" if _LOGGED.match(match[0]) else match[1]
        yield from _of_value(_unescaped(match[3]), name, _place(lines, match.start(), source), reading)
    for match in _REPEATED.finditer(text):
        taken.append(match.span())
        yield from _of_value(_unescaped(match[2]), "header value", _place(lines, match.start(), source), reading)
    for match in _apart(_LITERAL.finditer(text), sorted(taken)):
        value = _unescaped(match[2])
        if value.lstrip().startswith(reading.surface.key_format.prefixes):
            taken.append(match.span())
            yield from _of_value(value, "", _place(lines, match.start(), source), reading)
    for match in _unset(reading.surface).finditer(text):
        yield reading.credential("", _place(lines, match.start(), source), "text", match[1])
    rest = _blanked(text, taken)
    for credential in reading.keys_in(rest, Place(source)):
        at = rest.find(credential.key.reveal())
        place, asked = _place(lines, at, source), _IN_QUERY.search(rest, max(at - 42, 0), max(at, 0))
        if asked:
            yield reading.credential(credential.key.reveal(), place, "query", asked[1])
        else:
            yield reading.credential(credential.key.reveal(), place, "text")


def _apart(matches: Iterator[re.Match[str]], spans: list[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """The matches that share nothing with spans, which are in order."""
    begins, ends = [begin for begin, _ in spans], list(accumulate((end for _, end in spans), max))
    for match in matches:
        before = bisect_left(begins, match.end())
        if not before or ends[before - 1] <= match.start():
            yield match


def _argument(surface: Surface) -> re.Pattern[str]:
    """A quoted text that is given as the key: to a parameter, in a header, in a dictionary; no half of one."""
    names = "|".join(map(re.escape, surface.headers))
    return re.compile(
        rf"[\"']?\b(api_?key|{names})[\"']?\]?\s{{0,3}}[:=]\s{{0,3}}b?([\"'`])((?:(?!\2)[^\\\n]|\\.){{0,4096}})\2"
        r"(?!\s{0,3}(?:[+%]|\.format\b))",
        re.IGNORECASE,
    )


def _unset(surface: Surface) -> re.Pattern[str]:
    """A header that a program prints with the word for nothing as its value, which clients leave out."""
    names = "|".join(map(re.escape, surface.headers))
    return re.compile(rf"[\"']({names})[\"']: (?:undefined|null|None)(?=\s{{0,3}}[,}}\n])", re.IGNORECASE)


def _of_value(value: str, name: str, place: Place, reading: Reading) -> tuple[Credential, ...]:
    if re.match(r"bearer\s", value, re.IGNORECASE) or name.lower() == "authorization":
        found = credentials_of_headers([("Authorization", value)], place, reading)[1]
    else:
        found = (reading.credential(value, place, "text", name),)
    return tuple(one for one in found if not is_removed(one.key.reveal().strip()))


def _place(lines: Lines, at: int, source: str) -> Place:
    return Place(source, f"line {lines.number(at)}")


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, end = [], 0
    for begin, stop in sorted(spans):
        if begin >= end:
            pieces += [text[end:begin], re.sub(r"[^\n]", " ", text[begin:stop])]
            end = stop
    return "".join([*pieces, text[end:]])


def _unescaped(literal: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) > 1 else _SIMPLE.get(code, code)

    return _ESCAPE.sub(one, literal)
