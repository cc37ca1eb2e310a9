"""What the API says: first to nobody, then to a stranger, then to the key; each answer decides what is asked next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.doctoring.clock import check_clock
from conformance.keys import KeyFormat, MalformedKeyError

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import PartialExchange
    from conformance.doctoring.asking import Answered, Asking
    from conformance.doctoring.holding import Holding
    from conformance.doctoring.seen import Seen
    from conformance.keys import ApiKey

_FORBIDDEN = 403
_REFUSED = (401, _FORBIDDEN)
_STORES = ("yaml", "keyring")


@dataclass(frozen=True)
class Dialogue:
    """A conversation with the API; `own` is the key that is tried, `others` those that are where it is refused."""

    asking: Asking
    own: Holding | None
    others: tuple[Holding, ...]
    seen: Seen

    def hold(self) -> bool:
        """Ask everything that makes sense to ask; whether the key was accepted."""
        asked = self.asking.asked
        nobody = self.asking.ask("without a key", asked.keyless, "", asked.listing)
        check_clock(nobody, self.seen)
        if not self._is_the_api(nobody):
            self.seen.check("key", "skipped", "it is not sent to who does not answer as the API does")
            return False
        stranger = self.asking.ask("with a key never issued", asked.stranger, asked.styles[0], asked.listing)
        self._judge_stranger(stranger)
        if nobody.is_success and stranger.is_success:
            self.seen.check("key", "skipped", "it is not sent to who takes any key, and none")
            return False
        if self.own is None:
            self.seen.check("key", "skipped", "there is no key to send")
            return False
        key = sendable(self.own, self.asking.reading.surface.key_format)
        if key is None:
            self.seen.check("key", "skipped", "it has not the form of a key of this API, so it is not sent there")
            return False
        return self._ask_with(key)

    def _is_the_api(self, nobody: Answered) -> bool:
        """Whether it answers a request without a key as an API does; otherwise the answer is evidence."""
        if nobody.status in _REFUSED and not nobody.is_page and not self._is_documented(nobody):
            says = f"a request without a key is refused in words that no page of the API has: {nobody.words}"
            self.seen.check("no key", "warn", says)
            self.seen.fact("refused-in-other-words", says, nobody.exchange.place)
            if nobody.status == _FORBIDDEN:
                self.seen.exchanges.append(nobody.exchange)
            return False
        if nobody.status in _REFUSED and not nobody.is_page:
            self.seen.check("no key", "ok", f"a request without a key is refused: {nobody.words}")
            return True
        if nobody.is_success:
            self.seen.check("no key", "warn", f"a request without a key is answered: {nobody.words}")
            return True
        self.seen.exchanges.append(nobody.exchange)
        self.seen.check("no key", "fail", f"a request without a key: {nobody.words}{_leads_to(nobody)}")
        if nobody.status == 404:
            self._note_absence(nobody)
        return (nobody.status >= 500 or nobody.status == 429) and not nobody.is_page

    def _is_documented(self, refusal: Answered) -> bool:
        """Whether a refusal has a field that the pages show, wherever it stands in it."""
        bodies = [
            body for outcome in self.asking.spec.outcomes.values() for one in outcome.bodies.values() for body in one
        ]
        names = {name for body in bodies for name in body.has}
        return not names or any(f'"{name}"' in refusal.exchange.response_text for name in names)

    def _note_absence(self, answered: Answered) -> None:
        says = f"{answered.exchange.url} is not found, and the documentation has it"
        self.seen.fact("list-absent", says, answered.exchange.place)

    def _judge_stranger(self, stranger: Answered) -> None:
        if stranger.is_success:
            says = "a key that was never issued is accepted: this is not the API, or it checks nothing"
            self.seen.check("stranger", "fail", says)
            self.seen.fact("strangers-accepted", says, stranger.exchange.place)
        elif stranger.status in _REFUSED and not stranger.is_page:
            self.seen.check("stranger", "ok", f"a key that was never issued is refused: {stranger.words}")
        else:
            self.seen.check("stranger", "unknown", f"a key that was never issued: {stranger.words}")

    def _ask_with(self, key: ApiKey) -> bool:
        asked = self.asking.asked
        answers: dict[str, Answered] = {}
        for style in asked.styles:
            header = self.asking.spec.styles[style].header
            label = f"with the key in {header}"
            answers[style] = self.asking.ask(label, asked.own, style, asked.listing, key)
            self._note(f"key in {header}", answers[style])
        # one that is refused in one header and taken in another was not revoked in between
        taken = [one for one in answers.values() if one.is_success]
        self.seen.exchanges += [one.exchange for one in taken or answers.values()]
        first = answers[asked.styles[0]]
        self._compare(answers)
        if first.status == 404:
            self._note_absence(first)
        if asked.viewing and (first.is_success or first.status == 403):
            self._view(first, self.asking.ask("viewing", asked.own, asked.styles[0], asked.viewing, key))
        accepted = any(one.is_success for one in answers.values())
        if not accepted and first.status in _REFUSED:
            self.seen.facts = [one for one in self.seen.facts if one.name != "clock-off"]  # such keys know no time
            self.seen.refuses_every_key = not self._is_other_accepted()
        return accepted

    def _note(self, name: str, answered: Answered) -> None:
        if answered.is_success:
            self.seen.check(name, "ok", f"accepted: {answered.words}")
        else:
            told_as = f" (request id {answered.exchange.request_id})" if answered.exchange.request_id else ""
            self.seen.check(name, "fail", f"not accepted: {answered.words}{told_as}")

    def _compare(self, answers: dict[str, Answered]) -> None:
        accepted = [style for style, one in answers.items() if one.is_success]
        refused = [style for style, one in answers.items() if one.status in _REFUSED]
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
            if listed.is_success:
                self.seen.exchanges.append(viewed.exchange)
                self.seen.fact("may-not-view", "the key may list, and may not view", place)
            else:
                self.seen.fact("own-list-forbidden", "it is not about a thing of somebody else: the list is", place)
        else:
            self.seen.check("view", "unknown", f"an id that nothing has: {viewed.words}")

    def _is_other_accepted(self) -> bool:
        """Whether another key of this machine is accepted; the place that holds it is the answer then."""
        asked, is_accepted = self.asking.asked, False
        for other in self.others:
            key = sendable(other, self.asking.reading.surface.key_format)
            if key is None:
                continue
            answered = self.asking.ask(f"with the key of {other.place}", asked.own, asked.styles[0], asked.listing, key)
            says = f"that of {other.place}: {answered.words}"
            self.seen.check("other key", "ok" if answered.is_success else "fail", says)
            is_accepted |= answered.is_success
            if answered.is_success and self.own:
                is_hidden = self.own.kind == "variable" and other.kind not in _STORES
                fact = "file-key-accepted" if is_hidden else "stored-key-accepted"
                says = f"the API accepts the key of {other.place}, and not that of {self.own.place}"
                self.seen.fact(fact, says, other.place)
        return is_accepted


def sendable(held: Holding, key_format: KeyFormat) -> ApiKey | None:
    """The key of a place where it has the documented form; nothing else is sent to the API."""
    if held.credential is None:
        return None
    try:
        key_format.parts(held.credential.key)
    except MalformedKeyError:
        return None
    return held.credential.key


def _leads_to(answered: Answered) -> str:
    exchange: PartialExchange = answered.exchange
    location = exchange.response_header("location")
    return f", to {location}; it is not followed" if location else ""
