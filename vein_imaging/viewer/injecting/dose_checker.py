"""Checks what is typed, beside the window; a stale answer is never shown."""

from __future__ import annotations

from dataclasses import dataclass

from vein_imaging.storage.errors import StoreError
from vein_imaging.treatment import InjectionLog, JudgedDose, RecordError
from vein_imaging.treatment.presets import presets
from vein_imaging.treatment.typed_injection import EntryError, EntryText
from vein_imaging.viewer.injecting.dose_view import (
    DoseView,
    checking,
    no_room_known,
    not_checked,
    nothing_typed,
)
from vein_imaging.viewer.injecting.dose_words import dose_view, room_view
from vein_imaging.viewer.injecting.injection_panel import InjectionPanel
from vein_imaging.viewer.qt.newest_only import NewestOnly
from vein_imaging.words import translate as _

__all__ = ["DoseChecker"]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was found of one entry; `judged` is None while the form is not filled in."""

    judged: JudgedDose | None
    room: JudgedDose | None
    problems: dict[str, str]


class DoseChecker:
    """Answers every change of the form in the panel: verdict, and what still fits.

    Parameters
    ----------
    log : InjectionLog
    panel : InjectionPanel
    """

    def __init__(self, log: InjectionLog, panel: InjectionPanel) -> None:
        self._log = log
        self._panel = panel
        self._newest = NewestOnly(self._show, self._failed)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._newest.busy

    def check(self) -> None:
        """Check what is typed; until the answer is there no verdict is shown."""
        entry = self._panel.form.entry
        self._panel.form.presets.offer(presets(self._log.rules.table, entry.product))
        self._panel.form.show_problems({})
        self._panel.dose.show_view(checking())
        self._newest.ask(lambda: self._found(entry))

    def check_room(self) -> None:
        """Say anew what still fits, and leave the verdict that stands."""
        entry = self._panel.form.entry
        self._newest.ask(lambda: self._log.outlook(entry))

    def forget(self) -> None:
        """Show no answer to what was typed so far."""
        self._newest.forget()

    def view(self, judged: JudgedDose) -> DoseView:
        """What the panel says about a check."""
        names = self._log.names
        return dose_view(judged.findings, judged.quantities, names, judged.words)

    def show_judged(self, judged: JudgedDose) -> None:
        """Show what a transaction found."""
        self._panel.dose.show_view(self.view(judged))

    def _found(self, entry: EntryText) -> _Answer:
        problems: dict[str, str] = {}
        judged = None
        try:
            judged = self._log.check(entry)
        except EntryError as error:
            problems = error.problems
        room = judged if judged is not None else self._log.outlook(entry)
        return _Answer(judged, room, problems)

    def _show(self, answer: _Answer | JudgedDose | None) -> None:
        if not isinstance(answer, _Answer):
            self._show_room(answer)
            return
        view = nothing_typed()
        if answer.problems:
            view = not_checked()
        elif answer.judged is not None:
            view = self.view(answer.judged)
        self._panel.form.show_problems(answer.problems)
        self._panel.dose.show_view(view)
        self._show_room(answer.room)

    def _show_room(self, judged: JudgedDose | None) -> None:
        room = no_room_known()
        if judged is not None:
            room = room_view(judged, self._log.names)
        self._panel.so_far.show_room(room)

    def _failed(self, error: BaseException) -> None:
        self._panel.so_far.show_room(no_room_known())
        self._panel.dose.show_view(not_checked())
        if not isinstance(error, (RecordError, StoreError)):
            raise error
        headline = _("NOT CHECKED \N{EM DASH} the store does not answer")
        self._panel.dose.show_view(DoseView("none", headline, (str(error),)))
