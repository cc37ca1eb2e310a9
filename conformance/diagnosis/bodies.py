"""What a body tells by itself, where the head of its answer was not shown: that it is a failure, and which one."""

from __future__ import annotations

import re
from typing import Any

from conformance.diagnosis.answer import json_of, said

_CONSIDERED = 1 << 16  # characters
# the reason phrases of RFC 9110, section 15, as people also spell them
_PHRASES = {
    "bad request": 400,
    "unauthorized": 401,
    "unauthorised": 401,
    "authorization required": 401,
    "not authenticated": 401,
    "payment required": 402,
    "forbidden": 403,
    "not found": 404,
    "method not allowed": 405,
    "proxy authentication required": 407,
    "too many requests": 429,
    "internal server error": 500,
    "bad gateway": 502,
    "service unavailable": 503,
    "gateway timeout": 504,
}
_NUMBERED = re.compile(r"(?:HTTP(?:/[0-9.]{1,3})? )?([45][0-9]{2})\b", re.IGNORECASE)
_STATUSES = ("status", "statusCode", "status_code", "httpStatus", "http_status", "code")
_TROUBLES = ("error", "errors", "fault", "exception", "Error", "err", "errorMessage", "error_message")
_NAMES_STATUS = (*_TROUBLES, "title", "status", "message", "detail", "reason", "description", "code", "type", "msg")
_OF_FAILURES = {
    *_NAMES_STATUS, *_STATUSES, "error_code", "errorCode", "error_description", "success", "ok",
    "request_id", "requestId", "RequestId", "trace_id", "traceId", "timestamp", "path", "instance", "details",
    "documentation_url", "help", "hint", "method", "result", "meta", "Message", "Code",
}  # fmt: skip
_OF_PROGRAMS = {"stdout", "stderr", "exit_code", "exitCode", "logs", "output"}  # that ran, and may have failed
_WELL = re.compile(
    r"\b(?:ok|success\w*|created|deleted|removed|updated|done|pong|accepted|started|stopped|completed|welcome|healthy)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:no|not|un\w+|fail\w*|error|cannot|denied|invalid|expired|revoked|missing|forbidden|rejected|refused|bad|exceeded)\b",
    re.IGNORECASE,
)
_OF_ACCESS = re.compile(r"api.?key|token|credential|auth|permission|access", re.IGNORECASE)
_NONE = ("none", "null", "no", "false")
# the beginning of a body whose end is missing: {"error": "Unauth, {"code": 401, {"message": "Inval, <?xml …?><Error>
_CUT_FAILURE = re.compile(
    r"[{\[\s]*([\"'])(?:(?:error|errors|fault)\1\s*:\s*(?!null|false|None|False|\"\"|''|\[\]|\{\})"
    r"|code\1\s*:\s*(?:[\"'][A-Za-z_]{4}|[45]\d\d\b)"
    r"|(?:message|detail)\1\s*:\s*[\"'](?!(?:ok|success\w*|created|deleted|updated|accepted|done)\b))"
    r"|<\?xml[^>]{0,200}>\s{0,99}<(?:\w{1,20}:)?\w{0,20}(?:Error|Fault)",
    re.IGNORECASE,
)
_FIELD = re.compile(rf"([\"'])(?:{'|'.join(_NAMES_STATUS)})\1\s{{0,9}}:\s{{0,9}}\1([^\"'\\]{{1,200}})\1")


def tells_failure(body: str) -> bool:
    """Whether a body that came without its head is one of a failure, also where its end is missing."""
    data = json_of(body)
    if data is None:
        return _CUT_FAILURE.match(body) is not None or _is_phrase(said(body).message)
    return _is_failure(data)


def tells_success(body: str) -> bool:
    """Whether a body that came without its head is what was asked for: JSON that speaks of things, not of itself."""
    data = json_of(body)
    if isinstance(data, dict):
        return bool(data) and not _is_failure(data) and (_speaks_of_things(data) or _is_well(data))
    return isinstance(data, list) and not _is_failure(data)


def told_status(body: str) -> int | None:
    """The status that the body of a failure names, as a number or by the words that HTTP has for it."""
    if not tells_failure(body):
        return None
    data = json_of(body)
    if data is None:
        return _first_status([said(body).message, *(match[2] for match in _FIELD.finditer(body[:_CONSIDERED]))])
    return _status_in(data)


def _status_in(data: Any) -> int | None:
    levels = [level for level in _levels(data) if isinstance(level, dict)]
    for level in levels:
        for name in _STATUSES:
            if (number := _number(level.get(name))) is not None:
                return number
    values = [level.get(name) for level in levels for name in _NAMES_STATUS]
    return _first_status([value for value in values if isinstance(value, str)])


def _levels(data: Any) -> list[Any]:
    """The outermost object, and those that tell of the failure within it."""
    found: list[Any] = []
    while len(found) < 4:
        if isinstance(data, list):
            data = data[0] if data else None
        if not isinstance(data, dict):
            break
        found.append(data)
        data = next(
            (data[name] for name in (*_TROUBLES, "detail", "meta") if isinstance(data.get(name), dict | list)), None
        )
    return found


def _is_failure(data: Any) -> bool:
    if isinstance(data, list):
        first = data[0] if data else None
        if isinstance(first, str):
            return _is_phrase(first)
        return isinstance(first, dict) and first.keys() <= _OF_FAILURES and _is_failure(first)
    if not isinstance(data, dict) or data.keys() & _OF_PROGRAMS:
        return False
    if _status_in(data) is not None:
        return True
    trouble = next((data[name] for name in _TROUBLES if data.get(name)), None)
    if trouble and not (isinstance(trouble, str) and trouble.lower() in _NONE):
        return not _speaks_of_things(data) or isinstance(trouble, dict) or _OF_ACCESS.search(str(trouble)) is not None
    if _speaks_of_things(data):
        return False
    told = [data.get(name) for name in ("message", "msg", "Message", "detail", "title", "code", "Code", "error_code")]
    refused = (
        data.get("success") in (False, 0) or data.get("ok") in (False, 0) or data.get("status") in ("error", "fail")
    )
    return refused or (any(told) and not _is_well(data))


def _speaks_of_things(data: dict[str, Any]) -> bool:
    """Whether an object has anything that is not about a failure."""
    return any(
        data[name] not in (None, "", [], {}) or (name == "data" and data[name] == [])
        for name in data.keys() - _OF_FAILURES
    )


def _is_well(data: dict[str, Any]) -> bool:
    texts = [str(data[name]) for name in ("message", "msg", "detail", "title", "status") if data.get(name)]
    return any(map(_WELL.search, texts)) and not any(map(_NOT.search, texts))


def _number(value: object) -> int | None:
    if isinstance(value, str):
        value = int(value) if re.fullmatch(r"[45][0-9]{2}", value) else None
    return value if isinstance(value, int) and 400 <= value < 600 else None


def _first_status(texts: list[str]) -> int | None:
    return next((status for status in map(_status_of, texts) if status is not None), None)


def _status_of(text: str) -> int | None:
    numbered = _NUMBERED.match(text.strip())
    return int(numbered[1]) if numbered else _PHRASES.get(_plain(text))


def _is_phrase(text: str) -> bool:
    return _status_of(text) is not None


def _plain(text: str) -> str:
    return " ".join(re.split(r"[\s_-]+", text.strip(" .!\t\r\n").lower()))
