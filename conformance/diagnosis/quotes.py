"""Evidence as it is quoted: redacted, line by line, with a mark at what decides."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.diagnosis.evidence import Evidence, Failure, PartialExchange, Place, Setting
    from conformance.diagnosis.fact import Fact

_LINES = 30  # of a body or an error
_QUOTES = 12
_OF_ANSWERS = ("", "status", "code", "message", "body", "header")
_WIDTH = 400  # characters of a line


@dataclass(frozen=True)
class QuotedLine:
    """A line of evidence; `says` is what it decides, where it decides something."""

    text: str
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quote:
    """A piece of evidence, and where it stands."""

    place: Place
    lines: tuple[QuotedLine, ...]


def quotes(evidence: Evidence, facts: Sequence[Fact]) -> list[Quote]:
    """The pieces of evidence that facts rest on, in the order of the evidence."""
    return list(islice(_quotes(evidence, facts), _QUOTES))


def _quotes(evidence: Evidence, facts: Sequence[Fact]) -> Iterator[Quote]:
    for exchange in evidence.exchanges:
        if own := _of(facts, [exchange.place, *(one.place for one in exchange.credentials)]):
            yield Quote(exchange.place, tuple(_exchange(exchange, own)))
    for failure in evidence.failures:
        if own := _of(facts, [failure.place, *(one.place for one in failure.credentials)]):
            yield Quote(failure.place, tuple(_failure(failure, own)))
    for setting in evidence.settings:
        if own := _of(facts, [setting.place]):
            yield Quote(setting.place, (_setting(setting, own),))
    for credential in evidence.credentials:
        if own := _of(facts, [credential.place]):
            yield Quote(credential.place, (_line(credential.key.shown, own),))


def _of(facts: Iterable[Fact], places: Sequence[Place]) -> list[Fact]:
    return [fact for fact in facts if fact.place in places]


def _exchange(exchange: PartialExchange, facts: list[Fact]) -> Iterator[QuotedLine]:
    yield _line(f"{exchange.method} {exchange.url}".strip(), [one for one in facts if one.at in ("url", "query")])
    for name, value in exchange.headers:
        yield _line(f"{name}: {value}", [one for one in facts if one.at.lower() == name.lower()])
    if exchange.status is None and not exchange.response_text:
        return
    yield QuotedLine("")
    status = "an answer without its status" if exchange.status is None else str(exchange.status or "no answer")
    yield _line(status, [one for one in facts if one.at in _OF_ANSWERS])
    for name, value in exchange.response_headers:
        yield _line(f"{name}: {value}", [one for one in facts if one.at == f"response {name.lower()}"])
    yield from (QuotedLine(line[:_WIDTH]) for line in exchange.response_text.splitlines()[:_LINES])


def _failure(failure: Failure, facts: list[Fact]) -> Iterator[QuotedLine]:
    lines = (failure.text or failure.message).splitlines()
    named = [at for at, line in enumerate(lines) if failure.type and failure.type in line]
    deciding = named[-1] if named else len(lines) - 1
    first = max(deciding - _LINES + 1, 0)
    for at, line in enumerate(lines[first : deciding + _LINES], start=first):
        yield _line(line, facts if at == deciding else [])


def _setting(setting: Setting, facts: list[Fact]) -> QuotedLine:
    shown = setting.credential.key.shown if setting.credential else setting.value
    return _line(f"{setting.name}={shown}", facts)


def _line(text: str, facts: Iterable[Fact]) -> QuotedLine:
    return QuotedLine(text[:_WIDTH], tuple(dict.fromkeys(fact.says for fact in facts)))
