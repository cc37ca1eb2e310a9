"""The command-line options of a run, in one table that pytest, the configuration file and the README share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pytest

_NOT_GIVEN: Any = None


class Option(NamedTuple):
    """An option; `ini` says whether a configuration file may set it too.

    `is_switch` says that it takes no value, `is_path` that its value is a path, `is_list` that it may be given again.
    """

    flag: str
    default: str
    help: str
    ini: bool = True
    is_switch: bool = False
    is_path: bool = False
    is_list: bool = False


OPTIONS = (
    Option("--target", "mock", "who answers: mock, live, sdk:NAME or sdk:PATH"),
    Option(
        "--base-url",
        "",
        "address of a live API (default: the environment's variable, then the spec's address)",
        False,
    ),
    Option("--spec", "", "spec file (default: the one that comes with the suite)", is_path=True),
    Option(
        "--env",
        "",
        "whose key to use: development, staging or production",
        False,
    ),
    Option(
        "--env-file",
        "",
        "file of variables that never override the environment (default: .env where there is one)",
        is_path=True,
    ),
    Option("--allow-writes", "", "let a live run create, change and delete sandboxes of its own", False, True),
    Option("--rate", "", "requests a second (default: 5 on live, unlimited on the mock)"),
    Option("--fail-on-advisory", "", "fail where a should is broken", True, True),
    Option("--vocabulary", "any", "whose words errors have to use: any or the name of a vocabulary of the spec"),
    Option("--waivers", "", "file of known broken promises, or none", is_path=True),
    Option("--report-dir", "reports", "directory of results.jsonl and report.html", is_path=True),
    Option("--sdk-version", "", "release of the SDK to install (default: the one that its adapter names)", False),
    Option("--fault", "", "let the mock break a promise", False, is_list=True),
)


def add_options(parser: pytest.Parser) -> None:
    """Tell pytest of every option."""
    group = parser.getgroup("conformance", "conformance of API-key authentication")
    for option in OPTIONS:
        name = _name(option)
        keywords: dict[str, Any] = {"dest": f"conformance_{name}", "default": _NOT_GIVEN, "help": option.help}
        if option.is_switch:
            keywords["action"] = "store_true"
        else:
            keywords |= {"metavar": name.upper(), "action": "append" if option.is_list else "store"}
        group.addoption(option.flag, **keywords)
        if option.ini:
            if option.is_switch:
                parser.addini(f"conformance_{name}", option.help, type="bool", default=False)
            else:
                parser.addini(f"conformance_{name}", option.help, type="string", default="")


def given(config: pytest.Config, flag: str) -> Any:
    """The value of an option: from the command line, else from the configuration file, else its default.

    A path in a configuration file begins at that file.
    """
    option = next(option for option in OPTIONS if option.flag == flag)
    name = f"conformance_{_name(option)}"
    value = config.getoption(name)
    if value is _NOT_GIVEN and option.ini:
        value = config.getini(name)
        if option.is_path and value not in ("", "none") and config.inipath:
            value = str(config.inipath.parent / value)
    if option.is_switch:
        return bool(value)
    if option.is_list:
        return ",".join(value or [option.default])
    return value or option.default


def _name(option: Option) -> str:
    return option.flag.removeprefix("--").replace("-", "_")
