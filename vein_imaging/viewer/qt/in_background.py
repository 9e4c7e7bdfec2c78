"""Work of seconds in a thread, whose answer comes back to the window's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QObject, Signal

from vein_imaging.viewer.qt.threads import start_thread, tell_window

__all__ = ["InBackground"]


class InBackground(QObject):
    """One function, called in a thread of its own after `start`.

    Parameters
    ----------
    function : callable
        Touches no widget.
    *args, **kwargs
        Of the function.

    Signals
    -------
    returned(object)
        What the function returned.
    errored(Exception)
        What it raised.
    finished()
        After either.
    """

    returned = Signal(object)
    errored = Signal(object)
    finished = Signal()

    _at_work: set[InBackground] = set()  # noqa: RUF012 - held until the answer is there

    def __init__(
        self, function: Callable[..., object], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__()
        self._call: Callable[[], object] = lambda: function(*args, **kwargs)
        self.finished.connect(self._forget)

    def start(self) -> None:
        """Begin, beside whatever else the program does. Once."""
        self._at_work.add(self)
        start_thread(self._run)

    def _run(self) -> None:
        try:
            answer = self._call()
        except Exception as error:  # noqa: BLE001 - whoever asked is told
            raised = error
            tell_window(lambda: self.errored.emit(raised))
        else:
            tell_window(lambda: self.returned.emit(answer))
        tell_window(lambda: self.finished.emit())

    def _forget(self) -> None:
        self._at_work.discard(self)
