"""The two clocks of a store, as arguments."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["Clocks", "idle_clock"]


def idle_clock() -> float:
    """Return seconds that go on while the computer sleeps, where the system can."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks, as arguments: the time of day, and seconds for the idle lock.

    The second one nobody sets: how far the first has gone beside it tells whether the
    time of day was changed meanwhile.
    """

    now: Callable[[], datetime] = _utc_now
    idle: Callable[[], float] = idle_clock
