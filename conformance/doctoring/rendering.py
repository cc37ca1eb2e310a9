"""An examination as people and programs read it."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from conformance.diagnosis import rendering
from conformance.keys import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.examination import Examined
    from conformance.doctoring.holding import Holding
    from conformance.doctoring.plan import PlannedStep
    from conformance.doctoring.winners import Winner

_STATUS = 7  # characters of the longest status
_LEAST = 20  # columns for what a row says


def headline(examined: Examined) -> str:
    """The whole examination in one line."""
    if examined.diagnosis.verdict != "healthy":
        return rendering.headline(examined.diagnosis)
    if examined.is_accepted:
        return f"healthy: {examined.base_url} accepts the key"
    return "healthy as far as this machine shows; whether the API accepts the key was not asked"


def as_text(examined: Examined, titles: Mapping[str, str], width: int) -> str:
    """For people: the verdict, every check, every finding with its fix, and the request ids at the end.

    `titles` are those of the causes, by their ids.
    """
    findings = "\n".join(rendering.as_text(examined.diagnosis, titles, width).split("\n")[1:]).strip("\n")
    return "\n".join([headline(examined), "", *_table(examined, width), "", findings]).rstrip("\n")


def _table(examined: Examined, width: int) -> Iterator[str]:
    widest = max(len(check.name) for check in examined.checks)
    for check in examined.checks:
        says = f"{check.place}: {check.says}" if check.place else check.says
        before = f"{check.status:{_STATUS}}  {check.name:{widest}}  "
        yield from textwrap.wrap(
            says,
            max(width, len(before) + _LEAST),
            initial_indent=before,
            subsequent_indent=" " * len(before),
            break_long_words=False,
            break_on_hyphens=False,
        )


def as_json(examined: Examined, reading: Reading) -> dict[str, Any]:
    """For programs: the diagnosis as `explain` has it, with the checks, the sources and who takes which."""
    return rendering.as_json(examined.diagnosis) | {
        "base_url": examined.base_url,
        "checks": [asdict(check) for check in examined.checks],
        "sources": [_source(one, reading) for one in examined.found.holdings],
        "clients": [_client(one, reading) for one in examined.found.winners],
    }


def _source(one: Holding, reading: Reading) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "source": one.place.source,
        "where": one.place.where,
        "name": one.name,
        "state": one.state,
        "shown": one.credential.key.shown if one.credential else None,
        "fingerprint": _fingerprint(one, reading),
        "marks": sorted(one.marks),
        "note": one.note,
    }


def _fingerprint(one: Holding | None, reading: Reading) -> str | None:
    if one is None or one.credential is None:
        return None
    return fingerprint(reading.surface.key_format.hide(one.text), reading.salt)


def _client(one: Winner, reading: Reading) -> dict[str, Any]:
    held = one.holding
    return {
        "client": one.client.id,
        "title": one.client.title,
        "source": held and held.place.source,
        "where": held and held.place.where,
        "shown": held.credential.key.shown if held and held.credential else None,
        "fingerprint": _fingerprint(held, reading),
        "why": one.why,
    }


def plan_as_text(steps: Iterable[PlannedStep]) -> str:
    """A plan for people, in its order."""
    told = [f"{number:2}. to {one.to}: {one.what} ({one.key})" for number, one in enumerate(steps, start=1)]
    return "\n".join(["this is all that would be sent, in this order; nothing was sent now", *told])


def plan_as_json(steps: Iterable[PlannedStep]) -> dict[str, Any]:
    """A plan for programs."""
    return {"schema": 1, "plan": [asdict(one) for one in steps]}
