"""Errors and tracebacks of SDKs and HTTP clients, also within a customer's text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.carriers import credentials_of_url
from conformance.diagnosis.decoded import decoded, opened_text
from conformance.diagnosis.errors.logged_requests import logged_requests, without_logged_requests
from conformance.diagnosis.errors.repeated_keys import repeated_keys
from conformance.diagnosis.errors.text import (
    answer_of,
    cleaned,
    module_of,
    status_of,
    type_of,
    url_of,
    without_program,
)
from conformance.diagnosis.evidence import Evidence, Failure, Place
from conformance.diagnosis.hiding import hidden
from conformance.diagnosis.learning import learn_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.evidence import PartialExchange, Setting
    from conformance.diagnosis.reading import Input, Reading

_LONGEST = 1 << 20  # characters that are read
_PROMPTS = frozenset("$#%>\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}➜λ»")  # one of which every prompt has
_KEPT = 1 << 16  # characters that are kept
# compiled where they are needed, so that a traceback is answered sooner
_ERROR = (
    r"(?im)Traceback \(most recent call last\)|^\s*at .{1,300}:[0-9]+:[0-9]+\)?$|\b\w*(?:Error|Exception)\b(?::|\s\[)"
    r"|^curl: \([0-9]+\)|^panic:|net/http:|failed|denied|unauthori[sz]ed|forbidden|refused|timed out"
    r"|deadline exceeded|: EOF$|^\S+ : cannot (?:bind|convert|validate)\b|^[\w.]{3,200}(?:Error|Exception)$"
)
_TRACEBACK = "Traceback (most recent call last)"
_RAISED = r"(?m)^\s*at .{1,300}:[0-9]+:[0-9]+\)?$|\b\w*(?:Error|Exception)\b(?::|\s\[)|^panic:"
_WITHIN_JSON = re.compile(r"(?<=: \")(?:[^\"\\\n]|\\.)*|(?<=:\")(?:[^\"\\\n]|\\.)*")  # the value of a field


def recognises(head: bytes) -> int:
    """How sure it is that this tells of an error; every text may, and words alone may stand beside a command."""
    text = decoded(head)
    return 60 if _TRACEBACK in text or re.search(_RAISED, text) else 50 if tells_error(text) else 5


def tells_error(text: str) -> bool:
    """Whether a text has the words of an error in it."""
    return re.search(_ERROR, text) is not None


def read(source: Input, reading: Reading) -> Evidence:
    """The failure that the text tells of, with the keys that it repeats."""
    with opened_text(source) as stream:
        text = cleaned(_without_json_escapes(stream.read(_LONGEST).replace("\r\n", "\n")))
    learn_pieces(text, reading)
    copied, bare = _copied(text, source.name, reading)
    logged = logged_requests(bare, source.name, reading)
    exchanges = copied + logged
    rest = without_logged_requests(bare) if logged else bare
    failure = failure_in(rest, source.name, reading)
    settings = tuple(_settings(text.splitlines(keepends=True), failure, reading))
    told = (failure._replace(status=failure.status or _last_refusal(exchanges)),)
    is_refused = bool(copied) and (failure.code != "" or (failure.status or 0) >= 400)
    failures = () if exchanges and not is_refused and not tells_error(rest) else told
    return hidden(Evidence(exchanges=exchanges, failures=failures, settings=settings), reading)


def _copied(text: str, source: str, reading: Reading) -> tuple[tuple[PartialExchange, ...], str]:
    if "fetch(" not in text:
        return (), text
    from conformance.diagnosis.errors.copied_requests import copied_requests  # slow to import, and few texts need it

    return copied_requests(text, source, reading)


def _without_json_escapes(text: str) -> str:
    """The text as a program wrote it before a report or a log made JSON of it; its lines stay what they are."""
    return _WITHIN_JSON.sub(lambda one: one[0].replace("\\\\", "\\"), text) if "\\\\" in text else text


def _last_refusal(exchanges: tuple[PartialExchange, ...]) -> int | None:
    """The status of the last request that failed, which an error behind it tells of."""
    return next((one.status for one in reversed(exchanges) if one.status and one.status >= 400), None)


def _settings(lines: list[str], failure: Failure, reading: Reading) -> Iterator[Setting]:
    """What a session sets before its error, and prints, as far as it is shown in full."""
    if not any(map(_PROMPTS.intersection, lines)):
        return
    from conformance.diagnosis.shells.prompts import prompt_of  # slow to import, as the next two are
    from conformance.diagnosis.shells.sessions import is_abridged, settings_of_session
    from conformance.diagnosis.shells.values import ShellValues

    values = ShellValues(failure.place.source, reading)
    before = int(failure.place.where.removeprefix("line ")) if failure.type else len(lines) + 1
    typed = [line if (prompt := prompt_of(line)) and prompt.shell else "\n" for line in lines]
    values.read(typed, 1, before)
    for one in values.settings:
        if one.credential is None or not is_abridged(one.credential.key.reveal(), reading):
            yield one
    yield from settings_of_session(lines, failure.place.source, reading)


def failure_in(text: str, source: str, reading: Reading) -> Failure:
    """The failure that a text tells of; its lines are those of the source."""
    credentials = tuple(repeated_keys(text, source, reading))
    text = without_program(text)
    kind, at = type_of(text)
    place = Place(source, f"line {text.count(chr(10), 0, at) + 1}")
    url, in_url = credentials_of_url(url_of(text), place, reading)
    answer = answer_of(text)
    kept = text if len(text) <= _KEPT else text[: _KEPT // 4] + "\n…\n" + text[-(_KEPT // 4) * 3 :]
    return Failure(
        place,
        client=module_of(text).partition(".")[0],
        type=kind,
        message=reading.hidden(answer.message or text[at : at + 500].partition("\n")[0]),
        text=reading.hidden(kept),
        status=status_of(text),
        code=reading.hidden(answer.code),
        request_id=reading.hidden(answer.request_id),
        url=url,
        credentials=(*credentials, *in_url),
    )
