"""A thread that does one piece of work at a time, when it has nothing else to do."""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["BackgroundWorker"]


class BackgroundWorker:
    """Does work in a thread of its own.

    Nothing queues up: work that comes while some is being done is refused.
    """

    def __init__(self, name: str) -> None:
        self._changed = threading.Condition()
        self._work: Callable[[], object] | None = None
        self._error: BaseException | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread. Once."""
        self._thread.start()

    def offer(self, work: Callable[[], object]) -> bool:
        """Hand over a piece of work, unless some is being done.

        Parameters
        ----------
        work : callable

        Returns
        -------
        bool
            False if it was refused.

        Raises
        ------
        BaseException
            What the last piece of work raised; it is raised once.
        """
        with self._changed:
            error, self._error = self._error, None
            if error is not None:
                raise error
            if self._work is not None or self._closed:
                return False
            self._work = work
            self._changed.notify_all()
            return True

    def stop(self, timeout_s: float) -> bool:
        """End the thread after the work in hand.

        Returns
        -------
        bool
            False if that took longer than `timeout_s`.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._work is not None or self._closed)
                if self._work is None:
                    return
                work = self._work
            error: BaseException | None = None
            try:
                work()
            except Exception as failure:  # noqa: BLE001 - kept, told when next asked
                error = failure
            with self._changed:
                self._work, self._error = None, error
