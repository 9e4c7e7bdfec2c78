"""Writes to the record one after another, and says what became of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from qtpy.QtWidgets import QWidget

from vein_imaging.storage.errors import StoreError
from vein_imaging.treatment import NotKnownYetError, RecordError, Visit
from vein_imaging.viewer.qt.message import tell
from vein_imaging.viewer.qt.waiting import waited_for
from vein_imaging.words import translate as _

__all__ = ["RecordDesk"]

_T = TypeVar("_T")


class RecordDesk:
    """All that one window writes goes through here.

    Parameters
    ----------
    visit : Visit
    window : QWidget
        Parent of the messages.

    Attributes
    ----------
    changed : list of callable
        Called in the window's thread after the record has or may have changed.
    """

    def __init__(self, visit: Visit, window: QWidget) -> None:
        self._visit = visit
        self._window = window
        self._unsettled = ""
        self.busy = False
        """Whether something is being written just now."""
        self.changed: list[Callable[[], None]] = []

    def write(self, action: Callable[[], _T]) -> _T | None:
        """Write something in another thread, while the picture goes on.

        Parameters
        ----------
        action : callable
            Touches no widget.

        Returns
        -------
        What the action returns, or None: nothing was written, or that is not known
        yet, and the person has read so. What the action raises besides is raised here.
        """
        if self._unsettled:
            self._settle()
            return None
        try:
            done = self._wait(action)
        except NotKnownYetError as error:
            self._unsettled = error.entry_id
            tell(self._window, _("NOT KNOWN YET"), str(error))
            return None
        except (RecordError, StoreError) as error:
            tell(self._window, _("NOTHING WAS RECORDED"), str(error))
            self.tell_changed()
            return None
        self.tell_changed()
        return done

    def _settle(self) -> None:
        """Find out what became of the last entry; what was asked now is not done."""
        entry_id, self._unsettled = self._unsettled, ""
        why = _("The last entry was not recorded")
        try:
            self._wait(lambda: self._visit.record.settle(entry_id, why))
        except NotKnownYetError as error:
            self._unsettled = error.entry_id
            tell(self._window, _("NOT KNOWN YET"), str(error))
            return
        except (RecordError, StoreError) as error:
            tell(self._window, _("THE LAST CLICK WAS NOT RECORDED"), str(error))
        else:
            tell(
                self._window,
                _("The last click was recorded"),
                _("It is in the record. Click again only if this is something else."),
            )
        self.tell_changed()

    def _wait(self, action: Callable[[], _T]) -> _T:
        self.busy = True
        try:
            return waited_for(self._window, action)
        finally:
            self.busy = False
            self._visit.record.forget_news()

    def tell_changed(self) -> None:
        """Let every page show what the record holds now."""
        for told in self.changed:
            told()
