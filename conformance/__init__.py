"""Conformance suite and diagnostics toolkit for API-key authentication."""

__version__ = "0.1.0"
