"""Wires the guided calibration to camera, picture and the camera's profile."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vein_calibration.profile import Profile
from vein_calibration.target import Target
from vein_imaging.capture.camera_profiles import add_to_profile, camera_identity
from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas
from vein_imaging.viewer.devices.calibration_panel import CalibrationPanel
from vein_imaging.viewer.devices.calibration_words import in_force_in_words
from vein_imaging.viewer.devices.guided_calibration import Guided, look
from vein_imaging.viewer.devices.target_outline import draw_target
from vein_imaging.viewer.live.live_view import LiveView
from vein_imaging.viewer.qt.in_background import InBackground
from vein_imaging.words import translate as _

__all__ = ["CalibrationDesk"]

_SAID_AFTER_S = 0.6  # looking takes a tenth of it; what takes longer is a fit


class CalibrationDesk:
    """Looks at every picture that there is time for; draws what it saw last.

    Parameters
    ----------
    panel : CalibrationPanel
    live : LiveView
        Whose frames are looked at, as the camera gave them.
    canvas : PictureCanvas
        Shows them with the target drawn in while a calibration is on.
    address : str
        Of the camera.
    calibrated : callable
        Puts a saved profile in force.
    """

    def __init__(
        self,
        panel: CalibrationPanel,
        live: LiveView,
        canvas: PictureCanvas,
        address: str,
        calibrated: Callable[[Profile], None],
    ) -> None:
        self._panel = panel
        self._live = live
        self._canvas = canvas
        self._address = address
        self._calibrated = calibrated
        self._keep = False
        self._looking = False
        self._since_s = 0.0
        self._count = 0
        self._run = 0
        self.profile: Profile | None = None
        """In force."""
        self.state: Guided | None = None
        """How far it is; None while nothing is calibrated."""
        panel.begun.connect(self.begin)
        panel.kept.connect(self.keep)
        panel.saved.connect(self.save)
        panel.ended.connect(self.stop)

    def show_in_force(self, profile: Profile | None) -> None:
        """Say which calibration is used."""
        self.profile = profile
        if self.state is None:
            self._panel.show_idle(in_force_in_words(profile))

    def begin(self, target: Target, lens: bool) -> None:
        """Begin, or begin anew.

        Parameters
        ----------
        target : Target
            As it was printed.
        lens : bool
            Whether the lens is calibrated too; if not, the one in force is used.
        """
        known = None if lens or self.profile is None else self.profile.lens
        self._run += 1
        self._keep = False
        self.state = Guided(target, "lens" if lens else "scale", lens=known)
        self._panel.show_state(self.state)

    def keep(self) -> None:
        """Keep the next picture, whatever is in it."""
        self._keep = True

    def stop(self) -> None:
        """End it, and save nothing; the live picture is the usual one again."""
        self._run += 1
        self.state = None
        self._panel.show_idle(in_force_in_words(self.profile))

    def tick(self) -> None:
        """Draw the target over the newest picture, and look at it if there is time."""
        shown = self._live.shown
        if self.state is None or shown is None or self._live.count == self._count:
            return
        self._count = self._live.count
        pixels, state = shown.frame.pixels, self.state
        self._canvas.show_picture(draw_target(pixels, state.view, taken=state.took))
        if self._looking:
            if time.monotonic() - self._since_s > _SAID_AFTER_S:
                self._panel.show_busy(_("Working out the lens\N{HORIZONTAL ELLIPSIS}"))
            return
        if state.step == "done":
            return
        self._looking, keep, self._keep = True, self._keep, False
        self._since_s = time.monotonic()
        run = self._run
        work = InBackground(look, state, pixels, keep=keep)
        work.returned.connect(lambda seen: self._looked(run, seen))
        work.errored.connect(self._failed)
        work.finished.connect(self._free)
        work.start()

    def _looked(self, run: int, seen: Guided) -> None:
        if run == self._run and self.state is not None:
            self.state = seen
            self._panel.show_state(seen)

    def _free(self) -> None:
        self._looking = False

    def _failed(self, error: Exception) -> None:
        self.stop()
        raise error  # a fault of the program: shown as one

    def save(self) -> None:
        """Write it as this camera's profile, and put it in force."""
        state = self.state
        if state is None or state.view is None:
            return
        self._panel.show_busy(_("Saving\N{HORIZONTAL ELLIPSIS}"))
        run = self._run
        work = InBackground(_written, self._address, state)
        work.returned.connect(lambda made: self._saved(run, *made))
        work.errored.connect(self._not_saved)
        work.start()

    def _saved(self, run: int, profile: Profile, path: Path) -> None:
        self.profile = profile
        self._calibrated(profile)
        if run == self._run:
            self.stop()

    def _not_saved(self, error: Exception) -> None:
        if self.state is not None:
            self._panel.show_state(self.state)
        if not isinstance(error, ValueError | OSError):
            raise error
        self._panel.show_problem(_("NOT SAVED: {why}").format(why=error))


def _written(address: str, state: Guided) -> tuple[Profile, Path]:
    assert state.view is not None  # what was measured was seen
    parts: dict[str, Any] = {"scale": state.scale}
    if state.fit is not None:
        parts |= {"lens": state.fit.lens, "lens_position": ""}
    if state.blur is not None:
        parts |= {"blur": state.blur}
    return add_to_profile(camera_identity(address), state.view.size_px, **parts)
