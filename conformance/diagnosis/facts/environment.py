"""What variables and files show together: which of them holds a key, and which one wins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.fact import Fact
from conformance.diagnosis.facts.stories import are_near
from conformance.diagnosis.shells.prompts import prompt_of, typed_in
from conformance.diagnosis.urls import host_of, shown_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.case import Case
    from conformance.diagnosis.evidence import Holder, Place, Setting

NAMES = frozenset(
    {
        "base-url-elsewhere",
        "ci-without-secret",
        "file-in-utf-16",
        "file-not-loaded",
        "file-with-bom",
        "file-with-crlf",
        "key-in-other-process",
        "key-in-shell-file",
        "misnamed",
        "named-otherwise",
        "quoted-for-docker",
        "quotes-for-docker",
        "shell-hides-file",
        "stored-key-differs",
        "used-other-than-file",
        "variable-in-bundle",
        "variable-unset",
    }
)
UNSET = "says-unset"  # a sign of the causes file
_OUT_OF_REACH = {
    ("process",): "key-in-other-process",
    ("file", "compose", "systemd"): "file-not-loaded",
    ("shell",): "key-in-shell-file",
}
_WRITTEN = {
    "bom": ("file-with-bom", "the file begins with a byte order mark"),
    "utf-16": ("file-in-utf-16", "the file is written in UTF-16"),
    "crlf": ("file-with-crlf", "the lines of the file end with CR LF"),
}
_ENV_FILE = re.compile(
    r"(?:sudo )?(?:docker|podman)(?: container)? (?:run|create) [^\n]{0,400}?--env-file[= ][\"']?([^\s\"']{1,300})"
)
_GOES_ON = re.compile(r"[\\`^]\r?\n[ \t]*(?:>{1,2}[ \t])?")
_BUNDLED = ("VITE_", "NEXT_PUBLIC_", "REACT_APP_", "PUBLIC_", "EXPO_PUBLIC_", "NUXT_PUBLIC_", "GATSBY_")


def of_writing(case: Case) -> Iterator[Fact]:
    """How the files are written that set variables."""
    for setting in case.settings:
        for mark, (fact, says) in _WRITTEN.items():
            if mark in setting.marks and setting.holder in ("file", "compose", "systemd"):
                yield Fact(fact, says, setting.place)


def of_docker(case: Case) -> Iterator[Fact]:
    """Quotes in a file that docker reads, which takes every value as it stands.

    That it does is shown by a command behind a prompt; a line that begins as one may also be somebody's sentence, and
    what a file is named for may be read by others.
    """
    for failure in case.failures:
        for line in _GOES_ON.sub("", failure.text).splitlines():
            if match := _ENV_FILE.match(typed_in(line)):
                prompt = prompt_of(line)
                name = "quoted-for-docker" if prompt and prompt.shell else "quotes-for-docker"
                for setting in _quoted(case):
                    if _may_be_one_file(setting.place.source, match[1]):
                        yield _quotes(name, "docker run --env-file makes them part of it", setting)
    for setting in _quoted(case):
        if "docker" in setting.place.source.rpartition("/")[2].lower():
            says = "docker run --env-file makes them part of it, if the file is for that as its name says"
            yield _quotes("quotes-for-docker", says, setting)


def _quoted(case: Case) -> Iterator[Setting]:
    return (one for one in case.settings if "quoted" in one.marks and one.credential)


def _quotes(name: str, says: str, setting: Setting) -> Fact:
    return Fact(name, f"quotes stand around {setting.name}, and {says}", setting.place, setting.name)


def _may_be_one_file(one: str, other: str) -> bool:
    """Whether two paths, each as somebody wrote it from somewhere, end alike as far as both go."""
    first, second = (
        [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")] for path in (one, other)
    )
    shorter = min(len(first), len(second))
    return shorter > 0 and first[-shorter:] == second[-shorter:]


def of_names(case: Case) -> Iterator[Fact]:
    """Variables that hold a key under another name, and others that change where it goes."""
    is_filled_in = any(one.name == case.surface.variable and "refers" in one.marks for one in case.settings)
    for setting in case.settings:
        if _is_misnamed(setting, case):
            if setting.name.upper().startswith(_BUNDLED):
                says = f"{setting.name} is built into what browsers load"
                yield Fact("variable-in-bundle", says, setting.place, setting.name)
            elif not is_filled_in and not _keys(case, case.surface.variable):
                # where no process is seen, a program may read that name and hand the key over by itself
                name = "misnamed" if any(one.holder == "process" for one in case.settings) else "named-otherwise"
                says = f"the key is in {setting.name}, and clients read {case.surface.variable}"
                yield Fact(name, says, setting.place, setting.name)
        if setting.name == case.surface.base_url_variable and setting.value:
            host = host_of(setting.value)
            if not case.surface.is_own_host(host):
                says = f"{setting.name} leads to {shown_host(host)}"
                yield Fact("base-url-elsewhere", says, setting.place, setting.name)


def _is_misnamed(setting: Setting, case: Case) -> bool:
    if setting.credential is None or setting.name == case.surface.variable or setting.holder == "client":
        return False
    return case.is_key_like(setting.credential)


def of_clients(case: Case) -> Iterator[Fact]:
    """A key that a client's own file keeps beside the variable."""
    variables = _keys(case, case.surface.variable)
    for one in case.settings:
        if one.holder == "client" and any(_differ(one, other) for other in variables):
            says = f"{one.place} keeps another key than {case.surface.variable} has"
            yield Fact("stored-key-differs", says, one.place, one.name)


def told_apart(fact: Fact, case: Case) -> Fact:
    """The fact itself; but of a client that was given no key, where it should have come from, if that shows.

    A key under another name counts where none has the right one.
    """
    if fact.name != UNSET:
        return fact
    found = {_whose(one): one for one in reversed(_keys(case, case.surface.variable))}
    for holders, name in _OUT_OF_REACH.items():
        if one := next((found[holder] for holder in holders if holder in found), None):
            name = "key-in-start-up-file" if "conditional" in one.marks else name
            return Fact(name, f"{fact.says}, and {one.place} has one", fact.place, one.name)
    others = (one for one in case.settings if _is_misnamed(one, case))
    named = next((one for one in others if not one.name.upper().startswith(_BUNDLED)), None)
    return Fact("misnamed", f"{fact.says}, and {named.name} has one", fact.place, named.name) if named else fact


def of_winners(case: Case) -> Iterator[Fact]:
    """Which place a key is taken from, and which ones are left out."""
    variable = case.surface.variable
    found = _keys(case, variable)
    process = [one for one in found if one.holder == "process"]
    typed = [one for one in found if "typed" in one.marks]
    files = [one for one in found if one.holder in ("file", "compose", "systemd")]
    shells = [one for one in found if one.holder == "shell"]
    certain = [one for one in shells if "conditional" not in one.marks]
    for one in files:
        hiding = next((other for other in process if _differ(one, other)), None)
        if hiding:
            yield Fact("shell-hides-file", f"{variable} holds another key than {one.place}, and wins", hiding.place)
    lacking = _lacking(case, variable)
    if lacking is None:
        yield from _of_use(case, files)
        return
    if process or typed:
        yield Fact("key-in-other-process", f"{variable} is set in another process, and not here", lacking)
    elif files:
        yield Fact("file-not-loaded", f"{files[0].place} has a key, and the process does not", files[0].place)
    elif certain:
        says = f"{certain[0].place} sets the key, and the process does not have it"
        yield Fact("key-in-shell-file", says, certain[0].place)
    elif _is_ci_of_others(case):
        yield Fact("ci-without-secret", "this is a run for a pull request, which gets no secrets", lacking)
    elif not any(_is_misnamed(one, case) for one in case.settings):
        yield Fact("variable-unset", f"{variable} is not set", lacking)
        for one in shells:
            says = f"{one.place} sets the key where a condition holds, and the process does not have it"
            yield Fact("key-in-start-up-file", says, one.place)


def _whose(setting: Setting) -> Holder:
    """Who holds a variable: the process of the shell itself, where it was typed there."""
    return "process" if "typed" in setting.marks else setting.holder


def _keys(case: Case, name: str) -> list[Setting]:
    return [one for one in case.settings if one.name == name and one.credential and one.credential.key.reveal().strip()]


def _differ(one: Setting, other: Setting) -> bool:
    return bool(one.credential and other.credential) and _bare(one) != _bare(other)


def _bare(setting: Setting) -> str:
    return setting.credential.key.reveal().strip().strip("\"'") if setting.credential else ""


def _lacking(case: Case, variable: str) -> Place | None:
    """Where it shows that a process has no key in its variable."""
    own = (one for one in case.settings if one.name == variable and one.holder not in ("shell", "client"))
    return next((one.place for one in own if _is_nothing(one)), None)


def _is_nothing(setting: Setting) -> bool:
    if setting.credential is None:
        return "refers" not in setting.marks
    return not setting.credential.key.reveal().strip()


def _of_use(case: Case, files: list[Setting]) -> Iterator[Fact]:
    """A request with another key than the one in the file."""
    if not files or len({_bare(one) for one in files}) > 1:
        return
    for exchange in case.exchanges:
        for credential in case.presented(exchange):
            if are_near(credential.key.reveal(), _bare(files[0])):
                continue  # it was meant to be the same
            if exchange.witness == "client" and credential.key.reveal() != _bare(files[0]):
                says = f"the request was made with another key than the one in {files[0].place}"
                yield Fact("used-other-than-file", says, credential.place)


def _is_ci_of_others(case: Case) -> bool:
    values = {one.name: one.value for one in case.settings}
    return values.get("GITHUB_EVENT_NAME", "").startswith("pull_request") or bool(values.get("CI"))
