"""Mistakes in a causes file: all are said at once, each with its place and what to write instead."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from catalogue import TINY, written
from tiny import place_of

from conformance.diagnosis.causes.loader import load
from conformance.spec.files import default_spec
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize("pattern", ["(", "a{99999999999}", "[[a]"])
def test_a_sign_that_is_no_pattern_is_a_mistake_whatever_python_says_of_it(pattern: str, tmp_path: Path) -> None:
    sign = f"signs: [{{fact: says-so, within: [body], matches: '{pattern}', says: It says so}}]\n"
    file = written(tmp_path, TINY + sign)
    with pytest.raises(FileError) as caught:
        load(file, default_spec())
    (mistake,) = caught.value.mistakes
    assert f"{file}:{place_of(TINY + sign, 'matches')}: {pattern!r} is no regular expression: " in str(mistake)
    assert mistake.message.endswith("; correct it, or put \\ before the sign")


@pytest.mark.parametrize("text", ["", "- a\n", "causes: x\n", "causes: [x]\n", "causes: [{fix: x}]\n", "causes: {}\n"])
def test_a_file_of_another_shape_is_refused_without_a_traceback(text: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"causes\.yaml:1:\d+: "):
        load(written(tmp_path, text), default_spec())
