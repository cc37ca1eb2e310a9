"""Loading a clients file: strictly, with every mistake at once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from conformance.diagnosis.clients.model import Clients
from conformance.spec import loader
from conformance.spec import source as sources
from conformance.spec.raw import entries, mapping, note_taken, note_unknown
from conformance.spec.schema import schema_of

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.spec.model import Spec
    from conformance.spec.source import Source

_NEEDED = {
    "argument": ("says",),
    "variable": ("name",),
    "dotenv": ("name", "file"),
    "yaml": ("file", "field"),
    "keyring": ("service", "user"),
}


@cache
def load(file: Path, spec_file: Path) -> Clients:
    """Load a clients file, whose styles and claims are those of a spec file.

    Raises:
        FileError: With every mistake of either file: its line, its column and what to write instead.

    """
    spec = loader.load(spec_file)
    return loader.checked(sources.read(file), Clients, lambda source: _check(source, spec))


def _check(source: Source, spec: Spec) -> None:
    """Note in `source` every id that is taken, name that is none, and source that lacks what its kind needs."""
    found = [mapping(entry) for entry in entries(mapping(source.data).get("clients"))]
    note_taken(source, "client", ((("clients", at, "id"), entry.get("id")) for at, entry in enumerate(found)))
    for index, client in enumerate(found):
        path = ("clients", index)
        if client.get("style"):
            note_unknown(source, (*path, "style"), "style", [str(client["style"])], spec.styles)
        for number, cited in enumerate(entries(client.get("because"))):
            citable = {*spec.claims, *spec.disagreements}
            note_unknown(source, (*path, "because", number), "claim or disagreement", [str(cited)], citable)
        for number, entry in enumerate(entries(client.get("reads"))):
            read = mapping(entry)
            for name in _NEEDED.get(str(read.get("kind")), ()):
                if not read.get(name):
                    message = f"a source of the kind {read['kind']} lacks {name!r}; add it"
                    source.mistake((*path, "reads", number), message)


def clients_schema() -> dict[str, Any]:
    """The JSON Schema of a clients file; `specs/schema/clients.schema.json` is a copy of it."""
    return {"title": "How clients find their key", **schema_of(Clients)}
