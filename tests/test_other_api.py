"""Another API: nothing of the toolkit may depend on the one that it was first written for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from runs import ROOT, run_command, run_suite

from conformance.keys import KeyFormat
from conformance.mock.directory import Directory, populate
from conformance.mock.faults import FAULTS
from conformance.mock.message import Request
from conformance.mock.respond import Mock
from conformance.probes import all_probes
from conformance.spec.files import default_spec
from conformance.spec.loader import load
from conformance.spec.mistakes import FileError

OTHER = Path(__file__).resolve().parent / "other-api.yaml"
SPEC, HOPX = load(OTHER), load(default_spec())

SMALL = """
spec: small
version: 1.0.0
title: Small
base_url: http://small.example
key:
  prefix: s-
  id: {{alphabet: hex, length: 8}}
  separator: "."
  secret: {{encoding: hex, bytes: 8}}
  example: none
documents: {{d: {{title: D}}}}
claims: {{C: {{document: d, section: S, says: Keys are needed}}}}
styles: {{key: {style}}}
operations:
  list: {{request: GET /all, needs: see}}
scopes: {{all: {{allows: [see]}}}}
credentials:
  good: {{key: active, scope: all, variable: GOOD}}
  none: {{key: none}}
  wrong: {{key: minted}}
outcomes:
  fine: {{succeeds: true}}
  no: {{status: [401]}}
  by_scope: {{in_scope: fine, out_of_scope: no}}
rules:
  - {{id: opens, level: must, <<says>>, when: {{credential: good, style: each, operation: each}}, then: fine}}
  - {{id: shuts, level: must, <<says>>, when: {{credential: [none, wrong], style: each, operation: each}}, then: "no"}}
  - {{id: lives, level: must, <<says>>, when: {{credential: none}}, check: key_lifecycle, target: mock}}
  - {{id: works, level: must, <<says>>, when: {{credential: wrong, operation: list}}, check: {check}, then: "no"}}
  - {{id: both, level: observe, <<says>>, when: {{credential: good, operation: list}}, check: both_headers_at_once}}
""".replace("<<says>>", "says: A word, because: [C], advice: Try")


def small(directory: Path, style: str, check: str = "refused_every_time") -> Path:
    file = directory / "small.yaml"
    file.write_text(SMALL.format(style=style, check=check))
    return file


def test_its_spec_file_has_no_mistakes_and_every_claim_is_asked(tmp_path: Path) -> None:
    ran = run_command(tmp_path, "spec", "lint", str(OTHER))
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"{OTHER}: no mistakes in {len(SPEC.rules)} rules, ")
    ran = run_command(tmp_path, "spec", "coverage", "--spec", str(OTHER))
    assert (ran.status, ran.stderr) == (0, "")


def test_it_is_unlike_the_usual_one_in_everything() -> None:
    for name in ("title", "base_url", "base_url_variable"):
        assert getattr(SPEC, name) != getattr(HOPX, name)
    for name in ("styles", "lookalikes", "scopes", "credentials", "outcomes", "environments", "vocabularies"):
        assert set(getattr(SPEC, name)).isdisjoint(set(getattr(HOPX, name)) - {"rate_limited"}), name
    assert {o.path for o in SPEC.operations.values()}.isdisjoint(o.path for o in HOPX.operations.values())
    assert set(SPEC.operations) < set(HOPX.operations)
    assert KeyFormat(msgspec.to_builtins(SPEC.key)).parse(SPEC.key.example).prefix == SPEC.key.prefix


def test_its_mock_speaks_its_language() -> None:
    directory = Directory(SPEC)
    roles, mock = populate(directory), Mock(directory)
    item = roles.sandboxes["own"]

    def ask(role: str, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
        headers = ((b"authorization", b"tOKEN " + roles.keys[role].reveal().encode()),) if role else ()
        answer = mock.respond(Request(method, f"/api/2{path}", headers=headers, body=body))
        return answer.status, json.loads(answer.body)

    assert ask("", "GET", "/widgets") == (401, {"text": "No such token", "fault": "E_TOKEN"})
    assert ask("stale", "GET", "/widgets") == (401, {"text": "Stale token", "fault": "E_STALE"})
    assert ask("hasty", "GET", "/widgets") == (429, {"fault": "E_SLOW"})
    assert ask("guard", "POST", "/widgets/new", b'{"colour": "red"}') == (403, {"fault": "E_ROLE"})
    assert ask("rival", "GET", f"/widgets/{item}/data") == (403, {"fault": "E_ROLE"})
    assert ask("smith", "POST", "/widgets/new", b'{"colour": "red"}')[0] == 202
    assert ask("smith", "POST", "/widgets/new", b'{"color": "red"}')[0] == 400
    assert ask("boss", "GET", "/widgets")[0] == 206
    assert ask("boss", "GET", f"/widgets/{item}/data") == (203, {"serial": item, "status": "running"})
    assert ask("boss", "PUT", f"/widgets/{item}/data")[0] == 405
    assert ask("boss", "POST", f"/widgets/{item}/scrap")[0] == 200
    assert ask("boss", "GET", f"/widgets/{item}/data")[0] == 404


def test_a_whole_run_of_it_passes(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "--target=mock", f"--spec={OTHER}")
    assert ran.status == 0, ran.output
    assert {line["verdict"] for line in ran.verdicts.values()} == {"pass", "observed"}
    assert set(ran.verdicts) == {probe.id for probe in all_probes(SPEC)}
    assert "at http://127.0.0.1:" in ran.stdout
    assert '/api/2; promises: Acme "Widgets" API 0.3.0' in ran.stdout


def test_any_operation_may_be_one_that_no_page_documents(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(
        OTHER.read_text(encoding="utf-8").replace(", because: [A3]}", ", documented: false, because: [A3]}")
    )
    assert not any(operation.documented for operation in load(file).operations.values())
    ran = run_suite(tmp_path, "--target=mock", f"--spec={file}")
    assert ran.status == 0, ran.output
    assert {line["verdict"] for line in ran.verdicts.values()} == {"pass", "observed"}


@pytest.mark.parametrize(
    "fault", ["scope-ignored", "last-style-ignored", "wrong-secret-accepted", "denied-delete-works"]
)
def test_its_broken_promises_are_found(tmp_path: Path, fault: str) -> None:
    assert fault in FAULTS
    ran = run_suite(tmp_path, "--target=mock", f"--spec={OTHER}", f"--fault={fault}")
    assert ran.status == 1
    expected = {
        "scope-ignored": "roles-decide",
        "last-style-ignored": "token-opens",
        "wrong-secret-accepted": "strangers-stay-out",
        "denied-delete-works": "refused-work-is-not-done",
    }
    assert expected[fault] in ran.rules("fail")


@pytest.mark.parametrize(
    "style",
    ['{header: Key, value: "{key}"}', '{query: key, value: "{key}"}', '{cookie: key, value: "k-{key}"}'],
)
def test_a_spec_with_one_operation_one_style_and_one_scope_is_run(tmp_path: Path, style: str) -> None:
    ran = run_suite(tmp_path, "--target=mock", f"--spec={small(tmp_path, style)}")
    assert ran.status == 0, ran.output
    assert {probe: line["verdict"] for probe, line in ran.verdicts.items()} == {
        "opens": "pass",
        "shuts[list-none]": "pass",
        "shuts[key-list-wrong]": "pass",
        "lives": "pass",
        "works": "pass",
        "both": "blocked",
    }
    assert ran.verdicts["both"]["reason"] == "two header styles in the spec"


def test_what_a_spec_has_no_operation_for_is_blocked(tmp_path: Path) -> None:
    file = small(tmp_path, '{header: Key, value: "{key}"}', "bad_key_after_good_one")
    file.write_text(file.read_text().replace("when: {credential: wrong, operation: list}", "when: {credential: wrong}"))
    ran = run_suite(tmp_path, "--target=mock", f"--spec={file}")
    assert ran.status == 0, ran.output
    assert ran.verdicts["works"]["reason"] == "the operation '' in the spec"


@pytest.mark.parametrize(
    "check",
    [
        "answer",
        "bad_key_after_good_one",
        "cookie_of_refusal_does_not_authenticate",
        "cookie_of_success_does_not_authenticate",
        "every_near_miss_is_refused",
        "refused_every_time",
        "server_survives",
        "whole_surface_needs_a_key",
    ],
)
def test_a_check_that_compares_with_an_outcome_does_not_load_without_one(tmp_path: Path, check: str) -> None:
    file = small(tmp_path, '{header: Key, value: "{key}"}', check)
    file.write_text(file.read_text().replace(f'check: {check}, then: "no"', f"check: {check}"))
    with pytest.raises(FileError, match="rule 'works' can be broken but has no outcome; write then: and one of"):
        load(file)


@pytest.mark.parametrize(("credential", "named"), [("[good, none]", "none"), ("wrong", "wrong"), ("each", "none")])
def test_the_scope_decides_only_about_credentials_that_have_one(tmp_path: Path, credential: str, named: str) -> None:
    file = small(tmp_path, '{header: Key, value: "{key}"}')
    text = file.read_text().replace("credential: good, style: each", f"credential: {credential}, style: each")
    file.write_text(text.replace("then: fine", "then: by_scope"))
    with pytest.raises(
        FileError, match=f"credential '{named}' has no scope to decide by; leave it out, or give it one"
    ):
        load(file)


def test_its_keys_are_known_to_the_key_commands(tmp_path: Path) -> None:
    minted = run_command(tmp_path, "key", "mint", "--spec", str(OTHER))
    assert re.fullmatch(r"acme-[0-9a-f]{16}:[0-9a-f]{40}\n", minted.stdout)
    assert run_command(tmp_path, "key", "check", "--spec", str(OTHER), stdin=minted.stdout).status == 0
    assert run_command(tmp_path, "key", "check", stdin=minted.stdout).status == 1
    redacted = run_command(tmp_path, "key", "redact", "--spec", str(OTHER), stdin=f"Token {minted.stdout}")
    assert redacted.stdout == f"Token {minted.stdout[:22]}…\n"


def names_of_the_usual_api() -> list[str]:
    """Everything that only a spec file may name, as it stands in the usual one."""
    # what is rarely tried has names of many other APIs
    lookalikes = [style for name, style in HOPX.lookalikes.items() if name not in HOPX.thorough.lookalikes]
    names = {style.header for style in (*HOPX.styles.values(), *lookalikes) if style.header}
    names |= {name for style in lookalikes if (name := style.query or style.cookie or style.body)}
    names |= {code for vocabulary in HOPX.vocabularies.values() for code in vocabulary.codes}
    names |= {operation.path for operation in HOPX.operations.values()} | {HOPX.base_url, HOPX.title}
    names |= {HOPX.key.prefix, *HOPX.key.other_prefixes, HOPX.key.example}
    names |= {field for operation in HOPX.operations.values() for field in operation.body or {}}
    names |= {rule.id for rule in HOPX.rules if "-" in rule.id}
    names |= {"HOPX_", "api.hopx", "hopx.dev", "hopx_"}
    # not a header that HTTP itself has, nor how people write "API key" in a sentence
    return sorted(names - {"Authorization", "Api-Key"})


WORDS_OF_THE_ADAPTER_PROTOCOL = {"api_key", "timeout_seconds"}  # which are the same for every API


def test_no_module_names_what_only_a_spec_file_may_name() -> None:
    rules = {rule.id for rule in HOPX.rules}
    found = [
        f"{file.relative_to(ROOT)} names {name}"
        for file in sorted((ROOT / "conformance").rglob("*.py"))
        for name in sorted(set(names_of_the_usual_api()) - WORDS_OF_THE_ADAPTER_PROTOCOL)
        if name.lower() in file.read_text(encoding="utf-8").lower()
        and not (name in rules and file.parent.name in ("faults", "selftest"))  # a fault names the rule that catches it
    ]
    assert found == []
