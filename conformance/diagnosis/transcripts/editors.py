"""Requests as editors keep them in .http files, and as browsers show them: lines as a message has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.shells.words import variable, with_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.diagnosis.transcripts.lines import Mark

_VERBS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
_REQUEST = re.compile(rf"(?:({_VERBS}) )?\s*((?:https?://|\{{\{{)\S{{1,8192}})(?: HTTP/[0-9.]{{1,3}})?\s*")
_PATH_REQUEST = re.compile(rf"({_VERBS}) (/\S{{0,8192}})\s*")
_DEFINED = re.compile(r"@([A-Za-z_][\w.-]{0,80})\s*=\s*(.*)")
_TEMPLATE = re.compile(r"\{\{\s*([^{}\n]{1,120}?)\s*\}\}")
_OUTSIDE = re.compile(r"\$(?:dotenv|processEnv|env)\.?\s*%?")
_COMMENT = re.compile(r"\s*(?:#|//)")
_NAMED = {
    "request url": ":url",
    "request method": ":method",
    "status code": ":status",
    "request headers": ":sent",
    "response headers": ":received",
}
_STATUS = re.compile(r"[1-5][0-9]{2}")
_OF_CONSOLE = re.compile(r"[0-9.]{1,9} m?s|Network|Request Body|Response Body")
_ALONE = re.compile(r"(:?[A-Za-z][\w-]{0,80}):\s*")
_SHOWN = re.compile(r"(Request URL|Request Method|Status Code):?\s*(.*)", re.IGNORECASE)


def is_editor_file(lines: Iterable[str]) -> bool:
    """Whether some lines are those of a .http file, in which `{{name}}` is filled in when it is sent."""
    has_request = has_separator = False
    before = ""
    for line in lines:
        bare = line.strip()
        if _STATUS.fullmatch(bare) and _REQUEST.fullmatch(before):
            return False  # the console of Postman
        before = bare or before
        if bare.startswith(("* ", "< HTTP/", "> GET ", "> POST ")):
            return False
        match = _REQUEST.fullmatch(bare)
        has_request |= bool(match and (match[1] or bare.startswith("http")))
        has_separator |= bare.startswith("###") or bool(_DEFINED.fullmatch(bare)) or bool(match and "HTTP/" not in bare)
    return has_request and has_separator


def of_editor(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, Mark, str]]:
    """The requests of a .http file, line by line with marks as of curl -v; pasted answers stay as they are."""
    values: dict[str, str] = {}
    where = "outside"
    for number, raw in lines:
        line = raw.rstrip("\r\n")
        if line.startswith("###"):
            where = "outside"
        elif defined := _DEFINED.fullmatch(line.strip()):
            values[defined[1]] = _filled(defined[2].strip(), values)
        elif line.startswith("HTTP/"):
            where = "answer"
            yield number, "", line
        elif where == "answer":
            yield number, "", line
        elif where == "outside" and (match := _REQUEST.fullmatch(line) or _PATH_REQUEST.fullmatch(line)):
            where = "head"
            yield number, ">", f"{match[1] or 'GET'} {_filled(match[2], values)} HTTP/1.1"
        elif where == "head" and not _COMMENT.match(line):
            where = "head" if line.strip() else "body"
            yield number, ">", _filled(line, values)
        elif where == "body" and not line.startswith(("<", ">")):
            yield number, "}", _filled(line, values)


def _filled(text: str, values: dict[str, str]) -> str:
    marked = _TEMPLATE.sub(lambda one: variable(_OUTSIDE.sub("", one[1]).strip() or one[1]), text)
    return with_values(marked, values)


def of_browser(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The panel of a browser's tools: a name and its value in two lines become one; other lines stay as they are."""
    waiting: tuple[int, str] | None = None
    for number, raw in _of_console(lines):
        line = raw.rstrip("\r\n")
        if waiting and line.strip() and not _ALONE.fullmatch(line):
            yield waiting[0], f"{waiting[1]}: {line.strip()}"
            waiting = None
            continue
        if waiting:
            yield waiting[0], f"{waiting[1]}:"
            waiting = None
        name = _NAMED.get(line.strip().rstrip(":").lower())
        shown = _SHOWN.fullmatch(line.strip())
        if name in (":sent", ":received"):
            yield number, name
        elif shown:
            own = _NAMED[shown[1].lower()]
            waiting = None if shown[2] else (number, own)
            if shown[2]:
                yield number, f"{own}: {shown[2]}"
        elif (alone := _ALONE.fullmatch(line)) and not line.startswith((" ", "\t")):
            waiting = (number, alone[1])
        else:
            yield number, line
    if waiting:
        yield waiting[0], f"{waiting[1]}:"


def _of_console(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The console of Postman, a request and its status in two lines, as the panel of a browser; others as they are."""
    asked: tuple[int, str] | None = None
    is_console = False
    for number, line in lines:
        bare = line.strip()
        request = _REQUEST.fullmatch(bare)
        if asked and _STATUS.fullmatch(bare) and (found := _REQUEST.fullmatch(asked[1].strip())):
            is_console = True
            yield asked[0], f":method: {found[1]}"
            yield asked[0], f":url: {found[2]}"
            yield number, f":status: {bare}"
            asked = None
            continue
        if asked:
            yield asked
        asked = (number, line) if request and request[1] else None
        if asked is None and not (is_console and _OF_CONSOLE.fullmatch(bare)):
            yield number, line
    if asked:
        yield asked
