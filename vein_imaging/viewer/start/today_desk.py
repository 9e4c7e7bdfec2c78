"""What a signed-in person does at the start page, always beside the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qtpy.QtCore import QObject, QTimer, Signal

from vein_imaging.storage.errors import LockedError, StoreError
from vein_imaging.treatment import (
    AtWork,
    LooksLikeError,
    PatientRecord,
    RecordError,
    Visit,
)
from vein_imaging.viewer.qt.newest_only import NewestOnly
from vein_imaging.viewer.start.new_patient_dialog import NewPatientDialog
from vein_imaging.viewer.start.today_page import TodayPage
from vein_imaging.words import translate as _

__all__ = ["TodayDesk"]

_AGAIN_MS = 60_000
"""A colleague's patient is on the list a minute later."""
_SAID_AFTER_MS = 1500  # a store on this computer has answered by then
_SAID = (StoreError, RecordError, OSError, ValueError)


class TodayDesk(QObject):
    """Wires the page of today to the record.

    Parameters
    ----------
    page : TodayPage
    work : AtWork

    Signals
    -------
    visit_ready(Visit)
        Opened or begun, to be gone on with in the window.
    locked()
        The desk has locked itself.
    """

    visit_ready = Signal(object)
    locked = Signal()

    def __init__(self, page: TodayPage, work: AtWork) -> None:
        super().__init__()
        self.page = page
        self._work = work
        self._over = False
        self.dialog: NewPatientDialog | None = None
        """The question for a new patient, while it is open."""
        self._listing = NewestOnly(self._show, self._failed)
        self._doing = NewestOnly(self._ready, self._not_done)
        self._again = QTimer(self)
        self._again.timeout.connect(self.refresh)
        self._again.start(_AGAIN_MS)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.timeout.connect(self._is_slow)
        page.search_asked.connect(self._search)
        page.new_patient_asked.connect(self.ask_for_patient)
        page.start.start_asked.connect(self._start)
        page.start.open_asked.connect(self.open)

    def refresh(self) -> None:
        """Read the list of today again, unless somebody is searched."""
        if not self.page.typed and not self._listing.busy:
            self._search("")

    def open(self, _patient: PatientRecord | None, session_id: str) -> None:
        """Open a session that was begun."""
        self._do(lambda: self._work.reopen(session_id))

    def close(self) -> None:
        """Forget what was asked, and close the question."""
        self._over = True
        self._again.stop()
        self._slow.stop()
        self._listing.forget()
        self._doing.forget()
        if self.dialog is not None:
            self.dialog.close()
            self.dialog = None

    def ask_for_patient(self, name: str) -> None:
        """Ask for a new patient's facts."""
        dialog = NewPatientDialog(self.page, name)
        dialog.add_asked.connect(self._add)
        dialog.known_chosen.connect(self._known)
        dialog.finished.connect(self._answered)
        self.dialog = dialog
        dialog.open()

    # --- list and search ---------------------------------------------------------

    def _search(self, typed: str) -> None:
        if typed:
            self._listing.ask(lambda: self._work.find_patients(typed))
        else:
            self._listing.ask(self._work.worklist)
        self._slow.start(_SAID_AFTER_MS)

    def _show(self, found: Sequence[object]) -> None:
        self._slow.stop()
        self.page.say("")
        if self.page.typed:
            self.page.show_found([o for o in found if isinstance(o, PatientRecord)])
        else:
            self.page.show_today(
                [o for o in found if not isinstance(o, PatientRecord)]  # type: ignore[misc]
            )

    def _failed(self, error: BaseException) -> None:
        self._slow.stop()
        if not self._is_locked(error):
            self.page.say(self._in_words(error))

    # --- patients and sessions ---------------------------------------------------

    def _start(self, patient: PatientRecord) -> None:
        needle = " ".join(self.page.start.needle.text().split())
        kit = self.page.start.resuscitation_kit
        self._do(
            lambda: self._work.todays_session(
                patient.patient_id, needle=needle, resuscitation_kit=kit
            )
        )

    def _do(self, action: Callable[[], Visit]) -> None:
        self.page.setEnabled(False)  # one click, one session
        self._slow.start(_SAID_AFTER_MS)
        self._doing.ask(action)

    def _ready(self, done: object) -> None:
        self._slow.stop()
        self.page.say("")
        self.page.setEnabled(True)
        if isinstance(done, Visit):
            self.visit_ready.emit(done)
        elif isinstance(done, PatientRecord):
            if self.dialog is not None:
                self.dialog.accept()
            self._known(done)

    def _not_done(self, error: BaseException) -> None:
        self._slow.stop()
        if self._is_locked(error):
            return
        self.page.setEnabled(True)
        if isinstance(error, LooksLikeError) and self.dialog is not None:
            self.dialog.ask_which(error.others)
            return
        words = self._in_words(error)
        if self.dialog is not None:
            self.dialog.say(words)
        else:
            self.page.say(words)

    def _add(self, facts: dict[str, str], another: bool, entry_id: str) -> None:
        self._doing.ask(
            lambda: self._work.add_patient(
                facts, another_person=another, entry_id=entry_id
            )
        )

    def _known(self, patient: PatientRecord) -> None:
        """Show a patient who was added or recognised, ready to begin."""
        self.page.search.setText(patient.name)
        self.page.show_found([patient])
        self.page.start.go_on.setFocus()

    def _answered(self) -> None:
        self.dialog = None

    def _is_locked(self, error: BaseException) -> bool:
        """Whether the desk has locked; then page and dialog are gone."""
        if isinstance(error, LockedError):
            self.locked.emit()
        return isinstance(error, LockedError)

    def _in_words(self, error: BaseException) -> str:
        if not isinstance(error, _SAID):
            raise error
        return str(error)

    def _is_slow(self) -> None:
        self.page.say(
            _(
                "The store does not answer yet. What was asked is done as soon as it "
                "does; if it does not, you will read why."
            )
        )
