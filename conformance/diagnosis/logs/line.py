"""A line of a server's log as names and values: JSON, common log format, load balancers, nginx's errors, logfmt."""

from __future__ import annotations

import json
import re
from typing import Any

from conformance.diagnosis.escapes import without_escapes
from conformance.diagnosis.logs.client_errors import request_within

Record = dict[str, Any]

LONGEST = 1 << 20  # characters
_DEPTH = 6
_MOST_FIELDS = 400
_SENTENCE = 2000  # characters
_INNER = ("log", "message", "msg", "MESSAGE", "@message", "line", "textPayload", "body", "content", "_source")
_PREFIXES = (
    # a pod and its container, as kubectl prints them: `[pod/web-1/app] `; a service of compose: `web-1  | `
    re.compile(r"\[pod/(?P<origin>[^/\]\s]{1,100})/[^\]\s]{1,100}\]\s+"),
    re.compile(r"(?P<origin>[A-Za-z0-9_.-]{1,80})\s{1,40}\|\s"),
    # the container runtime, and docker logs --timestamps: `2025-10-10T13:55:36.1Z stdout F `
    re.compile(
        r"(?P<time>\d{4}-\d\d-\d\dT[0-9:.]{8,24}(?:Z|[+-]\d\d:?\d\d))\s+(?:std(?:out|err)\s+[FP]\s+)?(?=[\[{\d])"
    ),
    # syslog, new and old: `<34>1 2025-10-10T13:55:36Z host app 7 - - `, `Oct 10 13:55:36 host app[7]: `
    re.compile(
        r"<\d{1,3}>1\s+(?P<time>\S{1,40})\s+(?P<origin>\S{1,255})\s+\S{1,48}\s+\S{1,128}\s+\S{1,32}\s+(?:-\s+|\[[^\]]{0,2000}\]\s+)"
    ),
    re.compile(
        r"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2}\s{1,2}\d{1,2}\s\d\d:\d\d:\d\d|(?P<time>\d{4}-\d\d-\d\dT[0-9:.]{8,24}(?:Z|[+-]\d\d:?\d\d)))"
        r"\s(?P<origin>[A-Za-z0-9_.:-]{1,255})\s[A-Za-z0-9_./-]{1,80}(?:\[\d{1,9}\])?:\s"
    ),
    # what stern and aws logs put in front: `web-1 app {`, `2025-10-10T13:55:36.1Z stream {`
    re.compile(r"(?P<origin>[a-z0-9][a-z0-9.-]{2,80})\s[a-z0-9][a-z0-9-]{1,60}\s(?=\{)"),
    re.compile(r"(?P<time>\d{4}-\d\d-\d\dT\S{8,30})\s\S{1,200}\s(?=\{)"),
)
_REQUEST = r"(?P<method>[A-Z]{3,10})\s(?P<url>[^\s\"]{1,16384})(?:\s(?P<protocol>[A-Z]+/[0-9.]+))?"
# api.example 203.0.113.7 - alice [10/Oct/2025:13:55:36 +0000] "GET /v1/things HTTP/1.1" 401 52 "-" "curl/8.5.0"
_COMMON = re.compile(
    rf"(?:(?P<host>[A-Za-z0-9._-]{{1,255}}(?::\d{{1,5}})?)\s)?(?P<client>[0-9A-Fa-f.:]{{2,45}}|[A-Za-z0-9_.-]{{1,255}}|-)"
    rf"\s\S{{1,200}}\s(?P<user>\S{{1,2000}})\s\[(?P<time>[^\]]{{10,40}})\]\s\"{_REQUEST}\"\s(?P<status>\d{{3}}|-)(?P<rest>.*)",
    re.DOTALL,
)
# [2025-10-10T13:55:36.123Z] "GET /v1/things HTTP/1.1" 401 - 0 52 3
_ENVOY = re.compile(
    rf"\[(?P<time>[^\]]{{10,40}})\]\s\"{_REQUEST}\"\s(?P<status>\d{{1,3}})\s(?P<flags>\S{{1,40}})(?P<rest>.*)", re.S
)
# https 2025-10-10T13:55:36.123456Z app/lb/1 203.0.113.7:4711 10.0.0.1:80 0.001 0.002 0.000 401 401 34 366
# "GET https://api.example:443/v1/things HTTP/1.1" "curl/8.5.0", in one line
_BALANCER = re.compile(
    rf"(?:https?|h2|grpcs|wss?)\s(?P<time>\d{{4}}-\S{{10,40}})\s\S{{1,300}}\s(?P<client>\S{{1,60}})\s\S{{1,60}}"
    rf"(?:\s[0-9.-]{{1,20}}){{3}}\s(?P<status>\d{{3}}|-)\s\S{{1,5}}\s\d{{1,20}}\s\d{{1,20}}\s\"{_REQUEST}\"(?P<rest>.*)",
    re.DOTALL,
)
# 2025/10/10 13:55:36 [error] 31#31: *7 connect() failed, client: 203.0.113.7, request: "GET /v1/things HTTP/1.1"
_NGINX = re.compile(
    r"(?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[(?P<level>[a-z]{3,6})\] \d{1,10}#\d{1,10}: (?:\*\d{1,20} )?"
    r"(?P<message>.*)",
    re.S,
)
_TIME_BEFORE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?=\s)")
_NGINX_FIELD = re.compile(r", (client|server|host): \"?([^\s,\"]{1,255})|, request: \"" + _REQUEST + r"\"")
# one that is not closed goes on to the end, so that nothing is searched twice
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*+)(?:\"|\\?\Z)", re.DOTALL)
_PAIR = re.compile(
    r"(?<![^\s,;\[])([A-Za-z_@][A-Za-z0-9_.@-]{0,80}+)=(?:\"((?:[^\"\\]|\\.)*+)(?:\"|\\?\Z)|([^\s\"]*+))", re.DOTALL
)
_USER_AGENT = re.compile(
    r"[A-Za-z][A-Za-z0-9_.-]{1,60}/[0-9v][^\"]{0,500}|(?:Mozilla|curl|Go-http-client|node)\b.{0,500}"
)


def record_of(line: str) -> tuple[Record, Record] | None:
    """What a line says, and what stands in front of it; `None` where it is no line of a server's log."""
    text = without_escapes(line).strip("\r\n\0 \t\ufeff")
    around: Record = {}
    for _ in range(3):
        if record := _plain(text):
            record, around = _unwrapped(record, around)
            return request_within(record) or record, around
        match = next((match for prefix in _PREFIXES if (match := prefix.match(text))), None)
        if match is None:
            return None
        around |= {name: value for name, value in match.groupdict().items() if value}
        text = text[match.end() :]
    return None


def _plain(text: str) -> Record | None:
    if text.startswith("{"):
        return object_of(text)
    for pattern in (_COMMON, _BALANCER, _ENVOY):
        if match := pattern.match(text):
            return _of_access(match)
    if match := _NGINX.match(text):
        return _of_nginx(match)
    return _of_pairs(text)


def object_of(text: str) -> Record | None:
    """A JSON object, or `None`."""
    try:
        found = json.loads(text.rstrip(",]"), strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _unwrapped(record: Record, around: Record) -> tuple[Record, Record]:
    """What a collector of logs put around a line is taken off."""
    for _ in range(3):
        name = next((name for name in _INNER if isinstance(record.get(name), str | dict)), "")
        inner = record.get(name)
        if isinstance(inner, str) and len(inner) < LONGEST:
            text = without_escapes(inner).strip()
            inner = _plain(text) if text[:1] in '{[<"' or text[:1].isalnum() else None
        if not isinstance(inner, dict) or len(inner) < 2:
            break
        around = {key: value for key, value in record.items() if key != name} | around
        record = inner
    return record, around


def _of_access(match: re.Match[str]) -> Record:
    record: Record = {name: value for name, value in match.groupdict().items() if value and value != "-"}
    rest = record.pop("rest", "")
    quoted = [one[1] for one in _QUOTED.finditer(rest[:LONGEST])]
    agent = next((one for one in quoted if _USER_AGENT.fullmatch(one)), "")
    if agent:
        record["user_agent"] = agent
    outside = _QUOTED.sub(" ", rest)
    record |= {name: value for name, value in _pairs(rest) if name not in record}
    record["others"] = [one for one in (*quoted, *outside.split()) if one not in ("-", agent)][:30]
    return record


def _of_nginx(match: re.Match[str]) -> Record:
    message = match["message"]
    record: Record = {"time": match["time"], "level": match["level"], "is_nginx_error": True}
    end = len(message)
    for field in _NGINX_FIELD.finditer(message):
        end = min(end, field.start())
        if field[1]:
            record[field[1]] = field[2]
        else:
            record |= {"method": field["method"], "url": field["url"]}
    record["message"] = message[:end][:_SENTENCE]
    return record


def _of_pairs(text: str) -> Record | None:
    record: Record = dict(_pairs(text))
    if len(record) < 3:
        return None
    before = _TIME_BEFORE.match(text)
    return {"time": before[0]} | record if before else record


def _pairs(text: str) -> list[tuple[str, str]]:
    found = []
    for match in _PAIR.finditer(text):
        value = match[3] if match[2] is None else match[2].replace('\\"', '"')
        found.append((match[1], value.rstrip(",;")))
        if len(found) >= _MOST_FIELDS:
            break
    return found


def flat(record: Record) -> list[tuple[tuple[str, ...], Any]]:
    """The values of a record, each with the path of names to it; at most `_MOST_FIELDS`."""
    found: list[tuple[tuple[str, ...], Any]] = []
    waiting: list[tuple[tuple[str, ...], Any]] = [((), record)]
    while waiting and len(found) < _MOST_FIELDS:
        path, value = waiting.pop()
        if isinstance(value, dict) and len(path) < _DEPTH:
            waiting += [((*path, name[:200]), one) for name, one in list(value.items())[:_MOST_FIELDS]]
        elif isinstance(value, list) and len(value) == 1:
            waiting.append((path, value[0]))
        else:
            found.append((path, value))
    return found
