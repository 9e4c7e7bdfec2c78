"""The window: picture, sites and docks put together and wired. No rules here."""

from __future__ import annotations

import time

import numpy as np
from napari import Viewer
from qtpy.QtCore import QEvent, QObject, Qt, QTimer
from qtpy.QtGui import QKeySequence, QShortcut
from qtpy.QtWidgets import QMessageBox, QWidget

from vein_devices.cameras import what_it_shows
from vein_imaging.capture import CaptureSettings, LiveFeed
from vein_imaging.treatment import AtWork, Site, Visit
from vein_imaging.viewer.before_after.wiring import PhotoDesk
from vein_imaging.viewer.injecting.injection_panel import InjectionPanel
from vein_imaging.viewer.injecting.reason_dialog import ReasonDialog
from vein_imaging.viewer.injecting.wiring import SiteRecorder
from vein_imaging.viewer.live.camera_state import camera_state
from vein_imaging.viewer.live.camera_strip import CameraStrip
from vein_imaging.viewer.live.clicks import click_callback
from vein_imaging.viewer.live.live_view import LiveView
from vein_imaging.viewer.live.vein_reading import vein_at
from vein_imaging.viewer.print_desk import PrintDesk
from vein_imaging.viewer.qt.desk_lock import DeskLock, SignedIn
from vein_imaging.viewer.qt.message import tell
from vein_imaging.viewer.qt.napari_private import (
    SitePoints,
    canvas_widget,
    dock,
    lock_keys,
    main_window,
    strip_furniture,
)
from vein_imaging.words import translate as _

__all__ = ["ViewerWindow"]

_TICK_MS = 30  # as often as a camera of 30 pictures a second gives one
_STATE_EVERY_S = 0.25  # numbers that change faster cannot be read


class ViewerWindow(QObject):
    """The application's one window. Make it, `show` it, and `close` it at the end.

    Parameters
    ----------
    feed : LiveFeed
        Not started; the window starts and stops it.
    visit : Visit
        Where injections are checked and recorded, and photographs kept.
    banner : str
        A warning on top of the panel; empty for none.
    desk : SignedIn, optional
        Who is signed in; when it locks, nothing of the patient stays on the screen.
    """

    def __init__(
        self,
        feed: LiveFeed,
        visit: Visit,
        *,
        banner: str = "",
        desk: SignedIn | None = None,
    ) -> None:
        super().__init__()
        self.feed = feed
        self._closing = False
        self._state_due_s = 0.0
        self.viewer = Viewer(
            title="vein-imaging", show=False, show_welcome_screen=False
        )
        # A fixed set of layers, made once: removing one and adding another in the same
        # turn of the event loop crashes in the driver.
        picture = self.viewer.add_image(
            np.zeros((720, 1280, 3), np.uint8), name="picture", rgb=True
        )
        self.sites = SitePoints(
            np.zeros((0, 2)),
            name="sites",
            border_color="white",
            border_width=0.06,
            text={"string": "{label}", "color": "black", "size": 12},
            features={"label": np.zeros(0, dtype=str)},
        )
        self.viewer.add_layer(self.sites)
        self.viewer.layers.selection.active = picture
        self.live = LiveView(picture, feed.mailbox)
        self.strip = CameraStrip(feed.settings)
        log = visit.log
        banner = "\n".join(part for part in (banner, *visit.warnings) if part)
        self.panel = InjectionPanel(
            tuple(log.names.items()), banner, ask_weight=log.weight_matters
        )
        dock(self.viewer, self.strip, "camera", "top")
        dock(self.viewer, self.panel, "injections", "right")
        strip_furniture(self.viewer)
        lock_keys(self.viewer)
        self.window: QWidget = main_window(self.viewer)
        self.canvas = canvas_widget(self.viewer)
        self.recorder = SiteRecorder(
            visit, self.panel, self.sites, self.viewer, self.window
        )
        self._address = feed.status.address
        self.photos = PhotoDesk(
            visit.photographs, self.strip, self.live, self.window, self._address
        )
        self.paper: PrintDesk | None = None
        """What can be printed; None while practising."""
        self._lock = None if desk is None else DeskLock(desk, self.lock)
        self._wire(picture)

    def _wire(self, picture: object) -> None:
        self.viewer.mouse_drag_callbacks.append(
            click_callback(picture, lambda: self.recorder.switched_on, self._clicked)
        )
        self.strip.settings_changed.connect(self._change_settings)
        self.strip.freeze_toggled.connect(self.freeze)
        self.strip.zoom_asked.connect(self.zoom)
        self.strip.reconnect_asked.connect(self._restart)
        # Only while the picture has the keyboard: in a field a space is a space.
        hold = QShortcut(QKeySequence(Qt.Key.Key_Space), self.canvas)
        hold.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        hold.activated.connect(self.strip.freeze.toggle)
        self.viewer.scene.camera.events.zoom.connect(
            lambda _: self.recorder.show_marks_in_size()
        )
        self.window.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)

    def show(self, size_px: tuple[int, int] | None = None) -> None:
        """Show the window and start the camera.

        Parameters
        ----------
        size_px : (width, height), optional
            Left out, the whole screen.
        """
        self.viewer.window.show()
        screen = self.window.screen()
        if size_px is not None:
            self.window.resize(*size_px)
        elif screen is not None:
            # Without a window manager "maximised" alone changes nothing.
            self.window.setGeometry(screen.availableGeometry())
            self.window.showMaximized()
        self.feed.start()
        self._timer.start(_TICK_MS)

    def offer_print(self, work: AtWork, visit: Visit) -> None:
        """Let the record be printed.

        Parameters
        ----------
        work : AtWork
            Who prints.
        visit : Visit
            The session on the screen.
        """
        self.paper = PrintDesk(work, visit, self.window)
        self.strip.offer_print(self.paper.menu)

    def ask_about_clock(self, work: AtWork) -> None:
        """Ask once whether the computer's clock is right, where something is odd.

        Parameters
        ----------
        work : AtWork
            Knows what is odd, and writes the answer down.
        """
        doubt = work.clock_doubt
        if doubt is None:
            return
        dialog = ReasonDialog(
            self.window,
            "warn",
            _("IS THE COMPUTER'S CLOCK RIGHT?"),
            (
                doubt.sentence,
                _(
                    "If it is right now, type how you know. If not, cancel and set "
                    "it: until then every dose is checked on both days."
                ),
            ),
            _("The clock is right now"),
        )
        dialog.accepted.connect(
            lambda: work.answer_clock(right=True, reason=dialog.reason_text)
        )
        dialog.open()

    def close(self) -> None:
        """Stop the camera and close the window, without asking."""
        if self._closing:
            return
        self._closing = True
        self._timer.stop()
        if self._lock is not None:
            self._lock.stop()
        self._close_paper()
        self.photos.close()
        self.feed.stop()
        self.viewer.close()

    def lock(self) -> None:
        """Take the patient off the screen; the camera's picture goes on.

        The desk has closed the store by then: nothing can be read or written.
        """
        self._close_paper()
        self.photos.close()
        self.recorder.close()
        self.sites.visible = False
        self.panel.lock()
        self.strip.lock()

    def _close_paper(self) -> None:
        if self.paper is not None:
            self.paper.close()

    def tick(self) -> None:
        """Take up what is new; called by the timer."""
        if self.live.update():
            self.fit()
            self.recorder.show_marks()
        now_s = time.monotonic()
        if now_s >= self._state_due_s:
            self._state_due_s = now_s + _STATE_EVERY_S
            self.show_state(now_s)

    def show_state(self, now_s: float) -> None:
        """Say in the strip what the camera does."""
        self.strip.show_state(
            camera_state(
                self.feed.status,
                self.live.shown,
                frozen=self.live.frozen,
                now_s=now_s,
            )
        )

    def freeze(self, on: bool) -> None:
        """Hold the picture on the screen, or go on."""
        self.live.frozen = on
        self.show_state(time.monotonic())

    def fit(self) -> None:
        """Show the whole picture."""
        self.viewer.reset_view()

    def zoom(self, factor: float) -> None:
        """Zoom by `factor`; 0 shows the whole picture."""
        if factor == 0.0:
            self.fit()
        else:
            self.viewer.scene.camera.zoom *= factor

    def _restart(self) -> None:
        if self.feed.restart():
            self.recorder.forget_pictures()
        else:
            tell(
                self.window,
                _("The camera cannot be started again"),
                _(
                    "Its driver has not come back from the last read. Unplug the "
                    "camera, wait a moment, and try again; if that does not help, "
                    "start this program again. Everything in the list is stored."
                ),
            )

    def _change_settings(self, settings: CaptureSettings) -> None:
        self.feed.settings = settings

    def _clicked(self, point_rc: tuple[float, float], records: bool) -> None:
        shown = self.live.shown
        if shown is None:
            return
        found = shown.result
        reading = None if found is None else vein_at(found.vein_map, point_rc)
        if records:
            shows = what_it_shows(self._address)
            site = Site(point_rc, shown.frame.pixels, shows)
            self.recorder.clicked(site, reading)
        elif found is not None:
            self.recorder.measured(reading)

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        """Ask before the window closes; Qt calls this."""
        if event is None or event.type() != QEvent.Type.Close or self._closing:
            return False
        event.ignore()
        self._ask_to_close()
        return True

    def _ask_to_close(self) -> None:
        box = QMessageBox(self.window)
        box.setStyleSheet(self.panel.styleSheet())
        box.setText(_("Close vein-imaging?"))
        box.setInformativeText(_("Everything in the list is already stored."))
        close = box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(_("Stay here"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.finished.connect(
            # After the dialog's own turn of the event loop: Qt still needs it there.
            lambda _: (
                QTimer.singleShot(0, self.close)
                if box.clickedButton() is close
                else None
            )
        )
        box.open()
