"""The HTML page: pytest-html's table with a row for every verdict, which opens to all that is known of it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pytest

from conformance.report.text import citation, exchange_lines, printable, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.report.summary import Tally
    from conformance.spec.model import Spec

_STYLE = """<style>
.verdict { font-weight: bold } .verdict.fail, .verdict.error { color: #b00020 } .verdict.pass { color: #1b7a2f }
.verdict.advisory, .verdict.waived { color: #a65f00 } .verdict.blocked { color: #666 } .verdict.observed { color: #0b63a5 }
dl.promise { margin: .5em 0; display: grid; grid-template-columns: 7em 1fr; gap: .25em 1em; white-space: normal;
 font: 14px/1.4 sans-serif } dl.promise dt { font-weight: bold } dl.promise dd { margin: 0 }
pre.exchange { margin: .5em 0; padding: .5em; background: #f6f6f6; overflow-x: auto; white-space: pre-wrap }
.sentences { font-size: 16px }
</style>"""


class HtmlReport:
    """Fills pytest-html's page; `scrub` goes over every piece that comes from a verdict."""

    def __init__(self, spec: Spec, scrub: Callable[[str], str], tally: Tally) -> None:
        self._spec = spec
        self._scrub = scrub
        self._tally = tally

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """The page's title."""
        report.title = f"{self._spec.title}: conformance"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """The summary with its denominator."""
        prefix.append(_STYLE)
        prefix += [f'<p class="sentences">{escape(sentence)}</p>' for sentence in self._tally.sentences()]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Columns: verdict, rule, level, operation, time."""
        cells[:] = [
            '<th class="sortable" data-column-type="result">Verdict</th>',
            '<th class="sortable" data-column-type="testId">Rule</th>',
            '<th class="sortable" data-column-type="level">Level</th>',
            '<th class="sortable" data-column-type="operation">Operation</th>',
            '<th class="sortable" data-column-type="duration">Time</th>',
        ]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: Any, cells: list[str]) -> None:
        """One verdict."""
        line = getattr(report, "verdict_line", None)
        if line is None:
            if report.when in ("setup", "teardown") and report.passed:
                return
            cells[:] = [cells[0], cells[1], "<td></td>", "<td></td>", cells[2]]
            return
        kind = line["verdict"]
        cells[:] = [
            f'<td class="col-result"><span class="verdict {kind}">{kind}</span></td>',
            f'<td class="col-testId">{escape(line["probe"])}</td>',
            f'<td class="col-level">{line["level"]}</td>',
            f'<td class="col-operation">{escape(line["operation"])}</td>',
            f'<td class="col-duration">{line["duration_ms"]:.1f} ms</td>',
        ]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: Any, data: list[str]) -> None:
        """What a row opens to."""
        line = getattr(report, "verdict_line", None)
        if line is not None:
            data[:] = [self._scrub(details(self._spec, line))]


def details(spec: Spec, line: dict[str, Any]) -> str:
    """A verdict as HTML: promise and citation, expected and observed, exchanges, a curl line, advice."""
    rule = rule_of(spec, line["rule"])
    facts = {
        "Promise": escape(rule.says),
        "Because": "<br>".join(escape(citation(spec, claim_id)) for claim_id in rule.because),
        "Expected": _escaped(line["expected"]),
        "Observed": _escaped(line["observed"]),
        "Reason": _escaped(line["reason"]),
        "Advice": escape(rule.advice),
    }
    rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items() if text)
    exchanges = "".join(_exchange(exchange) for exchange in line["exchanges"])
    return f'<dl class="promise">{rows}</dl>{exchanges}'


def _exchange(exchange: dict[str, Any]) -> str:
    wire = _escaped("\n".join(exchange_lines(exchange)))
    return f'<pre class="exchange">{wire}</pre><pre class="exchange">{_escaped(exchange["curl"])}</pre>'


def _escaped(text: str) -> str:
    return escape(printable(text))
