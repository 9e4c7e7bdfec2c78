"""The live picture and everything that changes how it is seen, wired."""

from __future__ import annotations

import time

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QWidget

from vein_imaging.capture import CaptureSettings, LiveFeed
from vein_imaging.capture.light_feed import LightFeed
from vein_imaging.treatment import RecordError
from vein_imaging.treatment.photographs import Photo, Photographs
from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas
from vein_imaging.viewer.header import Header
from vein_imaging.viewer.live.camera_state import camera_state, scale_in_words
from vein_imaging.viewer.live.camera_strip import CameraStrip
from vein_imaging.viewer.live.display_panel import DisplayPanel
from vein_imaging.viewer.live.ghost import Ghost
from vein_imaging.viewer.live.light_box import LightBox, light_in_words
from vein_imaging.viewer.live.live_view import LiveView
from vein_imaging.viewer.live.over_picture import Box, OverPicture
from vein_imaging.viewer.live.recording_desk import RecordingDesk
from vein_imaging.viewer.live.vein_reading import vein_at
from vein_imaging.viewer.qt.message import tell
from vein_imaging.viewer.qt.waiting import waited_for
from vein_imaging.words import translate as _

__all__ = ["LiveDesk"]

_STATE_EVERY_S = 0.25  # numbers that change faster cannot be read


class LiveDesk(QObject):
    """Takes pictures to the canvas, and says how they are.

    Parameters
    ----------
    feed : LiveFeed
    canvas : PictureCanvas
    header : Header
        Told of camera, calibration and light.
    photographs : Photographs
        Among them are the earlier pictures.
    window : QWidget
        Parent of the dialogs.
    light : LightFeed, optional
        None where no light is connected.

    Signals
    -------
    resized()
        The picture has another size.
    """

    resized = Signal()

    def __init__(
        self,
        feed: LiveFeed,
        canvas: PictureCanvas,
        header: Header,
        photographs: Photographs,
        window: QWidget,
        light: LightFeed | None = None,
    ) -> None:
        super().__init__()
        self._feed, self._canvas, self._header = feed, canvas, header
        self._photographs, self._window, self._light = photographs, window, light
        self._photos: tuple[Photo, ...] = ()
        self._state_due_s = 0.0
        self._pointer: tuple[float, float] | None = None
        self.live = LiveView(canvas, feed.mailbox)
        self.strip = CameraStrip()
        self.panel = DisplayPanel(feed.settings)
        self.panel.hide()
        self.light_box = LightBox(light)
        self.panel.extra.addWidget(self.light_box, 0, 0)
        self.over = OverPicture(canvas)
        self.over.picture = lambda: (
            None if self.live.shown is None else self.live.shown.picture
        )
        self.ghost = Ghost(self.over.say_match, self._no_ghost)
        self.live.dress = self.ghost.over
        self.recording = RecordingDesk(feed, self.strip.record, window)
        self._wire()

    def _wire(self) -> None:
        strip, panel = self.strip, self.panel
        strip.freeze_toggled.connect(self.freeze)
        strip.zoom_asked.connect(self.zoom)
        strip.display_toggled.connect(self.open_panel)
        panel.settings_changed.connect(self._change_settings)
        panel.magnifier_toggled.connect(self._magnify)
        panel.box_asked.connect(self.over.pick_box)
        panel.earlier_chosen.connect(self.show_earlier)
        panel.ghost_changed.connect(self._change_ghost)
        self.over.box_drawn.connect(self._use_box)
        self._canvas.events.hovered.connect(self._hovered)

    def start(self) -> None:
        """Start camera and light."""
        self._feed.start()
        if self._light is not None:
            self._light.start()

    def close(self) -> None:
        """Stop camera, light and recording."""
        self.recording.close()
        self.ghost.drop()
        if self._light is not None:
            self._light.stop()
        self._feed.stop()

    def tick(self) -> None:
        """Take up what is new; called by the window's timer."""
        before = self.live.count
        if self.live.update():
            self.resized.emit()
        if self.live.count != before and self.live.shown is not None:
            self.ghost.look_at(self.live.shown)
            if self._pointer is not None:
                self._read()
        now_s = time.monotonic()
        if now_s >= self._state_due_s:
            self._state_due_s = now_s + _STATE_EVERY_S
            self.show_state(now_s)

    def show_state(self, now_s: float) -> None:
        """Say in words what camera, calibration and light do."""
        shown = self.live.shown
        state = camera_state(
            self._feed.status,
            shown,
            frozen=self.live.frozen,
            now_s=now_s,
            drawn_by=self._canvas.drawn_by,
            analysed=self._feed.running,
        )
        self.strip.show_state(state)
        self.over.say_trouble(state.advice)
        self.light_box.show_state()
        found = None if shown is None or shown.result is None else shown.result.vein_map
        light = light_in_words(None if self._light is None else self._light.state)
        self._header.show_devices(
            state.short, scale_in_words(found), light, kind=state.kind
        )

    def freeze(self, on: bool) -> None:
        """Hold the picture on the screen, or go on."""
        self.live.frozen = on
        self.show_state(time.monotonic())

    def zoom(self, factor: float) -> None:
        """Zoom by `factor`; 0 shows the whole picture."""
        if factor == 0.0:
            self._canvas.fit()
        else:
            self._canvas.zoom(factor)

    def open_panel(self, on: bool) -> None:
        """Show or hide how the picture is shown."""
        self.panel.setVisible(on)
        if on and not self.ghost.shown:
            self._list_earlier()

    def show_earlier(self, at: int) -> None:
        """Lay an earlier photograph over the live picture; -1: none.

        Parameters
        ----------
        at : int
            In the list that is offered.
        """
        self.ghost.opacity = self.panel.ghost_opacity
        if not 0 <= at < len(self._photos):
            self.ghost.drop()
            self.live.show_again()
            return
        photo = self._photos[at]
        self.ghost.take(lambda: self._photographs.picture(photo))

    def _list_earlier(self) -> None:
        try:
            self._photos = waited_for(self._window, self._photographs.all)
        except RecordError as error:
            self._photos = ()
            self._no_ghost(error)
        self.panel.show_earlier([str(photo) for photo in self._photos])

    def _no_ghost(self, error: Exception) -> None:
        tell(self._window, _("The earlier picture cannot be shown"), str(error))

    def _change_ghost(self, opacity: float) -> None:
        self.ghost.opacity = opacity
        self.live.show_again()

    def _change_settings(self, settings: CaptureSettings) -> None:
        self._feed.settings = settings
        self.over.show_box(settings.box)
        if self.live.frozen:
            self.live.draw_anew(settings)

    def _use_box(self, box: Box) -> None:
        self.panel.use_box(box)

    def _magnify(self, on: bool) -> None:
        self.over.magnifies = on
        self._read()

    def _hovered(self, point_rc: tuple[float, float] | None) -> None:
        self._pointer = point_rc
        self._read()

    def _read(self) -> None:
        shown, at = self.live.shown, self._pointer
        words = ""
        if shown is not None and shown.result is not None and at is not None:
            reading = vein_at(shown.result.vein_map, at)
            words = "" if reading is None else reading.short
        self.over.point_at(at, words)
