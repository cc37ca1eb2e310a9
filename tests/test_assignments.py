"""How lines become variables: the readers of each notation beside the programs that they stand for."""

from __future__ import annotations

import io
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from dotenv.parser import parse_stream
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conformance.diagnosis.assignments.docker import of_docker
from conformance.diagnosis.assignments.dotenv import of_dotenv
from conformance.diagnosis.assignments.scripts import of_script
from conformance.diagnosis.assignments.systemd import of_environment_file, of_unit
from conformance.diagnosis.assignments.windows import of_windows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.diagnosis.assignments.assignment import Assignment


def pairs(found: Iterable[Assignment]) -> list[tuple[str, str]]:
    return [(one.name, one.value) for one in found if not one.is_refused]


DOTENV = ["A", "B", "=", "'", '"', "\\", "\n", "\r\n", "\r", " ", "\t", "#", "export ", "n", "${A}", "é", "\ufeff"]


@settings(max_examples=500)
@given(st.lists(st.sampled_from(DOTENV), max_size=14).map("".join))
def test_a_file_of_variables_is_read_as_python_dotenv_reads_it(text: str) -> None:
    theirs = parse_stream(io.StringIO(text, newline=""))
    expected = [(one.key, one.value) for one in theirs if one.key and not one.error and one.value is not None]
    assert pairs(of_dotenv(text)) == expected


@pytest.mark.parametrize(
    ("text", "value", "is_refused"),
    [
        ('A="x\\""', 'x"', False),
        ('A="x\ny"', "x\ny", False),
        ("A = 'x' # c", "x", False),
        ("A=x#y # c", "x#y", False),
        ("A= # c", "", False),
        ("A='x\\n'", "x\\n", False),
        ('A="x', '"x', True),
        ('A="x" y', '"x" y', True),
    ],
)
def test_what_quotes_and_comments_are_in_a_file_of_variables(text: str, value: str, is_refused: bool) -> None:
    (found,) = of_dotenv(f"# first\n{text}\n")
    assert (found.name, found.value, found.line, found.is_refused) == ("A", value, 2, is_refused)


PIECES = [
    "x",
    "'a b'",
    '"c d"',
    "$'e\\n\\''",
    "\\'",
    "\\\\",
    "\\\n",
    "'l1\nl2'",
    "'#'",
    "#",
    '"\\$q\\""',
    "''",
    "=",
    "é",
]
STATEMENTS = [
    "export A={0}",
    "A={0}",
    "export A",
    "export B=1 A={0} # c",
    'export "A={0}"',
    "export -n A",
    "export -n A={0}",
    "unset A",
    "set -a",
    "set +a",
    "declare -x A={0}",
    "typeset A={0}",
    "if true; then\nexport A={0}\nfi",
    "if false; then A={0}; else A=2; fi",
    "for i in 1; do export A={0}; done",
    "case x in\nx) export A={0};;\n*) A=2 ;;\nesac",
    "f() {{ export A={0}; }}",
    "function g {{\nA={0}\n}}",
    "A={0} true",
    "(export A={0})",
    "{{ export A={0}; }}",
    "true && export A={0}",
    "false || A={0}",
    "true | export A={0}",
    "cat >/dev/null <<E\nexport A={0}\nE",
    "# export A='{0}",
    "echo {0} >/dev/null",
    "alias x='export A=1'",
    "[[ -n x && -n y ]]",
    'export K=$(echo "a b" "(")',
]
words = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
lines = st.builds(str.format, st.sampled_from(STATEMENTS), words)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.lists(lines, min_size=1, max_size=4).map("\n".join))
def test_a_script_exports_what_bash_exports(script: str) -> None:
    found = [one for one in of_script(script) if one.name == "A" and one.reach != "command" and one.when != "on call"]
    assume(not any(one.is_computed or one.when == "on condition" for one in found))
    done = subprocess.run(
        ["bash", "-c", f"{script}\nprintf '\\0'; env -0"],
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assume(done.returncode == 0 and not done.stderr)
    variables = dict(one.split("=", 1) for one in done.stdout.decode().split("\0") if "=" in one)
    own = found[-1].value if found and found[-1].reach == "programs" else None
    assert own == variables.get("A")


@pytest.mark.parametrize(
    ("script", "is_computed", "value"),
    [
        ('export A="$(op read "op://x y")"', True, "$(a command's output)"),
        ("export A=$B", True, "${B}"),
        ("export A=`cat x`", True, "$(a command's output)"),
        ('export A="$1"', True, "$1"),
        ("export A='$B'", False, "$B"),
        ("export A='x", True, "'x"),
    ],
)
def test_what_only_a_run_tells_is_said_to_be_computed(script: str, is_computed: bool, value: str) -> None:
    (found,) = of_script(script)
    assert (found.is_computed, found.value) == (is_computed, value)


# as `docker run` of Docker 28 sends it
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('A="x"', [("A", '"x"')]),
        ("  A=x", [("A", "x")]),
        ("A= x # c ", [("A", " x # c ")]),
        ("# A=x", []),
        ("  # A=x", []),
        ("A", []),
        ("=x", []),
        ("A = x", []),
        ("export A=x", []),
    ],
)
def test_docker_keeps_what_stands_behind_the_sign(line: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(of_docker([line])) == expected


# as the generator of systemd 252 for `environment.d` has it
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=x # c", "x # c"),
        ("A=  x y  ", "x y"),
        ('A="x\ny"', "x\ny"),
        ("A=x\\\ny", "xy"),
        ('A="x"y', "xy"),
        ('A=x"y"z', 'x"y"z'),
        ('A="x" # c', "x# c"),
        ("A='it'\\''s'", "it''s'"),
        ("A=x\\ny", "xny"),
        ('A="x\\ny"', "x\\ny"),
        ('A="x\\""', 'x"'),
        ("A=x\\ ", "x "),
        (" A = x", "x"),
        ("; A=y\n# A=y\\\nA=y\nA=x", "x"),
    ],
)
def test_systemd_has_rules_of_its_own_for_files(text: str, value: str) -> None:
    assert pairs(of_environment_file(f"{text}\nZ=1\n")) == [("A", value), ("Z", "1")]


def test_a_unit_sets_several_in_a_line() -> None:
    assert pairs(of_unit(["[Service]", 'Environment="A=x y" \'B=z\' C=1 D="d"'])) == [
        *[("A", "x y"), ("B", "z")],
        *[("C", "1"), ("D", "d")],
    ]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("set A=x", "x"),
        ('set "A=x"', "x"),
        ('set "A=x" & echo "y"', "x"),
        ('set A="x"', '"x"'),
        ("set A=x & echo y", "x "),
        ('@SET A="a&b"', '"a&b"'),
        ("setx A x", "x"),
        ('setx A "x y"', "x y"),
        ("$env:A = 'x'", "x"),
        ('$Env:A="x`"" # c', 'x"'),
        ("[Environment]::SetEnvironmentVariable('A', 'x', 'User')", "x"),
    ],
)
def test_what_cmd_and_powershell_set(line: str, value: str) -> None:
    assert pairs(of_windows([line])) == [("A", value)]
