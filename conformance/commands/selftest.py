"""hopx-auth spec selftest: judges impostors and conforming servers, and writes the kill matrix."""

from __future__ import annotations

import json
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.commands import status
from conformance.commands.output import complain, print_result
from conformance.selftest.impostor import other_impostors, own_impostors
from conformance.selftest.matrix import OF_THE_WHOLE, is_proof, matrix
from conformance.selftest.schedule import WRITTEN, judge_all
from conformance.selftest.text import matrix_document, matrix_page, matrix_text
from conformance.spec.files import default_spec
from conformance.spec.loader import load
from conformance.spec.mistakes import FileError, suggestion

if TYPE_CHECKING:
    import argparse

    from conformance.selftest.impostor import Impostor
    from conformance.spec.model import Spec

_CHECKOUT = Path(__file__).resolve().parent.parent.parent / "tests" / "impostors.toml"


def selftest_spec(options: argparse.Namespace) -> int:
    """Judge everybody; exit status 1 when an impostor survives, a conforming one is accused, or a rule has none."""
    file = default_spec().resolve()
    directory = Path(options.directory)
    try:
        spec = load(file)
        everybody = _everybody(options, spec)
        directory.mkdir(parents=True, exist_ok=True)
    except (FileError, OSError) as error:
        complain(str(error))
        return status.USAGE
    wanted = [one for one in everybody if not options.only or any(word in str(one) for word in options.only.split(","))]
    if not wanted:
        complain(
            f"--only {options.only}: nobody is called so; {suggestion(options.only, {one.name for one in everybody})}"
        )
        return status.USAGE
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    kept = directory / "judged.jsonl"
    if options.again:
        kept.unlink(missing_ok=True)
    data = matrix(spec, judge_all(file, wanted, options.jobs, kept))
    if options.only:
        data |= {name: [] for name in OF_THE_WHOLE}
        data["part"] = f"{len(wanted)} of {len(everybody)}, those with {options.only}"
    for name, text in zip(
        WRITTEN, (matrix_page(spec, data), json.dumps(data, indent=1), matrix_document(data)), strict=True
    ):
        _write(directory / name, text)
    written = f"written to {directory / WRITTEN[0]}, {WRITTEN[1]} and {WRITTEN[2]}"
    print_result(options, data, f"{matrix_text(data)}\n{written}", foreign=True)
    return status.OK if is_proof(data) else status.PROBLEM


def _everybody(options: argparse.Namespace, spec: Spec) -> list[Impostor]:
    file = Path(options.impostors) if options.impostors else _CHECKOUT
    others = other_impostors(file, spec) if options.impostors or file.is_file() else []
    return [*own_impostors(), *others]


def _write(file: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as new:
        new.write(text)
    Path(new.name).replace(file)
