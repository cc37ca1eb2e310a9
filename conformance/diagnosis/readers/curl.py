"""curl commands as people paste them, and what they printed, where that was pasted too."""

from __future__ import annotations

import base64
import re
from itertools import islice
from typing import TYPE_CHECKING

from conformance.diagnosis.answer import said
from conformance.diagnosis.carried import credentials_of_body, credentials_of_headers, credentials_of_url
from conformance.diagnosis.command_lines import Word, command_lines
from conformance.diagnosis.curl_options import asked_by
from conformance.diagnosis.decoded import opened_text
from conformance.diagnosis.evidence import Evidence, PartialExchange, Place
from conformance.diagnosis.readers import transcript

if TYPE_CHECKING:
    from conformance.diagnosis.command_lines import CommandLine
    from conformance.diagnosis.curl_options import Asked
    from conformance.diagnosis.evidence import Credential
    from conformance.diagnosis.reading import Reading, Source

_MOST_LINES = 50_000
_MOST_COMMANDS = 200
_LONGEST = 65_536
_CURL = re.compile(
    r"(?:^|[\s`'\"(|;&>$#%])curl(?:\.exe)?\s+(?:-{1,2}[A-Za-z]|[–—][A-Za-z]|['\"“]?https?://|\"|\\|\^|`)", re.I | re.M
)
_QUOTES = "“”„‘’«»"  # noqa: RUF001
_FAILED = re.compile(r"returned error: ([0-9]{3})")


def recognises(head: bytes) -> int:
    """How sure it is that this is a curl command."""
    text = head.decode("utf-8", "replace")
    match = _CURL.search(text)
    if match is None:
        return 0
    before = text[: match.start()].strip()
    return 97 if before.count("\n") < 5 else 60


def read(source: Source, reading: Reading) -> Evidence:
    """The request of every command, with the answer that follows it."""
    with opened_text(source) as text:
        lines = [line[:_LONGEST] for line in islice(text, _MOST_LINES)]
    commands = list(islice(command_lines(lines), _MOST_COMMANDS))
    evidence = Evidence()
    for at, command in enumerate(commands):
        end = commands[at + 1].line - 1 if at + 1 < len(commands) else len(lines)
        behind = [(number + 1, lines[number]) for number in range(command.end - 1, end)]
        evidence += _of_command(command, behind, source.name, reading)
    return evidence if commands else transcript.evidence_of(enumerate(lines, start=1), source.name, reading)


def _of_command(command: CommandLine, behind: list[tuple[int, str]], source: str, reading: Reading) -> Evidence:
    requests = [_exchange(asked, command, source, reading) for asked in asked_by(command.words)]
    printed = transcript.evidence_of(behind, source, reading, "curl")
    if any(one.method for one in printed.exchanges):
        return printed  # which shows what was really sent
    if not requests:
        return printed
    last = requests[-1]
    if printed.exchanges:
        return Evidence(
            exchanges=(*requests[:-1], _with_answer(last, printed.exchanges[-1])), failures=printed.failures
        )
    return Evidence(exchanges=(*requests[:-1], _with_body(last, behind, reading)), failures=printed.failures)


def _with_answer(request: PartialExchange, answer: PartialExchange) -> PartialExchange:
    return request._replace(
        status=answer.status,
        response_headers=answer.response_headers,
        response_text=answer.response_text,
        code=answer.code,
        message=answer.message,
        request_id=answer.request_id,
        lacks=request.lacks - {"response"},
    )


def _with_body(request: PartialExchange, behind: list[tuple[int, str]], reading: Reading) -> PartialExchange:
    """The request with what was printed below it, where that is an answer."""
    text = "".join(line for _, line in behind).strip()[:_LONGEST]
    failed = _FAILED.search(text)
    answer = said(text)
    if not (failed or text.startswith(("{", "[", "<"))):
        return request
    status = int(failed[1]) if failed else _status_of(answer.code, answer.message, text)
    return request._replace(
        status=status,
        response_text=reading.hidden(text),
        code=reading.hidden(answer.code),
        message=reading.hidden(answer.message),
        request_id=reading.hidden(answer.request_id),
        lacks=request.lacks - {"response"} if status else request.lacks,
    )


def _status_of(code: str, message: str, text: str) -> int | None:
    """The status that a body speaks of, where it does."""
    words = f"{code} {message} {text[:300] if text.startswith('<') else ''}".lower()
    named = {"unauthorized": 401, "authentication": 401, "forbidden": 403, "permission": 403, "too many requests": 429}
    named |= {
        "rate limit": 429,
        "rate_limited": 429,
        "not found": 404,
        "not_found": 404,
        "invalid_key": 401,
        "key_expired": 401,
    }
    return next((status for word, status in named.items() if word in words), None)


def _exchange(asked: Asked, command: CommandLine, source: str, reading: Reading) -> PartialExchange:
    place = Place(source, f"line {command.line}")
    shown: list[tuple[str, str]] = []
    found: list[Credential] = []
    variables: set[str] = set()
    for word in asked.headers:
        name, value = _header(word)
        if word.variables:
            variables |= set(word.variables)
            shown.append((name, value + "".join(f"${one}" for one in word.variables)))
            if not value.strip() or value.strip().lower() in ("bearer", "token", "basic"):
                continue
        where = Place(source, f"line {word.line}, header {name}")
        if name.startswith("@"):
            variables.add(name)
            continue
        own_shown, own = credentials_of_headers([(name, value)], where, reading)
        if not word.variables:
            shown += own_shown
            found += own
    shown_more, found_more, more = _from_options(asked, place, reading)
    url, in_url = credentials_of_url(_url(asked), place, reading)
    body = "&".join(word.text for word in asked.bodies)
    in_body = () if asked.as_query else credentials_of_body(body, place, reading)
    lacks = {"response"} | {f"value of {name}" for name in variables | more}
    lacks |= {"credential"} if asked.reads_files else set()
    return PartialExchange(
        place,
        client="curl",
        method=asked.verb,
        url=url,
        headers=(*shown, *shown_more),
        credentials=(*found, *found_more, *in_url, *in_body),
        lacks=frozenset(lacks),
    )


def _header(word: Word) -> tuple[str, str]:
    """Name and value; typographic quotes around the whole belong to the value, where they do harm."""
    text = word.text
    if text[:1] in _QUOTES and text[:1]:
        name, _, value = text[1:].partition(":")
        return name.strip(), value.strip(" ")
    name, colon, value = text.partition(":")
    return (name.strip(), value.strip(" ")) if colon else (name.rstrip(";").strip(), "")


def _from_options(
    asked: Asked, place: Place, reading: Reading
) -> tuple[list[tuple[str, str]], list[Credential], set[str]]:
    """What options other than headers send of credentials."""
    headers: list[tuple[str, str]] = []
    variables = {
        name for word in (asked.user, asked.token, *asked.cookies, *asked.urls) if word for name in word.variables
    }
    if asked.user and not asked.user.variables:
        encoded = base64.b64encode(asked.user.text.encode("utf-8", "replace")).decode()
        reading.credential(asked.user.text, place, "user")
        headers.append(("Authorization", f"Basic {encoded}"))
    if asked.token and not asked.token.variables:
        headers.append(("Authorization", f"Bearer {asked.token.text}"))
    headers += [("Cookie", word.text) for word in asked.cookies if "=" in word.text and not word.variables]
    shown, found = credentials_of_headers(headers, place, reading)
    return list(shown), list(found), variables


def _url(asked: Asked) -> str:
    url = asked.urls[0].text.strip(_QUOTES + "'\"") if asked.urls else ""
    if url and "://" not in url:
        url = f"http://{url}"
    if asked.as_query and asked.bodies:
        url += ("&" if "?" in url else "?") + "&".join(word.text for word in asked.bodies)
    return url
