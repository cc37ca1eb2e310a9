"""Little clients and their adapters, written at test time; and runs that judge them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from runs import run_suite

if TYPE_CHECKING:
    from runs import Ran

CLIENTS = Path(__file__).resolve().parent / "clients"
_PYTHON = ("{python}", "-S")  # without site it starts in half the time


def adapter_folder(directory: Path, *command: str, more: str = "") -> Path:
    """A folder with an adapter that runs a command; `more` are further lines of its file."""
    folder = directory / "adapter"
    folder.mkdir(parents=True)
    lines = ['name = "little"', 'language = "some"', 'sdk = "little-client"', f"command = {json.dumps(command)}", more]
    (folder / "adapter.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def python_adapter(directory: Path, program: str, *words: str, more: str = "") -> Path:
    """A folder with an adapter that is one of the Python programs beside this module."""
    return adapter_folder(directory, *_PYTHON, str(CLIENTS / program), *words, more=more)


def judge(directory: Path, adapter: Path, *options: str) -> Ran:
    """A run that judges an adapter's SDK."""
    return run_suite(directory, f"--target=sdk:{adapter}", "-q", *options)
