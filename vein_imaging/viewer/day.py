"""A person's day: sign in, see whom to treat, work in the window, and come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QApplication, QDialog

from vein_calibration.profile_file import profile_id
from vein_devices.errors import DeviceError
from vein_devices.listing import Listing
from vein_devices.supervision.doctor import list_all
from vein_imaging.storage.errors import StoreError
from vein_imaging.treatment import AtWork, Visit
from vein_imaging.treatment.practice import practice_visit
from vein_imaging.viewer.feed import SkinScale, live_feed
from vein_imaging.viewer.options import PRACTICE, ViewerOptions
from vein_imaging.viewer.qt.desk_lock import DeskLock
from vein_imaging.viewer.qt.left_behind import (
    close_what_hangs_down,
    forget_what_was_left,
)
from vein_imaging.viewer.qt.newest_only import NewestOnly
from vein_imaging.viewer.qt.waiting import waited_for
from vein_imaging.viewer.start.listed_words import clinic_in_words
from vein_imaging.viewer.start.no_camera import NO_CAMERA
from vein_imaging.viewer.start.practice_page import PracticePage
from vein_imaging.viewer.start.remembered import Memory
from vein_imaging.viewer.start.sign_in_desk import SignInDesk
from vein_imaging.viewer.start.sign_in_page import Credentials, SignInPage
from vein_imaging.viewer.start.start_window import StartWindow
from vein_imaging.viewer.start.today_desk import TodayDesk
from vein_imaging.viewer.start.today_page import TodayPage
from vein_imaging.viewer.tour import Tour
from vein_imaging.viewer.tour_of_window import steps_of_window
from vein_imaging.viewer.window import ViewerWindow
from vein_imaging.words import translate as _

__all__ = ["Day"]


_PRACTISING = "-"  # no user is called so


@dataclass(frozen=True, slots=True)
class _Left:
    """What was on the screen when the desk locked: ids, and nobody's name."""

    user: str
    session_id: str
    camera: str


class Day(QObject):
    """Start page, window of a session, start page again, until the person is done.

    Parameters
    ----------
    memory : Memory
        Store, user and camera of last time.
    sign_in : callable
        Makes somebody at work of what was typed; called outside of the window's thread.
    options : ViewerOptions
        Of every window.
    devices : callable
        Lists the cameras that are plugged in.

    Signals
    -------
    over()
        The person has closed the start page, or the one window that was asked for.
    """

    over = Signal()

    def __init__(
        self,
        memory: Memory,
        sign_in: Callable[[Credentials], AtWork],
        *,
        options: ViewerOptions,
        devices: Callable[[], Sequence[Listing]] = list_all,
    ) -> None:
        super().__init__()
        self._memory = memory
        self._sign_in = sign_in
        self._options = options
        self._devices = devices
        self.start = StartWindow(memory)
        self.start.closed.connect(self._done)
        self.window: ViewerWindow | None = None
        """Of the session that is open; None at the start page."""
        self.work: AtWork | None = None
        """Who is signed in."""
        self.today: TodayDesk | None = None
        self.signing_in: SignInDesk | None = None
        self._lock: DeskLock | None = None
        self._left: _Left | None = None
        self._once = False
        self._practice: AbstractContextManager[Visit] | None = None
        self._preparing = NewestOnly(self._practise, self._no_practice)

    @property
    def camera(self) -> str:
        """The camera of last time; `NO_CAMERA` where there was none."""
        return self._memory.now.camera or NO_CAMERA

    # --- signing in --------------------------------------------------------------

    def ask_to_sign_in(self, notice: str = "") -> None:
        """Show who is to sign in.

        Parameters
        ----------
        notice : str
            What has happened.
        """
        self._leave_page()
        forget_what_was_left()
        page = SignInPage(self._memory.now.store, self._memory.now.user)
        page.tell(notice)
        self.signing_in = SignInDesk(page, self._sign_in)
        self.signing_in.signed_in.connect(self._signed_in)
        page.practise_asked.connect(self.show_practice)
        self._show(page)
        page.ask_for_what_is_missing()

    def _signed_in(self, work: AtWork, typed: Credentials) -> None:
        same_store = str(typed.store) == self._memory.now.store
        self._memory.keep(store=str(typed.store), user=typed.user)
        forget_what_was_left()  # dialogs write it when they go, after the lock
        left, self._left = self._left, None
        if left is not None and left.user == work.name and same_store:
            self.go_on(work, left.session_id, left.camera)
        else:
            self.show_today(work)

    def sign_out(self) -> None:
        """Sign out and let the next person sign in."""
        work, self.work = self.work, None
        self._left = None
        self._memory.forget_secrets()
        self.ask_to_sign_in()  # the patients go first: a silent server is told for long
        page = self.start.page
        if work is None or not isinstance(page, SignInPage):
            return
        told: Sequence[str]
        try:
            waited_for(self.start, work.leave)
            told = work.late_warnings
        except (StoreError, OSError) as error:
            told = (str(error),)
        page.tell("\n".join(told))

    # --- whom to see -------------------------------------------------------------

    def show_today(self, work: AtWork) -> TodayDesk:
        """Show whom to see today.

        Parameters
        ----------
        work : AtWork
            Who is signed in.
        """
        self._leave_page()
        self.work = work
        page = TodayPage(
            work.name,
            clinic_in_words(work),
            camera=self._memory.now.camera,
            needle=self._memory.now.needle,
            devices=self._devices,
        )
        page.warn(work.warnings)
        today = TodayDesk(page, work)
        today.visit_ready.connect(self._visit_ready)
        today.locked.connect(self._locked)
        page.practise_asked.connect(self.show_practice)
        page.sign_out_asked.connect(self.sign_out)
        self.today = today
        self._lock = DeskLock(work, self._locked)
        self._show(page)
        today.refresh()
        page.camera.look_again()
        page.search.setFocus()
        return today

    def go_on(self, work: AtWork, session_id: str, camera: str) -> None:
        """Bring a session back with its camera, as after a lock."""
        self._memory.keep(camera=camera)
        self.show_today(work).open(None, session_id)

    def _visit_ready(self, visit: Visit) -> None:
        if self.today is None:
            return
        page = self.today.page
        needle = " ".join(page.start.needle.text().split())
        camera = page.camera.url
        self._memory.keep(camera=camera, needle=needle)
        page.camera.hold()
        try:
            self.open_window(visit, camera)
        except (DeviceError, ValueError) as error:
            page.say(str(error))
            page.camera.look_again()

    # --- practising --------------------------------------------------------------

    def show_practice(self) -> None:
        """Show what there is to practise with."""
        self._leave_page(stays_signed_in=True)
        page = PracticePage(
            self._memory.now.camera, self._options.region, devices=self._devices
        )
        page.asked.connect(lambda region: self.practise(page.camera.url, region))
        page.back_asked.connect(self._back)
        self._show(page, practice=True)
        page.camera.look_again()

    def practise(self, camera: str, region: str) -> None:
        """Open a window in which nothing is kept.

        Parameters
        ----------
        camera : str
        region : str
            Whose limits hold.
        """
        page = self.start.page
        if isinstance(page, PracticePage):
            page.setEnabled(False)
            page.camera.hold()
        zone = self._options.timezone

        def prepare() -> tuple[AbstractContextManager[Visit], Visit, str]:
            made = practice_visit(region, zone)
            return made, made.__enter__(), camera

        self._preparing.ask(prepare)

    def _practise(self, made: tuple[AbstractContextManager[Visit], Visit, str]) -> None:
        self._practice, visit, camera = made
        if not isinstance(self.start.page, PracticePage):
            self._end_practice()  # the desk has locked meanwhile
            return
        try:
            self.open_window(visit, camera)
        except (DeviceError, ValueError) as error:
            self._end_practice()
            self._no_practice(error)

    def practise_once(self, camera: str, *, waits: bool = True) -> None:
        """Open a window in which nothing is kept; the day is over when it closes.

        Parameters
        ----------
        camera : str
        waits : bool
            Whether a device that is not there yet may come later.

        Raises
        ------
        DeviceAddressError, ValueError
            If the address names no camera, or there is no such region or time zone.
        """
        made = practice_visit(self._options.region, self._options.timezone)
        self._practice = made
        self.open_window(made.__enter__(), camera, once=True, waits=waits)

    def _no_practice(self, error: BaseException) -> None:
        if not isinstance(error, DeviceError | ValueError | OSError):
            raise error
        page = self.start.page
        if isinstance(page, PracticePage):
            page.setEnabled(True)
            page.camera.look_again()
            page.say(str(error))

    def _end_practice(self) -> None:
        made, self._practice = self._practice, None
        if made is not None:
            waited_for(None, lambda: made.__exit__(None, None, None))

    def _back(self) -> None:
        if self.work is not None and not self.work.locked:
            self.show_today(self.work)
        else:
            self.ask_to_sign_in()

    # --- the window of a session -------------------------------------------------

    def open_window(
        self, visit: Visit, camera: str, *, once: bool = False, waits: bool = True
    ) -> None:
        """Open the window of a session and hide the start page.

        Parameters
        ----------
        visit : Visit
        camera : str
            Address.
        once : bool
            Whether the day is over when it closes.
        waits : bool
            Whether a device that is not there yet may come later, and whether what is
            odd about the clock is asked about.

        Raises
        ------
        DeviceError, ValueError
            If the address names no camera, or its calibration cannot be used.
        """
        options = self._options
        work = None if visit.practice else self.work
        profile = options.profile or options.profile_for(camera)
        scale = SkinScale(options.mm_per_pixel, profile)
        feed = live_feed(camera, scale, wait_for_camera=waits)
        visit.photographs.calibrate(
            None if profile is None else profile_id(profile), options.profile_of
        )
        self._once = once
        window = ViewerWindow(
            feed,
            visit,
            banner=_(PRACTICE) if visit.practice else "",
            facts=visit.facts,
            desk=work,
            work=work,
            options=options,
        )
        if visit.practice:
            window.setWindowTitle(_("vein-imaging \N{EM DASH} PRACTICE"))
        self._left = None
        if work is not None:
            self._left = _Left(work.name, visit.head.session_id, camera)
            self._stop_lock()
        self.window = window
        window.ended.connect(self._ended)
        window.show(options.size_px)
        self._leave_page(stays_signed_in=True)
        self.start.hide()
        if work is not None and waits:
            window.ask_about_clock(work)
        if waits:
            self._show_round(window, _PRACTISING if work is None else work.name)

    def _show_round(self, window: ViewerWindow, person: str) -> None:
        """Show the tour to who has not seen it; a question goes before it."""
        if person in self._memory.now.toured:
            return
        asked = QApplication.activeModalWidget()
        if isinstance(asked, QDialog):
            asked.finished.connect(lambda _how: self._show_round(window, person))
            return
        tour = Tour(window, steps_of_window(window))
        tour.over.connect(lambda: self._toured(person))
        tour.begin()

    def _toured(self, person: str) -> None:
        known = (one for one in self._memory.now.toured if one != person)
        self._memory.keep(toured=(*known, person))

    def _ended(self, why: str) -> None:
        window, self.window = self.window, None
        if window is not None:
            window.deleteLater()
        self._end_practice()
        if why == "locked":
            self._locked(unanswered=window is not None and window.unanswered)
        elif self._once:
            self._done()
        else:
            self._left = None
            self._back()

    def _locked(self, *, unanswered: bool = False) -> None:
        """Nobody was there: no patient stays on the screen."""
        self.work = None
        self._memory.forget_secrets()
        self._stop_lock()
        said = _("Locked, because nobody was here. Sign in to go on where you were.")
        if unanswered:
            lost = _(
                "An entry waited for its reason: it was NOT RECORDED. Enter it again."
            )
            said = f"{said}\n{lost}"
        if self.window is None:
            self.ask_to_sign_in(said)

    # --- pages -------------------------------------------------------------------

    def _show(self, page: SignInPage | TodayPage | PracticePage, **how: bool) -> None:
        self.start.show_page(page, **how)
        if not self.start.isVisible():
            self.start.open(self._options.size_px)

    def _leave_page(self, *, stays_signed_in: bool = False) -> None:
        """Let go of camera, timers and questions of the page that is shown."""
        page = self.start.page
        if page is not None and not stays_signed_in:
            page.hide()  # the patients go before a camera's driver is waited for
        if self.today is not None:
            self.today.close()  # what it asked is answered no more while we wait
            self.today = None
        if isinstance(page, TodayPage | PracticePage):
            page.camera.hold()
        if isinstance(page, SignInPage):
            page.close_questions()
        if self.signing_in is not None:
            self.signing_in.give_up()
            self.signing_in = None
        close_what_hangs_down()
        for message in self.start.findChildren(QDialog):
            message.close()  # a fault's message can name a patient
        if not stays_signed_in:
            self._stop_lock()

    def _stop_lock(self) -> None:
        if self._lock is not None:
            self._lock.stop()
            self._lock = None

    def close(self) -> None:
        """Close everything without asking, and sign out."""
        self._leave_page()
        window, self.window = self.window, None
        if window is not None:
            window.ended.disconnect(self._ended)
            window.close()
        self._end_practice()
        forget_what_was_left()
        self.start.closed.disconnect(self._done)
        self.start.close()
        work, self.work = self.work, None
        if work is not None:
            waited_for(None, work.leave)

    def _done(self) -> None:
        self.over.emit()
