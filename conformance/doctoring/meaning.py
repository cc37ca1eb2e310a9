"""Which of several keys somebody means, where a machine has more than one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.fact import Fact
from conformance.diagnosis.finding import Doubt
from conformance.doctoring.holding import STORES, sendable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.doctoring.holding import Holding
    from conformance.doctoring.places import Places
    from conformance.keys import KeyFormat

_ASK = (
    "Which of these keys is the one that you mean? `hopx-auth doctor` without --offline asks the API with the first, "
    "and with the others where that one is refused."
)
_SPLITS = (
    "The first is accepted: it is all right, and the others do no harm. Another one is accepted in its place: that one "
    "is hidden. All are refused: it is not about which of them is used."
)


def is_alike(one: Holding, other: Holding) -> bool:
    """Whether two places hold the same key, whatever quotes stand around it."""
    return one.text.strip("\"'") == other.text.strip("\"'")


def which_is_meant(found: Places, key_format: KeyFormat) -> Iterator[Doubt]:
    """What is left open where other places hold another key than the one that is used, and nobody asked the API.

    What has not the form of a key, such as an example or the name of a secret elsewhere, is not meant.
    """
    process = found.process
    if process is None or process.state != "key":
        return
    near = [found.nearest] if found.nearest else []
    stored = [one for one in found.holdings if one.kind in STORES]
    others = {
        cause: [one for one in holdings if sendable(one, key_format) and not is_alike(one, process)]
        for cause, holdings in (("env-shadowed-by-shell", near), ("stored-credential-conflict", stored))
    }
    facts = [_differs(one, process) for holdings in others.values() for one in holdings]
    if facts:
        yield Doubt(tuple(cause for cause, holdings in others.items() if holdings), _ASK, _SPLITS, tuple(facts))


def _differs(one: Holding, process: Holding) -> Fact:
    return Fact("keys-differ", f"{one.place} holds another key than {process.place}", one.place)


def which_client_fails(found: Places) -> Iterator[Doubt]:
    """What is left open where one client finds a key in a store of its own, and the others have none."""
    won = found.only_stored
    if won and won.holding:
        says = f"{won.client.title}: {won.holding.place} has a key, and {found.variable} is not set"
        yield Doubt(
            ("env-var-unset",),
            f"Which program fails: {won.client.title}, or another one?",
            f"They fail: it is not about {found.variable}. Another one: it needs {found.variable}, and has none.",
            (Fact("only-stored", says, won.holding.place),),
        )
