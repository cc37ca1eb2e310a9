"""hopx-auth explain on files of real clients: how good it is, and that the files are what they are said to be."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.recognition.vendors import VENDORS
from tests.corpus import world
from tests.corpus.case import CASES, cases
from tests.corpus.hiding import LONGEST_SHOWN, fill, hide, keys_in, pieces_in
from tests.corpus.judging import Judged, base, judge, judge_redacted
from tests.corpus.minted import FORMAT, mint
from tests.corpus.record import recipes
from tests.corpus.score import score, table, wrong
from tests.runs import ROOT, run_command

if TYPE_CHECKING:
    from pathlib import Path


# Nothing that looks like a key may reach the database of examples.
settings.register_profile("corpus", database=None, deadline=None, max_examples=60)
settings.load_profile("corpus")

JWT = re.compile(rb"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.")
OF_VENDORS = re.compile("|".join(rf"(?<![A-Za-z0-9_-]){re.escape(one.begins)}{one.rest}" for one in VENDORS).encode())
# of clients that every machine with the toolkit has
RECORDED_AGAIN = (
    "key-quoted-by-json",
    "key-cut-last",
    "dotenv-utf16",
    "env-trailing-cr-export-p",
    "curl-bearer-in-x-api-key",
    "curl-token-header",
    "curl-read-only-creates",
    "curl-waf-challenge",
    "fetch-smart-quotes",
    "fetch-refused",
)


@cache
def judged(split: str) -> tuple[Judged, ...]:
    return tuple(judge(case) for case in cases() if case.split == split)


# what nobody can see any more when the secret is hidden: a word that is no key, one character of two keys, a half
HIDDEN_WITH_THE_SECRET = {"env-scheme-inside", "key-secret-alone", "log-prose", "one-character-off"}


def test_what_was_redacted_is_explained_as_it_was() -> None:
    answers = [judge_redacted(case) for case in cases()]
    assert [one.case.id for one in answers if one.leaks or one.crash or one.is_confidently_wrong] == []
    before = {one.case.id: one for one in (*judged("tuning"), *judged("apart"))}
    others = {one.case.id for one in answers if sorted(one.found) != sorted(before[one.case.id].found)}
    assert others <= HIDDEN_WITH_THE_SECRET
    told = (ROOT / "docs" / "redact.md").read_text(encoding="utf-8")
    assert f"of the {len(answers)} recorded cases to {len(answers) - len(others)}" in told


@pytest.mark.parametrize("split", ["tuning", "apart"])
def test_causes_are_named_and_nothing_is_claimed_that_the_evidence_does_not_show(split: str) -> None:
    answers = judged(split)
    told = wrong(answers) if split == "tuning" else []  # who reads what is wrong apart tunes for it
    assert score(answers).missed == [], "\n".join([*told, *table(answers)])


def test_the_documentation_says_what_was_measured() -> None:
    made = score((*judged("tuning"), *judged("apart")))
    shares = [str(one).replace("/", " of ") for one in (made.single, made.several, made.precision, made.recall)]
    cells = ["all", made.cases, *shares[:2], ", ".join(shares[2:]), made.confidently_wrong, made.false_alarms]
    row = f"| {' | '.join(map(str, cells))} |"
    assert row in (ROOT / "docs" / "explain.md").read_text(encoding="utf-8").splitlines(), row


def test_the_command_says_what_was_measured(tmp_path: Path) -> None:
    for case in cases()[::60]:
        files, secrets = case.filled()
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        as_kind = ["--as", case.given_as] if case.given_as else []
        ran = run_command(tmp_path, "explain", *files, *as_kind, "--format", "json")
        (one,) = (one for one in judged(case.split) if one.case.id == case.id)
        assert ran.status == {"healthy": 0, "problem": 1, "cannot-tell": 3}[one.verdict]
        assert f'"verdict": "{one.verdict}"' in ran.stdout
        assert not pieces_in(ran.output.encode(), list(secrets.values()))


def test_the_corpus_is_as_large_and_as_mixed_as_it_has_to_be() -> None:
    every = cases()
    verdicts = [{answer.verdict for answer in case.answers} for case in every]
    named = {base(cause) for case in every for answer in case.answers for cause in answer.causes}
    assert len(every) >= 140
    assert sum(one == {"cannot-tell"} for one in verdicts) >= 20
    assert sum("healthy" in one and "problem" not in one for one in verdicts) >= 12
    assert sum(Judged(case).is_several for case in every) >= 12
    assert sum(len(case.files) > 1 for case in every) >= 14
    assert len(named) >= 45
    assert {case.family for case in every} == {"K", "E", "C", "H", "T", "L", "mixed"}
    assert 0.25 < sum(case.split == "apart" for case in every) / len(every) < 0.42
    assert sum(file.stat().st_size for file in CASES.rglob("*") if file.is_file()) < 5_000_000


def test_no_stored_file_holds_a_secret() -> None:
    for file in CASES.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            for spelling in (data, data.replace(b"\0", b"")):
                assert keys_in(spelling) == [], file
                assert not JWT.search(spelling), file
                assert not OF_VENDORS.search(spelling), file


def test_what_is_stored_is_what_the_recipes_say() -> None:
    by_id = recipes()
    assert {case.id for case in cases()} == set(by_id)
    for case in cases():
        recipe = by_id[case.id]
        assert (case.family, case.kinds, case.altered) == (recipe.family, recipe.kinds, recipe.altered)
        stored = [{name: list(value) for name, value in vars(answer).items() if value} for answer in case.answers]
        told = recipe.expect.get("accept", [recipe.expect])
        assert [one | {"verdict": answer.verdict} for one, answer in zip(stored, case.answers, strict=True)] == told
        for answer in case.answers:
            for cause in (*answer.causes, *answer.also, *answer.candidates, *answer.holds, *case.forbidden):
                base(cause)


def test_every_reading_has_other_secrets_of_the_same_shape() -> None:
    case = next(case for case in cases() if case.id == "curl-two-keys")
    (first, secrets), (second, others) = case.filled(), case.filled()
    assert not set(secrets.values()) & set(others.values())
    assert [len(data) for data in first.values()] == [len(data) for data in second.values()]
    assert pieces_in(next(iter(first.values())), list(secrets.values())) == list(secrets.values())


@given(st.lists(st.tuples(st.binary(max_size=12), st.integers(0, 66), st.integers(0, 66)), max_size=6))
def test_what_is_hidden_comes_back_and_shows_nothing(pieces: list[tuple[bytes, int, int]]) -> None:
    secrets = {"A": mint("key")}
    data = b" ".join(noise + b" " + secrets["A"][start:end].encode() for noise, start, end in pieces)
    hidden = hide(data, secrets)
    assert fill(hidden, secrets) == data
    part = secrets["A"].partition(FORMAT.separator)[2].encode()
    length = LONGEST_SHOWN + 1
    assert not any(part[at : at + length] in hidden for at in range(len(part) - length + 1))


def test_a_secret_that_no_recipe_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="a piece of a secret is left"):
        hide(f"X-API-Key: {FORMAT.mint().reveal()}".encode(), {})


@pytest.mark.skipif(not world.can_enter(), reason="this user may have no namespaces of its own")
def test_cases_that_are_recorded_again_are_what_is_stored(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.corpus.record", "--into", str(tmp_path), *RECORDED_AGAIN]
    ran = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    chosen = [case for case in cases() if case.id in RECORDED_AGAIN]
    assert len(chosen) == len(RECORDED_AGAIN)
    for case in chosen:
        for name, stored in case.stored().items():
            again = (tmp_path / case.family / case.id / name).read_bytes()
            assert lasting(again) == lasting(stored), case.id


def lasting(text: bytes) -> bytes:
    """What is the same in every recording: no times, no ports, no ids."""
    text = re.sub(rb"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b", b"D", text)
    return re.sub(rb"\d+", b"0", re.sub(rb"\b(?:req_|sb_)?[0-9a-f]{8,}\b", b"H", re.sub(rb" +", b" ", text)))
