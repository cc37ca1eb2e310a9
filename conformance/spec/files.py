"""Where the files are that come with the package: the spec files, and others beside them."""

from __future__ import annotations

from pathlib import Path


def directory_beside(name: str) -> Path:
    """A directory that comes with the package: inside the installed one, or at the top of the checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / name
    return installed if installed.is_dir() else package.parent / name


def specs_directory() -> Path:
    """The directory of the spec files."""
    return directory_beside("specs")


def default_spec() -> Path:
    """The spec file that is used when none is named."""
    return specs_directory() / "hopx-auth.yaml"


def default_causes() -> Path:
    """The causes file that is used when none is named."""
    return specs_directory() / "causes.yaml"


def default_clients() -> Path:
    """The clients file that is used when none is named."""
    return specs_directory() / "clients.yaml"
