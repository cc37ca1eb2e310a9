"""What a pasted session sets before a command: variables by name, and PowerShell's tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.evidence import Place, Setting
from conformance.diagnosis.shells.prompts import prompt_of, typed_in
from conformance.diagnosis.shells.words import unmarked, variables_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.diagnosis.assignments.assignment import Assignment
    from conformance.diagnosis.reading import Reading

_POSIX = re.compile(r"\s*(?:export\s+|declare\s+-x\s+|typeset\s+-x\s+)?([A-Za-z_]\w{0,80}=.*)", re.DOTALL)
_SESSION = re.compile(r"\$(?P<scope>env:)?(?P<name>[A-Za-z_]\w{0,80})\s*=\s*(?P<value>.*)", re.IGNORECASE | re.DOTALL)
_APPENDED = re.compile(  # to a start-up file, which only shells read that are started later
    r"echo\s+(['\"]?)(?:export\s+)?(?P<name>[A-Za-z_]\w{0,80})=(?P<value>[^\n]*?)\1\s*>>", re.IGNORECASE
)
_ASSIGNED = re.compile(r"([A-Za-z_]\w{0,80})=(.*)", re.DOTALL)
_OF_WINDOWS = re.compile(r"setx?\s|SetEnvironmentVariable", re.IGNORECASE)
_LONGEST = 20_000  # characters of a line
_MOST_OF_TABLE = 50  # lines


class ShellValues:
    """What is known of a session's variables so far; `tables` are what stands between the braces of PowerShell's.

    `own` are the names that PowerShell keeps to itself, beside those of the environment.
    """

    def __init__(self, source: str, reading: Reading) -> None:
        self.source = source
        self.reading = reading
        self.values: dict[str, str] = {}
        self.tables: dict[str, str] = {}
        self.own: set[str] = set()
        self.settings: list[Setting] = []
        self._how: frozenset[str] = frozenset()

    def read(self, lines: Sequence[str], first: int, end: int) -> None:
        """Take the lines from one number up to another, counted from 1, that no command takes."""
        for number in range(first, end):
            prompt = prompt_of(lines[number - 1][:_LONGEST])
            self._how = frozenset({"typed"}) if prompt and prompt.shell else frozenset()
            line = typed_in(lines[number - 1][:_LONGEST])
            of_cmd, for_later = _of_windows(line, number)
            if for_later:
                self._how = frozenset()
                self._keep(for_later.name, for_later.value, number)
            elif match := _APPENDED.match(line):
                self._how = frozenset()
                self._keep(match["name"], match["value"].strip("'\""), number)
            elif match := _SESSION.match(line):
                self.own |= set() if match["scope"] else {match["name"].upper()}
                text = "".join([match["value"], *lines[number : number + _MOST_OF_TABLE]])[:_LONGEST]
                self._of_session(match["name"], text, number)
            elif of_cmd:
                self._set(of_cmd.name, of_cmd.value, number)
            elif match := _POSIX.match(line):
                self._of_posix(match[1], number)

    def read_before(self, text: str, number: int) -> None:
        """Take what stands before a command in its line; its own variables come too late for its words."""
        from conformance.diagnosis.shells.posix import words_of

        self._how = frozenset()
        *statements, own = re.split(r";|&&", typed_in(text[:_LONGEST]))
        for statement in statements:
            if match := _POSIX.match(statement):
                self._of_posix(match[1], number)
        for word in words_of(own, number):
            if match := _ASSIGNED.fullmatch(word.text):
                self._keep(match[1], match[2], number, frozenset({"for one command"}))

    def _of_posix(self, text: str, number: int) -> None:
        from conformance.diagnosis.shells.posix import words_of

        words = words_of(text, number)
        found = [_ASSIGNED.fullmatch(word.text) for word in words]
        for match in found:
            if match is None:
                return  # a command follows, and its variables are its own
        for match in found:
            if match:
                self._set(match[1], match[2], number)

    def _of_session(self, name: str, text: str, number: int) -> None:
        from conformance.diagnosis.shells.windows import words_of_powershell

        words = words_of_powershell(text, number)
        if words and words[0].is_table:
            self.tables[name] = words[0].text
        elif words:
            self._set(name, words[0].text, number)

    def _set(self, name: str, value: str, number: int) -> None:
        if not variables_in(value):
            self.values[name] = value
        self._keep(name, value, number)

    def _keep(self, name: str, value: str, number: int, marks: frozenset[str] = frozenset()) -> None:
        surface, marks = self.reading.surface, marks | self._how
        place = Place(self.source, f"line {number}")
        if name == surface.base_url_variable:
            self.settings.append(Setting(place, "shell", name, value=self.reading.hidden(unmarked(value)), marks=marks))
        elif name in surface.variables and not variables_in(value):
            credential = self.reading.credential(value, place, "variable", name) if value else None
            self.settings.append(Setting(place, "shell", name, credential, marks=marks))


def _of_windows(line: str, number: int) -> tuple[Assignment | None, Assignment | None]:
    """What a line sets in cmd, for this session and for later ones; loaded where one may, which few texts do."""
    if not _OF_WINDOWS.search(line):
        return None, None
    from conformance.diagnosis.assignments.windows import for_later, of_cmd

    return of_cmd(line, number), for_later(line, number)
