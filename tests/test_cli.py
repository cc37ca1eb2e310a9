"""hopx-auth as its users meet it: exit statuses, what stands where, and no secret anywhere."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from runs import ROOT, SPEC, environment, finish, run_command

from conformance import __version__, cli
from conformance.commands.status import CANNOT_TELL, INTERNAL
from conformance.keys import KeyFormat
from conformance.scrub import Scrubber
from conformance.spec.excerpt import key_section
from conformance.spec.files import default_spec

if TYPE_CHECKING:
    from pathlib import Path

    from runs import Ran

    from conformance.keys import ApiKey

FORMAT = KeyFormat(msgspec.to_builtins(SPEC.key))
COMMAND = [sys.executable, "-m", "conformance.cli"]
MISTAKEN = "spec: x\nkey:\n  prefix: [\n"


def says_nothing_of(ran: Ran, *keys: ApiKey) -> bool:
    scrubber = Scrubber(FORMAT)
    scrubber.learn_all(key.reveal() for key in keys)
    return not scrubber.knows(ran.output)


def shell(script: str, directory: Path, stdin: str = "") -> Ran:
    """A line of sh, in which "$@" is hopx-auth."""
    process = subprocess.Popen(
        ["sh", "-c", script, "sh", *COMMAND],
        cwd=directory,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(stdin)
    process.stdin.flush()
    return finish(process, directory)


# Usage


def test_the_version_is_told(tmp_path: Path) -> None:
    assert run_command(tmp_path, "--version").stdout == f"hopx-auth {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nothing"],
        ["key"],
        ["key", "nothing"],
        ["key", "check", "a", "b"],
        ["key", "mint", "a"],
        ["key", "check", "--format", "xml"],
        ["mock", "--port", "x"],
        ["mock", "--seed", "x"],
        ["spec", "show", "--nothing"],
        ["report", "show"],
    ],
    ids=" ".join,
)
def test_words_that_make_no_command_are_a_usage_error(words: list[str], tmp_path: Path) -> None:
    ran = run_command(tmp_path, *words)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("usage: hopx-auth")
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("words", "usage", "meant"),
    [
        (["explan"], "hopx-auth", "explain"),
        (["key", "inspct"], "hopx-auth key", "inspect"),
        (["explain", "--fromat", "json", "f"], "hopx-auth explain", "--format"),
        (["key", "check", "--fromat=json"], "hopx-auth key check", "--format"),
        (["key", "check", "--format", "jsn"], "hopx-auth key check", "json"),
        (["report", "matrix", "--adaptr", "x"], "hopx-auth report matrix", "--adapter"),
    ],
)
def test_a_mistyped_word_gets_the_usage_of_its_command_and_what_may_be_meant(
    words: list[str], usage: str, meant: str, tmp_path: Path
) -> None:
    ran = run_command(tmp_path, *words)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"usage: {usage} [-h]")
    assert ran.stderr.endswith(f"; did you mean {meant}?\n")


@pytest.mark.parametrize("action", ["causes", "show"])
def test_many_names_are_not_listed_where_none_is_near(action: str, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", action, "zzz")
    assert (ran.status, ran.stdout) == (2, "")
    assert re.fullmatch(r"hopx-auth: there is no \w+ 'zzz'; hopx-auth spec \w+ names them all\n", ran.stderr)


@pytest.mark.parametrize(
    "words", [["-h"], ["mock", "-h"], ["key", "-h"], ["key", "check", "-h"], ["spec", "-h"], ["report", "show", "-h"]]
)
def test_help_is_printed_to_standard_output(words: list[str], tmp_path: Path) -> None:
    ran = run_command(tmp_path, *words)
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.startswith("usage: hopx-auth")


@pytest.mark.parametrize("before", [[], ["key"], ["key", "check", "x"], ["mock", "--port"], ["spec", "show"]], ids=str)
def test_a_key_in_the_place_of_another_word_is_not_repeated(before: list[str], tmp_path: Path) -> None:
    key = FORMAT.mint()
    ran = run_command(tmp_path, *before, key.reveal())
    assert (ran.status, ran.stdout) == (2, "")
    assert says_nothing_of(ran, key)


# key


@pytest.fixture
def key() -> ApiKey:
    return FORMAT.mint()


@pytest.mark.parametrize("ending", ["", "\n"])
@pytest.mark.parametrize("where", ["input", "dash"])
def test_a_well_formed_key_is_said_to_be_one(key: ApiKey, ending: str, where: str, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "key", "check", *(["-"] if where == "dash" else []), stdin=key.reveal() + ending)
    assert (ran.status, ran.stdout, ran.stderr) == (0, f"{key}: well-formed\n", "")
    assert says_nothing_of(ran, key)


def test_a_salt_that_holds_a_key_is_refused(key: ApiKey, tmp_path: Path) -> None:
    other = FORMAT.mint()
    secret = FORMAT.parts(key).secret
    for salt in (key.reveal(), secret, f"a-{other.reveal()}", f"a-{FORMAT.parts(other).secret}"):
        ran = run_command(tmp_path, "key", "fingerprint", f"--salt={salt}", stdin=key.reveal())
        assert (ran.status, ran.stdout) == (2, "")
        assert "this one holds a key" in ran.stderr
        assert says_nothing_of(ran, key)


def test_a_variant_of_the_prefix_is_noted(tmp_path: Path) -> None:
    (prefix,) = SPEC.key.other_prefixes
    parts = FORMAT.parts(FORMAT.mint())
    ran = run_command(tmp_path, "key", "check", stdin=f"{prefix}{parts.key_id}.{parts.secret}")
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.endswith("well-formed; the prefix is a variant, see D2\n")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda key: key + "\n\n", "it has a trailing newline"),
        (lambda key: key + "\r\n", "it has a trailing carriage return"),
        (lambda key: key + " ", "it has a trailing space"),
        (lambda key: f'"{key}"', "it has a pair of quotes around it"),
        (lambda key: key[:-1], "its secret has 42 characters, where there are 43"),
        (lambda key: key + "\udcff", "it has a character outside ASCII"),
        (lambda key: key + "\N{KEY}", "it has a character outside ASCII"),
        (lambda key: key.replace("_live_", "_LIVE_"), "it does not begin with hopx_live_ or hopx_test_"),
        (lambda key: key[key.index(".") + 1 :], "it does not begin with hopx_live_ or hopx_test_"),
        (lambda key: key + "\0", "its secret has a character at position 44 that does not belong there"),
        (lambda _key: "", "it is empty"),
        (lambda _key: "\n", "it is empty"),
    ],
)
def test_what_is_no_key_is_said_not_to_be_one_and_why(change: Any, reason: str, key: ApiKey, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "key", "check", stdin=change(key.reveal()))
    assert (ran.status, ran.stderr) == (1, "")
    assert ran.stdout.endswith(f": no key: {reason}\n")
    assert ran.stdout.count("\n") == 1
    assert says_nothing_of(ran, key)
    ran = run_command(tmp_path, "key", "check", "--format", "json", stdin=change(key.reveal()))
    assert (ran.status, ran.stderr) == (1, "")
    result = json.loads(ran.stdout)
    assert (result["well_formed"], result["reason"]) == (False, reason)
    assert says_nothing_of(ran, key)


def test_texts_are_redacted_and_the_rest_of_them_is_left(key: ApiKey, tmp_path: Path) -> None:
    text = f"curl -H 'X-API-Key: {key.reveal()}' \N{KEY} https://x/?k={key.reveal()}&a=b\n\nDone.\n"
    ran = run_command(tmp_path, "key", "redact", stdin=text)
    head = key.reveal()[: key.reveal().index(".") + 1]
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout == f"curl -H 'X-API-Key: {head}…' \N{KEY} https://x/?k={head}…&a=b\n\nDone.\n"
    ran = run_command(tmp_path, "key", "redact", stdin=key.reveal())
    assert ran.stdout == f"{key}\n"
    assert json.loads(run_command(tmp_path, "key", "redact", "--format=json", stdin=key.reveal()).stdout) == {
        "redacted": str(key)
    }


def test_keys_are_redacted_in_basic_credentials_and_over_several_lines(key: ApiKey, tmp_path: Path) -> None:
    head = key.reveal()[: key.reveal().index(".") + 1]
    for user in ("user:{}", "{}:"):
        coded = base64.b64encode(user.format(key.reveal()).encode()).decode()
        shown = user.partition("{}")[0] + head
        kept = coded[: len(shown) * 8 // 6]
        ran = run_command(tmp_path, "key", "redact", stdin=f"> Authorization: Basic {coded}\n> Accept: */*\n")
        assert ran.stdout.startswith(f"> Authorization: Basic {kept}…")
        assert ran.stdout.endswith("\n> Accept: */*\n")
        assert coded[-60:-20] not in ran.stdout
    for line_break in ("\n", "\n    ", "\\\n", "\n> "):
        text = f"curl -H 'X-API-Key: {key.reveal()[:40]}{line_break}{key.reveal()[40:]}' https://x\nDone.\n"
        ran = run_command(tmp_path, "key", "redact", stdin=text)
        assert ran.stdout == f"curl -H 'X-API-Key: {head}…' https://x\nDone.\n"


def test_a_fingerprint_is_the_same_for_the_same_key_and_salt_only(key: ApiKey, tmp_path: Path) -> None:
    def found(text: str, *options: str) -> Any:
        ran = run_command(tmp_path, "key", "fingerprint", "--format", "json", *options, stdin=text)
        assert (ran.status, ran.stderr) == (0, "")
        assert says_nothing_of(ran, key)
        return json.loads(ran.stdout)

    one, other = found(key.reveal(), "--salt", "s"), found(key.reveal() + "\n", "--salt=s")
    assert one == other == {"fingerprint": one["fingerprint"], "salt": "s"}
    assert len(one["fingerprint"]) == 16
    assert found(FORMAT.mint().reveal(), "--salt=s")["fingerprint"] != one["fingerprint"]
    salts = [found(key.reveal()), found(key.reveal())]
    assert salts[0]["salt"] != salts[1]["salt"]
    assert salts[0]["fingerprint"] != salts[1]["fingerprint"]
    assert found(key.reveal(), "--salt", salts[0]["salt"]) == salts[0]
    assert found(key.reveal(), "--salt", "\udcff")["fingerprint"]


def test_a_fingerprint_of_what_is_no_key_is_made_with_a_note_and_of_nothing_is_not(key: ApiKey, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "key", "fingerprint", "--salt=s", stdin=key.reveal() + " ")
    assert ran.status == 0
    assert ran.stderr == "hopx-auth: note: this is no key: it has a trailing space\n"
    for nothing in ("", "\n"):
        ran = run_command(tmp_path, "key", "fingerprint", stdin=nothing)
        assert (ran.status, ran.stdout) == (1, "")
        assert "there is no text" in ran.stderr


def test_a_minted_key_is_printed_whole_and_another_one_each_time(tmp_path: Path) -> None:
    minted = [run_command(tmp_path, "key", "mint", *more) for more in ((), (), ("--format", "json"))]
    assert {ran.status for ran in minted} == {0}
    texts = [minted[0].stdout[:-1], minted[1].stdout[:-1], json.loads(minted[2].stdout)["key"]]
    assert {FORMAT.parse(text).prefix for text in texts} == {SPEC.key.prefix}
    assert len(set(texts)) == 3


@pytest.mark.parametrize("action", ["check", "redact", "fingerprint"])
def test_a_huge_text_is_no_trouble(action: str, key: ApiKey, tmp_path: Path) -> None:
    text = key.reveal() + "A" * 5_000_000
    for given in (text, f"{'word ' * 500_000}{text}"):
        ran = run_command(tmp_path, "key", action, stdin=given)
        assert ran.status in (0, 1)
        assert "Traceback" not in ran.stderr
        assert says_nothing_of(ran, key)


@pytest.mark.parametrize("action", ["check", "redact", "fingerprint"])
def test_bytes_that_are_no_text_are_no_trouble(action: str, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 20)
    for script in (f'"$@" key {action} < binary', f'PYTHONIOENCODING=ascii "$@" key {action} --format json < binary'):
        ran = shell(script, tmp_path)
        assert ran.status in (0, 1)
        assert "Traceback" not in ran.stderr
        assert "internal" not in ran.stderr
    json.loads(ran.stdout)


@pytest.mark.parametrize("action", ["check", "redact", "fingerprint"])
def test_a_closed_standard_input_is_said(action: str, tmp_path: Path) -> None:
    ran = shell(f'"$@" key {action} <&-', tmp_path)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == "hopx-auth: standard input cannot be read; pipe the text in\n"


@pytest.mark.parametrize("spec", ["gone.yaml", "directory", "binary", "mistaken.yaml", "secret.yaml"])
def test_a_spec_file_that_cannot_be_used_is_said(spec: str, tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "binary").write_bytes(b"\xff\x00key:\n")
    (tmp_path / "mistaken.yaml").write_text(MISTAKEN)
    (tmp_path / "secret.yaml").symlink_to(tmp_path / "secret.yaml")
    for words in (["key", "mint"], ["spec", "show"], ["spec", "coverage"], ["mock"]):
        ran = run_command(tmp_path, *words, "--spec", spec)
        assert (ran.status, ran.stdout) == (2, "")
        assert ran.stderr.startswith(f"hopx-auth: {spec}:")
        assert "Traceback" not in ran.stderr


# The key section, read cheaply


def section_of(directory: Path, text: str) -> Any:
    (directory / "spec.yaml").write_text(text, encoding="utf-8")
    return key_section(directory / "spec.yaml")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("prefix: p_", "p_"),
        ("prefix: p_  # a comment", "p_"),
        ("prefix: 'p 1'", "p 1"),
        ('prefix: "#: {p}"', "#: {p}"),
        ("id: {alphabet: hex, length: 8}", {"alphabet": "hex", "length": 8}),
        ("id: { alphabet: 'a, b: c', length: 0 }", {"alphabet": "a, b: c", "length": 0}),
        ("because: [S1, 's 2', 3]", ["S1", "s 2", 3]),
    ],
)
def test_usual_lines_of_a_key_section_are_read_as_yaml_reads_them(line: str, value: Any, tmp_path: Path) -> None:
    import yaml

    text = f"spec: x\nkey:\n\n  # comment\n  {line}\n# more\n\n  example: e\ntitle: y\n"
    name = line.partition(":")[0]
    assert section_of(tmp_path, text) == {name: value, "example": "e"} == yaml.safe_load(text)["key"]


@pytest.mark.parametrize(
    "line",
    [
        "prefix: p: q",
        "prefix: yes",
        "prefix: Null",
        "prefix: ~",
        "prefix: 0x1f",
        "prefix: 012",
        "prefix: 1.5",
        "prefix: -1",
        "prefix: !!str 5",
        "prefix: &a b",
        "prefix: *a",
        'prefix: "a\\n"',
        "prefix: 'it''s'",
        "prefix: |",
        "prefix:",
        "prefix: p#",
        "prefix: a b",
        "prefix: p-\n  prefix: q-",
        "prefix: p-\n   more",
        "id: {a: b, a: c}",
        "id: {a: {b: c}}",
        "id: {a: b,}",
        "id: [a, [b]]",
        "id:\n    alphabet: hex",
        "\tprefix: p",
        "- prefix",
    ],
)
def test_unusual_lines_of_a_key_section_are_left_to_the_loader(line: str, tmp_path: Path) -> None:
    assert section_of(tmp_path, f"key:\n  {line}\n") is None


def test_an_unusually_written_spec_gives_the_same_keys(tmp_path: Path) -> None:
    text = default_spec().read_text(encoding="utf-8")
    file = tmp_path / "spec.yaml"
    file.write_text(text.replace('  separator: "."\n', '  separator: "\\x2e"\n'))
    assert key_section(file) is None
    ran = run_command(tmp_path, "key", "check", "--spec", str(file), stdin=FORMAT.mint().reveal())
    assert (ran.status, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    "line", ["length: 12}", "length: abc}", "length: 99999999999}", "alphabet: base62, length: 0}", "more: x}"]
)
def test_a_key_section_with_a_mistake_is_told_by_the_loader(line: str, tmp_path: Path) -> None:
    text = default_spec().read_text(encoding="utf-8")
    file = tmp_path / "spec.yaml"
    file.write_text(text.replace("  id: {alphabet: base62, length: 12}\n", f"  id: {{{line}\n"))
    ran = run_command(tmp_path, "key", "mint", "--spec", "spec.yaml")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("hopx-auth: spec.yaml:")


def test_a_key_command_imports_nothing_that_is_slow(tmp_path: Path) -> None:
    program = (
        "import io, sys; from conformance.cli import main; sys.stdin = io.TextIOWrapper(io.BytesIO(b'x')); "
        "main(['key', 'check']); print(*sys.modules, sep='\\n')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment(), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    imported = set(ran.stdout.split("\n")[1:])
    slow = {"msgspec", "pytest", "hypothesis", "httpx", "jsonschema", "uvicorn", "yaml", "asyncio", "json", "hashlib"}
    slow |= {"dataclasses", "conformance.scrub", "conformance.spec.loader"}
    # what measures coverage imports things of its own
    assert imported & slow == ({"json", "dataclasses", "hashlib"} & imported if "coverage" in imported else set())
    assert "conformance.commands.key" in imported


# spec


def test_a_spec_without_mistakes_is_said_to_have_none(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "lint")
    assert (ran.status, ran.stderr) == (0, "")
    assert f"no mistakes in {len(SPEC.rules)} rules, {len(SPEC.claims)} claims, 6 disagreements" in ran.stdout
    ran = run_command(tmp_path, "spec", "lint", "--format", "json")
    assert (ran.status, json.loads(ran.stdout)) == (0, {"mistakes": []})


def test_mistakes_of_a_spec_are_the_result_of_lint(tmp_path: Path) -> None:
    (tmp_path / "mistaken.yaml").write_text("spec: x\nnothing: 1\n")
    ran = run_command(tmp_path, "spec", "lint", "mistaken.yaml", "--format", "json")
    assert (ran.status, ran.stderr) == (1, "")
    mistakes = json.loads(ran.stdout)["mistakes"]
    unknown = {"file": "mistaken.yaml", "line": 2, "column": 1, "message": mistakes[-1]["message"]}
    assert unknown in mistakes
    text = run_command(tmp_path, "spec", "lint", "mistaken.yaml")
    assert text.status == 1
    assert text.stdout.splitlines() == [f"{m['file']}:{m['line']}:{m['column']}: {m['message']}" for m in mistakes]


def test_lint_of_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "lint", "gone.yaml", "--format", "json")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == (
        "hopx-auth: gone.yaml:1:1: cannot be read: No such file or directory; give the path of a YAML file\n"
    )


def test_rules_are_shown_with_what_they_cite(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "show")
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.count("    Advice: ") == len(SPEC.rules)
    ran = run_command(tmp_path, "spec", "show", "unauthorized-missing", "--format", "json")
    (rule,) = json.loads(ran.stdout)["rules"]
    assert (rule["id"], rule["level"], rule["probes"]) == ("unauthorized-missing", "must", 5)
    assert list(rule["because"]) == ["R1", "R7", "R8"]
    ran = run_command(tmp_path, "spec", "show", "unauthorised-missing")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == "hopx-auth: there is no rule 'unauthorised-missing'; write 'unauthorized-missing'\n"


def test_every_claim_is_covered_or_untestable(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "coverage", "--format", "json")
    assert (ran.status, ran.stderr) == (0, "")
    result = json.loads(ran.stdout)
    assert result["uncovered"] == []
    assert [row["claim"] for row in result["claims"]] == list(SPEC.claims)
    assert all((row["probes"] > 0) != bool(row["untestable"]) for row in result["claims"])
    assert len(run_command(tmp_path, "spec", "coverage").stdout.splitlines()) == len(SPEC.claims) + 1


def test_a_claim_whose_rules_make_no_probe_is_uncovered(tmp_path: Path) -> None:
    text = (ROOT / "tests" / "other-api.yaml").read_text(encoding="utf-8")
    extra = """
  - id: never-asked
    level: must
    says: Nothing to ask
    when: {credential: nobody, operation: view, alteration: no-json}
    then: stranger
    because: [A7]
    advice: None
"""
    text = text.replace("\n  A6: {doc", "\n  A7: {document: guide, section: S, says: Unasked}\n  A6: {doc")
    (tmp_path / "spec.yaml").write_text(text + extra.lstrip("\n"))
    ran = run_command(tmp_path, "spec", "coverage", "--spec", "spec.yaml", "--format", "json")
    assert (ran.status, json.loads(ran.stdout)["uncovered"]) == (1, ["A7"])


# report


HEADER = {"type": "header", "target": "mock", "started": "2020-01-01T00:00:00Z"}
VERDICT = {
    "type": "verdict",
    "rule": "r",
    "level": "must",
    "probe": "r[x]",
    "verdict": "fail",
    "expected": "401",
    "observed": "200",
    "reason": "",
    "because": [],
}


def results(directory: Path, *lines: dict[str, Any]) -> str:
    (directory / "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return "results.jsonl"


def test_a_truncated_file_of_results_is_said_to_be_one(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "report", "show", results(tmp_path, HEADER, VERDICT))
    assert (ran.status, ran.stderr) == (1, "")
    assert "TRUNCATED" in ran.stdout
    assert "fail: r[x]: 200" in ran.stdout
    ran = run_command(tmp_path, "report", "show", "--format=json", results(tmp_path, HEADER, VERDICT))
    assert (ran.status, json.loads(ran.stdout)["files"][0]["truncated"]) == (1, True)


@pytest.mark.parametrize(("status", "kind"), [(0, "pass"), (1, "fail")])
def test_the_status_of_a_whole_file_is_that_of_its_run(status: int, kind: str, tmp_path: Path) -> None:
    footer = {"type": "footer", "exit_status": status, "problems": []}
    name = results(tmp_path, HEADER, {**VERDICT, "verdict": kind}, footer)
    ran = run_command(tmp_path, "report", "show", name, name)
    assert (ran.status, ran.stderr) == (status, "")
    assert ran.stdout.count("results.jsonl: mock, started 2020") == 2


@pytest.mark.parametrize("name", ["gone.jsonl", "directory", "binary", "empty", "text"])
def test_what_holds_no_results_is_said(name: str, tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "binary").write_bytes(b"\xff\x00")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "text").write_text("hello\n")
    ran = run_command(tmp_path, "report", "show", name)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("hopx-auth: ")
    assert name in ran.stderr
    assert "Traceback" not in ran.stderr


# Streams


EVERY = [
    ["key", "mint"],
    ["key", "redact"],
    ["spec", "show"],
    ["spec", "coverage"],
    ["mock", "--list-faults"],
    ["-h"],
]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_a_reader_that_stops_reading_is_no_mistake(words: list[str], tmp_path: Path) -> None:
    line = " ".join(words)
    ran = shell(f'{{ "$@" {line} < /dev/null; echo "status $?" >&2; }} | true', tmp_path)
    assert ran.output in ("status 0\n", "status 141\n")
    ran = shell(f'{{ "$@" {line} < /dev/null; echo "status $?" >&2; }} | head -1 > /dev/null', tmp_path)
    assert ran.output in ("status 0\n", "status 141\n")


def test_what_is_found_is_not_told_as_nothing_because_nobody_reads_it(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(f"{FORMAT.mint().reveal()}\n" * 20_000)
    for reader in ("true", "head -1 > /dev/null"):
        ran = shell(f'{{ "$@" scan log 2> told; echo "status $?" >&2; }} | {reader}', tmp_path)
        assert ran.output == "status 1\n"
        assert "20000 keys" in (tmp_path / "told").read_text()


@pytest.mark.parametrize("words", [["explain", "key"], ["doctor", "--offline"]], ids=" ".join)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_diagnosis_that_nobody_reads_keeps_its_status(words: list[str], form: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text('"' + FORMAT.mint().reveal() + '"')
    line = " ".join([*words, "--format", form])
    ran = shell(f'{{ sleep 0.3; "$@" {line} 2> /dev/null; echo "status $?" >&2; }} | true', tmp_path)
    assert ran.output == "status 1\n"


@pytest.mark.parametrize("words", [["explain", "key"], ["explain", "--help"]], ids=" ".join)
@pytest.mark.parametrize("columns", [85, 100])
def test_what_is_printed_is_as_wide_as_columns_says(words: list[str], columns: int, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f'"{FORMAT.mint().reveal()}"')
    printed = run_command(tmp_path, *words, given={"COLUMNS": str(columns)}).stdout
    assert columns - 15 < max(map(len, printed.splitlines())) <= columns


@pytest.mark.parametrize("words", EVERY[:-1], ids=" ".join)
def test_without_standard_output_nothing_breaks(words: list[str], tmp_path: Path) -> None:
    ran = shell(f'"$@" {" ".join(words)} < /dev/null >&-', tmp_path)
    assert (ran.status, ran.output) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")  # noqa: PTH110
@pytest.mark.parametrize("words", EVERY[:-1], ids=" ".join)
def test_a_full_disk_is_said_in_a_line(words: list[str], tmp_path: Path) -> None:
    ran = shell(f'"$@" {" ".join(words)} < /dev/null > /dev/full', tmp_path)
    assert (ran.status, ran.stderr) == (4, "hopx-auth: reading or writing failed: No space left on device\n")


@pytest.mark.parametrize("words", EVERY[:-1], ids=" ".join)
@pytest.mark.parametrize("given", [{}, {"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}, {"LC_ALL": "C"}], ids=str)
def test_no_command_prints_escapes(words: list[str], given: dict[str, str], tmp_path: Path) -> None:
    ran = run_command(tmp_path, *words, given=given)
    assert (ran.status, ran.stderr) == (0, "")
    assert "\x1b" not in ran.stdout


# Inside


@pytest.fixture
def broken_command(monkeypatch: pytest.MonkeyPatch) -> Any:
    def install(error: BaseException | None) -> None:
        def fail(_options: object) -> int:
            if error:
                raise error
            return 3

        from conformance.commands import key

        monkeypatch.setattr(key, "new_key", fail)

    return install


def test_a_mistake_of_the_program_is_told_without_a_traceback_or_its_words(
    broken_command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    broken_command(RuntimeError(FORMAT.mint().reveal()))
    assert cli.main(["key", "mint"]) == INTERNAL
    words = capsys.readouterr()
    assert words.out == ""
    assert words.err.startswith("hopx-auth: internal error: RuntimeError at test_cli.py:")
    assert words.err.endswith("; please report it\n")
    assert SPEC.key.prefix not in words.err


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), 130), (OSError("odd"), INTERNAL), (None, CANNOT_TELL)]
)
def test_interruptions_and_failures_have_their_status(
    broken_command: Any, error: BaseException | None, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    broken_command(error)
    stdout = os.dup(1)
    try:
        assert cli.main(["key", "mint"]) == status
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
    expected = "hopx-auth: reading or writing failed: odd\n" if isinstance(error, OSError) else ""
    assert capfd.readouterr() == ("", expected)


def test_ctrl_c_while_it_waits_for_a_text_is_quiet(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; print(flush=True); from conformance.cli import main; sys.exit(main(['key', 'check']))",
        ],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None
        # it has read the first part, and so waits for the rest, once the pipe has room for more than its size
        process.stdin.write("x" * 2_000_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
        assert (process.returncode, stderr) == (130, "")
    finally:
        process.kill()
        process.wait()
