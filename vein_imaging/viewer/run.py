"""`run_viewer`: the whole window, from address and store until it is closed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vein_calibration.pixel_size import PixelSize
from vein_calibration.profile import Profile
from vein_calibration.profile_file import profile_id
from vein_devices import Frame
from vein_imaging.capture import (
    CaptureSettings,
    LiveFeed,
    camera_sentence,
    watched_camera,
)
from vein_imaging.capture.live import MakeStep
from vein_imaging.pipeline import AnalysisSettings, LiveStep
from vein_imaging.treatment import AtWork, Visit
from vein_imaging.treatment.practice import practice_visit
from vein_imaging.viewer.application import (
    NoPictureError,
    application,
    need_a_screen,
    splash,
)
from vein_imaging.viewer.canvas.choose import CanvasKind
from vein_imaging.viewer.qt.message import faults_shown
from vein_imaging.words import marked
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.viewer.window import ViewerWindow

__all__ = ["PRACTICE", "ViewerOptions", "run_viewer"]

PRACTICE = marked("PRACTICE \N{EM DASH} nothing is kept")


@dataclass(frozen=True, slots=True)
class ViewerOptions:
    """How the window is run; everything has a default.

    Parameters
    ----------
    region : str
        Whose limit table a dose is checked against, to practise.
    timezone : str
        As in "Europe/London": its day is the day of per-day limits, to practise.
    mm_per_pixel : mm/px, optional
        Scale on the skin. The phantom knows its own.
    profile : Profile, optional
        Calibration of the camera: frames are corrected by it, and it gives the scale.
    profile_of : callable
        From the checksum in a photograph's entry to the profile it was taken with.
    size_px : (width, height), optional
        Of the window; left out, the whole screen.
    screenshot_after : int
        So many live pictures are shown before the picture of the window is taken.
    first_picture_s : s
        How long to wait for them.
    canvas : "auto", "qt" or "napari"
        What draws the picture; "auto" asks whether there is a graphics card.
    """

    region: str = "US"
    timezone: str = "UTC"
    mm_per_pixel: float | None = None
    profile: Profile | None = None
    profile_of: Callable[[str], Profile | None] = lambda _: None
    size_px: tuple[int, int] | None = None
    screenshot_after: int = 5
    first_picture_s: float = 60.0
    canvas: CanvasKind = "auto"


def run_viewer(
    url: str = "phantom:?seed=1",
    *,
    work: AtWork | None = None,
    visit: Visit | None = None,
    screenshot: Path | str | None = None,
    options: ViewerOptions = ViewerOptions(),
) -> None:
    """Show a camera live with its veins drawn in, and record injections.

    Parameters
    ----------
    url : str
        Address of the camera.
    work : AtWork, optional
        Who is signed in; when it locks, nothing of the patient stays on the screen.
    visit : Visit, optional
        The session to record into; left out, one to practise on, thrown away at the
        end.
    screenshot : path, optional
        Show a few live pictures, save a picture of the whole window there, and close.
    options : ViewerOptions
        Everything else.

    Raises
    ------
    ValueError
        If there is a visit without the person at work, or the reverse.
    DeviceAddressError
        If the address names no camera.
    NoScreenError
        If there is no screen to open a window on.
    NoPictureError
        With `screenshot`, if the camera gave no picture in time.
    """
    if (work is None) != (visit is None):
        raise ValueError(
            "a visit and the person at work go together; give both, or neither to "
            "practise"
        )
    # A device that is not there yet may come later, except where only a picture is
    # wanted.
    camera, _overflow = watched_camera(url, wait_for_camera=screenshot is None)
    need_a_screen()
    feed = LiveFeed(camera, _step_maker(options))
    with _visit(visit, options) as open_visit:
        profile = options.profile
        open_visit.photographs.calibrate(
            None if profile is None else profile_id(profile), options.profile_of
        )
        # Whatever can be wrong has been found by here, before any window.
        app = application()
        cover = splash()
        # What draws may take seconds to import: only now, with the splash there.
        from vein_imaging.viewer.window import ViewerWindow

        banner = "" if visit else _(PRACTICE)
        window = ViewerWindow(
            feed, open_visit, banner=banner, desk=work, work=work, options=options
        )
        try:
            window.show(options.size_px)
            cover.finish(window)
            if screenshot is None:
                if work is not None:
                    window.ask_about_clock(work)
                with faults_shown(window):
                    app.exec()
            else:
                _photograph(window, Path(screenshot), options)
        finally:
            window.close()


def _step_maker(options: ViewerOptions) -> MakeStep:
    profile = options.profile

    def make_step(settings: CaptureSettings, frame: Frame) -> LiveStep:
        scale: float | PixelSize | None = options.mm_per_pixel
        if scale is None and (profile is None or profile.pixel_size is None):
            # A drawn leg knows its own scale; a real one has to be calibrated.
            scale = getattr(frame.truth, "mm_per_pixel", None)
        return LiveStep(
            AnalysisSettings(
                quality=settings.quality, sensitivity=settings.sensitivity
            ),
            scale,
            profile=profile,
            light=frame.light,
            box=settings.box,
        )

    return make_step


@contextmanager
def _visit(visit: Visit | None, options: ViewerOptions) -> Iterator[Visit]:
    """The visit given, or one to practise on, thrown away at the end."""
    if visit is not None:
        yield visit
        return
    with practice_visit(options.region, options.timezone) as made:
        yield made


def _photograph(window: ViewerWindow, file: Path, options: ViewerOptions) -> None:
    """Show some live pictures, then save what the window looks like."""
    app = application()
    deadline_s = time.monotonic() + options.first_picture_s
    while window.live.count < options.screenshot_after:
        finished = not window.feed.running
        app.processEvents()
        if finished:
            window.tick()  # whatever came last
            break
        if time.monotonic() > deadline_s:
            break
        time.sleep(0.005)
    if not window.live.count:
        sentence = camera_sentence(window.feed.status)
        raise NoPictureError(
            _("no picture to save: camera {sentence}").format(sentence=sentence)
        )
    window.fit()
    app.processEvents()
    file.parent.mkdir(parents=True, exist_ok=True)
    if not window.grab().save(str(file)):
        raise OSError(_("the picture could not be written to {file}").format(file=file))
