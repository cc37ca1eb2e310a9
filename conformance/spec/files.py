"""Where the spec files are: inside the installed package, or at the top of the checkout."""

from __future__ import annotations

from pathlib import Path


def specs_directory() -> Path:
    """The directory of the spec files."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "specs"
    return installed if installed.is_dir() else package.parent / "specs"


def default_spec() -> Path:
    """The spec file that is used when none is named."""
    return specs_directory() / "hopx-auth.yaml"


def default_causes() -> Path:
    """The causes file that is used when none is named."""
    return specs_directory() / "causes.yaml"


def default_clients() -> Path:
    """The clients file that is used when none is named."""
    return specs_directory() / "clients.yaml"
