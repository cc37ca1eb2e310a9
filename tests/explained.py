"""Answers of `hopx-auth explain` to texts, each with a minted key in the place of <KEY>, its id in that of <ID>."""

from __future__ import annotations

import io
import json
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from evidence import id_of, minted
from runs import run_command

from conformance import cli

URL = "https://api.hopx.dev/v1/sandboxes"


def printed(*texts: str, form: str = "text", names: tuple[str, ...] = ()) -> str:
    """What it prints; the texts are files by these names, or by their numbers."""
    key = minted()
    secret = key.partition(".")[2]
    with tempfile.TemporaryDirectory() as directory, redirect_stdout(io.StringIO()) as output:
        files = [Path(directory) / name for name in names or [f"{at}.txt" for at in range(len(texts))]]
        for file, text in zip(files, texts, strict=True):
            file.write_bytes(text.replace("<KEY>", key).replace("<ID>", id_of(key)).encode())
        cli.main(["explain", *map(str, files), "--format", form])
    assert not any(secret[at : at + 8] in output.getvalue() for at in range(len(secret) - 7))
    return output.getvalue()


def explained(*texts: str, names: tuple[str, ...] = ()) -> dict[str, Any]:
    """The same as data."""
    found: dict[str, Any] = json.loads(printed(*texts, form="json", names=names))
    return found


def explained_files(directory: Path, **files: str) -> dict[str, Any]:
    """The answer of the command itself to files by name, `_` for a dot."""
    key = minted()
    names = [name.replace("_", ".") for name in files]
    for name, text in zip(names, files.values(), strict=True):
        (directory / name).write_text(text.replace("<KEY>", key), encoding="utf-8")
    ran = run_command(directory, "explain", *names, "--format", "json")
    secret = key.partition(".")[2]
    assert not any(secret[at : at + 8] in ran.output for at in range(len(secret) - 7))
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def causes(found: dict[str, Any]) -> list[str]:
    """The causes of an answer that is a problem."""
    return [one["cause"] for one in found["findings"]]


def verdict(*texts: str, names: tuple[str, ...] = ()) -> list[str]:
    """The causes that were found, with their confidence; else the candidates, or that it is healthy."""
    found = explained(*texts, names=names)
    if found["verdict"] == "cannot-tell":
        return ["cannot-tell", *found["cannot_tell"]["candidates"]]
    return [f"{one['variant'] or one['cause']} {one['confidence']}" for one in found["findings"]] or [found["verdict"]]
