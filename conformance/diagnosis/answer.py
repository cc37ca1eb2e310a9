"""What a response says of its own failure: a code, a message, a request id, in whatever dialect it is written."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODES = ("code", "error_code", "errorCode", "Code", "type", "reason")
_MESSAGES = ("message", "error_description", "detail", "title", "Message", "msg", "error")
_REQUEST_IDS = ("request_id", "requestId", "RequestId", "req_id", "trace_id", "traceId")
_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid", "x-amz-request-id", "x-correlation-id", "cf-ray")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,400})", re.I)


class Said(NamedTuple):
    """What a response says; nothing where it says nothing."""

    code: str = ""
    message: str = ""
    request_id: str = ""


def said(body: str, headers: Iterable[tuple[str, str]] = ()) -> Said:
    """What a body and its headers say: flat and nested JSON, the title of a web page, the header of a request id."""
    by_name = {name.lower(): value for name, value in reversed(list(headers))}
    from_header = next((by_name[name] for name in _ID_HEADERS if name in by_name), "")
    data = json_of(body)
    if data is None:
        title = _TITLE.search(body)
        return Said(message=title[1].strip() if title else "", request_id=from_header)
    levels = _levels(data)
    return Said(
        code=_first(levels, _CODES),
        message=_first(levels, _MESSAGES),
        request_id=_first(levels, _REQUEST_IDS) or from_header,
    )


def json_of(body: str) -> Any:
    """The object or list that a body is; `None` where it is no JSON."""
    try:
        return json.loads(body) if body.lstrip()[:1] in ("{", "[") else None
    except (ValueError, RecursionError):
        return None


def _levels(data: Any) -> list[dict[str, Any]]:
    """The object that tells of the failure, and those that it is wrapped in, the innermost first."""
    levels: list[dict[str, Any]] = []
    while len(levels) < 4:
        if isinstance(data, list):
            data = data[0] if data else None
        if not isinstance(data, dict):
            break
        levels.insert(0, data)
        data = next(
            (data[name] for name in ("error", "errors", "detail", "fault") if isinstance(data.get(name), dict | list)),
            None,
        )
    return levels


def _first(levels: list[dict[str, Any]], names: tuple[str, ...]) -> str:
    for level in levels:
        for name in names:
            if isinstance(level.get(name), str | int) and not isinstance(level.get(name), bool):
                return str(level[name])
    return ""
