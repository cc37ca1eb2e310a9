"""Record cases: `python -m tests.corpus.record [GLOB…]`, all that are not stored yet unless some are named.

Real clients run against servers of loopback, in namespaces that nothing leads out of; what they print or send is
kept, its secrets as placeholders.
"""

from __future__ import annotations

import argparse
import fnmatch
import importlib
import shutil
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.corpus import world
from tests.corpus.case import CASES, split_of
from tests.corpus.hiding import hide
from tests.corpus.install import install
from tests.corpus.versions import versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.recipe import Recipe
    from tests.corpus.stage import Stage


def recipes() -> dict[str, Recipe]:
    """All recipes, by id."""
    files = sorted((Path(__file__).parent / "recipes").glob("[a-z]*.py"))
    modules = [importlib.import_module(f"tests.corpus.recipes.{file.stem}") for file in files]
    # some modules add to the recipes of another one
    families = {id(module.RECIPES): module.RECIPES for module in modules if hasattr(module, "RECIPES")}.values()
    found = [recipe for family in families for recipe in family.values()]
    by_id = {recipe.id: recipe for recipe in found}
    if len(by_id) < len(found):
        raise ValueError("two recipes have the same name")
    return by_id


def record(recipe: Recipe, stage: Stage) -> dict[str, bytes]:
    """What is stored of a case, by file."""
    stage.begin()
    recipe.act(stage)
    if not stage.files:
        raise ValueError("nothing was saved")
    files = {name: hide(data, stage.secrets) for name, data in stage.files.items()}
    return files | {"case.yaml": _described(recipe, stage)}


def _described(recipe: Recipe, stage: Stage) -> bytes:
    commands = [hide(command.encode(), stage.secrets).decode() for command in stage.commands]
    case = {
        "id": recipe.id,
        "family": recipe.family,
        "files": list(stage.files),
        "secrets": stage.minted_from,
        "recipe": {"clients": versions(recipe.client), "commands": commands},
    }
    return _labelled(case, recipe)


def _labelled(case: dict[str, Any], recipe: Recipe) -> bytes:
    """The description of a case with what its recipe says of it now."""
    case |= {"split": split_of(recipe.id), "kinds": list(recipe.kinds), "expect": recipe.expect}
    case["recipe"] |= {"broken": recipe.broken}
    for place, name, value in ((case["recipe"], "as", recipe.given_as), (case, "altered", list(recipe.altered))):
        place.pop(name, None)
        place |= {name: value} if value else {}
    return yaml.dump(case, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110).encode()


class _Plain(yaml.SafeDumper):
    """Writes the same list twice, and not as an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def label(folder: Path, recipe: Recipe) -> None:
    """Give a stored case the answers that its recipe has now."""
    file = folder / "case.yaml"
    file.write_bytes(_labelled(yaml.safe_load(file.read_text(encoding="utf-8")), recipe))


def main() -> int:
    """Record what is asked for; returns how many could not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="ids, with * for any text (default: those that are not stored)")
    parser.add_argument("--into", type=Path, default=CASES, help="folder of the cases")
    parser.add_argument("--labels", action="store_true", help="only bring the answers of stored cases up to date")
    options = parser.parse_args()
    if options.labels:
        for name, recipe in recipes().items():
            if (folder := options.into / recipe.family / name).exists():
                label(folder, recipe)
        return 0
    chosen = [recipe for recipe in recipes().values() if _is_chosen(recipe, options.names, options.into)]
    install({client for recipe in chosen for client in recipe.client.split(", ")})
    world.enter()
    world.build()
    stage_of = _open_stage()
    return sum(not _stored(recipe, stage_of(), options.into / recipe.family / recipe.id) for recipe in chosen)


def _stored(recipe: Recipe, stage: Stage, folder: Path) -> bool:
    try:
        files = record(recipe, stage)
    except Exception:
        print(f"{recipe.id} could not be recorded:", file=sys.stderr)
        traceback.print_exc()
        return False
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file, data in files.items():
        (folder / file).write_bytes(data)
    print(f"{recipe.id}: {', '.join(f'{file} ({len(data)})' for file, data in files.items())}")
    return True


def _is_chosen(recipe: Recipe, names: list[str], into: Path) -> bool:
    if names:
        return any(fnmatch.fnmatch(recipe.id, pattern) for pattern in names)
    return not (into / recipe.family / recipe.id).exists()


def _open_stage() -> Callable[[], Stage]:
    from tests.corpus.servers import Api, Edge, name_no_names
    from tests.corpus.stage import Stage

    name_no_names()
    api, edge = Api(), Edge()
    return lambda: Stage(api, edge)


if __name__ == "__main__":
    sys.exit(main())
