"""What other windows write to this patient's record, seen within a few seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QObject, QTimer

from vein_imaging.storage.errors import LockedError, StoreError
from vein_imaging.treatment import Visit
from vein_imaging.viewer.qt.newest_only import NewestOnly
from vein_imaging.viewer.qt.record_desk import RecordDesk
from vein_imaging.words import translate as _

__all__ = ["OthersWrites"]

_EVERY_MS = 3000  # a total that is older is gone before the next injection is drawn up


class OthersWrites(QObject):
    """Looks for them in another thread; a store that does not answer is said.

    Parameters
    ----------
    visit : Visit
    desk : RecordDesk
        While it writes, nothing is taken up.
    changed : callable
        Called after something was taken up.
    say : callable
        Takes a sentence where the store does not answer; empty once it does.
    """

    def __init__(
        self,
        visit: Visit,
        desk: RecordDesk,
        changed: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._record, self._desk = visit.record, desk
        self._changed, self._say = changed, say
        self._newest = NewestOnly(self._found, self._failed)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(_EVERY_MS)

    def look(self) -> None:
        """Look now, unless the last look is not over."""
        if not self._newest.busy and not self._desk.busy:
            self._newest.ask(self._record.look_for_news)

    def stop(self) -> None:
        """Look no longer; what is still on its way is not shown."""
        self._timer.stop()
        self._newest.forget()

    def _found(self, history: Any) -> None:
        self._say("")
        if self._desk.busy:
            self._record.forget_news()
        elif history is not None and self._record.take_up_news(history):
            self._changed()

    def _failed(self, error: BaseException) -> None:
        self._record.forget_news()
        if isinstance(error, LockedError):
            self.stop()
        elif isinstance(error, StoreError):
            said = _("What others write is not seen: {why}")
            self._say(said.format(why=error))
        else:
            raise error
