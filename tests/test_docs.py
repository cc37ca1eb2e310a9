"""The documentation cannot drift: its tables and commands are compared with the code."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from runs import run_command, served_mock

from conformance.command_line.grammar import parser
from conformance.diagnosis.causes.loader import load as load_causes
from conformance.diagnosis.causes.model import Cause, Fix, Step
from conformance.diagnosis.detection import READERS
from conformance.mock.faults import FAULTS
from conformance.recognition import magic
from conformance.scanning.archives import budget
from conformance.scanning.find import Judgement, Place
from conformance.sdk import errors as sdk_errors
from conformance.selftest.impostor import other_impostors
from conformance.session.options import OPTIONS
from conformance.spec.files import default_causes, default_spec
from conformance.spec.loader import load
from conformance.spec.model import Spec
from conformance.targets import errors as target_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "benchmarks" / "README.md"]


def rows(document: str, first: str) -> list[list[str]]:
    """The cells of a table's rows whose first cell is code; `first` is the heading of its first column."""
    text = (ROOT / document).read_text(encoding="utf-8")
    table = text[text.index(f"| {first} |") :].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "| `" in line[:3]]


def test_the_option_table_of_the_readme_is_that_of_the_code() -> None:
    code = [(f"`{option.flag}`", f"`{option.default}`" if option.default else "", option.help) for option in OPTIONS]
    assert [tuple(row) for row in rows("README.md", "option")] == code


def test_the_table_of_faults_is_that_of_the_code() -> None:
    code = [(f"`{name}`", fault.says, f"`{fault.rule}`") for name, fault in FAULTS.items()]
    assert [tuple(row) for row in rows("docs/mock.md", "fault")] == code


def test_the_tables_of_causes_are_those_of_the_file() -> None:
    causes = load_causes(default_causes(), default_spec())
    code = [[f"`{c.id}`", c.title, " ".join(c.shows), c.fix.any[0].do] for c in causes.causes]
    assert rows("docs/causes.md", "cause") == code
    sets = [
        [f"`{e.id}`", e.when, ", ".join(f"`{name}`" for name in e.candidates), e.ask] for e in causes.indistinguishable
    ]
    assert rows("docs/causes.md", "set") == sets


def test_the_fields_of_causes_are_documented() -> None:
    text = (ROOT / "docs" / "causes.md").read_text(encoding="utf-8")
    fields = {*Cause.__struct_fields__, *Fix.__struct_fields__, *Step.__struct_fields__} - {"variants"}
    assert [name for name in sorted(fields) if f"`{name}`" not in text] == []


def test_the_variables_of_every_role_are_documented() -> None:
    spec = load(default_spec())
    credentials = spec.credentials.values()
    variables = {c.variable for c in credentials} | {c.sandbox_variable for c in credentials}
    variables |= {spec.base_url_variable, *spec.environments.values()}
    text = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
    assert [name for name in variables if name and f"`{name}`" not in text] == []


def test_the_sections_of_the_spec_file_are_documented() -> None:
    text = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
    plain = {"spec", "version", "title", "base_url", "base_url_variable", "openapi", "environments"}
    assert [name for name in Spec.__struct_fields__ if name not in plain and f"`{name}`" not in text] == []


def commands(grammar: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """Every command with its long options."""
    yield " ".join(words), [one for action in grammar._actions for one in action.option_strings if one.startswith("--")]
    for action in grammar._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from commands(below, (*words, name))


def test_every_command_and_every_long_option_is_documented() -> None:
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    lacking = [name for name, _ in commands(parser()) if not re.search(rf"{name}\b", text)]
    for name, options in commands(parser()):
        lacking += [f"{name} {one}" for one in options if one != "--help" and not re.search(rf"{one}(?![\w-])", text)]
    assert lacking == []


def test_the_rows_of_doctor_are_documented(tmp_path: Path) -> None:
    def doctor(*words: str, **given: str) -> set[str]:
        ran = run_command(tmp_path, "doctor", "--format", "json", *words, given={"HOME": str(tmp_path), **given})
        return {re.sub("^key in .*", "key in …", check["name"]) for check in json.loads(ran.stdout)["checks"]}

    with served_mock() as mock:
        url, key = {"HOPX_BASE_URL": mock["HOPX_BASE_URL"]}, "HOPX_API_KEY"
        (tmp_path / ".env").write_text(f"{key}={mock['HOPX_API_KEY_EXPIRED']}\n", encoding="utf-8")
        (tmp_path / ".curlrc").write_text("user = somebody\n", encoding="utf-8")
        found = doctor("--offline") | doctor(**url, HOPX_API_KEY=mock["HOPX_API_KEY_REVOKED"])
        found |= doctor(**url, HOPX_API_KEY=mock["HOPX_API_KEY_CREATE_ONLY"])
    assert {name for first, *_ in rows("docs/doctor.md", "row") for name in re.findall("`([^`]+)`", first)} == found


def test_the_kinds_of_evidence_are_those_of_the_code() -> None:
    kinds = [row[0].strip("`") for row in rows("docs/explain.md", "kind")]
    assert sorted(kinds) == sorted(READERS)
    for kind in kinds:
        parser().parse_args(["explain", "--as", kind, "f"])


def test_what_a_scan_looks_into_and_prints_is_that_of_the_code() -> None:
    text = " ".join((ROOT / "docs" / "scan.md").read_text(encoding="utf-8").split())
    levels = {1: "one level", 2: "two levels", 3: "three levels"}[budget.DEPTH]
    assert f"{levels}, {budget.MEMBERS} members and {budget.BYTES / (1 << 30):g} GiB unpacked" in text
    closed = [re.sub("^(an? |packed with )| (archive|package)$", "", name) for name in magic._CLOSED.values()]
    assert [name for name in closed if name not in text] == []
    fields = ["form", *Judgement._fields, *Place._fields]
    assert sorted(re.findall(r"`(\w+)`", text.partition("prints `finds` (")[2].partition(")")[0])) == sorted(fields)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_of_the_documentation_parses(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    for line in lines:
        words = re.split(r"\s+#|\s*[<>&|]", line)[0].split()
        if words[:1] == ["hopx-auth"]:
            parser().parse_args(words[1:])
        elif words[:1] == ["pytest"]:
            known = {option.flag for option in OPTIONS} | {"--hypothesis-profile", "--collect-only", "--pyargs"}
            assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, line
        elif words[:1] == ["make"]:
            assert f"\n{words[1]}:" in (ROOT / "Makefile").read_text(encoding="utf-8"), line


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_the_documentation_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


def test_the_rule_shown_in_the_documentation_is_one_of_the_spec() -> None:
    ids = {rule.id for rule in load(default_spec()).rules}
    for document in DOCUMENTS:
        shown = re.findall(r"(?:spec show |- id: )([a-z-]+)", document.read_text(encoding="utf-8"))
        assert set(shown) <= ids


def test_tox_and_make_prove_the_suite_with_the_same_commands() -> None:
    make = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nselftest:")[2].partition("\n\n")[0]
    tox = (ROOT / "tox.ini").read_text(encoding="utf-8").partition("[testenv:selftest]")[2].partition("\n\n")[0]
    commands = [line.strip().removeprefix("$(BIN)/") for line in make.splitlines()[1:]]
    assert len(commands) == 2
    assert [line.strip() for line in tox.partition("commands =")[2].splitlines() if line.strip()] == commands


def test_the_changelog_counts_what_there_is() -> None:
    others = other_impostors(ROOT / "tests" / "impostors.toml", load(default_spec()))
    clients = sum(one.kind == "client" and one.rule != "" for one in others)
    servers = sum(one.kind == "variant" for one in others)
    causes = len(load_causes(default_causes(), default_spec()).causes)
    text = " ".join((ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split())
    for words in (
        f"{len(FAULTS)} faults of the mock, {clients} wrong clients",
        f"{servers} conforming servers",
        f"{causes} causes",
    ):
        assert words in text


@pytest.mark.parametrize("module", [sdk_errors, target_errors])
def test_a_tree_of_errors_names_every_class_of_its_module(module: ModuleType) -> None:
    tree = (module.__doc__ or "").split()
    assert [name for name, kind in vars(module).items() if isinstance(kind, type) and name not in tree] == []
