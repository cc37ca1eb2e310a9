"""Which of its sources each client takes its key from, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.diagnosis.clients.model import Client, KeySource
    from conformance.doctoring.holding import Holding
    from conformance.doctoring.sources import Sources


@dataclass(frozen=True)
class Winner:
    """What a client uses where nobody gives it a key by hand.

    `losers` are the other places of its own that hold something; `only_when` those that count only under a condition;
    `hidden_by` is what is set to nothing, and keeps the client from looking further.
    """

    client: Client
    holding: Holding | None
    losers: tuple[Holding, ...]
    unread: tuple[Holding, ...]
    only_when: tuple[tuple[Holding, str], ...]
    hidden: tuple[Holding, ...]
    hidden_by: Holding | None

    @property
    def is_opposed(self) -> bool:
        """Whether another place of the client holds another key."""
        return self.holding is not None and any(one.text != self.holding.text for one in self.losers)

    @property
    def why(self) -> str:
        """Why it is this one, in a sentence."""
        others = "; ".join(self._others())
        if self.holding is None:
            return f"no key is found{': ' + others if others else ''}"
        first = "comes first of those that can be read" if self.unread else "comes first"
        return f"{self.holding.place} {first}{'; ' + others if others else ''}"

    def _others(self) -> Iterator[str]:
        if self.hidden:
            by = f"{self.hidden_by.place}, which is set to nothing" if self.hidden_by else "nothing"
            yield f"{_listed(self.hidden)} is hidden by {by}"
        for one in self.unread:
            yield f"{one.place}{' comes before it and' if self.holding else ''} cannot be read ({one.note})"
        for one, when in self.only_when:
            yield f"{one.place} counts only when {when}"
        same = [one for one in self.losers if self.holding and one.text == self.holding.text]
        other = [one for one in self.losers if one not in same]
        if other:
            yield f"{_listed(other)} holds another key, and loses"
        if same:
            yield f"{_listed(same)} holds the same one"


def _listed(holdings: Iterable[Holding]) -> str:
    return " and ".join(str(one.place) for one in holdings)


def winner(client: Client, sources: Sources) -> Winner:
    """Follow a client through its sources in its order."""
    won: Holding | None = None
    losers: list[Holding] = []
    unread: list[Holding] = []
    hidden: list[Holding] = []
    only_when: list[tuple[Holding, str]] = []
    hiding: dict[str, Holding] = {}
    for source in client.reads:
        held = sources.holding(source, client)
        if held is None:
            continue
        if held.is_stopping and not source.when:
            return Winner(client, None, (), (held,), (), (), None)
        if source.kind in hiding and not source.always:
            hidden += [held] if held.state == "key" else []
        elif source.when:
            only_when += [(held, source.when)] if _counts(held, won) else []
        elif held.state == "key":
            won = won or held
            losers += [held] if held.place not in {one.place for one in (won, *losers)} else []
        elif held.state == "unreadable" and won is None:
            unread.append(held)
        else:
            _hide(source, held, hiding)
    lost = tuple(one for one in hidden if won is None or one.text != won.text)  # and not come back to in the end
    by = hiding.get(lost[0].kind) if lost else None
    return Winner(client, won, tuple(losers), tuple(unread), tuple(only_when), lost, by)


def _counts(held: Holding, won: Holding | None) -> bool:
    """Whether a source that may be read would change anything; a `.env` file does not replace what is set."""
    return held.state == "key" and (won is None or won.text != held.text)


def _hide(source: KeySource, held: Holding, hiding: dict[str, Holding]) -> None:
    if held.state == "nothing":
        for kind in source.hides:
            hiding.setdefault(kind, held)
