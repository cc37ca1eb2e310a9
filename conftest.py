"""The checkout's own pytest set-up: the plugin, whether or not the package is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Load the plugin; `pytest_plugins` would forbid runs that are started outside the checkout."""
    pluginmanager.import_plugin("conformance.plugin")
