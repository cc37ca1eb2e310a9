"""Requests of several clients one after the other, and the hours at which a log says that they came."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.corpus.servers import LOGS

if TYPE_CHECKING:
    from tests.corpus.stage import Stage

ALTERED = "the times of the lines were set, so that the requests of seconds stand for those of hours"
_FROM = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_ISO = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_COMMON = re.compile(rb"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000")
_PROGRAM = """\
import json
import requests
import urllib3

http = urllib3.PoolManager()
for one in json.load(open("plan.json")):
    headers = {name: value.encode() for name, value in one["headers"].items()}
    if one["client"] == "requests":
        requests.request(one["method"], one["url"], headers=headers, allow_redirects=False)
    else:
        headers["User-Agent"] = one["client"]
        http.request(one["method"], one["url"], headers=headers, redirect=False, retries=False)
"""


@dataclass(frozen=True)
class Ask:
    """A request: at which minute, with which headers."""

    minute: float
    headers: dict[str, str]
    method: str = "GET"
    path: str = "/v1/sandboxes"
    client: str = "requests"
    site: str = "https://api.hopx.dev"


def with_x(key: str, pod: str = "") -> dict[str, str]:
    """Headers with this key, from this pod."""
    return {"X-API-Key": key} | ({"X-Pod": pod} if pod else {})


def ask(stage: Stage, asks: list[Ask]) -> None:
    """Send the requests in their order."""
    plan = [
        {"client": one.client, "method": one.method, "url": one.site + one.path, "headers": one.headers} for one in asks
    ]
    stage.write("plan.json", json.dumps(plan))
    stage.write("main.py", _PROGRAM)
    if printed := stage.run("python main.py"):
        raise ValueError(printed.decode())


def logged(stage: Stage, name: str, asks: list[Ask]) -> bytes:
    """A log of nginx of these requests, each at its minute."""
    ask(stage, asks)
    lines = (LOGS / name).read_bytes().splitlines(keepends=True)
    if len(lines) != len(asks):
        raise ValueError(f"{len(lines)} lines of {len(asks)} requests")
    return b"".join(retimed(line, one.minute) for line, one in zip(lines, asks, strict=True))


def retimed(line: bytes, minute: float) -> bytes:
    """A line at another time."""
    when = _FROM + timedelta(minutes=minute)
    line = _ISO.sub(when.isoformat(timespec="seconds").encode(), line)
    return _COMMON.sub(when.strftime("%d/%b/%Y:%H:%M:%S +0000").encode(), line)
