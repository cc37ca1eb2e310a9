"""Every mistake of a spec file: all at once, each with its place and what to write instead."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml
from tiny import TINY, mistakes_of, place_of, written

from conformance.spec.loader import load, typed
from conformance.spec.mistakes import FileError, Mistake, suggestion
from conformance.spec.source import Source, read

if TYPE_CHECKING:
    from pathlib import Path


def test_the_spec_of_another_api_loads(tmp_path: Path) -> None:
    spec = load(written(tmp_path, TINY))
    assert (spec.spec, spec.version, spec.key.secret.bytes) == ("tiny", "1", 16)
    assert spec.credentials["near"].source == "good"


# name: what is replaced, by what, where the mistake is then said to be, and what is said
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "unknown-key": ("    advice: Wait.", "    advise: Wait.", "advise", "unknown key 'advise'; write 'advice'"),
    "unknown-key-at-top": ("title: Tiny", "title: Tiny\ncolour: red", "colour", "unknown key 'colour'; write one of"),
    "unknown-key-in-braces": (
        "{document: page, section: One,",
        "{document: page, section: One, page: 3,",
        "page: 3",
        "unknown key 'page'; write one of document, says, section",
    ),
    "missing-key": (
        "    advice: Send a key.\n",
        "",
        "id: needs-a-key",
        "entry 1 lacks the key 'advice'; add it",
    ),
    "missing-key-at-top": ("title: Tiny\n", "", "spec: tiny", "the file lacks the key 'title'; add it"),
    "missing-key-in-braces": (
        "{request: GET /items, needs: read}",
        "{request: GET /items}",
        "list: {request: GET /items}",
        "'list' lacks the key 'needs'; add it",
    ),
    "text-for-number": ("length: 8", "length: eight", "length", "'length' is text; write a whole number"),
    "part-of-a-number": ("length: 8", "length: 8.0", "length", "'length' is a number; write a whole number"),
    "number-too-small": (
        "bytes: 16",
        "bytes: 1",
        "bytes",
        "'bytes': 1 is less than the minimum of 8; correct the value",
    ),
    "odd-number": ("length: 8", "length: 0x8", "length", "'0x8' is no plain number; put it in quotes if it is text"),
    "number-for-text": ('version: "1"', "version: 1.0", "version", "'version' is a number; write text"),
    "nothing-for-text": ("title: Tiny", "title:", "title:\n", "'title' is empty; write text"),
    "no-text": ("title: Tiny", 'title: ""', 'title: ""', "'title' is empty; write something there"),
    "truth-for-text": ("taken: Both", "taken: true", "taken", "'taken' is true or false; write text"),
    "text-for-truth": ("{succeeds: true}", "{succeeds: yes}", "succeeds", "'succeeds' is text; write true or false"),
    "text-for-list": ("allows: [read]", "allows: read", "allows", "'allows' is text; write a list"),
    "list-for-mapping": (
        "good: {key: active, scope: all, variable: TOKEN}",
        "good: [active]",
        "good: [active]",
        "'good' is a list; write a mapping",
    ),
    "mapping-for-text-or-list": (
        "operation: [list, view]",
        "operation: {list: view}",
        "operation: {list: view}",
        "'operation' is a mapping; write text or a list",
    ),
    "wrong-entry-in-text-or-list": (
        "operation: [list, view]",
        "operation: [list, 5]",
        "5]",
        "entry 2 is a number; write text",
    ),
    "empty-list": (
        "    because: [C1]\n    advice: Wait.",
        "    because: []\n    advice: Wait.",
        "because: []",
        "'because' is empty",
    ),
    "enum": ("alphabet: hex", "alphabet: hexx", "alphabet", "'hexx' is not allowed; write 'hex'"),
    "enum-without-likeness": (
        "    level: observe",
        "    level: 9",
        "level: 9",
        "9 is not allowed; write one of must, observe, should",
    ),
    "enum-or-nothing": (
        "{header_case: lower,",
        "{header_case: lowr,",
        "header_case",
        "'lowr' is not allowed; write 'lower'",
    ),
    "form": ("spec: tiny", "spec: Tiny one", "spec", "'Tiny one' has the wrong form; write it to match ^[a-z0-9]+"),
    "form-with-line-break": (
        "spec: tiny",
        'spec: "tiny\\n"',
        "spec",
        "'tiny\\n' has the wrong form; write it to match",
    ),
    "form-of-url": (
        "base_url: https://api.example.com",
        "base_url: api.example.com",
        "base_url",
        "'api.example.com' has the wrong form",
    ),
    "form-of-key": (
        "  token: {header",
        "  Token_: {header",
        "Token_",
        "'Token_' has the wrong form; write it to match",
    ),
    "unknown-operation": (
        "  view: {request:",
        "  look: {request:",
        "look: {",
        "'look' is not allowed; write one of create, delete, list, update, view",
    ),
    "duplicate-key": (
        "title: Tiny",
        "title: Tiny\ntitle: Again",
        "title: Again",
        "'title' stands here a second time, first in line 3; keep one of the two",
    ),
    "complex-key": ("title: Tiny", "title: Tiny\n? [a]\n: b", "[a]", "a key is a list or a mapping; write text"),
    **{
        f"unknown-{group[:-1]}-of-a-full-set": (
            "title: Tiny",
            f"title: Tiny\nthorough: {{{group}: [{name}]}}",
            f"{group}: [",
            f"there is no {group[:-1]} '{name}'; write '{meant}'",
        )
        for group, name, meant in (
            ("rules", "wonder", "wonders"),
            ("alterations", "lowr", "lower"),
            ("texts", "half-key", "half-a-key"),
        )
    },
    "odd-header-of-an-alteration": (
        "{header_case: lower,",
        "{headers: {A B: c}, header_case: lower,",
        "A B",
        "'A B' is no header name; use letters, digits and -",
    ),
    "duplicate-rule": (
        "  - id: wonders",
        "  - id: needs-a-key # again",
        "id: needs-a-key # again",
        "rule id 'needs-a-key' is taken in line 47; choose a new id",
    ),
    "rule-without-outcome": (
        "    then: refused\n",
        "",
        "id: needs-a-key",
        "rule 'needs-a-key' can be broken but has no outcome; write then: and one of the outcomes",
    ),
    "rule-with-empty-outcome": (
        "    then: refused\n",
        '    then: ""\n',
        "id: needs-a-key",
        "rule 'needs-a-key' can be broken but has no outcome",
    ),
    "outcome-that-is-no-text": ("    then: refused", "    then: 401", "then", "'then' is a number; write text"),
    "unknown-outcome": (
        "    then: refused",
        "    then: refusd",
        "then",
        "there is no outcome 'refusd'; write 'refused'",
    ),
    "unknown-claim": (
        "    because: [C1]\n    advice: Wait.",
        "    because: [C1, C11]\n    advice: Wait.",
        "C11",
        "there is no claim or disagreement 'C11'; write 'C1'",
    ),
    "unknown-claim-of-prefix": (
        "{tt_: D1}",
        "{tt_: D11}",
        "tt_",
        "there is no claim or disagreement 'D11'; write 'D1'",
    ),
    "claim-without-rule": (
        "  C2: Taste\n",
        "  {}\n",
        "C2:",
        "claim C2 has no rule; cite it in a rule's because, or give a reason under untestable",
    ),
    "testable-after-all": (
        "    because: [C1]\n    advice: Wait.",
        "    because: [C1, C2]\n    advice: Wait.",
        "C2: Taste",
        "C2 has a rule, so it is testable; remove one of the two",
    ),
    "untestable-unknown": ("  C2: Taste\n", "  C2: Taste\n  X3: Gone\n", "X3", "there is no claim 'X3'"),
    "unknown-document": (
        "{document: page, section: Two",
        "{document: pages, section: Two",
        "document: pages",
        "there is no document 'pages'; write 'page'",
    ),
    "document-that-is-no-text": (
        "{document: page, section: Two",
        "{document: 2, section: Two",
        "document: 2",
        "'document' is a number; write text",
    ),
    "unknown-reading": (
        "readings: {C1: Any}",
        "readings: {C9: Any}",
        "C9",
        "there is no claim 'C9'; write one of C1, C2",
    ),
    "ambiguous-id": (
        "taken: Both}\n",
        "taken: Both}\n  C2: {about: It, readings: {}, taken: None}\n",
        "C2: {about",
        "'C2' is a claim's id as well; choose another id",
    ),
    "unknown-credential": (
        "{credential: good,",
        "{credential: god,",
        "credential: god",
        "there is no credential 'god'; write 'good'",
    ),
    "unknown-style": ("style: each", "style: tokn", "style: tokn", "there is no style 'tokn'; write 'token'"),
    "unknown-operation-of-rule": (
        "operation: [list, view]",
        "operation: [lists, view]",
        "operation:",
        "there is no operation 'lists'; write 'list'",
    ),
    "unknown-alteration": (
        "alteration: lower",
        "alteration: higher",
        "alteration:",
        "there is no alteration 'higher'; write one of each, lower",
    ),
    "unknown-operation-of-alteration": (
        "operations: [list]",
        "operations: [delete]",
        "operations: [delete]",
        "there is no operation 'delete'; write one of list, view",
    ),
    "two-places": (
        "{header: X-Token,",
        "{header: X-Token, cookie: token,",
        "token: {header",
        "'token' names 2 places; write one of header, query, cookie, body",
    ),
    "no-header-name": (
        "{header: X-Token,",
        "{header: X Token,",
        "header: X",
        "'X Token' is no header name; use letters, digits and -",
    ),
    "style-without-key": (
        '{query: token, value: "{key}"}',
        '{query: token, value: "{k}"}',
        'value: "{k}"',
        "'{k}' carries no key; write {key} or",
    ),
    "style-and-lookalike": (
        "  in-query: {",
        "  token: { # twice\n    ",
        "token: { # twice",
        "'token' is a style as well; give the lookalike another name",
    ),
    "unknown-permission": (
        "{request: GET /items, needs: read}",
        "{request: GET /items, needs: reed}",
        "needs: reed",
        "there is no permission 'reed'; write 'read'",
    ),
    "path-without-id": (
        '"GET /items/{id}"',
        "GET /items/7",
        "request: GET /items/7",
        "operation 'view' needs {id} in its path; correct the request",
    ),
    "path-with-id": (
        "{request: GET /items,",
        '{request: "GET /items/{id}/all",',
        'request: "GET /items/{id}/all"',
        "operation 'list' cannot have {id} in its path; correct the request",
    ),
    "unknown-scope": ("scope: all, v", "scope: al, v", "scope: al, v", "there is no scope 'al'; write 'all'"),
    "unknown-source": (
        "near_miss, from: good",
        "near_miss, from: goood",
        "from: goood",
        "there is no credential 'goood'; write 'good'",
    ),
    "credential-without-variable": (
        ", variable: TOKEN",
        "",
        "good: {key",
        "a credential with key 'active' needs 'variable'; add it",
    ),
    "credential-without-source": (
        "near_miss, from: good",
        "near_miss",
        "near: {key",
        "a credential with key 'near_miss' needs 'from'; add it",
    ),
    "credential-without-texts": (
        ', texts: {half-a-key: "{id}"}',
        "",
        "broken: {key",
        "a credential with key 'text' needs 'texts'; add it",
    ),
    "credential-without-kinds": (
        ", how: [drop]",
        "",
        "near: {key",
        "a credential with key 'near_miss' needs 'how'; add it",
    ),
    "label": (
        "{half-a-key:",
        "{Half_a_key:",
        "Half_a_key",
        "'Half_a_key' is no slug; write lower-case words joined by -",
    ),
    "outcome-that-says-two-things": (
        "{succeeds: true}",
        "{succeeds: true, no_access: true}",
        "allowed: {succeeds",
        "'allowed' says 2 things; write one of succeeds, no_access, status, any, in_scope",
    ),
    "half-an-outcome": (
        ", out_of_scope: refused",
        "",
        "by_scope",
        "'by_scope' has one of in_scope and out_of_scope; write both",
    ),
    "unknown-outcome-of-outcome": (
        "out_of_scope: refused",
        "out_of_scope: refuse",
        "out_of_scope",
        "there is no outcome 'refuse'; write 'refused'",
    ),
    "unknown-vocabulary": (
        "      words: [",
        "      word: [",
        "word: [",
        "there is no vocabulary 'word'; write 'words'",
    ),
    "unknown-credential-of-body": (
        "only: [none]",
        "only: [non]",
        "only:",
        "there is no credential 'non'; write 'none'",
    ),
    "regex": (
        "{message: ^No}",
        '{message: "(No"}',
        'message: "(No"',
        "'(No' is no regular expression: missing ), unterminated subpattern at position 0; correct it, or put \\",
    ),
    "regex-that-python-warns-of": (
        "{message: ^No}",
        '{message: "[[a]"}',
        'message: "[[a]"',
        "'[[a]' is no regular expression: Possible nested set at position 1; correct it",
    ),
    "regex-that-is-too-large": (
        "{message: ^No}",
        '{message: "a{99999999999999999999}"}',
        'message: "a{9',
        "is no regular expression: the repetition number is too large; correct it",
    ),
    "regex-that-is-too-deep": (
        "{message: ^No}",
        f'{{message: "{"(" * 5000}{")" * 5000}"}}',
        'message: "((',
        "is no regular expression: maximum recursion depth exceeded",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_said_with_its_place_and_what_to_write_instead(name: str, tmp_path: Path) -> None:
    old, new, needle, message = MISTAKES[name]
    assert TINY.count(old) == 1
    text = TINY.replace(old, new)
    said = [mistake for mistake in mistakes_of(tmp_path, text) if message in mistake]
    assert [mistake.partition(" ")[0] for mistake in said] == [f"{place_of(text, needle)}:"]


def test_all_mistakes_of_a_file_are_said_at_once(tmp_path: Path) -> None:
    text = TINY
    expected: list[str] = []
    touched: set[int] = set()
    for old, new, _, message in MISTAKES.values():
        start = TINY[: TINY.index(old)].count("\n")
        lines = set(range(start, start + old.rstrip("\n").count("\n") + 1))
        moves_lines = old.count("\n") != new.count("\n")
        if not moves_lines and not lines & touched:
            text = text.replace(old, new)
            touched |= lines
            expected.append(message)
    assert len(expected) >= 20
    said = mistakes_of(tmp_path, text)
    missing = [message for message in expected if not any(message in mistake for mistake in said)]
    assert not missing
    places = [tuple(map(int, mistake.split(":")[:2])) for mistake in said]
    assert places == sorted(places)


def test_a_mistake_that_is_found_twice_is_said_once(tmp_path: Path) -> None:
    text = TINY.replace("  view: {request:", "  look: {request:").replace("title: Tiny", "title: 7")
    assert sum("'look' is not allowed" in mistake for mistake in mistakes_of(tmp_path, text)) == 1


def test_a_mistake_in_an_outcome_hides_no_bad_regular_expression_in_it(tmp_path: Path) -> None:
    text = TINY.replace("status: [401]", "status: nope").replace("{message: ^No}", '{message: "(No"}')
    said = "\n".join(mistakes_of(tmp_path, text))
    assert "'status' is text; write a list" in said
    assert "'(No' is no regular expression" in said


def test_groups_of_the_wrong_kind_are_said_and_nothing_else_breaks(tmp_path: Path) -> None:
    for group in ("claims", "rules", "styles", "operations", "scopes", "outcomes", "credentials", "key"):
        data = yaml.safe_load(TINY) | {group: "text"}
        (tmp_path / group).mkdir()
        said = mistakes_of(tmp_path / group, yaml.safe_dump(data))
        assert any(f"{group!r} is text; write a" in mistake for mistake in said)


def test_a_rule_that_is_text_is_said_once(tmp_path: Path) -> None:
    text = TINY + "  - just text\n"
    assert f"{place_of(text, 'just text')}: entry 3 is text; write a mapping" in mistakes_of(tmp_path, text)


def test_a_rule_without_id_is_called_this_rule(tmp_path: Path) -> None:
    text = TINY.replace("  - id: needs-a-key\n    level", "  - level").replace("    then: refused\n", "")
    said = mistakes_of(tmp_path, text)
    assert any("entry 1 lacks the key 'id'; add it" in mistake for mistake in said)
    assert any("this rule can be broken but has no outcome" in mistake for mistake in said)


def test_what_only_the_type_refuses_is_said_all_the_same(tmp_path: Path) -> None:
    source = read(written(tmp_path, "since: never\n"))
    assert typed(source, dict[str, date]) is None
    assert [mistake.message for mistake in source.mistakes] == [
        "Invalid RFC3339 encoded date - at `$[...]`; correct the value"
    ]


def test_what_fits_its_type_is_no_mistake(tmp_path: Path) -> None:
    source = read(written(tmp_path, "- a: 1.5\n"))
    assert typed(source, list[dict[str, float]]) == [{"a": 1.5}]
    assert source.mistakes == []


def test_a_mistake_at_an_unknown_place_is_said_at_the_nearest_known_one() -> None:
    source = Source("f", places={(): (1, 1), ("a",): (2, 3)})
    source.mistake(("a", 5, "x"), "one")
    source.mistake(("b",), "two")
    assert list(map(str, source.mistakes)) == ["f:2:3: one", "f:1:1: two"]


def test_mistakes_are_sorted_by_place() -> None:
    error = FileError([Mistake("f", 10, 1, "late"), Mistake("f", 9, 2, "early")])
    assert str(error) == "f:9:2: early\nf:10:1: late"


def test_a_suggestion_is_the_nearest_word_or_all_of_them() -> None:
    assert suggestion("lst", ["list", "view"]) == "write 'list'"
    assert suggestion("zzz", ["view", "list"]) == "write one of list, view"
    assert suggestion("zzz", []) == "nothing is known here"


def test_of_many_words_the_command_that_lists_them_is_suggested() -> None:
    words = ["revoked", "expired"]
    assert suggestion("revokd", words, "hopx-auth spec causes") == "write 'revoked'"
    assert suggestion("nothing like it", words, "hopx-auth spec causes") == "hopx-auth spec causes names them all"
