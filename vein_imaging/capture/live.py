"""The threads that turn the newest frame into the picture the viewer shows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from vein_calibration.quality import FrameQuality
from vein_devices.frame import Frame, Pixels
from vein_imaging.capture.mailbox import Mailbox
from vein_imaging.capture.ring import FrameRing
from vein_imaging.capture.settings import CaptureSettings
from vein_imaging.imaging.display import draw_display
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.pipeline.live import Submit

__all__ = ["LiveLoop", "LivePicture", "MakeStep", "Step", "StepResult", "drawn_as"]


class StepResult(Protocol):
    """What the live step gives for one frame (`vein_imaging.pipeline.LiveResult`)."""

    @property
    def vein_map(self) -> VeinMap:
        """What was found."""

    @property
    def picture(self) -> Pixels:
        """The frame that veins were found in, corrected where there is a profile."""

    @property
    def overlay(self) -> Pixels:
        """(H, W, 3) uint8 RGB: the frame with its veins drawn on."""

    @property
    def frame_quality(self) -> FrameQuality | None:
        """Whether the frame is good to measure in; None where nobody judged it."""


class Step(Protocol):
    """A stateful analysis of one frame after another."""

    def step(self, pixels: Pixels, *, in_background: Submit) -> StepResult:
        """Analyse the next frame; hand on work that can wait."""


MakeStep = Callable[[CaptureSettings, Frame], Step]
"""Makes a fresh step for frames like this one.

Called for the first frame, and when sensitivity, quality, box or the frames' size
change.
"""


@dataclass(frozen=True, slots=True, eq=False)
class LivePicture:
    """One analysed frame, ready to be shown.

    Parameters
    ----------
    frame : Frame
        As it came from the camera.
    picture : (H, W, 3) uint8 RGB
        The frame with the overlay blended in. Belongs to whoever takes it.
    result : StepResult, optional
        What the live step found; None where it failed.
    error : exception, optional
        Why the step failed; the picture then shows the bare frame.
    settings : CaptureSettings
        Those in force for this picture.
    cost_s : s
        Time from taking the frame up to the picture being ready.
    age_s : s
        From the moment when it was taken, as far as known, until the picture was ready.
    """

    frame: Frame
    picture: Pixels
    result: StepResult | None
    error: BaseException | None
    settings: CaptureSettings
    cost_s: float
    age_s: float


class LiveLoop:
    """Runs the live step on the newest frame, in a thread of its own.

    A second thread does the work that can wait: no frame waits for the veins to be
    traced again.

    Parameters
    ----------
    ring : FrameRing
        Where frames come from. The threads end when it is closed.
    make_step : callable
        See `MakeStep`.
    mailbox : Mailbox of LivePicture
        Where pictures go.
    settings : CaptureSettings
        Until `settings` is set again.
    """

    def __init__(
        self,
        ring: FrameRing,
        make_step: MakeStep,
        mailbox: Mailbox[LivePicture],
        settings: CaptureSettings,
    ) -> None:
        self._ring = ring
        self._make_step = make_step
        self._mailbox = mailbox
        self.settings = settings
        """In force from the next frame on; assign a whole new value, any thread."""
        self._step: Step | None = None
        self._made_for: tuple[object, ...] = ()
        self._stopping = threading.Event()
        self._background = ThreadPoolExecutor(1, thread_name_prefix="live background")
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    @property
    def running(self) -> bool:
        """Whether the thread is alive."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the threads. Once per loop."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End the threads after what they have in hand.

        Returns
        -------
        bool
            False if that took longer than `timeout_s`.
        """
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        number = 0
        with self._background:
            while not self._stopping.is_set():
                frame, number = self._ring.newest(number, timeout_s=0.25)
                if frame is not None:
                    self._mailbox.put(self._draw(frame))
                elif self._ring.closed:
                    break

    def _draw(self, frame: Frame) -> LivePicture:
        started_s = time.monotonic()
        settings = self.settings
        result: StepResult | None = None
        failure: BaseException | None = None
        shape = frame.pixels.shape
        kind = (settings.sensitivity, settings.quality, settings.box, shape)
        try:
            if self._step is None or self._made_for != kind:
                self._step, self._made_for = self._make_step(settings, frame), kind
            result = self._step.step(
                frame.pixels, in_background=self._background.submit
            )
            picture = drawn_as(result, settings)
        except Exception as error:  # noqa: BLE001 - the one place: kept, shown
            self._step, failure, picture = None, error, _as_rgb(frame.pixels)
        now_s = time.monotonic()
        return LivePicture(
            frame,
            picture,
            result,
            failure,
            settings,
            cost_s=now_s - started_s,
            age_s=now_s - frame.taken_s,
        )


def _as_rgb(pixels: Pixels) -> Pixels:
    """Three channels, in memory of its own."""
    if pixels.ndim == 2:
        return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)  # type: ignore[return-value]
    return pixels.copy()


def drawn_as(result: StepResult, settings: CaptureSettings) -> Pixels:
    """What was found, drawn as the settings ask, in memory of its own.

    Parameters
    ----------
    result : StepResult
    settings : CaptureSettings
    """
    display = settings.display
    if display.plain:
        return _blend(result.picture, result.overlay, settings.opacity)
    return draw_display(result.picture, result.vein_map, display)


def _blend(pixels: Pixels, overlay: Pixels, opacity: float) -> Pixels:
    """Picture and overlay mixed; 0 is the bare picture, 1 the overlay as drawn."""
    if opacity == 0.0:
        return _as_rgb(pixels)
    if opacity == 1.0:
        return overlay.copy()
    bare = pixels if pixels.ndim == 3 else _as_rgb(pixels)
    mixed = cv2.addWeighted(overlay, opacity, bare, 1.0 - opacity, 0.0)
    return np.asarray(mixed, np.uint8)
