"""A case: what somebody hands in, and what an honest expert can conclude from it alone."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.corpus.hiding import fill
from tests.corpus.minted import mint

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = Path(__file__).resolve().parent / "cases"
FAMILIES = {"K": "key", "E": "env", "C": "curl", "H": "har", "T": "error", "L": "log", "mixed": "several"}


@dataclass(frozen=True)
class Answer:
    """An answer that is right.

    `causes` are all that have to be found, `also` others that may be; `candidates` are all that may be named where it
    cannot be told, `holds` those of them that have to be.
    """

    verdict: str
    causes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A stored case; `forbidden` are the causes that may not be called certain."""

    id: str
    family: str
    kinds: tuple[str, ...]
    files: tuple[str, ...]
    secrets: dict[str, Any]
    recipe: dict[str, Any]
    answers: tuple[Answer, ...]
    forbidden: tuple[str, ...]
    altered: tuple[str, ...]
    folder: Path

    @property
    def split(self) -> str:
        """Whether it may be looked at while the engine is tuned, or is kept apart: one in three, by its id."""
        return split_of(self.id)

    @property
    def given_as(self) -> str:
        """The kind that has to be named to `explain`, where the content does not show it."""
        return self.recipe.get("as", "")

    def stored(self) -> dict[str, bytes]:
        """The files as they are stored, without secrets."""
        return {name: (self.folder / name).read_bytes() for name in self.files}

    def filled(self) -> tuple[dict[str, bytes], dict[str, str]]:
        """The files with fresh secrets, and these."""
        secrets = {name: mint(recipe) for name, recipe in self.secrets.items()}
        files = {name: fill(data, secrets) for name, data in self.stored().items()}
        return {name: gzip.compress(data) if name.endswith(".gz") else data for name, data in files.items()}, secrets


def split_of(case_id: str) -> str:
    """`apart` for one id in three."""
    return "tuning" if hashlib.sha256(case_id.encode()).digest()[0] % 3 else "apart"


def cases() -> list[Case]:
    """Every stored case, in the order of their ids."""
    return sorted(_read_all(), key=lambda case: (list(FAMILIES).index(case.family), case.id))


def _read_all() -> Iterator[Case]:
    for file in CASES.glob("*/*/case.yaml"):
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
        expect = raw["expect"]
        yield Case(
            id=raw["id"],
            family=raw["family"],
            kinds=tuple(raw["kinds"]),
            files=tuple(raw["files"]),
            secrets=raw.get("secrets", {}),
            recipe=raw["recipe"],
            answers=tuple(_answer(one) for one in expect.get("accept", [expect])),
            forbidden=tuple(expect.get("not", ())),
            altered=tuple(raw.get("altered", ())),
            folder=file.parent,
        )


def _answer(raw: dict[str, Any]) -> Answer:
    lists = {name: tuple(raw.get(name, ())) for name in ("causes", "also", "candidates", "holds")}
    return Answer(verdict=raw["verdict"], **lists)
