"""What may stand on the command line: every command with its actions and options."""

from __future__ import annotations

import argparse

from conformance import __version__
from conformance.command_line.parser import Parser
from conformance.command_line.values import NameAdapter, NameVersions, jobs, port, seconds, time_limit, times


def parser(command: list[str] | None = None) -> argparse.ArgumentParser:
    """The grammar of the command line; of one command alone, where that is named, since all take longer to build."""
    top: argparse.ArgumentParser = Parser(
        prog="hopx-auth", description="Conformance and diagnostics for API-key authentication."
    )
    top.add_argument("--version", action="version", version=f"hopx-auth {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True, prog=top.prog)
    grammars = {
        "mock": _add_mock,
        "key": _add_key,
        "doctor": _add_doctor,
        "explain": _add_explain,
        "redact": _add_redact,
        "scan": _add_scan,
        "spec": _add_spec,
        "adapter": _add_adapter,
        "report": _add_report,
    }
    for name in [name for name in command or [] if name in grammars] or grammars:
        grammars[name](commands)
    return top


Commands = argparse._SubParsersAction


def _add_mock(commands: Commands[argparse.ArgumentParser]) -> None:
    mock = commands.add_parser("mock", help="serve a strict stand-in for the API, with a key of every role")
    mock.add_argument("--port", type=port, default=0, help="port of loopback (default: a free one)")
    mock.add_argument("--seed", type=int, help="mint the same keys whenever this number is given (default: new ones)")
    mock.add_argument("--fault", action="append", default=[], metavar="NAME[,NAME…]", help="break promises")
    mock.add_argument("--list-faults", action="store_true", help="name the faults, and the rules that catch them")
    mock.add_argument("--print-env", action="store_true", help="print shell exports and nothing else")
    _add_file_option(mock, "spec")
    mock.set_defaults(command="mock", function="serve_mock")


def _add_key(commands: Commands[argparse.ArgumentParser]) -> None:
    key = commands.add_parser("key", help="inspect, make, redact or compare keys")
    actions = key.add_subparsers(metavar="ACTION", required=True)
    texts = {
        "inspect": "say everything about the shape of a key, and which causes it points to",
        "check": "say whether a text is a key, and why not",
        "redact": "print a text without the secrets in it",
        "fingerprint": "print what says `same key` or `another key` and reveals neither",
        "new": "print a new key that no API knows",
    }
    for name, text in texts.items():
        aliases = ["mint"] if name == "new" else []
        action = actions.add_parser(name, aliases=aliases, help=text, description=text[0].upper() + text[1:] + ".")
        if name != "new":
            action.add_argument(
                "text",
                nargs="?",
                default="-",
                help="- is standard input (default); a key is never taken as an argument",
            )
        if name == "fingerprint":
            action.add_argument("--salt", default="", help="compare under this salt (default: a new one, printed)")
        _add_file_option(action, "spec")
        _add_format(action)
        action.set_defaults(command="key", function=f"{name}_key")


def _add_doctor(commands: Commands[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser("doctor", help="find out why it fails on this machine")
    doctor.add_argument("--offline", action="store_true", help="examine the machine alone; nothing is sent")
    doctor.add_argument("--plan", action="store_true", help="say what would be sent where, and send nothing")
    doctor.add_argument("--watch", action="store_true", help="examine again until it is healthy")
    doctor.add_argument(
        "--interval", type=seconds, metavar="S", help="with --watch: seconds between two examinations (default: 5)"
    )
    doctor.add_argument(
        "--times", type=times, metavar="N", help="with --watch: number of examinations at most (default: 120)"
    )
    doctor.add_argument("--base-url", default="", metavar="URL", help="default: the variable's, then the spec file's")
    doctor.add_argument(
        "--timeout",
        type=time_limit,
        default=10.0,
        metavar="S",
        help="time limit of each step, in seconds (default: 10)",
    )
    _add_file_option(doctor, "clients")
    _add_file_option(doctor, "spec")
    _add_format_with_page(doctor)
    doctor.set_defaults(command="doctor", function="examine_machine")


def _add_explain(commands: Commands[argparse.ArgumentParser]) -> None:
    explain = commands.add_parser("explain", help="find the cause of a failure in a HAR, a curl line, a log, an error")
    explain.add_argument("files", nargs="+", metavar="FILE", help="evidence, read together; - is standard input")
    explain.add_argument(
        "--as",
        dest="kind",
        default="",
        choices=("curl", "har", "http", "error", "env", "log", "key"),
        help="what the files are (default: what they look like)",
    )
    _add_file_option(explain, "causes")
    _add_file_option(explain, "spec")
    _add_format_with_page(explain)
    explain.set_defaults(command="explain", function="explain_files")


def _add_redact(commands: Commands[argparse.ArgumentParser]) -> None:
    redact = commands.add_parser("redact", help="take the secrets out of files, and prove that they are out")
    redact.add_argument("files", nargs="+", metavar="FILE", help="HAR, log, transcript, .env; - is standard input")
    redact.add_argument(
        "-o", "--output", default="", metavar="OUT", help="file or directory, - is standard output (default)"
    )
    redact.add_argument("--in-place", action="store_true", help="write over the files that are read")
    redact.add_argument("--jwt", choices=("all", "signature"), default="all", help="how much of a JWT is hidden")
    _add_file_option(redact, "spec")
    redact.set_defaults(command="redact", function="redact_files")


def _add_scan(commands: Commands[argparse.ArgumentParser]) -> None:
    scan = commands.add_parser("scan", help="find keys in files, archives and the history of repositories")
    scan.add_argument("paths", nargs="*", metavar="PATH", help="file or directory; - is standard input")
    scan.add_argument("--history", action="store_true", help="scan all that the repositories at PATH ever held")
    scan.add_argument("--staged", action="store_true", help="scan what the next commit would add or change")
    scan.add_argument(
        "--exclude", action="append", default=[], metavar="GLOB", help="leave out what matches; repeatable"
    )
    scan.add_argument("--all", action="store_true", help="show documented examples and placeholders too")
    scan.add_argument("--format", choices=("text", "json", "sarif"), default="text", help="how finds are printed")
    _add_file_option(scan, "spec")
    scan.set_defaults(command="scan", function="scan_paths")


def _add_spec(commands: Commands[argparse.ArgumentParser]) -> None:
    spec = commands.add_parser("spec", help="read and check the promises, the causes and the clients; prove the suite")
    actions = spec.add_subparsers(metavar="ACTION", required=True)
    lint = actions.add_parser("lint", help="find every mistake of a spec file")
    lint.add_argument("spec", nargs="?", default="", metavar="FILE", help="default: the one that comes with the suite")
    show = actions.add_parser("show", help="read the promises, or one of them")
    show.add_argument("rule", nargs="?", default="", help="id of a rule")
    coverage = actions.add_parser("coverage", help="claims, the rules that ask them, and how many probes that makes")
    causes = actions.add_parser("causes", help="why authentication fails; one cause in full")
    causes.add_argument("cause", nargs="?", default="", metavar="ID", help="id of a cause, or of a variant")
    _add_file_option(causes, "causes")
    _add_file_option(causes, "spec")
    _add_format(causes)
    causes.set_defaults(command="causes", function="show_causes")
    clients = actions.add_parser("clients", help="where clients take their key from, and how they reach the API")
    _add_file_option(clients, "clients")
    _add_file_option(clients, "spec")
    _add_format(clients)
    clients.set_defaults(command="clients", function="show_clients")
    selftest = actions.add_parser("selftest", help="prove the suite: impostors are caught, conforming ones left alone")
    selftest.add_argument(
        "--impostors", default="", metavar="FILE", help="variants and clients (default: the checkout's)"
    )
    selftest.add_argument("--only", default="", metavar="WORD[,WORD…]", help="those whose kind or name has the word")
    selftest.add_argument("--directory", default="reports/selftest", metavar="DIR", help="where the matrix is written")
    selftest.add_argument("--jobs", type=jobs, default=2, metavar="N", help="judged at the same time (default: 2)")
    selftest.add_argument("--again", action="store_true", help="judge also who was judged before")
    _add_format(selftest)
    selftest.set_defaults(command="selftest", function="selftest_spec")
    for name, action in (("lint", lint), ("show", show), ("coverage", coverage)):
        if name != "lint":
            _add_file_option(action, "spec")
        _add_format(action)
        action.set_defaults(command="spec", function=f"{name}_spec")


def _add_adapter(commands: Commands[argparse.ArgumentParser]) -> None:
    adapter = commands.add_parser("adapter", help="check the adapter of an SDK, or make its calls by hand")
    actions = adapter.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser("check", help="install the SDK, start the adapter, and make one call")
    check.add_argument("--sdk-version", default="", metavar="V", help="release (default: the one the adapter names)")
    serve = actions.add_parser("serve", help="start the recording server only, and print the next call to make")
    serve.add_argument("--rule", default="", metavar="ID", help="only the calls of this rule")
    for name, action in (("check", check), ("serve", serve)):
        action.add_argument("path", metavar="NAME|PATH", help="adapter that comes with the suite, or its folder")
        _add_file_option(action, "spec")
        action.set_defaults(command="adapter", function=f"{name}_adapter")
    _add_format(check)


def _add_report(commands: Commands[argparse.ArgumentParser]) -> None:
    report = commands.add_parser("report", help="read the results of runs")
    actions = report.add_subparsers(metavar="ACTION", required=True)
    show = actions.add_parser("show", help="print the summary of results files")
    show.add_argument("files", nargs="+", metavar="FILE", help="results.jsonl of a run")
    _add_format(show)
    show.set_defaults(command="report", function="show_report")
    matrix = actions.add_parser("matrix", help="rules by releases of SDKs, running what was not run yet")
    matrix.add_argument("--adapter", dest="adapters", action=NameAdapter, default=[], metavar="NAME|PATH")
    matrix.add_argument(
        "--versions", dest="adapters", action=NameVersions, metavar="V,V", help="releases for the --adapter before it"
    )
    matrix.add_argument("--directory", default="reports/matrix", metavar="DIR", help="where the runs' reports are kept")
    matrix.add_argument("--jobs", type=jobs, default=2, metavar="N", help="runs at the same time (default: 2)")
    matrix.add_argument("--again", action="store_true", help="run also what was run before")
    _add_file_option(matrix, "spec")
    _add_format(matrix)
    matrix.set_defaults(command="matrix", function="matrix_report")


def _add_file_option(action: argparse.ArgumentParser, kind: str) -> None:
    text = f"{kind} file (default: the one that comes with the suite)"
    action.add_argument(f"--{kind}", default="", metavar="FILE", help=text)


def _add_format(action: argparse.ArgumentParser) -> None:
    action.add_argument("--format", choices=("text", "json"), default="text", help="how results are printed")


def _add_format_with_page(action: argparse.ArgumentParser) -> None:
    forms = ("text", "json", "html")
    action.add_argument("--format", choices=forms, default="text", help="how results are printed; html is for a ticket")
