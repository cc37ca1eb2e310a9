"""The HTML page: pytest-html's table with a row for every verdict, which opens to all that is known of it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pytest
from pytest_html import extras

from conformance.report.text import citation, exchange_lines, printable, rule_of, user_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.report.summary import Tally
    from conformance.spec.model import Spec

_STYLE = """<style>
body { max-width: 1200px; margin: 2em auto; padding: 0 1em; font: 14px/1.5 system-ui, sans-serif; color: #222 }
.sentences { font-size: 17px; margin: .2em 0 } .needs { margin: .2em 0; color: #555 }
#results-table { font-size: 13px; color: #333 } #results-table td { vertical-align: top }
td.col-verdict { font-weight: bold; white-space: nowrap; cursor: pointer } td.col-time { text-align: right }
td.col-verdict::before { content: "\\25B8\\00A0"; color: #999 }
td.fail, td.error { color: #b00020 } td.pass { color: #1b7a2f } td.blocked { color: #666 }
td.advisory, td.waived { color: #a65f00 } td.observed { color: #0b63a5 }
dl.promise { margin: .5em 0 1em; display: grid; grid-template-columns: 6em 1fr; gap: .3em 1em }
dl.promise dt { font-weight: bold } dl.promise dd { margin: 0 }
td.extra:has(.promise) :is(.logwrapper, .media) { display: none }
pre.exchange { margin: .5em 0; padding: .7em; background: #f4f5f7; border-radius: 4px; white-space: pre-wrap;
 overflow-wrap: anywhere; font: 12px/1.45 ui-monospace, monospace }
</style>"""


class HtmlReport:
    """Fills pytest-html's page.

    `scrub` goes over every piece that comes from a verdict, `facts` are shown at the top.
    """

    def __init__(self, spec: Spec, scrub: Callable[[str], str], tally: Tally, facts: dict[str, str]) -> None:
        self._facts = facts
        self._spec = spec
        self._scrub = scrub
        self._tally = tally

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """The page's title; every row starts closed."""
        report.title = f"{self._spec.title}: conformance"
        report.data["renderCollapsed"] = ["all"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """What the page says about its run, instead of what is installed."""
        # not in the hook that pytest-metadata has for this: it calls that before or after us, as they were loaded
        from pytest_metadata.plugin import metadata_key

        metadata: dict[str, Any] = session.config.stash.get(metadata_key, {})
        metadata.clear()
        metadata.update(self._facts)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """The summary with its denominator."""
        prefix.append(_STYLE)
        prefix += [f'<p class="sentences">{escape(sentence)}</p>' for sentence in self._tally.counted()]
        prefix += [f'<p class="sentences">{escape(problem)}</p>' for problem in self._tally.problems]
        prefix += [f'<p class="needs">{escape(self._scrub(sentence))}</p>' for sentence in self._tally.needs()]

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
            # pytest-html filters and sorts by the text of the first cell, which has to be pytest's own outcome
            f'{cells[0].replace("<td ", "<td hidden ")}<td class="col-verdict {kind}">{kind}</td>',
            f'<td class="col-testId">{escape(line["probe"])}</td>',
            f'<td class="col-level">{line["level"]}</td>',
            f'<td class="col-operation">{escape(line["operation"])}</td>',
            f'<td class="col-duration">{line["duration_ms"]:.1f} ms</td>',
        ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """What a row opens to."""
        line = getattr(report, "verdict_line", None)
        if line is not None:
            report.extras = [extras.html(self._scrub(details(self._spec, line)))]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: Any, data: list[str]) -> None:
        """Leave out the log of a verdict: its row opens to all of it."""
        if hasattr(report, "verdict_line"):
            data.clear()


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
    user = _block("\n".join(user_lines(line))) if "call" in line else ""
    return f'<dl class="promise">{rows}</dl>{user}{exchanges}'


def _exchange(exchange: dict[str, Any]) -> str:
    wire = _block("\n".join(exchange_lines(exchange)))
    return wire + (_block(exchange["curl"]) if "curl" in exchange else "")


def _block(text: str) -> str:
    return f'<pre class="exchange">{_escaped(text)}</pre>'


def _escaped(text: str) -> str:
    return escape(printable(text))
