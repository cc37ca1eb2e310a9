"""What can go wrong with an adapter, as opposed to the SDK that it adapts.

AdapterError
├── InstallError        the SDK cannot be installed; the message ends with the installer's last lines
├── BrokenAdapterError  the adapter does not speak the protocol; the message holds its standard error
├── HungError           a call did not end in its time; the adapter was ended
└── ReleaseError        there can be no such release of an SDK; the message says what to write instead
"""

from __future__ import annotations


class AdapterError(Exception):
    """An adapter cannot do its work."""


class InstallError(AdapterError):
    """The SDK cannot be installed; the message ends with the installer's last lines."""


class BrokenAdapterError(AdapterError):
    """The adapter does not speak the protocol; the message holds its standard error."""


class HungError(AdapterError):
    """A call did not end in its time; the adapter was ended."""


class ReleaseError(AdapterError):
    """There can be no such release of an SDK; the message says what to write instead."""
