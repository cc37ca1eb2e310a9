"""results.jsonl: a header, one line for every verdict, a footer; the truth that every other report is made from."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conformance.judge import vocabulary_of
from conformance.report.curl import curl_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.exchange import Exchange, Headers
    from conformance.judge import Verdict
    from conformance.probes import Probe
    from conformance.spec.model import Spec

_LONGEST_BODY = 2000
_MOST_EXCHANGES = 6
_INSTEAD = "give a results.jsonl that a run wrote"

_FIELDS = {
    "header": {"target"},
    "verdict": {"probe", "level", "verdict", "observed", "reason"},
    "footer": {"exit_status", "problems"},
}

Line = dict[str, Any]


def verdict_line(spec: Spec, probe: Probe, verdict: Verdict, duration_ms: float) -> Line:
    """The line of one verdict."""
    line: Line = {
        "type": "verdict",
        "rule": probe.rule.id,
        "level": probe.rule.level,
        "probe": probe.id,
        "verdict": verdict.kind,
        "expected": verdict.expected,
        "observed": verdict.observed,
        "reason": verdict.reason,
        "operation": probe.operation,
        "because": probe.rule.because,
        "vocabularies": sorted({vocabulary_of(spec, exchange.response) for exchange in verdict.exchanges} - {""}),
        "exchanges": [_exchange(spec, exchange) for exchange in verdict.exchanges[-_MOST_EXCHANGES:]],
        "duration_ms": round(duration_ms, 1),
    }
    if probe.rule.target != "sdk":
        return line
    for exchange in line["exchanges"]:
        del exchange["curl"]  # the SDK sends it, and nobody else
    call = {name: getattr(probe, name) for name in ("operation", "source", "answer", "form")}
    return line | {"call": {"credential": str(probe.recipe), **call}, "user": verdict.user}


def _exchange(spec: Spec, exchange: Exchange) -> Line:
    request, response = exchange.request, exchange.response
    return {
        "credential": str(exchange.asked.recipe or ""),
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": _without_cookies(request.headers),
            "body": _shortened(request.body),
        },
        "response": {
            "status": response.status,
            "headers": _without_cookies(response.headers),
            "body": _shortened(response.text),
            "problem": response.problem,
        },
        "curl": curl_line(spec, exchange),
    }


def _without_cookies(headers: Headers) -> list[list[str]]:
    """Headers with the values of cookies left out: they are credentials too."""
    return [
        [name, value.partition("=")[0] + "=…" if name.lower() in ("cookie", "set-cookie") else value]
        for name, value in headers
    ]


def _shortened(text: str) -> str:
    more = len(text) - _LONGEST_BODY
    return text if more <= 0 else f"{text[:_LONGEST_BODY]}… ({more} more characters)"


@dataclass
class ResultsWriter:
    """Writes results.jsonl line by line, so that a run that dies leaves what it knew; `scrub` goes over every line."""

    path: Path
    scrub: Callable[[str], str]
    _file: Any = field(init=False, default=None)

    def begin(self, header: Line) -> None:
        """Start the file with its header line."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("w", encoding="utf-8")
        self.write({"type": "header", "started": now(), **header})

    def write(self, line: Line) -> None:
        """Add a line."""
        self._file.write(self.scrub(json.dumps(line, ensure_ascii=False)) + "\n")

    def end(self, footer: Line) -> None:
        """Add the footer; a file without it is known to be truncated."""
        self.write({"type": "footer", "ended": now(), **footer})

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()


def now() -> str:
    """The time as RFC 3339 has it, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Results:
    """A results file that was read back; `truncated` when its footer is missing."""

    header: Line
    verdicts: list[Line]
    footer: Line | None

    @property
    def truncated(self) -> bool:
        """Whether the run that wrote the file did not come to its end."""
        return self.footer is None


class NotResultsError(ValueError):
    """A file is no results file; the message says where and why."""


def read_results(path: Path) -> Results:
    """Read a results file; a last line that was cut off counts as missing.

    Raises:
        NotResultsError: It is something else, or cannot be read.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise NotResultsError(f"{path}: cannot be read: {reason}; {_INSTEAD}") from None
    lines = text.splitlines()
    found: list[Line] = []
    for number, text_line in enumerate(lines, 1):
        try:
            line = json.loads(text_line)
        except ValueError:
            if number == len(lines):
                break
            raise NotResultsError(f"{path}:{number}: this line is not JSON, the file is damaged; {_INSTEAD}") from None
        if not isinstance(line, dict) or not _FIELDS.get(str(line.get("type")), {"?"}) <= line.keys():
            raise NotResultsError(f"{path}:{number}: this is no line of a results file; {_INSTEAD}")
        found.append(line)
    if not found or found[0]["type"] != "header":
        raise NotResultsError(f"{path}:1: the header line is missing; {_INSTEAD}")
    footer = found[-1] if found[-1]["type"] == "footer" else None
    return Results(found[0], [line for line in found if line["type"] == "verdict"], footer)
