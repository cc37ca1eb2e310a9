"""Errors of HTTP clients in JavaScript as loggers write them: with the request that was made and the answer to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.diagnosis.logs.line import Record

_HOLDERS = ("err", "error", "exception")


def request_within(record: Record) -> Record | None:
    """The request of a client's error as a record of its own; `None` where there is none that was answered."""
    for one in (record, *map(record.get, _HOLDERS)):
        config = one.get("config") if isinstance(one, dict) else None
        if isinstance(one, dict) and isinstance(config, dict) and isinstance(config.get("headers"), dict):
            answer = one["response"] if isinstance(one.get("response"), dict) else {}
            status = one.get("status") or answer.get("status")
            if isinstance(status, int) and isinstance(config.get("url"), str):
                return _request(config, status, answer) | {"time": record.get("time") or record.get("timestamp")}
    return None


def _request(config: dict[str, Any], status: int, answer: dict[str, Any]) -> Record:
    base, url = config.get("baseURL"), config["url"]
    if isinstance(base, str) and "://" not in url:
        url = f"{base.rstrip('/')}/{url.lstrip('/')}"
    return {
        "is_of_client": True,
        "method": str(config.get("method") or "get").upper(),
        "url": url,
        "status": status,
        "headers": {name: value for name, value in config["headers"].items() if isinstance(value, str)},
        "response_body": json.dumps(answer["data"]) if isinstance(answer.get("data"), dict) else "",
    }
