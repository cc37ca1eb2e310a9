"""Facts that patterns show: what answers and errors say in so many words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.errors.statements import asserts, printed_in, says
from conformance.diagnosis.fact import Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.diagnosis.case import Case
    from conformance.diagnosis.knowledge import KnownSign
    from conformance.diagnosis.told import Told


def of_signs(case: Case, signs: Iterable[KnownSign]) -> Iterator[Fact]:
    """Every sign that an answer, an error or a request shows."""
    for sign in signs:
        searched = [(one, text) for one in case.answers if _counts(sign, one) and (text := _text(one, sign))]
        pattern = re.compile(sign.matches, re.IGNORECASE | re.MULTILINE) if searched else None
        for one, text in searched:
            if pattern and _HOLDS[sign.counts](pattern, text):
                yield Fact(sign.fact, sign.says, one.place, sign.within[0])


_HOLDS: dict[str, Callable[[re.Pattern[str], str], bool]] = {
    "anywhere": lambda pattern, text: pattern.search(text) is not None,
    "said": says,
    "asserted": asserts,
}


def _counts(sign: KnownSign, told: Told) -> bool:
    if sign.status and (told.status or 0) not in sign.status:
        return False
    if sign.key == "unseen" and told.shows_key:
        return False
    return told.is_failure


def _text(told: Told, sign: KnownSign) -> str:
    """All that is searched of one answer, line by line."""
    texts = [text for within in sign.within for text in _texts(told, within) if text]
    if sign.counts == "anywhere" or told.exchange is not None:
        return "\n".join(texts)
    return "\n".join(filter(None, [told.code, printed_in(told.body)]))


def _texts(told: Told, within: str) -> list[str]:
    if within == "header":
        return [f"{name}: {value}" for name, value in told.headers]
    is_error = told.exchange is None
    texts = {
        "code": told.code,
        "message": told.message,
        "body": "" if is_error else told.body,
        "url": told.url,
        "type": told.type,
        "error": told.body if is_error else "",
    }
    return [texts[within]]
