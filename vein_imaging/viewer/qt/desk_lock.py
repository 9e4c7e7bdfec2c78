"""Tells the signed-in store that a person is there, and notices when it locks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QApplication

from vein_imaging.viewer.qt.waiting import waited_for

__all__ = ["DeskLock", "SignedIn"]

_LOOK_EVERY_MS = 1000  # a lock a second late shows nobody more
_A_PERSON = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
)


class SignedIn(Protocol):
    """Who is signed in (`vein_imaging.storage.people.signed_in.SignedInStore`)."""

    @property
    def left_alone(self) -> bool:
        """Whether nobody was there for too long; answers at once, asks no store."""

    @property
    def locked(self) -> bool:
        """Whether it was left alone too long; the store is closed then."""

    def touch(self) -> None:
        """Say that the person is there."""


class DeskLock(QObject):
    """Watches keys and clicks of the whole application, and the desk's lock.

    Parameters
    ----------
    desk : SignedIn
    locked : callable
        Called once, when the desk has locked.
    clock : callable
        `time.monotonic`.
    """

    def __init__(
        self,
        desk: SignedIn,
        locked: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._locked = locked
        self._clock = clock
        self._touched_s = clock()
        self._watching = True
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(_LOOK_EVERY_MS)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def look(self) -> None:
        """See whether the desk has locked; called every second."""
        self._timer.stop()  # while the answer is waited for, nobody looks again
        if self._desk.left_alone:
            # The patient goes first: a server that is silent may be told for long.
            self.stop()
            threading.Thread(target=self._lock_store, daemon=True).start()
            self._locked()
            return
        locked = waited_for(None, lambda: self._desk.locked)
        if not self._watching:
            return  # stopped meanwhile: it may be another person's screen by now
        if locked:
            self.stop()
            self._locked()
        else:
            self._timer.start(_LOOK_EVERY_MS)

    def _lock_store(self) -> None:
        """Ask the desk, which locks itself by that."""
        if not self._desk.locked:
            raise RuntimeError("the desk was left alone and has not locked itself")

    def stop(self) -> None:
        """Watch no longer."""
        self._watching = False
        self._timer.stop()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        """Take note of keys and clicks, and let them pass; Qt calls this."""
        if event is not None and event.type() in _A_PERSON:
            now_s = self._clock()
            if now_s - self._touched_s >= 1.0:
                self._touched_s = now_s
                waited_for(None, self._desk.touch)
        return False
