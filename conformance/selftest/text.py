"""The kill matrix for a terminal, and as a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader

from conformance.selftest.matrix import FLAWS

if TYPE_CHECKING:
    from conformance.spec.model import Spec

_KINDS = {
    "mock": "the mock without faults",
    "fault": "faults of the mock",
    "misprint": "wrong keys and examples",
    "variant": "conforming servers",
    "client": "clients of SDKs' rules",
}
_FLAWS = {
    "survivors": "survived: no rule is broken, and {rule} should be",
    "caught_by_others_only": "caught by unrelated rules only: {broken}, and not by {rule}",
    "false_alarms": "accused, though it conforms: {broken}",
    "unanswered": "no answer, though it conforms: {errors}",
    "hardly_asked": "{blocked_count} rules cannot be asked of it, and at most {most_blocked} may be: {blocked}",
    "not_judged": "not judged: {problem}",
}
_RULES = {
    "unexercised": "no impostor breaks this rule, so nothing proves that it can fail",
    "exercised_once": "one impostor only, and a promise may be broken in two ways",
    "exercised_alike": "its impostors break the same probes, so they may be one mistake",
}


def matrix_text(data: dict[str, Any]) -> str:
    """Counts, and every flaw in a line of its own."""
    lines = [f"a part of everybody: {data['part']}"] if data["part"] else []
    lines += [f"{count:4} {_KINDS[kind]}" for kind, count in data["counts"].items()]
    for flaw, words in _FLAWS.items():
        lines += [f"{row['who']}: {_said(words, row)}" for row in data[flaw]]
    for rules, words in _RULES.items():
        lines += [f"{rule}: {words}" for rule in data[rules]]
    lines += [f"{' and '.join(rules)}: the same impostors break these rules" for rules in data["redundant"]]
    wrong = sum(bool(row["rule"]) for row in data["impostors"])
    right = len(data["impostors"]) - wrong
    caught = sum(row["rule"] in {*row["failed"], *row["advised"]} for row in data["impostors"])
    if data["same_as"]:
        lines.append(f"the {caught} that are caught break {data['different']} different sets of probes")
    flaws = sum(len(data[flaw]) for flaw in FLAWS)
    accused = f"{len(data['false_alarms'])} of {right} others accused"
    verdict = f"{caught} of {wrong} impostors caught by the rule that they name, {accused}"
    return "\n".join([*lines, f"{verdict}: {_number(flaws)}"])


def _number(flaws: int) -> str:
    return {0: "no flaw", 1: "1 flaw"}.get(flaws, f"{flaws} flaws")


def matrix_page(spec: Spec, data: dict[str, Any]) -> str:
    """The matrix as one self-contained HTML file."""
    rules = [{"id": rule.id, "level": rule.level, "says": rule.says} for rule in spec.rules]
    used = {rule for row in data["impostors"] for rule in (*row["failed"], *row["advised"], row["rule"])}
    template = _templates(autoescape=True).get_template("matrix.html.jinja")
    return template.render(data=data, rules=[rule for rule in rules if rule["id"] in used], text=matrix_text(data))


def matrix_document(data: dict[str, Any]) -> str:
    """The matrix in Markdown, without what differs from run to run."""
    template = _templates(autoescape=False).get_template("matrix.md.jinja")
    return template.render(data=data, kinds=_KINDS, text=matrix_text(data))


def _templates(*, autoescape: bool) -> Environment:
    loader = PackageLoader("conformance.selftest")
    return Environment(loader=loader, autoescape=autoescape, trim_blocks=True, keep_trailing_newline=True)  # noqa: S701


def _said(words: str, row: dict[str, Any]) -> str:
    errors = [f"{probe} ({said})" for probe, said in row["errors"].items()]
    return words.format(
        **row
        | {
            "broken": ", ".join((*row["failed"], *row["advised"])),
            "errors": ", ".join(errors),
            "blocked": ", ".join(row["blocked"]),
            "blocked_count": len(row["blocked"]),
        }
    )
