"""The causes file, its loader and its command: every cause is there, and what it tells people to run can be run."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
from itertools import pairwise
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml
from runs import FORMAT, ROOT, SPEC, run_command

from conformance.diagnosis.causes.loader import causes_schema, load
from conformance.spec.files import default_causes, default_spec, specs_directory
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.diagnosis.causes.model import Step

CAUSES = load(default_causes(), default_spec())

# The ids are public: none is ever renamed, removed or given to something else.
IDS = [
    "env-var-unset",
    "key-wrapped-in-quotes",
    "key-trailing-newline",
    "env-shadowed-by-shell",
    "placeholder-key",
    "dotenv-not-loaded",
    "key-surrounding-whitespace",
    "wrong-vendor-key",
    "scope-insufficient",
    "revoked",
    "key-truncated",
    "key-masked",
    "bearer-prefix-missing",
    "bearer-prefix-doubled",
    "wrong-header-name",
    "wrong-base-url",
    "waf-block-403-html",
    "http-redirect-dropped-auth",
    "proxy-stripped-header",
    "rate-limited",
    "quota-or-billing",
    "expired",
    "env-not-inherited",
    "env-not-passed-to-process",
    "env-var-misnamed",
    "env-var-not-expanded",
    "literal-null-key",
    "stored-credential-conflict",
    "jwt-instead-of-key",
    "key-id-only",
    "not-a-key",
    "test-key-on-live",
    "cross-org-resource",
    "hidden-404",
    "tls-interception",
    "proxy-auth-required",
    "sdk-ignores-proxy-env",
    "netrc-overrides-authorization",
    "conflicting-credentials",
    "unicode-lookalike",
    "dotenv-bom-or-utf16",
    "rotated-old-key-in-use",
    "key-not-yet-active",
    "captive-portal-or-login-html",
    "cors-preflight",
    "key-in-query-string",
    "ip-not-allowed",
    "agent-jwt-expired",
    "clock-skew",
    "vendor-incident-or-client-defect",
    "key-mistyped",
    "resource-absent",
    "network-unreachable",
]
VARIANTS = {
    "key-trailing-newline": ["key-trailing-newline-cr"],
    "revoked": ["auto-revoked-leak"],
    "key-truncated": ["key-truncated-at-dot", "key-truncated-last-char"],
    "bearer-prefix-missing": ["bearer-no-space"],
    "bearer-prefix-doubled": ["bearer-in-x-api-key", "bearer-in-env"],
    "wrong-header-name": ["basic-auth-instead"],
    "wrong-base-url": ["gateway-path-masquerade", "base-url-env-ignored"],
    "http-redirect-dropped-auth": ["trailing-slash-redirect"],
    "proxy-stripped-header": ["header-underscore-dropped"],
    "env-not-passed-to-process": ["ci-secret-empty", "browser-bundle-env"],
    "stored-credential-conflict": ["keyring-unreadable"],
    "jwt-instead-of-key": ["oauth-token", "access-token"],
    "key-id-only": ["secret-only", "public-key"],
    "not-a-key": ["not-a-key-url", "not-a-key-email", "not-a-key-prose", "not-a-key-command"],
    "test-key-on-live": ["wrong-project-or-region"],
    "unicode-lookalike": [
        "unicode-lookalike-smart-quotes",
        "unicode-lookalike-en-dash",
        "unicode-lookalike-nbsp",
        "unicode-lookalike-zwsp",
        "unicode-lookalike-cyrillic",
    ],
    "dotenv-bom-or-utf16": ["dotenv-crlf"],
    "network-unreachable": ["authorities-missing", "other-address-unreachable", "proxy-unreachable"],
}
SETS = {
    "EQ1": {
        "key-mistyped",
        "revoked",
        "expired",
        "cross-org-resource",
        "rotated-old-key-in-use",
        "key-not-yet-active",
        "vendor-incident-or-client-defect",
    },
    "EQ2": {"scope-insufficient", "cross-org-resource", "ip-not-allowed", "quota-or-billing"},
    "EQ3": {
        "env-var-unset",
        "dotenv-not-loaded",
        "http-redirect-dropped-auth",
        "proxy-stripped-header",
        "wrong-header-name",
    },
    "EQ4": {"http-redirect-dropped-auth", "captive-portal-or-login-html"},
    "EQ5": {"wrong-base-url", "hidden-404", "resource-absent"},
    "EQ6": {"sdk-ignores-proxy-env", "network-unreachable"},
    "EQ7": {"quota-or-billing", "scope-insufficient", "waf-block-403-html"},
    "EQ8": {"tls-interception", "captive-portal-or-login-html", "wrong-base-url"},
    "EQ9": {"scope-insufficient", "ip-not-allowed", "quota-or-billing"},
    "EQ10": {"wrong-base-url", "vendor-incident-or-client-defect"},
}
FORMS = {
    "key-wrapped-in-quotes",
    "key-truncated",
    "placeholder-key",
    "wrong-vendor-key",
    "test-key-on-live",
    "bearer-prefix-doubled",
    "env-var-not-expanded",
    "literal-null-key",
}
SETS["EQ11"] = SETS["EQ1"] | SETS["EQ3"] | FORMS  # where nobody sees whether a key was sent
SETS["EQ12"] = SETS["EQ1"] | FORMS  # where nobody sees which

TINY = """\
title: Tiny
causes:
  - id: first
    title: The first
    says: It is broken.
    shows: [It stops.]
    fix:
      any: [{do: Mend it.}]
      bash: [{run: mend '<thing>'}]
      python: [{program: mend()}]
    falsified_by: It goes on.
    variants: [{id: first-of-all, says: It never began.}]
    because: [R7]
    threads: [owner/repo#1]
  - id: second
    title: The second
    says: It is gone.
    shows: [It is not there.]
    fix: {any: [{do: Look for it.}]}
    falsified_by: It is there.
indistinguishable:
  - id: EQ1
    when: Nothing happens.
    candidates: [first, second]
    ask: Is it there?
    splits: Yes or no.
"""


def written(directory: Path, text: str) -> Path:
    file = directory / "causes.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def steps(*places: str) -> list[tuple[str, str, Step]]:
    """The steps that are taken at these places, with the id of their cause and the place."""
    return [
        (cause.id, place, step)
        for cause in CAUSES.causes
        for place, found in cause.fix.places().items()
        if place in places
        for step in found
    ]


# The file that is shipped


def test_every_cause_and_variant_is_there_in_the_order_of_the_catalogue() -> None:
    assert [cause.id for cause in CAUSES.causes] == IDS
    assert len(IDS) == 53
    assert {cause.id: [v.id for v in cause.variants] for cause in CAUSES.causes if cause.variants} == VARIANTS


def test_a_variant_leads_to_its_cause() -> None:
    found = CAUSES.by_id()
    assert [found[name].id for name in IDS] == IDS
    assert {name: found[name].id for names in VARIANTS.values() for name in names} == {
        name: cause for cause, names in VARIANTS.items() for name in names
    }


def test_every_set_of_lookalikes_is_there() -> None:
    assert {entry.id: set(entry.candidates) for entry in CAUSES.indistinguishable} == SETS
    assert all(entry.ask.endswith((".", "?")) and "?" in entry.ask for entry in CAUSES.indistinguishable)


@pytest.mark.parametrize("name", ["cors-preflight", "key-in-query-string"])
def test_an_exposed_key_is_to_be_replaced_and_no_other_cause_says_that_it_is_not(name: str) -> None:
    fix = CAUSES.by_id()[name].fix
    assert any(re.search(r"[Rr]eplace the key|revoke the one", step.do) for step in fix.any)
    assert not any("not replace" in step.do for cause in CAUSES.causes for step in cause.fix.any)


def test_the_checked_in_schema_is_what_the_types_generate() -> None:
    text = (specs_directory() / "schema" / "causes.schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(causes_schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_causes_file_fits_the_schema() -> None:
    schema = causes_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(default_causes().read_text(encoding="utf-8")), schema)


# What people are told to do

SHELLS = ("any", "bash", "docker", "python", "node", "cli", "curl", "gateway", "support")  # where run is for sh
UNSAFE = {
    "certificates are not checked": r"verify\s*=\s*False|(curl|curl\.exe) .*(-\w*k\b|--insecure)|REJECT_UNAUTHORIZED",
    "the key is printed": r"echo\b[^)]*[$%]|printenv HOPX_API_KEY(?! *\|)|^(printenv|env|set)$|print\(.*[Kk]ey"
    r"|console\.log\(.*[Kk]ey|Write-(Host|Output).*KEY|docker inspect|--reveal",
    "the key is written into a command": r"hopx_(live|test)_[A-Za-z0-9]",
    "a secret is given away": r"(?i)(send|paste|post)[^.]*\b(your|the|whole) key\b[^.]*\b(chat|ticket|issue|mail|us)\b",
}


@pytest.mark.parametrize("why", UNSAFE)
def test_nothing_unsafe_is_advised(why: str) -> None:
    told = [
        (cause, place, step.text)
        for cause, place, step in steps(*SHELLS, "powershell", "cmd")
        if re.search(UNSAFE[why], step.text, re.MULTILINE)
    ]
    told += [(entry.id, "ask", entry.ask) for entry in CAUSES.indistinguishable if re.search(UNSAFE[why], entry.ask)]
    assert told == []


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("certificates are not checked", "requests.get(url, verify=False)"),
        ("certificates are not checked", "curl -sSk https://x"),
        ("certificates are not checked", "export NODE_TLS_REJECT_UNAUTHORIZED=0"),
        ("the key is printed", 'echo "$HOPX_API_KEY"'),
        ("the key is printed", "printenv HOPX_API_KEY"),
        ("the key is printed", "print(api_key)"),
        ("the key is written into a command", "export HOPX_API_KEY=hopx_live_abc"),
        ("a secret is given away", "Send us your key by mail."),
    ],
)
def test_what_is_unsafe_would_be_noticed(why: str, text: str) -> None:
    assert re.search(UNSAFE[why], text, re.MULTILINE)


@pytest.mark.parametrize("word", ["verify=False", "--insecure", "REJECT_UNAUTHORIZED", SPEC.key.example[-20:]])
def test_no_text_at_all_has_a_forbidden_word(word: str) -> None:
    assert word not in default_causes().read_text(encoding="utf-8")


def test_every_command_for_a_shell_is_one() -> None:
    commands = [(cause, place, step.run) for cause, place, step in steps(*SHELLS) if step.run]
    assert len(commands) > 50
    for cause, place, command in commands:
        checked = subprocess.run(["bash", "-n"], input=command, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, ""), f"{cause}, {place}: {command}"


def test_what_is_to_be_filled_in_stands_within_quotes() -> None:
    for cause, place, step in steps(*SHELLS, "powershell", "cmd"):
        bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", step.run)
        assert not re.search(r"<[a-z]", bare), f"{cause}, {place}: {step.run}"


def test_every_program_for_python_parses() -> None:
    programs = [(cause, step.program) for cause, _, step in steps("python") if step.program]
    assert len(programs) > 10
    for cause, program in programs:
        ast.parse(program, filename=cause)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_every_program_for_node_parses(tmp_path: Path) -> None:
    programs = [(cause, step.program) for cause, _, step in steps("node") if step.program]
    assert len(programs) > 5
    for cause, program in programs:
        file = tmp_path / f"{cause}.mjs"
        file.write_text(program, encoding="utf-8")
        checked = subprocess.run(["node", "--check", str(file)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, f"{cause}: {checked.stderr}"


SPOILED: dict[str, Callable[[str], str]] = {
    "key-wrapped-in-quotes": lambda key: f'"{key}"',
    "key-trailing-newline": lambda key: f"{key}\r\n",
    "key-surrounding-whitespace": lambda key: f" \t{key} ",
    "bearer-prefix-doubled": lambda key: f"Bearer {key}",
}


@pytest.mark.parametrize("cause", SPOILED)
def test_the_command_that_mends_a_key_does(cause: str) -> None:
    key = FORMAT.mint().reveal()
    mend = next(step.run for name, _, step in steps("bash") if name == cause and step.run)
    script = mend + '\n[ "$HOPX_API_KEY" = "$WANTED" ] && exec sh -c \'[ "$HOPX_API_KEY" = "$WANTED" ]\''
    given = os.environ | {"HOPX_API_KEY": SPOILED[cause](key), "WANTED": key}
    done = subprocess.run(["bash", "-c", script], env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("cause", ["env-var-unset", "placeholder-key", "literal-null-key", "unicode-lookalike"])
def test_a_key_that_is_pasted_is_handed_on_and_not_shown(cause: str) -> None:
    key = FORMAT.mint().reveal()
    ask = next(step.run for name, _, step in steps("bash") if name == cause and step.run)
    script = ask + '\nexec sh -c \'[ "$HOPX_API_KEY" = "$WANTED" ]\''
    given = {name: value for name, value in os.environ.items() if name != "HOPX_API_KEY"} | {"WANTED": key}
    done = subprocess.run(["bash", "-c", script], env=given, input=f" {key} \n", capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_commands_that_mend_a_file_do(tmp_path: Path) -> None:
    file, key = tmp_path / ".env", FORMAT.mint().reveal()
    plain = f"HOPX_API_KEY={key}\nOTHER=1\n"
    quotes = next(step.run for name, _, step in steps("docker") if name == "key-wrapped-in-quotes" and step.run)
    utf16, marks = (step.run for name, _, step in steps("bash") if name == "dotenv-bom-or-utf16" and step.run)
    for command, spoiled in (
        (quotes.replace("<env file>", ".env"), f'HOPX_API_KEY="{key}"\nOTHER=1\n'.encode()),
        (marks, b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode()),
        (utf16, plain.encode("utf-16")),
    ):
        file.write_bytes(spoiled)
        subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
        assert file.read_bytes() == plain.encode(), "the file is not mended"


# The loader


def test_a_small_causes_file_loads(tmp_path: Path) -> None:
    causes = load(written(tmp_path, TINY), default_spec())
    assert list(causes.by_id()) == ["first", "second", "first-of-all"]
    places = causes.causes[0].fix.places()
    assert {place: [step.text for step in found] for place, found in places.items()} == {
        "any": ["Mend it."],
        "bash": ["mend '<thing>'"],
        "python": ["mend()"],
    }


# name: what is replaced, by what, where the mistake is then said to be, and what is said
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "unknown-key": ("    title: The second", "    titel: The second", "titel", "unknown key 'titel'; write 'title'"),
    "missing-key": ("    says: It is gone.\n", "", "id: second", "entry 2 lacks the key 'says'; add it"),
    "unknown-place": ("      bash:", "      bush:", "bush", "unknown key 'bush'; write 'bash'"),
    "no-place": ("{any: [{do: Look for it.}]}", "{}", "fix: {}", "'fix' lacks the key 'any'; add it"),
    "no-steps": ("bash: [{run: mend '<thing>'}]", "bash: []", "bash: []", "'bash' is empty; write something there"),
    "no-signs": ("shows: [It stops.]", "shows: []", "shows: []", "'shows' is empty; write something there"),
    "no-threads": ("threads: [owner/repo#1]", "threads: []", "threads", "'threads' is empty; write something there"),
    "no-claims": ("because: [R7]", "because: []", "because", "'because' is empty; write something there"),
    "no-text": ("says: It is gone.", "says: ''", "says: ''", "'says' is empty; write something there"),
    "no-such-thread": (
        "owner/repo#1",
        "https://x/1",
        "https",
        "'https://x/1' has the wrong form; write it to match ^[A-Za-z0-9-]+/[A-Za-z0-9._-]+#[1-9][0-9]*$",
    ),
    "no-slug": ("id: second", "id: The Second", "id: The", "'The Second' has the wrong form; write it to match"),
    "text-for-list": ("shows: [It stops.]", "shows: It stops.", "shows: It", "'shows' is text; write a list"),
    "cause-twice": ("id: second", "id: first", "id: first\n    title: The s", "cause id 'first' is taken in line 3;"),
    "variant-like-cause": (
        "id: first-of-all",
        "id: first",
        "id: first,",
        "cause id 'first' is taken in line 3; choose a new id",
    ),
    "set-twice": (
        "    splits: Yes or no.\n",
        "    splits: Yes or no.\n  - {id: EQ1, when: W, candidates: [second, first], ask: A, splits: S}\n",
        "id: EQ1, when",
        "set id 'EQ1' is taken in line 22; choose a new id",
    ),
    "unknown-claim": ("because: [R7]", "because: [R77]", "R77", "there is no claim or disagreement 'R77'; write 'R7'"),
    "unknown-candidate": (
        "candidates: [first, second]",
        "candidates: [first, secund]",
        "secund",
        "there is no cause 'secund'; write 'second'",
    ),
    "variant-as-candidate": (
        "candidates: [first, second]",
        "candidates: [second, first-of-all]",
        "first-of-all]",
        "there is no cause 'first-of-all'; write one of first, second",
    ),
    "candidate-twice": (
        "candidates: [first, second]",
        "candidates: [first, second, first]",
        "first]\n    ask",
        "'first' is a candidate already; remove one of the two",
    ),
    "one-candidate": (
        "candidates: [first, second]",
        "candidates: [first]",
        "candidates",
        "one candidate is an answer, not a set; add another, or remove the set",
    ),
    "no-candidates": ("candidates: [first, second]", "candidates: []", "candidates", "'candidates' is empty; write"),
    "empty-step": (
        "{run: mend '<thing>'}",
        "{}",
        "{}",
        "this step is empty; write one of run, program, do",
    ),
    "two-kinds": (
        "{run: mend '<thing>'}",
        "{do: Mend, run: mend}",
        "{do: Mend, run: mend}",
        "this step is run and do; write one of run, program, do",
    ),
    "step-of-text": ("[{run: mend '<thing>'}]", "[mend it]", "mend it", "entry 1 is text; write a mapping"),
    "program-in-a-shell": (
        "{run: mend '<thing>'}",
        "{program: mend()}",
        "program: mend()}]\n      python",
        "bash runs no programs; write run: with a command, or move it to python or node",
    ),
    "left-out": (
        "{run: mend '<thing>'}",
        "{run: mend your_thing}",
        "run: mend your",
        "'your_' cannot be pasted; write what is to be filled in as <…>",
    ),
    "ellipsis": ("{run: mend '<thing>'}", "{run: mend …}", "run: mend …", "'…' cannot be pasted; write what"),
    "begins-with-a-command": (
        "{any: [{do: Look for it.}]}",
        "{any: [{run: look}]}",
        "{run: look}",
        "this is to say the whole fix in one sentence; begin with do:",
    ),
}


def place_of(text: str, needle: str) -> str:
    """Line and column of the needle's only occurrence, counted from 1."""
    assert text.count(needle) == 1, needle
    before = text[: text.index(needle)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_said_with_its_place_and_what_to_write_instead(name: str, tmp_path: Path) -> None:
    old, new, needle, message = MISTAKES[name]
    assert TINY.count(old) == 1, old
    text = TINY.replace(old, new)
    file = written(tmp_path, text)
    with pytest.raises(FileError) as caught:
        load(file, default_spec())
    said = str(caught.value).splitlines()
    assert any(line.startswith(f"{file}:{place_of(text, needle)}: {message}") for line in said), said


def test_all_mistakes_of_a_file_are_said_at_once(tmp_path: Path) -> None:
    text = TINY
    for name in ("unknown-key", "unknown-claim", "candidate-twice", "no-signs", "left-out"):
        text = text.replace(*MISTAKES[name][:2])
    with pytest.raises(FileError) as caught:
        load(written(tmp_path, text), default_spec())
    lines = [mistake.line for mistake in caught.value.mistakes]
    assert len(lines) == 6  # an unknown key is a missing one too
    assert all(one <= other for one, other in pairwise(lines))


@pytest.mark.parametrize("text", ["", "- a\n", "causes: x\n", "causes: [x]\n", "causes: [{fix: x}]\n", "causes: {}\n"])
def test_a_file_of_another_shape_is_refused_without_a_traceback(text: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"causes\.yaml:1:\d+: "):
        load(written(tmp_path, text), default_spec())


def test_causes_are_frozen() -> None:
    with pytest.raises(AttributeError):
        CAUSES.causes[0].title = "Other"  # type: ignore[misc]


# The command


def test_the_command_lists_ids_and_titles(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes")
    assert (ran.status, ran.stderr) == (0, "")
    listed = [line.split(maxsplit=1) for line in ran.stdout.splitlines()]
    assert listed == [[cause.id, cause.title] for cause in CAUSES.causes]


@pytest.mark.parametrize("name", ["key-in-query-string", "bearer-no-space", "revoked", "network-unreachable"])
def test_the_command_shows_a_cause_in_full(name: str, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes", name)
    assert (ran.status, ran.stderr) == (0, "")
    cause = CAUSES.by_id()[name]
    texts = [cause.title, cause.says, *cause.shows, cause.falsified_by, *cause.threads]
    texts += [variant.says for variant in cause.variants]
    texts += [line for found in cause.fix.places().values() for step in found for line in step.text.split("\n")]
    texts += [entry.ask for entry in CAUSES.indistinguishable if cause.id in entry.candidates]
    texts += [SPEC.claims[claim].says for claim in cause.because if claim in SPEC.claims]
    assert [text for text in texts if text not in ran.stdout] == []
    assert ran.stdout.startswith(f"{cause.id}: ")


def test_a_set_is_shown_without_the_cause_itself(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes", "sdk-ignores-proxy-env")
    assert "Then it may also be network-unreachable. Ask:" in ran.stdout


def test_json_holds_the_causes_and_nothing_else(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes", "--format", "json")
    result = json.loads(ran.stdout)
    assert (ran.status, ran.stderr, list(result)) == (0, "", ["causes", "indistinguishable"])
    assert [cause["id"] for cause in result["causes"]] == IDS
    assert [entry["id"] for entry in result["indistinguishable"]] == list(SETS)


def test_json_of_one_cause_has_its_citations_and_its_sets(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes", "auto-revoked-leak", "--format", "json")
    result = json.loads(ran.stdout)
    (cause,) = result["causes"]
    assert cause["id"] == "revoked"
    assert list(cause["because"]) == ["R8", "R11", "S14"]
    assert all(SPEC.claims[name].says in text for name, text in cause["because"].items())
    assert [entry["id"] for entry in result["indistinguishable"]] == ["EQ1", "EQ11", "EQ12"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_unknown_cause_is_a_usage_error_with_the_nearest_one(form: str, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "causes", "key-mistiped", "--format", form)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == "hopx-auth: there is no cause 'key-mistiped'; write 'key-mistyped'\n"


def test_a_key_in_the_place_of_a_cause_is_not_repeated(tmp_path: Path) -> None:
    key = FORMAT.mint()
    ran = run_command(tmp_path, "spec", "causes", key.reveal())
    assert (ran.status, ran.stdout) == (2, "")
    assert FORMAT.parts(key).secret[:8] not in ran.stderr


def test_another_causes_file_is_read_and_its_mistakes_are_said(tmp_path: Path) -> None:
    written(tmp_path, TINY)
    ran = run_command(tmp_path, "spec", "causes", "--causes", "causes.yaml")
    assert (ran.status, ran.stdout) == (0, "first   The first\nsecond  The second\n")
    written(tmp_path, TINY.replace("R7", "R77"))
    ran = run_command(tmp_path, "spec", "causes", "--causes", "causes.yaml")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == "hopx-auth: causes.yaml:13:15: there is no claim or disagreement 'R77'; write 'R7'\n"


def test_causes_are_those_of_the_spec_that_is_named(tmp_path: Path) -> None:
    spec = str(ROOT / "tests" / "other-api.yaml")
    ran = run_command(tmp_path, "spec", "causes", "--spec", spec)
    assert (ran.status, ran.stdout) == (2, "")
    assert "causes.yaml:" in ran.stderr
    written(tmp_path, TINY.replace("    because: [R7]\n", ""))
    assert run_command(tmp_path, "spec", "causes", "--spec", spec, "--causes", "causes.yaml").status == 0


def test_escapes_of_a_causes_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    written(tmp_path, TINY.replace("says: It is gone.", 'says: "It is \\e[31mgone."'))
    ran = run_command(tmp_path, "spec", "causes", "second", "--causes", "causes.yaml")
    assert ran.status == 0
    assert "\x1b" not in ran.stdout
