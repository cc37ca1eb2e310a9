"""Who holds the variables of a text: a process, a file that something loads, a start-up file of a shell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.assignments.assignment import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.diagnosis.evidence import Holder

# variables that every process has, and no file sets for one
_OF_PROCESSES = frozenset(
    """
    PATH HOME PWD SHELL USER USERNAME HOSTNAME SHLVL _
    ALLUSERSPROFILE APPDATA COMPUTERNAME COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA LOGONSERVER NUMBER_OF_PROCESSORS OS
    PATHEXT PROCESSOR_ARCHITECTURE PROGRAMDATA PROGRAMFILES SYSTEMDRIVE SYSTEMROOT USERDOMAIN USERPROFILE WINDIR
    """.split()  # noqa: SIM905
)


def holder_of(lines: Sequence[str]) -> Holder:
    """Who holds the variables of a file, by what it says."""
    text = "\n".join(lines[:400])
    names = set(re.findall(rf"^(?:declare -x |export )?({NAME})=", text, re.MULTILINE)) | set(
        re.findall(rf"^({NAME})\s{{2,}}\S", text, re.M)
    )
    upper = {one.upper() for one in names}
    if re.search(r"^\[(?:Service|Unit|Install)\]", text, re.MULTILINE):
        return "systemd"
    if re.search(r"^\s*(?:services|environment|env|env_file|apiVersion|jobs|stringData|data)\s?:", text, re.MULTILINE):
        return "compose"
    is_dump = len(upper & _OF_PROCESSES) > 1
    if is_dump and not re.search(r"^\s*(?:#|alias |if |source |\. )", text, re.MULTILINE):
        return "process"
    if re.search(
        r"^\s*(?:alias |source |\. |if \[|fi\b|PS1=|# ~?/?\.?\w*(?:rc|profile)|setopt |shopt )", text, re.MULTILINE
    ):
        return "shell"
    return "file"
