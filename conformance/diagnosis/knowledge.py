"""What a diagnosis works with: causes, signs and sets as plain data, and the surface of the API they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from conformance.diagnosis.surface import Surface

if TYPE_CHECKING:
    from conformance.diagnosis.cause import Cause, Causes


class Remedy(NamedTuple):
    """A step of a fix: where it is taken (`any`, `bash`, `python`…), whether it can be pasted, and its text."""

    place: str
    kind: Literal["run", "program", "do"]
    text: str


class Variant(NamedTuple):
    """A form of a cause; "" for the cause in general. What decides it decides the cause."""

    id: str
    says: str
    decided_by: frozenset[str]
    suggested_by: frozenset[str]


class KnownCause(NamedTuple):
    """A cause of the causes file; `because` are the claims behind it."""

    id: str
    title: str
    says: str
    falsified_by: str
    fix: tuple[Remedy, ...]
    because: tuple[str, ...]
    rotate: bool
    excluded_by: frozenset[str]
    variants: tuple[Variant, ...]


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
                one._asdict()
                | {"fix": [step._asdict() for step in one.fix], "variants": [form._asdict() for form in one.variants]}
                for one in self.causes
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
                    "fix": tuple(Remedy(**remedy) for remedy in one["fix"]),
                    "variants": tuple(Variant(**_frozen(variant)) for variant in one["variants"]),
                }
            )
            for one in data["causes"]
        ),
        sets=tuple(KnownSet(**_frozen(one)) for one in data["sets"]),
        signs=tuple(KnownSign(**_frozen(one)) for one in data["signs"]),
    )


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
            KnownSign(one.fact, tuple(one.within), one.matches, one.says, tuple(one.status), one.key)
            for one in causes.signs
        ),
    )


def _known_cause(cause: Cause) -> KnownCause:
    steps = [Remedy(place, step.kind, step.text) for place, steps in cause.fix.places().items() for step in steps]
    variants = [
        Variant(one.id, one.says, frozenset(one.decided_by), frozenset(one.suggested_by)) for one in cause.variants
    ]
    return KnownCause(
        id=cause.id,
        title=cause.title,
        says=cause.says,
        falsified_by=cause.falsified_by,
        fix=tuple(steps),
        because=tuple(cause.because),
        rotate=cause.rotate,
        excluded_by=frozenset(cause.excluded_by),
        variants=(*variants, Variant("", "", frozenset(cause.decided_by), frozenset(cause.suggested_by))),
    )
