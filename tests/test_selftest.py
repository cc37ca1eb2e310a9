"""The self-test: it finds who survives, who is accused, and which rule has nobody to catch."""

from __future__ import annotations

import io
import itertools
import json
import os
import shlex
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from runs import FORMAT, ROOT, SPEC, finish, has_ended, run_command, run_suite, start_command
from sdk_clients import CLIENTS

from conformance.judge import Verdict
from conformance.mock.faults import FAULTS
from conformance.probes import all_probes
from conformance.selftest import judging, progress, serving
from conformance.selftest.digest import own_digests, suite_digest
from conformance.selftest.impostor import Impostor, other_impostors, own_impostors
from conformance.selftest.judged import Judged, judged
from conformance.selftest.judging import judge
from conformance.selftest.matrix import is_proof, matrix
from conformance.selftest.progress import Progress
from conformance.selftest.store import Kept, keeping, kept_in
from conformance.selftest.text import matrix_document, matrix_page, matrix_text
from conformance.spec.files import default_spec

if TYPE_CHECKING:
    from pathlib import Path

    from runs import Ran

LISTED = ROOT / "tests" / "impostors.toml"
CLIENT = ["{python}", "-S", str(CLIENTS / "adapter.py")]


def selftest(directory: Path, *words: str) -> Ran:
    return run_command(directory, "spec", "selftest", "--directory", "out", *words)


def listed(directory: Path, text: str) -> str:
    """The option for a list of one's own."""
    file = directory / "impostors.toml"
    file.write_text(text, encoding="utf-8")
    return f"--impostors={file}"


def clients(rules: dict[str, str], command: list[str]) -> str:
    lines = [f"{name} = {json.dumps(rule)}" for name, rule in rules.items()]
    return "\n".join(["[[clients]]", f"command = {json.dumps(command)}", "[clients.rules]", *lines])


def test_who_is_caught_is_written_as_a_page_as_data_and_as_a_document(tmp_path: Path) -> None:
    ran = selftest(tmp_path, "--only=fault head-open,misprint example")
    assert (ran.status, "Traceback" in ran.stderr) == (0, False)
    assert "3 of 3 impostors caught by the rule that they name, 0 of 0 others accused: no flaw" in ran.stdout
    data = json.loads((tmp_path / "out" / "selftest.json").read_text(encoding="utf-8"))
    fault, rule = data["impostors"][0], "variants-give-no-access"
    assert (fault["name"], fault["rule"], list(fault["failed"])) == ("head-open", rule, [rule])
    assert f"{rule}[list-missing-head]" in fault["failed"][rule]
    assert "<strong>head-open</strong>" in (tmp_path / "out" / "selftest.html").read_text(encoding="utf-8")
    assert "| head-open | variants-give-no-access |" in (tmp_path / "out" / "kill-matrix.md").read_text(
        encoding="utf-8"
    )


def test_every_flaw_is_named_and_fails_the_self_test(tmp_path: Path) -> None:
    rules = {"loses-status-of-403": "sdk-own-test", "loses-status-of-429": ""}
    texts = [
        clients({"right": "sdk-dotenv"}, CLIENT),
        clients(rules, [*CLIENT, "--fault={name}", "--attempts=1"]),
        clients({"silent": "sdk-dotenv"}, ["{python}", "-c", "print('nothing')"]),
        '[[variants]]\ncommand = ["{python}", "-c", ""]\nnames = ["gone"]',
    ]
    ran = selftest(tmp_path, listed(tmp_path, "\n".join(texts)), "--only=client,variant")
    assert ran.status == 1
    said = dict(line.split(": ", 1) for line in ran.stdout.splitlines() if line.startswith(("client", "variant")))
    assert said["client right (adapter.py)"] == "survived: no rule is broken, and sdk-dotenv should be"
    assert said["client loses-status-of-403 (adapter.py)"] == (
        "caught by unrelated rules only: sdk-forbidden-has-its-status, and not by sdk-own-test"
    )
    assert (
        said["client loses-status-of-429 (adapter.py)"] == "accused, though it conforms: sdk-rate-limit-has-its-status"
    )
    assert f"a part of everybody: 5 of {len(own_impostors()) + 5}, those with client,variant" in ran.stdout.splitlines()
    assert said["client silent"].startswith("not judged: ")
    assert said["variant gone"].startswith("not judged: it ended before it told its address and keys")
    assert "0 of 3 impostors caught by the rule that they name, 1 of 2 others accused: 5 flaws" in ran.stdout
    assert "Traceback" not in ran.output


def test_who_was_judged_is_not_judged_again_until_something_changes(tmp_path: Path) -> None:
    program = tmp_path / "clients" / "adapter.py"
    shutil.copytree(CLIENTS, program.parent)
    command = ["{python}", "-S", str(program), "--fault={name}"]
    option = listed(tmp_path, clients({"loses-message": "sdk-authentication-error"}, command))

    def kept(*words: str) -> bytes:
        assert selftest(tmp_path, option, "--only=loses-message", *words).status == 0
        return (tmp_path / "out" / "judged.jsonl").read_bytes()

    first = kept()
    assert first.count(b"\n") == 1
    assert kept() == first
    again = kept("--again")
    assert again.count(b"\n") == 1
    program.write_text(program.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = kept()
    assert changed.count(b"\n") == 1  # and no old ones
    assert changed != again


def test_a_self_test_that_is_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    words = ("spec", "selftest", "--directory", "out", "--only=fault limit-is", "--jobs=1")
    kept = tmp_path / "out" / "judged.jsonl"
    process = start_command(tmp_path, *words)
    while process.poll() is None and not (kept.is_file() and kept.read_bytes()):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
    ran = finish(process, tmp_path)
    assert (ran.status, ran.stdout, "Traceback" in ran.stderr) == (130, "", False)
    before = kept.read_bytes()
    assert 0 < len(before.splitlines()) < 3
    kept.write_bytes(before + b'{"name": "cut o')
    assert run_command(tmp_path, *words).status == 0
    after = kept.read_bytes()
    assert after.startswith(before)
    assert len(kept_in(kept)) == len(after.splitlines()) == 3


def test_what_is_kept_below_a_line_that_was_cut_off_is_found_again(tmp_path: Path) -> None:
    kept = tmp_path / "judged.jsonl"
    for name in ("one", "two"):
        with keeping(kept) as keep:
            keep(Kept(name, "suite", name, row(name, "")))
        with kept.open("ab") as file:
            file.write(b'{"name": "cut o')
    assert [one.name for one in kept_in(kept)] == ["one", "two"]


ODD = {
    "something else": ("print('[]')", "its first line is not its address and keys as one object of JSON"),
    "an address that is none": (
        """print('{"HOPX_BASE_URL": "http://[", "HOPX_API_KEY": "x"}')""",
        "Invalid IPv6 URL",
    ),
    "the end of the self-test's own process": (
        "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
        "the process that judged it ended at once, as if it was killed",
    ),
}


def test_one_that_cannot_be_judged_keeps_nobody_else_from_it(tmp_path: Path) -> None:
    odd = "\n".join(
        f"[[variants]]\ncommand = {json.dumps(['{python}', '-c', program])}\nnames = [{json.dumps(name)}]"
        for name, (program, _) in ODD.items()
    )
    option = listed(tmp_path, "\n".join([odd, clients({"right": ""}, CLIENT)]))
    ran = selftest(tmp_path, option, "--only=variant,client,mock")
    said = ran.stdout.splitlines()
    for name, (_, problem) in ODD.items():
        assert f"variant {name}: not judged: {problem}" in said
    assert "0 of 0 impostors caught by the rule that they name, 0 of 5 others accused: 3 flaws" in said
    assert (ran.status, "Traceback" in ran.output) == (1, False)


def test_a_bug_of_a_check_is_the_problem_of_one_and_shows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    key = FORMAT.mint()

    def broken(*_: object) -> None:
        raise TypeError(f"no bytes: {key.reveal()}")

    monkeypatch.setattr(judging, "_asked", broken)
    found = judge(default_spec(), Impostor("mock", ""))
    assert found.problem.startswith("TypeError: no bytes: ")
    assert key.reveal()[-40:-20] not in found.problem


def test_one_that_takes_for_ever_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "_MOST_SECONDS", -1.0)
    assert judge(default_spec(), Impostor("mock", "")).problem.startswith("only 0 of ")


def said_of(directory: Path, text: str, *words: str) -> str:
    """What a self-test says at last of the clients of a list, resumed where there was one before."""
    ran = selftest(directory, listed(directory, text), "--only=client", *words)
    return ran.stdout.splitlines()[-2]


def test_a_resumed_self_test_sees_another_rule_other_arguments_and_other_files(tmp_path: Path) -> None:
    command = [*CLIENT, "--fault=loses-message"]
    caught = clients({"one": "sdk-authentication-error"}, command)
    assert said_of(tmp_path, caught).startswith("1 of 1 impostors caught")
    other_rule = clients({"one": "sdk-dotenv"}, command)
    assert said_of(tmp_path, other_rule).startswith("0 of 1 impostors caught")
    assert said_of(tmp_path, clients({"one": ""}, command)).endswith("1 of 1 others accused: 1 flaw")
    assert said_of(tmp_path, clients({"one": ""}, CLIENT)).endswith("0 of 1 others accused: no flaw")
    script = tmp_path / "run.sh"
    by_script = clients({"one": ""}, ["sh", str(script)])
    for words, verdict in ((["--fault=loses-message"], "1 flaw"), ([], "no flaw")):
        script.write_text(shlex.join(["exec", sys.executable, *CLIENT[1:], *words]), encoding="utf-8")
        assert said_of(tmp_path, by_script).endswith(verdict)


def test_two_of_one_name_and_program_are_judged_each(tmp_path: Path) -> None:
    rules = {"twin": "sdk-authentication-error"}
    right = clients(rules, CLIENT)
    twins = "\n".join([right, clients(rules, [*CLIENT, "--fault=loses-message"])])
    for _ in range(2):
        assert said_of(tmp_path, twins).startswith("1 of 2 impostors caught")


def test_what_is_installed_and_what_stands_beside_a_program_is_in_the_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, data, written = tmp_path / "program", tmp_path / "data" / "keys.txt", tmp_path / "out" / "judged.jsonl"
    for file in (program, data, written):
        file.parent.mkdir(exist_ok=True)
        file.write_text("one", encoding="utf-8")
    one = Impostor("variant", "one", "", ("sh", f"--program={program}"))

    def own() -> str:
        return own_digests([one], [written])[one]

    before = own()
    written.write_text("another", encoding="utf-8")
    assert own() == before
    data.write_text("another", encoding="utf-8")
    assert own() != before
    suite = suite_digest(default_spec())
    assert suite_digest(default_spec()) == suite
    monkeypatch.setattr(sys, "version", "4.0")
    assert suite_digest(default_spec()) != suite


SILENT = """
import subprocess, sys, time
words = [sys.executable, "-c", "import time; time.sleep(1000)"]
print(subprocess.Popen(words).pid, end="", file=open(sys.argv[1], "w"))
print("half a line", end="", flush=True)
time.sleep(1000)
"""


def test_a_variant_that_tells_nothing_is_ended_with_all_that_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_ENDING_SECONDS", 0.1)
    started = tmp_path / "started"
    silent = Impostor("variant", "silent", "", (sys.executable, "-c", SILENT, str(started)))
    within = 0.5
    while not (started.is_file() and started.read_text(encoding="utf-8")):
        within *= 2  # of a busy machine
        with (
            pytest.raises(ValueError, match=rf"it did not tell its address and keys within {within:g} s"),
            serving.served(silent, within),
        ):
            pass
    child = int(started.read_text(encoding="utf-8"))
    for _ in range(1000):
        if has_ended(child):
            break
        time.sleep(0.01)
    assert has_ended(child)


FIRST_LINES = {
    "no object": ("[]", "its first line is not its address and keys as one object of JSON"),
    "no words": ('{"HOPX_BASE_URL": 1}', "its first line is not its address and keys as one object of JSON"),
    "no address": ("{}", "its first line lacks HOPX_BASE_URL"),
    "no key": ('{"HOPX_BASE_URL": "http://127.0.0.1:9"}', "its first line lacks HOPX_API_KEY"),
}


@pytest.mark.parametrize("name", FIRST_LINES)
def test_a_variant_that_tells_something_else_is_not_judged(name: str) -> None:
    line, problem = FIRST_LINES[name]
    one = Impostor("variant", "odd", "", (sys.executable, "-c", "print(__import__('sys').argv[1])", line))
    found = judge(default_spec(), one)
    assert (found.problem, found.failed, found.errors) == (problem, {}, {})


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [10, 40, 200])
def test_how_far_it_has_come_fits_into_a_line_of_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys, "stderr", Terminal())
    told = Progress(300)
    told.tell(150, "fault revoked-accepted-in-last-style-of-a-very-long-name")
    told.end()
    first, last = sys.stderr.getvalue().split("\r\x1b[K")[1:]
    assert "150/300"[: columns - 1] in first
    assert ("revoked-accepted" in first) == (columns == 200)
    assert last.rstrip("\n").endswith("300/300")
    assert max(len(first), len(last.rstrip("\n"))) < columns


def test_without_a_terminal_a_line_now_and_then_says_how_far_it_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    now = itertools.count(0.0, 20.0)
    monkeypatch.setattr(progress, "monotonic", lambda: next(now))
    told = Progress(3)
    for done in (1, 2, 3):
        told.tell(done, "somebody")
    told.end()
    assert sys.stderr.getvalue() == "2 of 3 are judged\n"


LISTS = {
    "no TOML": ("[[variants", "; write [[variants]] and [[clients]], as docs/selftest.md shows them"),
    "another word": ("[[servers]]\n", "unknown field `servers`"),
    "a rule that is none": (
        clients({"right": "sdk-dotnev"}, CLIENT),
        "right: unknown rule 'sdk-dotnev'; write 'sdk-dotenv'",
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_with_a_mistake_is_refused(name: str, tmp_path: Path) -> None:
    text, complaint = LISTS[name]
    option = listed(tmp_path, text)
    ran = selftest(tmp_path, option)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"hopx-auth: {option.partition('=')[2]}:1:1: ")
    assert complaint in ran.stderr
    assert not (tmp_path / "out").exists()


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    ran = selftest(tmp_path, "--impostors=gone.toml")
    assert (ran.status, ran.stdout) == (2, "")
    assert "gone.toml" in ran.stderr
    assert "No such file" in ran.stderr


def test_a_word_that_fits_nobody_is_refused(tmp_path: Path) -> None:
    ran = selftest(tmp_path, "--only=head-opne")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == "hopx-auth: --only head-opne: nobody is called so; write 'head-open'\n"


def test_the_list_has_every_wrong_client_and_every_rule_has_two_that_break_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(CLIENTS)
    import wrong

    everybody = [*own_impostors(), *other_impostors(LISTED, SPEC)]
    clients = {one.name for one in everybody if one.kind == "client" and one.rule}
    assert clients == wrong.FAULTS.keys() - set(wrong.UNJUDGED)
    named = [one.rule for one in everybody]
    assert [rule.id for rule in SPEC.rules if rule.level == "must" and named.count(rule.id) < 2] == []
    assert [rule.id for rule in SPEC.rules if rule.level == "should" and rule.id not in named] == []
    assert len(FAULTS) >= 90
    assert len(clients) >= 30
    assert sum(one.kind == "variant" for one in everybody) >= 14


@pytest.mark.parametrize("fault", ["revoked-accepted-in-last-style", "secret-echoed-in-header", ""])
def test_pytest_finds_in_the_mock_what_the_self_test_finds(fault: str, tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "--target=mock", f"--fault={fault}", "--hypothesis-profile=ci", "-q")
    kind = "fault" if fault else "mock"
    found = judge(default_spec(), Impostor(kind, fault, FAULTS[fault].rule if fault else ""))
    assert (ran.rules("fail"), ran.rules("advisory")) == (set(found.failed), set(found.advised))
    assert ran.status == bool(found.failed)


def row(name: str, rule: str, *failed: str, **more: Any) -> Judged:
    return Judged(kind="fault", name=name, rule=rule, failed={one: [f"{one}[x]"] for one in failed}, **more)


def test_rules_without_impostor_and_rules_like_another_are_told() -> None:
    twins = ("unauthorized-missing", "unauthorized-empty")
    data = matrix(SPEC, [row("a", twins[0], *twins), row("b", twins[0], *twins)])
    assert data["redundant"] == [list(twins)]
    assert data["exercised_once"] == []
    assert twins[1] in data["unexercised"]
    assert "challenge-is-sent" not in data["unexercised"]  # a recommendation
    assert not is_proof(data)
    assert is_proof(data | {"unexercised": []})


def test_a_promise_that_one_impostor_breaks_is_a_flaw() -> None:
    data = matrix(SPEC, [row("a", "unauthorized-missing", "unauthorized-missing")]) | {"unexercised": []}
    assert data["exercised_once"] == ["unauthorized-missing"]
    assert not is_proof(data)
    said = matrix_text(data).splitlines()
    assert said[-2] == "unauthorized-missing: one impostor only, and a promise may be broken in two ways"
    assert said[-1].endswith(": 1 flaw")


def test_impostors_that_break_the_same_probes_are_shown_and_are_no_flaw() -> None:
    rule, other = "unauthorized-missing", "unauthorized-empty"
    same = [row("a", rule, rule), row("b", rule, rule), row("c", rule, other), row("d", other, other, rule)]
    apart = [*same, row("e", other, other)]
    data = matrix(SPEC, apart) | {"unexercised": [], "caught_by_others_only": []}
    assert data["same_as"] == [["fault a", "fault b"]]
    assert data["different"] == 3
    assert data["exercised_alike"] == [rule]
    assert is_proof(data)
    said = matrix_text(data).splitlines()
    assert f"{rule}: its impostors break the same probes, so they may be one mistake" in said
    assert "the 4 that are caught break 3 different sets of probes" in said
    assert "- fault a, fault b" in matrix_document(data).splitlines()
    assert "<li>fault a, fault b</li>" in matrix_page(SPEC, data)


def test_who_conforms_is_accused_or_does_not_answer_or_cannot_be_asked() -> None:
    advised = row("advised", "", advised={"challenge-is-sent": ["challenge-is-sent[x]"]})
    silent = row("silent", "", errors={"challenge-is-sent[x]": "the connection was refused"})
    poor = row("poor", "", blocked=["styles-agree", "scope-decides"], most_blocked=1)
    accused = row("accused", "", "unauthorized-missing")
    data = matrix(SPEC, [advised, silent, poor, accused, row("a", "styles-agree", "styles-agree", **LOST)])
    assert [one["name"] for one in data["false_alarms"]] == ["accused"]
    assert not is_proof(data | {"unexercised": [], "exercised_once": [], "false_alarms": []})
    said = matrix_text(data).splitlines()
    assert "fault accused: accused, though it conforms: unauthorized-missing" in said
    assert "fault silent: no answer, though it conforms: challenge-is-sent[x] (the connection was refused)" in said
    poorly = "fault poor: 2 rules cannot be asked of it, and at most 1 may be: styles-agree, scope-decides"
    assert poorly in said
    assert "| a | styles-agree |  |  | scope-decides[x] |" in matrix_document(data).splitlines()
    assert "scope-decides[x]: gone" in matrix_page(SPEC, data)


LOST = {"errors": {"scope-decides[x]": "gone"}}
GONE = """
import json, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
print(json.dumps({"HOPX_BASE_URL": address, "HOPX_API_KEY": "x"}), flush=True)
listener.close()
sys.stdin.read()
"""


def test_a_variant_that_answers_no_more_is_not_judged_and_not_accused() -> None:
    found = judge(default_spec(), Impostor("variant", "gone", "", (sys.executable, "-c", GONE)))
    assert found.problem.startswith("it stopped answering: ")
    assert set(found.errors.values()) != {""}
    data = matrix(SPEC, [found])
    assert [len(data[name]) for name in ("not_judged", "false_alarms", "unanswered", "hardly_asked")] == [1, 0, 0, 0]


def test_an_impostor_that_was_caught_before_it_answered_no_more_is_caught() -> None:
    missing, other = (
        next(one for one in all_probes(SPEC) if one.rule.id == rule)
        for rule in ("unauthorized-missing", "unauthorized-empty")
    )
    verdicts = [(missing, Verdict("fail", "", "200")), (other, Verdict("error", "", "gone"))]
    caught = judged(Impostor("fault", "a", "unauthorized-missing"), verdicts, "it stopped answering", 0.0)
    assert (caught.problem, caught.is_caught, caught.errors) == ("", True, {other.id: "gone"})
    late = judged(Impostor("fault", "b", "unauthorized-empty"), verdicts, "it stopped answering", 0.0)
    assert late.problem == "it stopped answering"


def test_of_a_part_the_pages_say_so(tmp_path: Path) -> None:
    ran = selftest(tmp_path, "--only=misprint example-cut-off")
    everybody = [*own_impostors(), *other_impostors(LISTED, SPEC)]
    part = f"1 of {len(everybody)}, those with misprint example-cut-off"
    assert f"a part of everybody: {part}" in ran.stdout
    assert "1 flaw" not in ran.stdout
    for name in ("kill-matrix.md", "selftest.html"):
        assert part in (tmp_path / "out" / name).read_text(encoding="utf-8")
    document = (tmp_path / "out" / "kill-matrix.md").read_text(encoding="utf-8")
    assert "make selftest" not in document
    assert "Only the rule that has to catch one is asked about it" in document
