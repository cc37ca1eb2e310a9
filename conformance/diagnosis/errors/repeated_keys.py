"""The keys that the text of an error repeats, or that stand beside it: quoted, as an argument, as a variable."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from conformance.diagnosis.carriers import credentials_of_headers
from conformance.diagnosis.evidence import Place
from conformance.diagnosis.lines import Lines
from conformance.recognition.placeholders import is_removed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.evidence import Credential
    from conformance.diagnosis.reading import Reading
    from conformance.diagnosis.surface import Surface

_LITERAL = re.compile(r"(?<![A-Za-z0-9])b?([\"'])((?:(?!\1)[^\\\n]|\\.){1,4096})\1", re.DOTALL)
_REPEATED = re.compile(
    r"(?i:header value[:,]?\s{0,3}(?:in header [^:\n]{1,200}:\s)?|return character\(s\) in header value: )"
    r"b?(?:([\"'])((?:(?!\1)[^\\\n]|\\.){1,4096}\n?)\1"  # Java prints a line break as it is
    r"|[\u2018-\u201f]((?:[^\\\n\u2018-\u201f]|\\.){1,4096})[\u2018-\u201f])",  # as mails make quotation marks
    re.DOTALL,
)
_LOGGED = re.compile(r"\"api_?key\"\]?\s{0,3}:", re.IGNORECASE)  # a field of JSON, which may shorten or mask keys
_IN_QUERY = re.compile(r"[?&]([A-Za-z_-]{1,40})=$")
_SCHEME = r"(?i)bearer\s+\S"
_WORD = r"[\w-]{16,400}(?:\.[\w-]{1,400}){0,2}"
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"', "0": "\0", "f": "\f", "v": "\v"}
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)


def repeated_keys(text: str, source: str, reading: Reading) -> Iterator[Credential]:
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
        yield from _of_value(
            _unescaped(match[2] or match[3]), "header value", _place(lines, match.start(), source), reading
        )
    for match in _of_other_forms(text, reading):
        taken.append(match.span())
        yield reading.credential(match[2], _place(lines, match.start(), source), "text", match[1])
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


def _of_other_forms(text: str, reading: Reading) -> Iterator[re.Match[str]]:
    """Lines that set the API's variable, as a shell does, to what is no key of its own: with a scheme, or another's."""
    name = reading.surface.variable
    if not name or f"{name}=" not in text:
        return
    before = r"^[ \t>-]{0,40}(?:export |set |Environment=)?"
    value = r"[^\s\"'`#$%<][^\n\"'`#]{0,400}?"
    for match in re.finditer(rf"{before}({re.escape(name)})=({value})[ \t\r]*$", text, re.MULTILINE):
        is_own = match[2].startswith(reading.surface.key_format.prefixes)
        if not is_own and (re.match(_SCHEME, match[2]) or _is_drawn(match[2])):
            yield match


def _is_drawn(value: str) -> bool:
    from conformance.recognition.drawn import looks_drawn  # slow to import

    return re.fullmatch(_WORD, value) is not None and looks_drawn(value)


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
