"""What can keep a target from answering.

TargetError
├── UnansweredError       no HTTP response came back; the message names the cause
│   └── UnsteadyError     a gateway answered in the target's place, and not each time
├── TooManyRequestsError  the target limits this run, even after waiting as long as it asked for
├── BudgetSpentError      the run's own limit of requests is reached
└── WriteForbiddenError   the request may change something, and nobody allowed that
"""

from __future__ import annotations


class TargetError(Exception):
    """A request could not be asked or was not answered."""


class UnansweredError(TargetError):
    """No HTTP response came back; the message names the cause."""


class UnsteadyError(UnansweredError):
    """A gateway answered in the target's place, and not each time; the target itself may be there."""


class TooManyRequestsError(TargetError):
    """The target limits this run, even after waiting as long as it asked for."""


class BudgetSpentError(TargetError):
    """The run's own limit of requests is reached."""


class WriteForbiddenError(TargetError):
    """A request that may change something was about to be sent without permission to write."""
