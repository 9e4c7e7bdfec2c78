"""`run_viewer`: the whole window, from address and store until it is closed."""

from __future__ import annotations

import getpass
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vein_calibration.pixel_size import PixelSize
from vein_calibration.profile import Profile
from vein_calibration.profile_file import profile_id
from vein_devices import Frame
from vein_imaging.capture import CaptureSettings, LiveFeed, watched_camera
from vein_imaging.capture.live import MakeStep
from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.moments import zone_from_text
from vein_imaging.domain.session import event_from_body, fold
from vein_imaging.pipeline import AnalysisSettings, LiveStep
from vein_imaging.storage import Store, create_store, new_key
from vein_imaging.viewer.application import (
    NoPictureError,
    application,
    configure_napari,
    need_a_screen,
    splash,
)
from vein_imaging.viewer.photographs import Photographs
from vein_imaging.viewer.qt.desk_lock import SignedIn
from vein_imaging.viewer.qt.message import faults_shown
from vein_imaging.viewer.session_record import SessionRecord
from vein_imaging.viewer.site_log import InjectionLog
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
    author : str, optional
        Who records; left out, the name of the computer's user.
    region : str
        Whose limit table a dose is checked against.
    timezone : str
        The clinic's, as in "Europe/London": its day is the day of per-day limits.
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
    """

    author: str | None = None
    region: str = "US"
    timezone: str = "UTC"
    mm_per_pixel: float | None = None
    profile: Profile | None = None
    profile_of: Callable[[str], Profile | None] = lambda _: None
    size_px: tuple[int, int] | None = None
    screenshot_after: int = 5
    first_picture_s: float = 60.0

    @property
    def recorder(self) -> str:
        """Who records."""
        return self.author or getpass.getuser()


def run_viewer(
    url: str = "phantom:?seed=1",
    *,
    store: Store | None = None,
    session_id: str | None = None,
    screenshot: Path | str | None = None,
    desk: SignedIn | None = None,
    options: ViewerOptions = ViewerOptions(),
) -> None:
    """Show a camera live with its veins drawn in, and record injections.

    Parameters
    ----------
    url : str
        Address of the camera.
    store : Store, optional
        Open; left out, a practice store that is thrown away at the end.
    session_id : str, optional
        The session to record into; needed with a store.
    screenshot : path, optional
        Show a few live pictures, save a picture of the whole window there, and close.
    desk : SignedIn, optional
        Who is signed in; when it locks, nothing of the patient stays on the screen.
    options : ViewerOptions
        Everything else.

    Raises
    ------
    ValueError
        If there is a store without a session, or a session without a store.
    DeviceAddressError
        If the address names no camera.
    NoScreenError
        If there is no screen to open a window on.
    NoSuchSessionError
        If the store has no such session.
    NoPictureError
        With `screenshot`, if the camera gave no picture in time.
    """
    if (store is None) != (session_id is None):
        raise ValueError(
            "a store and the id of its session go together; give both, or neither to "
            "practise"
        )
    # A device that is not there yet may come later, except where only a picture is
    # wanted.
    camera, _overflow = watched_camera(url, wait_for_camera=screenshot is None)
    need_a_screen()
    feed = LiveFeed(camera, _step_maker(options))
    with _session(store, session_id, options) as (open_store, open_session):
        # Whatever can be wrong has been found by here, before any window.
        log, photographs = _open_session(open_store, open_session, options)
        configure_napari()
        app = application()
        cover = splash()
        # napari takes seconds to import: only now, with the splash on the screen.
        from vein_imaging.viewer.window import ViewerWindow

        banner = "" if store else _(PRACTICE)
        window = ViewerWindow(feed, log, photographs, banner=banner, desk=desk)
        try:
            window.show(options.size_px)
            cover.finish(window.window)
            if screenshot is None:
                with faults_shown(window.window):
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
        )

    return make_step


@contextmanager
def _session(
    store: Store | None, session_id: str | None, options: ViewerOptions
) -> Iterator[tuple[Store, str]]:
    """The session given, or one to practise on, thrown away at the end."""
    if store is not None and session_id is not None:
        yield store, session_id
        return
    now = datetime.now(UTC)
    author = options.recorder
    with (
        tempfile.TemporaryDirectory(prefix="vein-imaging-practice-") as folder,
        create_store(Path(folder) / "store", new_key(), author=author, at=now) as made,
    ):
        patient = made.add_patient({"name": "Practice"}, author=author, at=now)
        yield made, made.start_session(patient, author=author, at=now)


def _open_session(
    store: Store, session_id: str, options: ViewerOptions
) -> tuple[InjectionLog, Photographs]:
    """Its log and photographs; region and zone are its own, if it names them."""
    events = store.events(session_id)
    opened = fold(event_from_body(e.kind, e.body) for e in events).opened
    head = store.session_head(session_id)
    record = SessionRecord(store, head, author=options.recorder)
    table = load_limits(opened.region if opened else options.region)
    zone = zone_from_text(opened.timezone if opened else options.timezone)
    profile = options.profile
    photographs = Photographs(
        record,
        zone,
        calibration=None if profile is None else profile_id(profile),
        profile_of=options.profile_of,
    )
    return InjectionLog(record, table, zone), photographs


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
        status = window.feed.status
        raise NoPictureError(
            _("no picture to save: camera {sentence}").format(sentence=status.sentence)
        )
    window.fit()
    app.processEvents()
    file.parent.mkdir(parents=True, exist_ok=True)
    window.viewer.screenshot(str(file), canvas_only=False, flash=False)
