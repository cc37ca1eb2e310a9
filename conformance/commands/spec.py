"""hopx-auth spec: lint, show and coverage."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from conformance.commands import status
from conformance.commands.given import spec_file
from conformance.commands.output import complain, print_result
from conformance.probes import probes_of
from conformance.report.text import citation
from conformance.spec.loader import load
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    import argparse

    from conformance.spec.model import Rule, Spec


def lint_spec(options: argparse.Namespace) -> int:
    """Print every mistake of a spec file; exit status 1 when there are some, 2 when there is no such file."""
    file = spec_file(options)
    try:
        spec = load(file)
    except FileError as error:
        if file.is_dir() or not os.access(file, os.R_OK):
            complain(str(error))
            return status.USAGE
        found = [{"file": m.file, "line": m.line, "column": m.column, "message": m.message} for m in error.mistakes]
        print_result(options, {"mistakes": found}, str(error), foreign=True)
        return status.PROBLEM
    words = f"{len(spec.rules)} rules, {len(spec.claims)} claims, {len(spec.disagreements)} disagreements"
    print_result(options, {"mistakes": []}, f"{file}: no mistakes in {words}")
    return status.OK


def show_spec(options: argparse.Namespace) -> int:
    """Print the promises, or one of them."""
    spec = _load(options)
    rules = [rule for rule in spec.rules if options.rule in ("", rule.id)]
    if not rules:
        from conformance.spec.mistakes import suggestion

        known = [rule.id for rule in spec.rules]
        complain(f"there is no rule {options.rule!r}; {suggestion(options.rule, known, 'hopx-auth spec show')}")
        return status.USAGE
    result = {"spec": spec.spec, "version": spec.version, "rules": [_rule(spec, rule) for rule in rules]}
    print_result(options, result, "\n\n".join(_text(spec, rule) for rule in rules))
    return status.OK


def coverage_spec(options: argparse.Namespace) -> int:
    """Print claims, their rules and probes; exit status 1 for a claim that has neither a rule nor a reason."""
    spec = _load(options)
    probes = {rule.id: len(probes_of(spec, rule)) for rule in spec.rules}
    rows: list[dict[str, Any]] = []
    for name in spec.claims:
        rules = [rule.id for rule in spec.rules if name in rule.because and probes[rule.id]]
        asked = sum(probes[rule_id] for rule_id in rules)
        rows.append({"claim": name, "rules": rules, "probes": asked, "untestable": spec.untestable.get(name, "")})
    uncovered = [row["claim"] for row in rows if not row["rules"] and not row["untestable"]]
    text = "\n".join(
        f"{row['claim']:8} {row['probes']:5} probes  {', '.join(row['rules']) or 'untestable: ' + row['untestable']}"
        for row in rows
    )
    covered = sum(bool(row["rules"]) for row in rows)
    text += f"\n{covered} of {len(rows)} claims are asked, {len(spec.untestable)} are untestable for the reason given"
    print_result(options, {"claims": rows, "uncovered": uncovered}, text)
    return status.PROBLEM if uncovered else status.OK


def _load(options: argparse.Namespace) -> Spec:
    try:
        return load(spec_file(options))
    except FileError as error:
        complain(str(error))
        sys.exit(status.USAGE)


def _rule(spec: Spec, rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "level": rule.level,
        "says": rule.says,
        "because": {claim_id: citation(spec, claim_id) for claim_id in rule.because},
        "probes": len(probes_of(spec, rule)),
        "advice": rule.advice,
    }


def _text(spec: Spec, rule: Rule) -> str:
    cited = [f"    {citation(spec, claim_id)}" for claim_id in rule.because]
    head = f"{rule.id} ({rule.level}, {len(probes_of(spec, rule))} probes)"
    return "\n".join([head, f"    {rule.says}.", *cited, f"    Advice: {rule.advice}"])
