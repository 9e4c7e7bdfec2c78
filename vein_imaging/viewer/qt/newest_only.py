"""Work in a thread of its own, of which only the newest answer is ever shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from qtpy.QtCore import QObject, Qt, Signal

from vein_imaging.viewer.qt.threads import start_thread, tell_window

__all__ = ["NewestOnly"]


class NewestOnly(QObject):
    """Does the newest of what is asked for; an answer that was overtaken is dropped.

    One thread at a time: while a store does not answer, what is asked meanwhile waits,
    and only the last of it is done. Make it without a parent: the thread may outlive
    the window.

    Parameters
    ----------
    answered : callable
        In the window's thread, with what the work gave.
    failed : callable
        In the window's thread, with what it raised.
    """

    _done = Signal(int, object, object)

    def __init__(
        self,
        answered: Callable[[Any], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        super().__init__()
        self._answered, self._failed = answered, failed
        self._lock = threading.Lock()
        self._generation = 0
        self._next: tuple[int, Callable[[], object]] | None = None
        self._running = False
        self._done.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether something is being done, or waits to be."""
        with self._lock:
            return self._running

    def ask(self, work: Callable[[], object]) -> None:
        """Do this next; nothing that was asked before is answered any more.

        Parameters
        ----------
        work : callable
            Touches no widget.
        """
        with self._lock:
            self._generation += 1
            self._next = self._generation, work
            if self._running:
                return
            self._running = True
        start_thread(self._work)

    def forget(self) -> None:
        """Answer nothing of what was asked so far."""
        with self._lock:
            self._generation += 1
            self._next = None

    def _work(self) -> None:
        while True:
            with self._lock:
                if self._next is None:
                    self._running = False
                    return
                generation, work = self._next
                self._next = None
            value: object = None
            error: BaseException | None = None
            try:
                value = work()
            except BaseException as raised:  # noqa: BLE001 - told in the window's thread
                error = raised
            tell_window(partial(self._tell, generation, value, error))

    def _tell(
        self, generation: int, value: object, error: BaseException | None
    ) -> None:
        self._done.emit(generation, value, error)

    def _deliver(
        self, generation: int, value: object, error: BaseException | None
    ) -> None:
        with self._lock:
            if generation != self._generation:
                return
        if error is None:
            self._answered(value)
        else:
            self._failed(error)
