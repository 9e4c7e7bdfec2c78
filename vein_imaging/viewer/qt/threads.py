"""Threads beside the window's own, which the program's end waits for."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakSet

__all__ = ["start_thread", "tell_window"]

_LONGEST_S = 20.0
"""Longer than any work of the window takes. A store that never answers is left."""
_running: WeakSet[threading.Thread] = WeakSet()


def start_thread(work: Callable[[], None]) -> None:
    """Do something in a thread of its own.

    At the end of the program it is waited for: a thread that comes back from a library
    after Python has ended aborts the process.

    Parameters
    ----------
    work : callable
        Touches no widget.
    """
    thread = threading.Thread(target=work, name="window", daemon=True)
    _running.add(thread)
    thread.start()


def tell_window(emit: Callable[[], None]) -> None:
    """Emit a signal from such a thread, where Qt has not ended meanwhile.

    Parameters
    ----------
    emit : callable
        Emits the signal; looking it up fails as well once Qt has ended.
    """
    # Qt has ended, and its half of the object with it: nobody is there to be told
    with suppress(RuntimeError):
        emit()


@atexit.register
def _wait() -> None:
    until_s = time.monotonic() + _LONGEST_S
    for thread in tuple(_running):
        thread.join(max(0.0, until_s - time.monotonic()))
