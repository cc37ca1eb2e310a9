"""A verdict explained to a person: the promise, what was expected, what happened, how to repeat it, what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.spec.model import Rule, Spec

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # of direction too


def printable(text: str) -> str:
    """Text from elsewhere without terminal escapes and other control characters."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """Text from elsewhere in one line of a terminal."""
    return printable(text).replace("\n", " ")


def citation(spec: Spec, claim_id: str) -> str:
    """A claim with its document and section, or a disagreement with the reading that is taken."""
    if claim_id in spec.disagreements:
        return f"{claim_id}: {spec.disagreements[claim_id].taken}"
    claim = spec.claims[claim_id]
    return f"{claim_id}: {claim.says} ({spec.documents[claim.document].title}, {claim.section})"


def rule_of(spec: Spec, rule_id: str) -> Rule:
    """The rule with this id."""
    return next(rule for rule in spec.rules if rule.id == rule_id)


def explanation(spec: Spec, line: dict[str, Any]) -> str:
    """A verdict line as a text of several lines."""
    rule = rule_of(spec, line["rule"])
    parts = [
        f"{line['probe']} ({rule.level})",
        f"  {rule.says}.",
        *(f"  {citation(spec, claim_id)}" for claim_id in rule.because),
        "",
        f"  Expected: {line['expected']}",
        f"  Observed: {line['observed']}",
    ]
    for exchange in line["exchanges"]:
        parts += ["", *(f"  {text}" for text in exchange_lines(exchange))]
    if "call" in line:
        parts += ["", *(f"  {text}" for text in user_lines(line))]
    elif line["exchanges"]:
        parts += ["", f"  Repeat:   {line['exchanges'][-1]['curl']}"]
    return printable("\n".join([*parts, f"  Advice:   {rule.advice}"]))


def exchange_lines(exchange: dict[str, Any]) -> list[str]:
    """An exchange as it reads on the wire."""
    request, response = exchange["request"], exchange["response"]
    lines = [f"> {request['method']} {request['url']}"]
    lines += [f"> {name}: {value}" for name, value in request["headers"]]
    lines += [f"> {text}" for text in request["body"].splitlines()]
    lines.append(f"< {response['status']}")
    lines += [f"< {name}: {value}" for name, value in response["headers"]]
    lines += [f"< {text}" for text in response["body"].splitlines()]
    if response["problem"]:
        lines.append(f"! {response['problem']}")
    return lines


def user_lines(line: dict[str, Any]) -> list[str]:
    """The user's end of an SDK's call: what was called, and what came of it."""
    call, user = line["call"], line["user"] or {"outcome": "nothing"}
    words = [call["operation"], f"key: {call['credential']}, {call['source']}"]
    if call["answer"]:
        words.append(f"answered: {call['answer']}, {call['form']}")
    lines = [f"Call:     {'; '.join(words)}", f"User:     {user['outcome']}"]
    for name, value in (user.get("error") or {}).items():
        if value not in (None, "", []):
            lines += [f"          {name}: {text}" for text in str(value).splitlines()]
    if user.get("value") is not None:
        lines.append(f"          {user['value']}")
    lines += [f"          log: {text}" for text in user.get("log", "").splitlines()]
    return lines
