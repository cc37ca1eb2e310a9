"""From pytest's options to the run of an SDK: adapter, release, waivers and target, or a usage error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.runs.sdk_run import SdkRun
from conformance.sdk.adapter import find_adapter
from conformance.sdk.errors import AdapterError
from conformance.sdk.install import install, release, release_directory
from conformance.sdk.target import SdkTarget
from conformance.session.options import given
from conformance.session.setup import load_known
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    from conformance.sdk.adapter import Adapter
    from conformance.spec.model import Spec
    from conformance.waivers import Waiver

PREFIX = "sdk:"


def adapter_of(config: pytest.Config) -> Adapter | None:
    """The adapter that `--target` names, if it names one.

    Raises:
        pytest.UsageError: There is no such adapter, or its file has mistakes.

    """
    target: str = given(config, "--target")
    if not target.startswith(PREFIX):
        return None
    try:
        return find_adapter(target.removeprefix(PREFIX), config.invocation_params.dir)
    except FileError as error:
        raise pytest.UsageError(str(error)) from None


def make_sdk_run(config: pytest.Config, spec: Spec, adapter: Adapter, waivers: list[Waiver]) -> SdkRun:
    """The run of the options, with the SDK installed and its adapter started.

    Raises:
        pytest.UsageError: The release cannot be installed, or the adapter is broken.

    """
    try:
        version = release(adapter, given(config, "--sdk-version"))
        directory = install(adapter, version, release_directory())
        target = SdkTarget(spec, adapter, version, directory)
    except AdapterError as error:
        raise pytest.UsageError(str(error)) from None
    config.add_cleanup(target.close)
    return SdkRun(spec, target, [waiver for waiver in waivers if waiver.is_about(target.greeting.version)])


def sdk_waivers(config: pytest.Config, spec: Spec, adapter: Adapter) -> list[Waiver]:
    """The known broken promises: of the options, else those that come with the adapter.

    Raises:
        pytest.UsageError: The file has mistakes, or a waiver matches no probe.

    """
    usual = str(adapter.waivers) if adapter.waivers else ""
    return load_known(given(config, "--waivers") or usual, spec, "sdk")
