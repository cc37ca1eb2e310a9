"""What a causes file's types cannot say: names that must exist, and steps that can be taken as they stand.

The checks read the file entry by entry, so that a mistake in one entry hides none in another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.diagnosis.facts.names import NAMES
from conformance.spec.raw import entries, mapping, note_no_pattern, note_taken, note_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from conformance.spec.mistakes import DataPath
    from conformance.spec.source import Source

_KINDS = ("run", "program", "do")
_WITH_PROGRAMS = ("python", "node")
_LEFT_OUT = re.compile(r"…|\.\.\.|\byour_|YOUR_|\{\{")  # how people leave something out of a command


def check_references(source: Source, citable: Set[str]) -> None:
    """Note in `source` every dangling name, id that is taken and step that cannot be taken."""
    data = mapping(source.data)
    causes = [mapping(entry) for entry in entries(data.get("causes"))]
    sets = [mapping(entry) for entry in entries(data.get("indistinguishable"))]
    note_taken(source, "cause", _ids(causes))
    note_taken(source, "set", ((("indistinguishable", at, "id"), entry.get("id")) for at, entry in enumerate(sets)))
    for index, cause in enumerate(causes):
        path = ("causes", index)
        for number, cited in enumerate(entries(cause.get("because"))):
            note_unknown(source, (*path, "because", number), "claim or disagreement", [str(cited)], citable)
        _check_fix(source, (*path, "fix"), mapping(cause.get("fix")))
        for number, variant in enumerate(entries(cause.get("variants"))):
            _check_fix(source, (*path, "variants", number, "fix"), mapping(mapping(variant).get("fix")))
    _check_facts(source, causes, sets)
    known = {str(cause["id"]) for cause in causes if "id" in cause}
    for index, entry in enumerate(sets):
        _check_candidates(source, ("indistinguishable", index, "candidates"), entries(entry.get("candidates")), known)


def _check_facts(source: Source, causes: list[dict[str, Any]], sets: list[dict[str, Any]]) -> None:
    """Facts are those that code or a sign of the file can show; signs are patterns."""
    signs = [mapping(entry) for entry in entries(mapping(source.data).get("signs"))]
    known = NAMES | {str(sign.get("fact")) for sign in signs}
    for index, sign in enumerate(signs):
        note_no_pattern(source, ("signs", index, "matches"), str(sign.get("matches")))
    places: list[tuple[DataPath, dict[str, Any]]] = [
        (("indistinguishable", at), entry) for at, entry in enumerate(sets)
    ]
    for at, cause in enumerate(causes):
        places.append((("causes", at), cause))
        variants = entries(cause.get("variants"))
        places += [(("causes", at, "variants", number), mapping(one)) for number, one in enumerate(variants)]
    for path, entry in places:
        for name in ("decided_by", "suggested_by", "excluded_by"):
            note_unknown(source, (*path, name), "fact", map(str, entries(entry.get(name))), known)


def _ids(causes: list[dict[str, Any]]) -> Iterator[tuple[DataPath, Any]]:
    for index, cause in enumerate(causes):
        yield ("causes", index, "id"), cause.get("id")
        for number, variant in enumerate(entries(cause.get("variants"))):
            yield ("causes", index, "variants", number, "id"), mapping(variant).get("id")


def _check_candidates(source: Source, path: DataPath, candidates: list[Any], known: set[str]) -> None:
    for index, name in enumerate(candidates):
        note_unknown(source, (*path, index), "cause", [str(name)], known)
        if name in candidates[:index]:
            source.mistake((*path, index), f"{name!r} is a candidate already; remove one of the two")
    if len(candidates) == 1:
        source.mistake(path, "one candidate is an answer, not a set; add another, or remove the set")


def _check_fix(source: Source, path: DataPath, fix: dict[str, Any]) -> None:
    for place, steps in fix.items():
        for index, step in enumerate(entries(steps)):
            if isinstance(step, dict):
                _check_step(source, (*path, place, index), place, step)
    first = mapping(next(iter(entries(fix.get("any"))), None))
    if first and not first.get("do"):
        source.mistake((*path, "any", 0), "this is to say the whole fix in one sentence; begin with do:")


def _check_step(source: Source, path: DataPath, place: str, step: dict[str, Any]) -> None:
    kinds = [kind for kind in _KINDS if step.get(kind)]
    if len(kinds) != 1:
        message = f"this step is {' and '.join(kinds) or 'empty'}; write one of {', '.join(_KINDS)}"
        source.mistake(path, message)
    if "program" in kinds and place not in _WITH_PROGRAMS:
        message = f"{place} runs no programs; write run: with a command, or move it to {' or '.join(_WITH_PROGRAMS)}"
        source.mistake((*path, "program"), message)
    left_out = _LEFT_OUT.search(str(step.get("run", "")))
    if left_out:
        source.mistake((*path, "run"), f"{left_out[0]!r} cannot be pasted; write what is to be filled in as <…>")
