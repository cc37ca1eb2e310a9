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
from typing import TYPE_CHECKING

import yaml

from tests.corpus import world
from tests.corpus.case import CASES, FAMILIES, split_of
from tests.corpus.hiding import hide
from tests.corpus.install import install

if TYPE_CHECKING:
    from tests.corpus.recipe import Recipe
    from tests.corpus.stage import Stage


def recipes() -> dict[str, Recipe]:
    """All recipes, by id."""
    found: dict[str, Recipe] = {}
    for file in sorted((Path(__file__).parent / "recipes").glob("[a-z]*.py")):
        module = importlib.import_module(f"tests.corpus.recipes.{file.stem}")
        if both := found.keys() & module.RECIPES.keys():
            raise ValueError(f"recipes of the same name: {both}")
        found |= module.RECIPES
    return found


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
        "split": split_of(recipe.id),
        "kinds": list(recipe.kinds),
        "files": list(stage.files),
        "secrets": stage.minted_from,
        "recipe": {"client": recipe.client, "broken": recipe.broken, "commands": commands}
        | ({"as": recipe.given_as} if recipe.given_as else {}),
        "expect": recipe.expect,
    } | ({"altered": list(recipe.altered)} if recipe.altered else {})
    return yaml.safe_dump(case, sort_keys=False, allow_unicode=True, width=110).encode()


def main() -> int:
    """Record what is asked for; returns how many could not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="ids, with * for any text (default: those that are not stored)")
    parser.add_argument("--into", type=Path, default=CASES, help="folder of the cases")
    options = parser.parse_args()
    install()
    world.enter()
    world.build()
    stage_of = _open_stage()
    failed = 0
    for name, recipe in recipes().items():
        folder = options.into / recipe.family / name
        if options.names and not any(fnmatch.fnmatch(name, pattern) for pattern in options.names):
            continue
        if not options.names and folder.exists():
            continue
        try:
            files = record(recipe, stage_of())
        except Exception:
            failed += 1
            print(f"{name} could not be recorded:", file=sys.stderr)
            traceback.print_exc()
            continue
        assert FAMILIES[recipe.family]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file, data in files.items():
            (folder / file).write_bytes(data)
        print(f"{name}: {', '.join(f'{file} ({len(data)})' for file, data in files.items())}")
    return failed


def _open_stage():
    from tests.corpus.servers import Api, Edge, name_no_names
    from tests.corpus.stage import Stage

    name_no_names()
    api, edge = Api(), Edge()
    return lambda: Stage(api, edge)


if __name__ == "__main__":
    sys.exit(main())
