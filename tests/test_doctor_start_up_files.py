"""Start-up files of shells: which of them a terminal reads, and what they set there."""

from __future__ import annotations

import re

import pytest
from machines import NAME, Machine

EXPORTED = [("env-not-inherited", "certain")]
PERHAPS = [("env-var-unset", "certain"), ("env-not-inherited", "likely")]
NOT_EXPORTED = [("env-var-unset", "certain")]
SHARED = ".config/fish/fish_variables"
# the shell of the terminal, the file and what it has, a variable that names its folder, and what is found
FILES: dict[str, tuple[str, str, str, str, list[tuple[str, str]]]] = {
    "of the shell": ("bash", ".bashrc", "export {NAME}={key}", "", EXPORTED),
    "of the shell in no terminal": ("", ".bashrc", "export {NAME}={key}", "", PERHAPS),
    "of a login": ("bash", ".profile", "export {NAME}={key}", "", PERHAPS),
    "of another shell": ("bash", ".zlogin", "export {NAME}={key}", "", NOT_EXPORTED),
    "of fish": ("fish", ".config/fish/config.fish", "set -gx {NAME} {key}", "", EXPORTED),
    "of fish in bash": ("bash", ".config/fish/config.fish", "set -gx {NAME} {key}", "", NOT_EXPORTED),
    "of fish elsewhere": ("fish", "x/fish/conf.d/hopx.fish", "set -gx {NAME} {key}", "XDG_CONFIG_HOME", EXPORTED),
    "of all sessions of fish": ("fish", SHARED, "# VERSION: 3.0\nSETUVAR --export {NAME}:{key}", "", EXPORTED),
    "of all sessions of fish in escapes": ("fish", SHARED, "SETUVAR --export {NAME}:{escaped}", "", EXPORTED),
    "of all sessions of fish elsewhere": (
        "fish",
        "x/fish/fish_variables",
        "SETUVAR --export {NAME}:{key}",
        "XDG_CONFIG_HOME",
        EXPORTED,
    ),
    "of all sessions of fish, as it was once": ("fish", SHARED, "SET_EXPORT {NAME}:{key}", "", EXPORTED),
    "of all sessions of fish in bash": ("bash", SHARED, "SETUVAR --export {NAME}:{key}", "", NOT_EXPORTED),
    "of all sessions of fish without export": ("fish", SHARED, "SETUVAR {NAME}:{key}", "", NOT_EXPORTED),
    "of zsh elsewhere": ("zsh", "x/.zshrc", "export {NAME}={key}", "ZDOTDIR", EXPORTED),
    "of the session": ("bash", ".config/environment.d/mine.conf", "{NAME}={key}", "", PERHAPS),
    "without export": ("", ".zshrc", "{NAME}={key}", "", NOT_EXPORTED),
    "with a command": ("", ".zshrc", "export {NAME}=$(op read x)", "", NOT_EXPORTED),
}


@pytest.mark.parametrize("name", FILES)
def test_a_start_up_file_is_the_cause_where_a_terminal_reads_it(name: str, machine: Machine) -> None:
    shell, file, line, variable, causes = FILES[name]
    if shell:
        machine.in_terminal_of(shell)
    if variable:
        machine.given[variable] = str(machine.home / "x")
    escaped = re.sub(r"[._-]", lambda sign: f"\\x{ord(sign[0]):x}", key := machine.secret())
    machine.file(file, line.format(NAME=NAME, key=key, escaped=escaped) + "\n")
    told = machine.offline()
    assert (sorted(told.causes), told.verdict, told.status) == (sorted(causes), "problem", 1)


SCRIPTS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "export beside it": ("{NAME}='{key}'; export {NAME}", EXPORTED),
    "one of two": ("export A=1 {NAME}={key} B=2", EXPORTED),
    "after a condition": ("[ -f x ] && export {NAME}={key}", PERHAPS),
    "in a branch": ("if true; then export {NAME}={key}; fi", PERHAPS),
    "in a branch over lines": ("if [ -f x ]\nthen\n  a=$((1 << 2))\n  export {NAME}={key}\nfi", PERHAPS),
    "in a case": ('case "$HOST" in\n  work*) export {NAME}={key} ;;\nesac', PERHAPS),
    "in a loop": ("for one in $HOSTS; do export {NAME}={key}; done", PERHAPS),
    "in a branch of csh": ("if ($?prompt) then\n  setenv {NAME} {key}\nendif", PERHAPS),
    "behind a branch": ("if true; then\n  x\nfi\nexport {NAME}={key}", EXPORTED),
    "behind a way out": ("case $- in\n  *i*) ;;\n  *) return;;\nesac\nexport {NAME}={key}", EXPORTED),
    "in a branch that does not end": ("if true; then\nexport {NAME}={key}", EXPORTED),
    "perhaps taken back": ("export {NAME}={key}\n[ -f x ] && unset {NAME}", PERHAPS),
    "in a group": ("{{ export {NAME}={key}; }}", EXPORTED),
    "in a shell of its own": ("(export {NAME}={key})", NOT_EXPORTED),
    "in quotes before a comment": ('export {NAME}="{key}" # $mine', EXPORTED),
    "all": ("set -a\n{NAME}={key}\nset +a", EXPORTED),
    "behind all": ("set -a\nA=1\nset +a\n{NAME}={key}", NOT_EXPORTED),
    "not exported any more": ("export {NAME}={key}\nexport -n {NAME}", NOT_EXPORTED),
    "declared": ("declare -gx {NAME}={key}", EXPORTED),
    "declared for the shell": ("declare {NAME}={key}", NOT_EXPORTED),
    "of csh": ("setenv {NAME} {key}", EXPORTED),
    "set and taken back": ("export {NAME}={key}\nunset {NAME}", NOT_EXPORTED),
    "taken back and set": ("unset {NAME}\nexport {NAME}={key}", EXPORTED),
    "set again": ("export {NAME}='\"{key}\"'\nexport {NAME}={key}", EXPORTED),
    "set again for programs by its name alone": ("export {NAME}='\"{key}\"'\n{NAME}={key}", EXPORTED),
    "set to nothing in the end": ("export {NAME}={key}\nexport {NAME}=", NOT_EXPORTED),
    "perhaps set again": ("export {NAME}={key}\n[ -f x ] && export {NAME}=", EXPORTED),
    "in a function": ("use_hopx() {{\n  export {NAME}={key}\n}}", NOT_EXPORTED),
    "in a function in a line": ("use_hopx() {{ export {NAME}={key}; }}", NOT_EXPORTED),
    "in a function by its word": ("function use_hopx\n{{\n  export {NAME}={key}\n}}", NOT_EXPORTED),
    "behind a function": ("function use_hopx() {{\n  echo x\n}}\nexport {NAME}={key}", EXPORTED),
    "behind a function that does not end": ("use_hopx() {{\n  echo x\nexport {NAME}={key}", EXPORTED),
    "in a text": ("cat <<END\nexport {NAME}={key}\nEND", NOT_EXPORTED),
    "in a text in quotes": ("cat <<-'END'\nexport {NAME}={key}\n\tEND", NOT_EXPORTED),
    "in a quotation over lines": ("echo 'first\nexport {NAME}={key}\n'", NOT_EXPORTED),
    "behind a text": ("cat <<END\nx\nEND\nexport {NAME}={key}", EXPORTED),
    "behind a text of one line": ("cat <<< END\nexport {NAME}={key}", EXPORTED),
    "for one command": ("{NAME}={key} hopx list", NOT_EXPORTED),
    "a comment": ("# export {NAME}={key}", NOT_EXPORTED),
    "echoed": ("echo export {NAME}={key}", NOT_EXPORTED),
    "for the shell": ("{NAME}={key}; alias x=y", NOT_EXPORTED),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_start_up_file_is_read_as_a_shell_would(name: str, machine: Machine) -> None:
    script, causes = SCRIPTS[name]
    machine.in_terminal_of("bash").file(".bashrc", script.format(NAME=NAME, key=machine.secret()) + "\n")
    assert machine.offline().causes == causes


FISH: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "for all programs": ("set -gx {NAME} {key}", EXPORTED),
    "in long words": ("set --global --export {NAME} '{key}' # mine", EXPORTED),
    "for all sessions": ("set -Ux {NAME} {key}", EXPORTED),
    "behind the end of options": ("set -gx -- {NAME} {key}", EXPORTED),
    "for the shell": ("set -g {NAME} {key}", NOT_EXPORTED),
    "for this file": ("set -lx {NAME} {key}", NOT_EXPORTED),
    "for this file in long words": ("set --local --export {NAME} {key}", NOT_EXPORTED),
    "asked for": ("set -q {NAME} {key}", NOT_EXPORTED),
    "shown": ("set -S {NAME} {key}", NOT_EXPORTED),
    "erased": ("set -gx {NAME} {key}\nset -eg {NAME}", NOT_EXPORTED),
    "erased among others": ("set -gx {NAME} {key}\nset --erase A {NAME}", NOT_EXPORTED),
    "not exported any more": ("set -gx {NAME} {key}\nset -gu {NAME} {key}", NOT_EXPORTED),
    "set again by its name alone": ("set -gx {NAME} x{key}\nset {NAME} {key}", EXPORTED),
    "set to nothing in the end": ("set -gx {NAME} {key}\nset -gx {NAME}", NOT_EXPORTED),
    "set again by a command": ("set -gx {NAME} {key}\nset -gx {NAME} (op read x)", EXPORTED),
    "behind a guard": ("set -q {NAME}; or set -gx {NAME} {key}", PERHAPS),
    "of a terminal": ("if status is-interactive\n    set -gx {NAME} {key}\nend", PERHAPS),
    "in a function": ("function hopx\n    set -gx {NAME} {key}\nend", NOT_EXPORTED),
}


@pytest.mark.parametrize("name", FISH)
def test_a_start_up_file_is_read_as_fish_would(name: str, machine: Machine) -> None:
    script, causes = FISH[name]
    machine.in_terminal_of("fish").file(
        ".config/fish/config.fish", script.format(NAME=NAME, key=machine.secret()) + "\n"
    )
    assert machine.offline().causes == causes


# what the start-up file has, and what is found where the file that it reads exports the key
SOURCED: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "by a dot": (". ~/.secrets", EXPORTED),
    "by its word": ('source "$HOME/.secrets"', EXPORTED),
    "by another variable": ('. "${{MINE}}/.secrets"', EXPORTED),
    "where it is there": ("[ -f ~/.secrets ] && . ~/.secrets", PERHAPS),
    "in a branch": ("if [ -f ~/.secrets ]; then\n  . ~/.secrets\nfi", PERHAPS),
    "in a function": ("use() {{\n  . ~/.secrets\n}}", NOT_EXPORTED),
    "in a shell of its own": ("(. ~/.secrets)", NOT_EXPORTED),
    "by way of another": (". ~/.more", EXPORTED),
    "by itself": (". ~/.bashrc\n. ~/.secrets", EXPORTED),
    "from where nobody knows": (". secrets\n. $(ls)\n. $NOWHERE/.secrets", NOT_EXPORTED),
    "in a comment": ("# . ~/.secrets", NOT_EXPORTED),
}


@pytest.mark.parametrize("name", SOURCED)
def test_a_file_that_a_start_up_file_reads_is_read_too(name: str, machine: Machine) -> None:
    script, causes = SOURCED[name]
    machine.given["MINE"] = str(machine.home)
    machine.in_terminal_of("bash").file(".bashrc", script.format() + "\n").file(".more", ". ~/.secrets\n")
    machine.file(".secrets", f"export {NAME}={machine.secret()}\n")
    told = machine.offline()
    assert told.causes == causes
    shown = [says for _, says in told.rows("source") if says.startswith("~/.secrets, line 1")]
    assert bool(shown) is (causes != NOT_EXPORTED)


def test_a_key_that_waits_for_a_call_or_a_condition_is_shown_with_it(machine: Machine) -> None:
    machine.file(".bashrc", f"use() {{\n  export {NAME}={machine.secret()}\n}}\n")
    machine.file(".profile", f"[ -f x ] && export {NAME}={machine.secret()}\n")
    rows = machine.offline().rows("source")
    assert any("~/.bashrc, line 2: " in says and "(only where a function is called)" in says for _, says in rows)
    assert any("~/.profile, line 1: " in says and says.endswith(" where a condition holds") for _, says in rows)
