"""Finds as SARIF 2.1.0, for the pages that show the findings of scanners."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from conformance.scanning.find import EXAMPLE, KEY, NEAR_KEY, PLACEHOLDER

if TYPE_CHECKING:
    from conformance.scanning.find import Find, Place

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_RULES = {
    KEY: ("error", "A well-formed API key", "Revoke the key, then take it out; who has read it once can use it."),
    NEAR_KEY: ("warning", "An API key with a broken secret", "Find out whether it is a damaged copy of a key in use."),
    EXAMPLE: ("note", "The key that the documentation shows", "Nothing has to be done."),
    PLACEHOLDER: ("note", "What stands where a key goes", "Nothing has to be done."),
}


def result_of(find: Find) -> dict[str, Any]:
    """One find as a SARIF result."""
    judged, place = find.judged, find.place
    where = [f"in {place.member}, line {place.line}"] * bool(place.member)
    where += [f"in commit {place.commit}"] * bool(place.commit)
    message = ", ".join([f"{_RULES[judged.kind][1]}: {judged.shown}", f"written {find.form}", *where])
    location = _location(place)
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    identity = "\0".join((judged.kind, judged.key_id or judged.shown, uri, place.member))
    result: dict[str, Any] = {
        "ruleId": judged.kind,
        "ruleIndex": list(_RULES).index(judged.kind),
        "level": _RULES[judged.kind][0],
        "message": {"text": message},
        "locations": [location],
        "partialFingerprints": {"keyAtPath/v1": _digest(identity)},
    }
    if place.commit:
        result["properties"] = {"commit": place.commit}
    return result


def log_of(results: list[dict[str, Any]], complaints: list[str]) -> dict[str, Any]:
    """A whole SARIF log."""
    rules = [
        {
            "id": kind,
            "shortDescription": {"text": says},
            "help": {"text": remedy},
            "defaultConfiguration": {"level": level},
        }
        for kind, (level, says, remedy) in _RULES.items()
    ]
    notes = [{"level": "error", "message": {"text": complaint}} for complaint in complaints]
    run = {
        "tool": {"driver": {"name": "hopx-auth scan", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The directory that the scan was started in"}}},
        "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _location(place: Place) -> dict[str, Any]:
    """Where it is; of a member of an archive only the archive is a place that can be shown."""
    region = {"startLine": 1} if place.member else {"startLine": place.line, "startColumn": place.column}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _artifact(place.path), "region": region}}
    if place.member:
        location["logicalLocations"] = [{"fullyQualifiedName": place.member, "kind": "member"}]
    return location


def _artifact(path: str) -> dict[str, str]:
    """A path as a URI, relative to where the scan was started if it is below it."""
    absolute, here = Path(os.path.abspath(path)), Path.cwd()  # noqa: PTH100  (which takes ".." out of it)
    if absolute.is_relative_to(here):
        return {"uri": quote(absolute.relative_to(here).as_posix(), errors="surrogateescape"), "uriBaseId": _ROOT}
    return {"uri": "file://" + quote(absolute.as_posix(), errors="surrogateescape")}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
