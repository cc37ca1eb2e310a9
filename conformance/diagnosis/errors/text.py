"""What the text of an error says: the class, the status, the code, the id of the request, the address."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from conformance.diagnosis.answer import Said, said
from conformance.diagnosis.escapes import without_escapes

if TYPE_CHECKING:
    from collections.abc import Iterator

# what stands before a line where logs, mails and CI jobs quote one
_QUOTED = re.compile(r"^(?:>[ \t]?){1,5}|^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}Z (?=\S)", re.MULTILINE)
# a table of all statuses, as Node prints the module that a request was made with
_TABLE = re.compile(r"(?:[\"']?[1-5][0-9]{2}[\"']?:\s{1,9}(?:'[^'\n]{2,40}'|\"[^\"\n]{2,40}\")[,\s]{0,40}){5,100}")
# lines of a program, as tracebacks quote them: what they would say, and to what they would have answered
_PROGRAM = re.compile(
    r"^[ \t]*(?:(?:raise|throw)\b[^\n]*|except\b[^\n]*:|\}?[ \t]*catch\b[^\n]*\{"
    r"|(?:if|elif|else if|while|assert)\b[^\n]*[:{;)]|(?:print|console\.\w{1,9}|log(?:ger|ging)?\.\w{1,9})\([^\n]*\))"
    r"|\bthrow new \w{1,60}\([^\n]*",
    re.MULTILINE,
)
_TYPE = re.compile(
    r"^[ \t|]{0,80}(?:Uncaught |Unhandled |\[cause\]: |cause: |Caused by: |E {1,5}|panic: )?"
    r"((?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,60}"
    r"(?:Error|Exception|Timeout|Invalid\w{1,40}|InvalidHeader|Warning|Interrupt|Exit|Refused))"
    r"(?: \[\w{1,60}\])?(?:: |$|\s\{)",
    re.MULTILINE,
)
_STATUS = (  # compiled as they are tried
    r"(?i)status(?:[_ ]?code)?[\"']?\s{0,3}(?:[:=]|of|is)?\s{0,3}[\"']?\(?([1-5][0-9]{2})\b",
    r"\bHTTP(?:/[0-9.]{1,3})?(?: status| error)?:? ([1-5][0-9]{2})\b",
    r"(?i)\b([1-5][0-9]{2}),? \(?(?:Client Error|Server Error|Unauthori[sz]ed|Forbidden|Not Found|Too Many Requests"
    r"|Payment Required|Proxy Authentication|Bad Gateway|Service Unavailable|Internal Server|Gateway Time"
    r"|Moved|Found|Temporary Redirect)",
    r"(?i)(?:returned|response|error|gets?|got|gives?|received|with|answered)[ :\[(]{1,3}(?:an? )?([45][0-9]{2})\b",
    # what OkHttp and .NET write of an answer, and mitmproxy
    r"\bResponse\{[^}\n]{0,80}\bcode=([1-5][0-9]{2})\b|Received HTTP response[^\n]{0,80} - ([1-5][0-9]{2})\b",
    r"(?:<--|←) ([1-5][0-9]{2})\b",
    r"(?m)\[([45][0-9]{2})\]|\(([45][0-9]{2})\)|^\W{0,3}([45][0-9]{2})\W{0,3}\{",
)
# what a proxy answers to those who ask it for a way; only its 407 is of interest
_OF_PROXY = re.compile(
    r"(?:tunnel connection failed:|connect tunnel failed, response|proxyerror:|received http code"
    r"|tunneling socket could not be established, statusCode=)\s?(?!407)[1-5][0-9]{2}[^\n'\"]{0,60}",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\b(?:error[_ ])?code[\"']?\s{0,3}[:=]\s{0,3}[\"']?([A-Za-z][A-Za-z0-9]{1,40}_[A-Za-z0-9_]{2,40})\b"
)
_REQUEST_ID = re.compile(
    r"(?:x-)?request[_ -]?id[\"')]{0,2}\s{0,3}[:=]?\s{0,3}[\"'(]{0,2}([A-Za-z0-9][A-Za-z0-9_.:-]{5,80})"
    r"|\b(req_[A-Za-z0-9]{4,80})",
    re.IGNORECASE,
)
_URL = re.compile(
    r"(?:for url:?|url[\"']?\s?[:=]|(?:fetch|XMLHttpRequest) at|GET|POST|PUT|DELETE|requesting|while getting)\s{0,3}"
    r"[\"'<(]{0,2}(https?://[^\s\"'<>)\]},]{3,2000})",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?:Pool\(host=|Cannot connect to host |Failed to connect to |getaddrinfo \w{3,12} |dial tcp: lookup )"
    r"[\"']?([A-Za-z0-9.-]{3,200})"
)
_REFUSED = re.compile(
    r"(?:\bE(?:CONNREFUSED|NOTFOUND|AI_AGAIN|TIMEDOUT|HOSTUNREACH) |could not resolve host: |cannot connect to host "
    r"|failed to connect to |dial tcp(?: lookup|:)? |\(host=)['\"\[]?([a-z0-9.-]{3,200}|[0-9a-f:]{2,40})['\"\]]?"
    r"(?:(?:,? port[ =]|:)([0-9]{1,5}))?",
    re.IGNORECASE,
)
_MOST_OBJECTS = 40
_LONGEST_OBJECT = 8_192


def cleaned(text: str) -> str:
    """The text without colours, what quotes its lines, and tables of statuses; its lines keep their numbers."""
    return _TABLE.sub(lambda one: "\n" * one[0].count("\n"), _QUOTED.sub("", without_escapes(text)))


def without_program(text: str) -> str:
    """The text without those lines of a program that name errors before there are any."""
    return _PROGRAM.sub("", text)


def type_of(text: str) -> tuple[str, int]:
    """The class of the error that was raised last, and where it stands; nothing where no class is named."""
    last = None
    for match in _TYPE.finditer(text):
        last = match
    return (last[1].rpartition(".")[2], last.start(1)) if last else ("", 0)


def module_of(text: str) -> str:
    """The dotted name before the class that was raised last."""
    found = [match[1] for match in _TYPE.finditer(text)]
    return found[-1].rpartition(".")[0] if found else ""


def status_of(text: str) -> int | None:
    """The status that the text speaks of, where it does."""
    of_api = _OF_PROXY.sub("", text)
    for pattern in _STATUS:
        if match := re.search(pattern, of_api):
            return int(next(filter(None, match.groups())))
    return None


def answer_of(text: str) -> Said:
    """What a body within the text says, or the text itself."""
    best = Said()
    for body in _objects(text):
        own = said(json.dumps(body))
        if own.code or own.message:
            best = own
            break
    code = best.code or next((match[1] for match in _CODE.finditer(text)), "")
    found = _REQUEST_ID.search(text)
    request_id = best.request_id or (next(filter(None, found.groups())) if found else "")
    return Said(code, best.message, request_id)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects within a text."""
    decoder = json.JSONDecoder()
    at, tried = text.find("{"), 0
    while at >= 0 and tried < _MOST_OBJECTS:
        tried += 1
        piece = text[at : at + _LONGEST_OBJECT]
        for candidate in (piece, piece.replace('\\"', '"')):
            try:
                value, _ = decoder.raw_decode(candidate)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                yield value
                break
        at = text.find("{", at + 1)


def url_of(text: str) -> str:
    """The address that was asked, where the text names it."""
    if match := _URL.search(text):
        return match[1].rstrip(".,;:")
    host = _HOST.search(text)
    return f"https://{host[1].rstrip('.')}" if host and "." in host[1] else ""


def refused_address(text: str) -> tuple[str, str]:
    """The host and the port that a connection was wanted with; nothing where the text names none."""
    match = _REFUSED.search(text)
    return (match[1].rstrip(".:"), match[2] or "") if match else ("", "")
