"""The window: header, camera, picture and pages put together and wired. No rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import Qt, QTimer, Signal
from qtpy.QtGui import QCloseEvent, QKeySequence, QShortcut
from qtpy.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from vein_calibration.profile import Profile
from vein_calibration.profile_file import profile_id
from vein_devices.cameras import what_it_shows
from vein_devices.illuminators import open_illuminator
from vein_devices.supervision.states import DeviceState
from vein_imaging.capture import LiveFeed
from vein_imaging.capture.camera_profiles import kept_profile
from vein_imaging.capture.light_feed import LightFeed
from vein_imaging.treatment import AtWork, Site, Visit, VisitFacts
from vein_imaging.viewer.before_after.wiring import PhotoDesk
from vein_imaging.viewer.canvas.choose import choose_canvas
from vein_imaging.viewer.canvas.key_cursor import KeyCursor
from vein_imaging.viewer.devices.devices_page import DevicesPage
from vein_imaging.viewer.feed import CalibratedFeed, SkinScale
from vein_imaging.viewer.header import Header
from vein_imaging.viewer.injecting.injection_panel import InjectionPanel
from vein_imaging.viewer.injecting.placed_sites import Points
from vein_imaging.viewer.injecting.wiring import SiteRecorder
from vein_imaging.viewer.live.live_desk import LiveDesk
from vein_imaging.viewer.live.vein_reading import vein_at
from vein_imaging.viewer.patient.patient_page import PatientPage
from vein_imaging.viewer.print_desk import PrintDesk
from vein_imaging.viewer.qt.desk_lock import DeskLock, SignedIn
from vein_imaging.viewer.qt.left_behind import close_what_hangs_down
from vein_imaging.viewer.qt.message import tell
from vein_imaging.viewer.qt.style import stylesheet
from vein_imaging.viewer.questions import ask_about_clock, ask_to_close
from vein_imaging.viewer.side_pages import SidePages
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.viewer.options import ViewerOptions

__all__ = ["ViewerWindow"]

_GIVES_PICTURES = (DeviceState.STREAMING, DeviceState.ENDED)
"""A site may be marked on these; any other picture is the last before a failure."""
_TICK_MS = 15  # twice as often as a camera of 30 pictures a second gives one


class ViewerWindow(QMainWindow):
    """The window of one session. Make it, `show` it, and `close` it at the end.

    Parameters
    ----------
    feed : LiveFeed
        Not started; the window starts and stops it.
    visit : Visit
        Where injections are checked and recorded, and photographs kept.
    banner : str
        A warning on top of the panel; empty for none.
    facts : VisitFacts, optional
        Named on top; left out, those of the visit.
    desk : SignedIn, optional
        Who is signed in; when it locks, the window closes.
    work : AtWork, optional
        Who prints; left out while practising.
    options : ViewerOptions, optional
        What draws the picture, and the light.

    Signals
    -------
    ended(str)
        Once, after the window has closed: "closed" by the person, or "locked".
    """

    ended = Signal(str)

    def __init__(
        self,
        feed: LiveFeed,
        visit: Visit,
        *,
        banner: str = "",
        facts: VisitFacts | None = None,
        desk: SignedIn | None = None,
        work: AtWork | None = None,
        options: ViewerOptions | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle("vein-imaging")
        self.feed = feed
        self._visit = visit
        self._closing = False
        self.unanswered = False
        """Whether it was closed while an entry waited for its reason."""
        self._asked: QMessageBox | None = None
        self._address = feed.status.address
        self.canvas = choose_canvas("auto" if options is None else options.canvas)
        self.header = Header()
        self.header.show_visit(visit.facts if facts is None else facts)
        self.desk = LiveDesk(
            feed, self.canvas, self.header, visit.photographs, self, _light(options)
        )
        self.live, self.strip = self.desk.live, self.desk.strip
        log = visit.log
        banner = "\n".join(part for part in (banner, *visit.warnings) if part)
        self.panel = InjectionPanel(
            tuple(log.names.items()), banner, ask_weight=log.weight_matters
        )
        self.recorder = SiteRecorder(
            visit, self.panel, self.canvas, self, self._on_screen
        )
        self.photos = PhotoDesk(visit, self.strip, self.live, self, self._address)
        self.devices = DevicesPage(feed, self.live, self.canvas, self._calibrated)
        self.paper: PrintDesk | None = None
        """What can be printed; None while practising."""
        if work is not None:
            self.paper = PrintDesk(work, visit, self)
            self.strip.offer_print(self.paper.menu)
        self.patient = PatientPage(visit, self.recorder.desk, self, self.paper)
        self.pages = self._pages()
        self._lay_out()
        if isinstance(feed, CalibratedFeed):
            self.devices.desk.show_in_force(feed.scale.profile)
        self._lock = None if desk is None else DeskLock(desk, self.lock)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)
        self._wire()

    def _pages(self) -> SidePages:
        """The pages beside the picture; each is wired in one line here."""
        pages = SidePages()
        pages.add(_("Inject"), self.panel)
        pages.add(_("Patient"), self.patient)
        pages.add(_("Compare"), self.photos.page)
        pages.add(_("Devices"), self.devices)
        return pages

    def _lay_out(self) -> None:
        whole = QWidget()
        whole.setObjectName("panel")
        whole.setStyleSheet(stylesheet())
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(self.desk.panel)
        below.addWidget(self.canvas.widget, 1)
        below.addWidget(self.pages)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.strip)
        column.addLayout(below, 1)
        self.setCentralWidget(whole)

    def _wire(self) -> None:
        self.header.close_asked.connect(self._ask_to_close)
        self.recorder.desk.changed.append(self._show_visit)
        self.canvas.records = lambda: self.recorder.switched_on
        self.canvas.events.clicked.connect(self._clicked)
        self.cross = KeyCursor(self.canvas, self._shape)
        self.desk.resized.connect(self.recorder.show_marks)
        self.strip.reconnect_asked.connect(self._restart)
        self.strip.compare_asked.connect(self.show_photographs)
        # Only while the picture has the keyboard: in a field a space is a space.
        hold = QShortcut(QKeySequence(Qt.Key.Key_Space), self.canvas.surface)
        hold.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        hold.activated.connect(self.strip.freeze.toggle)

    def show(self, size_px: tuple[int, int] | None = None) -> None:
        """Show the window and start the camera.

        Parameters
        ----------
        size_px : (width, height), optional
            Left out, the whole screen.
        """
        super().show()
        screen = self.screen()
        if size_px is not None:
            self.resize(*size_px)
        elif screen is not None:
            # Without a window manager "maximised" alone changes nothing.
            self.setGeometry(screen.availableGeometry())
            self.showMaximized()
        self.desk.start()
        self._timer.start(_TICK_MS)

    def show_photographs(self) -> None:
        """Show the patient's photographs, a likely pair of them chosen."""
        self.pages.show_page(self.photos.page)
        self.photos.page.propose()

    def ask_about_clock(self, work: AtWork) -> None:
        """Ask once whether the computer's clock is right, where something is odd.

        Parameters
        ----------
        work : AtWork
            Knows what is odd, and writes the answer down.
        """
        ask_about_clock(self, work)

    def close(self) -> bool:
        """Stop the camera and close the window, without asking."""
        self._end("closed")
        return True

    def lock(self) -> None:
        """Take everything off the screen, the held picture too.

        The desk has closed the store by then: nothing can be read or written.
        """
        self._end("locked")

    def _end(self, why: str) -> None:
        if self._closing:
            return
        self._closing = True
        self.unanswered = self.recorder.unanswered
        self._timer.stop()
        if self._lock is not None:
            self._lock.stop()
        if self.paper is not None:
            self.paper.close()
        self.photos.close()
        self.devices.close_page()
        self.recorder.close()
        self.patient.close_dialog()
        close_what_hangs_down()
        for message in self.findChildren(QDialog):
            message.close()  # what is said of a record is the record's too
        self.hide()
        self.desk.close()
        self.canvas.close()
        super().close()
        self.ended.emit(why)

    def tick(self) -> None:
        """Take up what is new; called by the timer."""
        self.desk.tick()
        if self.live.shown is not None:
            self.recorder.follow(self.live.shown.frame.pixels)
        self.devices.tick()

    def fit(self) -> None:
        """Show the whole picture."""
        self.canvas.fit()

    def _show_visit(self) -> None:
        """Name anew whose session it is: what a screening forbids stands there too."""
        self.header.show_visit(self._visit.facts)

    def _restart(self) -> None:
        if self.feed.restart():
            self.recorder.forget_pictures()
        else:
            tell(
                self,
                _("The camera cannot be started again"),
                _(
                    "Its driver has not come back from the last read. Unplug the "
                    "camera, wait a moment, and try again; if that does not help, "
                    "start this program again. Everything in the list is stored."
                ),
            )

    @property
    def _profile(self) -> Profile | None:
        """Whose lens is taken out of the picture on the screen."""
        return (
            self.feed.scale.profile if isinstance(self.feed, CalibratedFeed) else None
        )

    def _on_screen(self, points_rc: Points) -> Points:
        profile = self._profile
        return points_rc if profile is None else profile.corrected(points_rc)

    def _as_taken(self, point_rc: tuple[float, float]) -> tuple[float, float]:
        """Where a point of the screen's picture lies in the one that is stored."""
        profile = self._profile
        if profile is None:
            return point_rc
        ((row, column),) = profile.uncorrected(np.array([point_rc], np.float64))
        return float(row), float(column)

    def _shape(self) -> tuple[int, ...]:
        shown = self.live.shown
        return () if shown is None else shown.picture.shape

    def _calibrated(self, profile: Profile) -> None:
        """Put a calibration in force: for the next frame, and the next photograph."""
        if isinstance(self.feed, CalibratedFeed):
            self.feed.scale = SkinScale(None, profile)
        self._visit.photographs.calibrate(profile_id(profile), kept_profile)

    def _clicked(self, point_rc: tuple[float, float], records: bool) -> None:
        shown = self.live.shown
        if shown is None or self.devices.calibrating:
            # while the sheet is in the picture there is no leg to record a site on
            self.recorder.no_picture()
            return
        state = self.feed.status.state
        if records and state not in _GIVES_PICTURES and not self.live.frozen:
            self.recorder.not_live()
            return
        found = shown.result
        reading = None if found is None else vein_at(found.vein_map, point_rc)
        if records:
            shows = what_it_shows(self._address)
            site = Site(self._as_taken(point_rc), shown.frame.pixels, shows)
            self.recorder.clicked(site, reading)
        elif found is not None:
            self.recorder.measured(reading)

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Ask before the window closes; Qt calls this."""
        if event is None or self._closing:
            return
        event.ignore()
        self._ask_to_close()

    def _ask_to_close(self) -> None:
        if self._asked is not None:
            return

        def answered(closes: bool) -> None:
            self._asked = None
            if closes:
                # After the dialog's own turn of the event loop: Qt still needs it.
                QTimer.singleShot(0, self.close)

        self._asked = ask_to_close(self, self._visit.facts, answered)


def _light(options: ViewerOptions | None) -> LightFeed | None:
    """The illuminator that was asked for, not connected yet."""
    if options is None or not options.light:
        return None
    return LightFeed(open_illuminator(options.light))
