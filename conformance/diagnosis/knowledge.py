"""What a diagnosis works with: causes, signs and sets as plain data, and the surface of the API they are about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from conformance.diagnosis.surface import Surface

if TYPE_CHECKING:
    from conformance.diagnosis.causes.model import Cause, Causes, Fix


class Remedy(NamedTuple):
    """A step of a fix: where it is taken (`any`, `bash`, `python`…), whether it can be pasted, and its text."""

    place: str
    kind: Literal["run", "program", "do"]
    text: str


class KnownVariant(NamedTuple):
    """A form of a cause; "" for the cause in general. What decides it decides the cause.

    `title`, `fix` and `falsified_by` are empty where they are those of the cause.
    """

    id: str
    says: str
    decided_by: frozenset[str]
    suggested_by: frozenset[str]
    title: str = ""
    fix: tuple[Remedy, ...] = ()
    falsified_by: str = ""


class KnownCause(NamedTuple):
    """A cause of the causes file; `because` are the claims behind it, and `about` the variable that its fix names."""

    id: str
    title: str
    says: str
    falsified_by: str
    fix: tuple[Remedy, ...]
    because: tuple[str, ...]
    excluded_by: frozenset[str]
    variants: tuple[KnownVariant, ...]
    about: str = ""

    def as_variant(self, variant: KnownVariant) -> KnownCause:
        """The cause in one of its forms, with what that form says in the place of the cause."""
        return self._replace(
            title=variant.title or self.title,
            fix=variant.fix or self.fix,
            falsified_by=variant.falsified_by or self.falsified_by,
        )

    def for_variable(self, name: str) -> KnownCause:
        """The cause with a fix for the variable of this name."""
        if not self.about:
            return self
        own = re.compile(rf"\b{self.about}\b")
        return self._replace(fix=tuple(step._replace(text=own.sub(name, step.text)) for step in self.fix))


class KnownSet(NamedTuple):
    """Causes that some facts do not tell apart, and the question that does."""

    id: str
    candidates: tuple[str, ...]
    ask: str
    splits: str
    suggested_by: frozenset[str]


class KnownSign(NamedTuple):
    """A fact that a pattern shows; see `Sign` of the causes file."""

    fact: str
    within: tuple[str, ...]
    matches: str
    says: str
    status: tuple[int, ...]
    key: str
    counts: str


class Knowledge(NamedTuple):
    """Everything that is known before any evidence is read."""

    surface: Surface
    causes: tuple[KnownCause, ...]
    sets: tuple[KnownSet, ...]
    signs: tuple[KnownSign, ...]

    @property
    def by_id(self) -> dict[str, KnownCause]:
        """The causes by their ids."""
        return {cause.id: cause for cause in self.causes}

    @property
    def titles(self) -> dict[str, str]:
        """What the causes are called for people, by their ids."""
        return {cause.id: cause.title for cause in self.causes}

    def pointed_to(self, fact: str) -> str:
        """The id of the cause, or of its variant, that a fact decides or suggests; nothing where there is none."""
        for cause in self.causes:
            for variant in cause.variants:
                if fact in variant.decided_by or fact in variant.suggested_by:
                    return variant.id or cause.id
        return ""

    def as_json(self) -> dict[str, Any]:
        """The same as data that `from_json` takes."""
        return {
            "surface": self.surface.as_json(),
            "causes": [
                _with_fix(one) | {"variants": [_with_fix(form) for form in one.variants]} for one in self.causes
            ],
            "sets": [one._asdict() for one in self.sets],
            "signs": [one._asdict() for one in self.signs],
        }


def from_json(data: dict[str, Any]) -> Knowledge:
    """Knowledge out of the data that it was kept as."""
    return Knowledge(
        surface=Surface(**_frozen(data["surface"])),
        causes=tuple(
            KnownCause(
                **_frozen(one)
                | {
                    "fix": _remedies(one["fix"]),
                    "variants": tuple(
                        KnownVariant(**_frozen(form) | {"fix": _remedies(form["fix"])}) for form in one["variants"]
                    ),
                }
            )
            for one in data["causes"]
        ),
        sets=tuple(KnownSet(**_frozen(one)) for one in data["sets"]),
        signs=tuple(KnownSign(**_frozen(one)) for one in data["signs"]),
    )


def _with_fix(one: KnownCause | KnownVariant) -> dict[str, Any]:
    return one._asdict() | {"fix": [step._asdict() for step in one.fix]}


def _remedies(steps: list[dict[str, Any]]) -> tuple[Remedy, ...]:
    return tuple(Remedy(**step) for step in steps)


def _frozen(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: (frozenset(value) if name.endswith("_by") else tuple(value)) if isinstance(value, list) else value
        for name, value in fields.items()
    }


def knowledge_of(causes: Causes, surface: Surface) -> Knowledge:
    """What a causes file says, for an API with this surface."""
    return Knowledge(
        surface,
        tuple(map(_known_cause, causes.causes)),
        tuple(
            KnownSet(one.id, tuple(one.candidates), one.ask, one.splits, frozenset(one.suggested_by))
            for one in causes.indistinguishable
        ),
        tuple(
            KnownSign(one.fact, tuple(one.within), one.matches, one.says, tuple(one.status), one.key, one.counts)
            for one in causes.signs
        ),
    )


def _steps(fix: Fix) -> tuple[Remedy, ...]:
    return tuple(Remedy(place, step.kind, step.text) for place, steps in fix.places().items() for step in steps)


def _known_cause(cause: Cause) -> KnownCause:
    variants = [
        KnownVariant(
            one.id,
            one.says,
            frozenset(one.decided_by),
            frozenset(one.suggested_by),
            one.title,
            _steps(one.fix) if one.fix else (),
            one.falsified_by,
        )
        for one in cause.variants
    ]
    return KnownCause(
        id=cause.id,
        title=cause.title,
        says=cause.says,
        falsified_by=cause.falsified_by,
        fix=_steps(cause.fix),
        because=tuple(cause.because),
        excluded_by=frozenset(cause.excluded_by),
        about=cause.about,
        variants=(*variants, KnownVariant("", "", frozenset(cause.decided_by), frozenset(cause.suggested_by))),
    )
