"""Outcomes: that they say one thing, are not made of themselves, and describe bodies that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.spec.model import Outcome
from conformance.spec.raw import entries, mapping, note_no_pattern, note_unknown
from conformance.spec.references.groups import entries_of, names_of

if TYPE_CHECKING:
    from conformance.spec.mistakes import DataPath
    from conformance.spec.source import Source


def check_outcomes(source: Source) -> None:
    """Note every outcome that cannot be, and the names in them that do not exist."""
    for path, outcome in entries_of(source, "outcomes", Outcome):
        _check_outcome(source, path, outcome)
    _check_circles(source)
    for name, entry in mapping(mapping(source.data).get("outcomes")).items():
        _check_bodies(source, ("outcomes", name, "bodies"), mapping(mapping(entry).get("bodies")))


def _check_outcome(source: Source, path: DataPath, outcome: Outcome) -> None:
    kinds = [outcome.succeeds, outcome.no_access, outcome.status, outcome.any, outcome.in_scope]
    said = sum(map(bool, kinds))
    if said != 1:
        message = f"{path[1]!r} says {said} things; write one of succeeds, no_access, status, any, in_scope"
        source.mistake(path, message)
    if bool(outcome.in_scope) != bool(outcome.out_of_scope):
        source.mistake(path, f"{path[1]!r} has one of in_scope and out_of_scope; write both")
    others = {"any": outcome.any, "in_scope": [outcome.in_scope], "out_of_scope": [outcome.out_of_scope]}
    for key, names in others.items():
        note_unknown(source, (*path, key), "outcome", filter(None, names), names_of(source, "outcomes"))


def _check_circles(source: Source) -> None:
    """Outcomes may be made of others, but not of themselves."""
    made_of = {
        str(path[1]): {*outcome.any, outcome.in_scope, outcome.out_of_scope} - {""}
        for path, outcome in entries_of(source, "outcomes", Outcome)
    }
    for name in made_of:
        parts: set[str] = set()
        waiting = set(made_of[name])
        while waiting:
            part = waiting.pop()
            parts.add(part)
            waiting |= made_of.get(part, set()) - parts
        if name in parts:
            source.mistake(("outcomes", name), f"{name!r} is made of itself; write what it is")


def _check_bodies(source: Source, path: DataPath, vocabularies: dict[str, Any]) -> None:
    for vocabulary, bodies in vocabularies.items():
        here = (*path, vocabulary)
        note_unknown(source, here, "vocabulary", [vocabulary], names_of(source, "vocabularies"))
        for index, body in enumerate(map(mapping, entries(bodies))):
            only = map(str, entries(body.get("only")))
            note_unknown(source, (*here, index, "only"), "credential", only, names_of(source, "credentials"))
            for field, pattern in mapping(body.get("matches")).items():
                note_no_pattern(source, (*here, index, "matches", field), str(pattern))
