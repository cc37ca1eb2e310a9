"""What the API says: first to nobody, then to a stranger, then to the key; each answer decides what is asked next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.doctoring.answerer import (
    REFUSED,
    is_of_others,
    leads_elsewhere,
    refuses_as_the_api,
    where_it_leads,
    who_answers,
)
from conformance.doctoring.clock import check_clock
from conformance.doctoring.holding import STORES, sendable
from conformance.doctoring.plan import MOST_OTHERS

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import PartialExchange
    from conformance.diagnosis.knowledge import Knowledge
    from conformance.doctoring.asking import Answered, Asking
    from conformance.doctoring.holding import Holding
    from conformance.doctoring.seen import Seen
    from conformance.keys import ApiKey

_TOO_MANY, _OUTAGE = 429, 500  # which are the API's as well, but no refusals


@dataclass(frozen=True)
class Dialogue:
    """A conversation with the API; `own` is the key to try, `others` those to try if it is refused."""

    asking: Asking
    known: Knowledge
    own: Holding | None
    others: tuple[Holding, ...]
    seen: Seen

    def hold(self) -> bool:
        """Ask everything that makes sense to ask; whether the key was accepted."""
        asked = self.asking.asked
        nobody = self.asking.ask("without a key", asked.keyless, "", asked.listing)
        if not self._is_answered_as_by_the_api(nobody):
            self.seen.check("key", "skipped", "it is not sent to a server that does not answer as the API does")
            return False
        if self.own is None:
            self.seen.check("key", "skipped", "there is no key to send")
            return False
        key = sendable(self.own, self.asking.reading.surface.key_format)
        if key is None:
            self.seen.check("key", "skipped", "it has not the form of a key of this API, so it is not sent there")
            return False
        return self._ask_with(key)

    def _is_answered_as_by_the_api(self, nobody: Answered) -> bool:
        """Whether nobody and a stranger are refused as an API does it; the stranger is asked where that can tell."""
        is_refused = refuses_as_the_api(nobody, self.known)
        if not is_refused and not nobody.is_success:
            check_clock([nobody], self.seen)
            self._judge_nobody(nobody, is_refused=is_refused)
            return False
        asked = self.asking.asked
        stranger = self.asking.ask("with a key never issued", asked.stranger, asked.styles[0], asked.listing)
        check_clock([nobody, stranger] if is_refused else [nobody], self.seen)
        self._judge_nobody(nobody, is_refused=is_refused)
        self._judge_stranger(stranger)
        return is_refused and refuses_as_the_api(stranger, self.known)

    def _judge_nobody(self, nobody: Answered, *, is_refused: bool) -> None:
        place, seen = nobody.exchange.place, self.seen
        if is_refused:
            seen.check("no key", "ok", f"a request without a key is refused: {nobody.words}")
            return
        what = "is answered" if nobody.is_success else "is not refused as by the API"
        says = f"a request without a key {what}: {nobody.words}{_leads_to(nobody)}"
        seen.check("no key", "fail", says)
        if nobody.is_success or (
            nobody.status in REFUSED and not nobody.is_page and not is_of_others(nobody, self.known)
        ):
            seen.doubts.append(who_answers(place, says, self.asking.asked.base_url))
            return
        if 300 <= nobody.status < 400 and not leads_elsewhere(nobody):
            seen.doubts.append(where_it_leads(place, says, self.asking.asked.base_url))
            return
        seen.exchanges.append(nobody.exchange)
        if nobody.status == 404:
            self._note_absence(nobody)

    def _note_absence(self, answered: Answered) -> None:
        says = f"{answered.exchange.url} is not found, and the documentation has it"
        self.seen.fact("list-absent", says, answered.exchange.place)

    def _judge_stranger(self, stranger: Answered) -> None:
        if stranger.is_success:
            says = "a key that was never issued is accepted: this is not the API, or it checks nothing"
            self.seen.check("stranger", "fail", says)
            self.seen.fact("strangers-accepted", says, stranger.exchange.place)
        elif refuses_as_the_api(stranger, self.known):
            self.seen.check("stranger", "ok", f"a key that was never issued is refused: {stranger.words}")
        else:
            says = f"a key that was never issued: {stranger.words}"
            self.seen.check("stranger", "unknown", says)
            if _may_be_the_api(stranger) and (stranger.status == _TOO_MANY or stranger.status >= _OUTAGE):
                self.seen.exchanges.append(stranger.exchange)
            else:
                self.seen.doubts.append(who_answers(stranger.exchange.place, says, self.asking.asked.base_url))

    def _ask_with(self, key: ApiKey) -> bool:
        asked = self.asking.asked
        answers: dict[str, Answered] = {}
        for style in asked.styles:
            header = self.asking.spec.styles[style].header
            label = f"with the key in {header}"
            answers[style] = self.asking.ask(label, asked.own, style, asked.listing, key)
            self._note(f"key in {header}", answers[style])
            if not _may_be_the_api(answers[style]):
                break
        # one that is refused in one header and taken in another was not revoked in between
        taken = [one for one in answers.values() if one.is_given]
        self.seen.exchanges += [one.exchange for one in taken or answers.values()]
        first = answers[asked.styles[0]]
        if not taken and first.is_success:
            says = f"the key is answered with {first.words}, and no data"
            self.seen.doubts.append(who_answers(first.exchange.place, says, asked.base_url))
        self._compare(answers)
        if first.status == 404:
            self._note_absence(first)
        if asked.viewing and (first.is_given or first.status == 403):
            self._view(first, self.asking.ask("viewing", asked.own, asked.styles[0], asked.viewing, key))
        accepted = bool(taken)
        if not accepted and first.status in REFUSED:
            self._try_others()
        return accepted

    def _note(self, name: str, answered: Answered) -> None:
        if answered.is_given:
            self.seen.check(name, "ok", f"accepted: {answered.words}")
        elif answered.is_success:
            self.seen.check(name, "unknown", f"the answer holds no data: {answered.words}")
        else:
            told_as = f" (request id {answered.exchange.request_id})" if answered.exchange.request_id else ""
            self.seen.check(name, "fail", f"not accepted: {answered.words}{told_as}")

    def _compare(self, answers: dict[str, Answered]) -> None:
        accepted = [style for style, one in answers.items() if one.is_given]
        refused = [style for style, one in answers.items() if one.status in REFUSED]
        styles = self.asking.spec.styles
        if accepted and refused:
            says = f"the key is accepted in {styles[accepted[0]].header}, and refused in {styles[refused[0]].header}"
            self.seen.fact("style-refused", says, answers[refused[0]].exchange.place)

    def _view(self, listed: Answered, viewed: Answered) -> None:
        place = viewed.exchange.place
        if viewed.status == 404 and not viewed.is_page:
            self.seen.check("view", "ok", "the key may view: an id that nothing has is not found")
            if listed.status == 403:
                self.seen.fact("may-not-list", "the key may view one thing, and may not list them", place)
        elif viewed.status == 403 and not viewed.is_page:
            self.seen.check("view", "fail", f"the key may not view: {viewed.words}")
            if listed.is_given:
                self.seen.exchanges.append(viewed.exchange)
                self.seen.fact("may-not-view", "the key may list, and may not view", place)
            else:
                self.seen.fact("own-list-forbidden", "it is not about a thing of somebody else: the list is", place)
        else:
            self.seen.check("view", "unknown", f"an id that nothing has: {viewed.words}")

    def _try_others(self) -> None:
        """Whether another key of this machine is accepted; the place that holds it is the answer then."""
        asked = self.asking.asked
        for other in self.others[:MOST_OTHERS]:
            key = sendable(other, self.asking.reading.surface.key_format)
            if key is None:
                continue
            answered = self.asking.ask(f"with the key of {other.place}", asked.own, asked.styles[0], asked.listing, key)
            says = f"that of {other.place}: {answered.words}"
            self.seen.check("other key", "ok" if answered.is_given else "fail", says)
            if answered.is_given and self.own:
                says = f"the API accepts the key of {other.place}, and not that of {self.own.place}"
                self.seen.fact(_accepted_in_place_of(self.own, other), says, other.place)
        if rest := self.others[MOST_OTHERS:]:
            places = " and ".join(str(one.place) for one in rest)
            self.seen.check("other key", "unknown", f"{len(rest)} more are not tried: {places}")


def _accepted_in_place_of(own: Holding, other: Holding) -> str:
    """The fact that another key is accepted, and not the one that is used."""
    if own.kind != "variable" or other.kind in STORES:
        return "stored-key-accepted"
    return "start-up-key-accepted" if other.kind == "shell file" else "file-key-accepted"


def _may_be_the_api(answered: Answered) -> bool:
    """Whether a key may be sent next: there was an answer, neither a web page nor a redirect."""
    return bool(answered.status) and not answered.is_page and not 300 <= answered.status < 400


def _leads_to(answered: Answered) -> str:
    exchange: PartialExchange = answered.exchange
    location = exchange.response_header("location")
    return f", to {location}; it is not followed" if location else ""
