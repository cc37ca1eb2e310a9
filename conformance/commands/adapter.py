"""hopx-auth adapter: check one before a run, or serve its calls one by one for a person to make by hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.commands import status
from conformance.commands.given import spec_file
from conformance.commands.output import complain, print_result
from conformance.sdk.adapter import find_adapter
from conformance.sdk.errors import AdapterError, ReleaseError
from conformance.sdk.install import install, release, release_directory
from conformance.sdk.target import SdkTarget
from conformance.spec.loader import load
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    import argparse

    from conformance.sdk.adapter import Adapter
    from conformance.spec.model import Spec


def check_adapter(options: argparse.Namespace) -> int:
    """Install, greet and make one call; exit status 1 when the adapter is broken or its SDK cannot be installed."""
    spec, adapter = _spec_and_adapter(options)
    try:
        version = release(adapter, options.sdk_version)
        target = SdkTarget(spec, adapter, version, install(adapter, version, release_directory()))
    except ReleaseError as error:
        complain(f"--sdk-version: {error}")
        return status.USAGE
    except AdapterError as error:
        problem = {"adapter": adapter.name, "healthy": False, "problem": str(error)}
        print_result(options, problem, str(error), foreign=True)
        return status.PROBLEM
    target.close()
    who = target.greeting
    result = {
        "adapter": adapter.name,
        "healthy": True,
        "sdk": who.sdk,
        "version": who.version,
        "language": who.language,
        "runtime": who.runtime,
        "operations": who.operations,
        "features": who.features,
    }
    text = "\n".join(
        [
            f"{adapter.name} is healthy: {who.sdk} {who.version} ({who.language}, {who.runtime})",
            f"operations: {', '.join(who.operations)}",
            f"features: {', '.join(who.features) or 'none'}",
        ]
    )
    print_result(options, result, text, foreign=True)
    return status.OK


def serve_adapter(options: argparse.Namespace) -> int:
    """Serve until every call was made, standard input ends, or Ctrl-C."""
    from conformance.runs.by_hand import ByHand

    spec, adapter = _spec_and_adapter(options)
    known = [rule.id for rule in spec.rules if rule.target == "sdk"]
    if options.rule and options.rule not in known:
        from conformance.spec.mistakes import suggestion

        complain(f"there is no rule {options.rule!r} about SDKs; {suggestion(options.rule, known)}")
        return status.USAGE
    by_hand = ByHand(spec, adapter, options.rule, sys.stdin)
    try:
        for text in by_hand.conversation():
            print(text, flush=True)
    finally:
        by_hand.close()
    return status.OK


def _spec_and_adapter(options: argparse.Namespace) -> tuple[Spec, Adapter]:
    try:
        spec = load(spec_file(options))
        adapter = find_adapter(options.path, Path.cwd())
    except FileError as error:
        complain(str(error))
        sys.exit(status.USAGE)
    if spec.sdk is None:
        complain(f"{options.spec}: the part sdk: is missing, so there is nothing to ask an SDK")
        sys.exit(status.USAGE)
    return spec, adapter
