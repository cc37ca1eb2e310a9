"""hopx-auth report: what runs have found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.commands import status
from conformance.commands.output import complain, print_result
from conformance.report.results import NotResultsError, Results, read_results
from conformance.report.summary import Tally
from conformance.report.text import printable

if TYPE_CHECKING:
    import argparse


def show_report(options: argparse.Namespace) -> int:
    """Print the summaries; exit status 1 for a truncated file or a broken promise, 2 for a file that is no results."""
    shown: list[tuple[dict[str, Any], str]] = []
    for name in options.files:
        try:
            shown.append(_summary(name, read_results(Path(name))))
        except NotResultsError as error:
            complain(str(error))
            return status.USAGE
    print_result(
        options, {"files": [result for result, _ in shown]}, "\n\n".join(text for _, text in shown), foreign=True
    )
    return status.PROBLEM if any(result["truncated"] or result["exit_status"] for result, _ in shown) else status.OK


def _summary(name: str, results: Results) -> tuple[dict[str, Any], str]:
    tally = Tally()
    tally.add_all(results.verdicts)
    footer = results.footer or {}
    result = {
        "file": name,
        "target": results.header.get("target"),
        "started": results.header.get("started"),
        "truncated": results.truncated,
        "exit_status": footer.get("exit_status", 1),
        "problems": footer.get("problems", []),
        **tally.footer(),
    }
    lines = [f"{name}: {result['target']}, started {result['started']}"]
    if results.truncated:
        lines.append("TRUNCATED: the footer is missing, so the run did not come to its end; what follows is a part")
    lines += tally.sentences()
    lines += [f"{line['verdict']}: {line['probe']}: {line['observed']}" for line in tally.noted]
    return result, printable("\n".join([*lines, *result["problems"]]))
