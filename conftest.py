"""The checkout's own pytest set-up: the plugin, whether or not the package is installed."""

pytest_plugins = ["conformance.plugin", "pytester"]
