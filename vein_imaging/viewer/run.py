"""`run_viewer`: the whole window, from address and store until it is closed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from platformdirs import user_config_path

from vein_imaging.viewer.application import (
    NoPictureError,
    application,
    need_a_screen,
    splash,
)
from vein_imaging.viewer.options import ViewerOptions
from vein_imaging.viewer.qt.left_behind import forget_what_was_left
from vein_imaging.viewer.start.remembered import Memory
from vein_imaging.words import translate as _

# What takes long to import waits until the splash is on the screen.
if TYPE_CHECKING:
    from qtpy.QtWidgets import QLabel

    from vein_imaging.treatment import AtWork, Visit
    from vein_imaging.viewer.day import Day
    from vein_imaging.viewer.start.sign_in_page import Credentials
    from vein_imaging.viewer.window import ViewerWindow

__all__ = ["run_day", "run_viewer"]

_USUAL = ViewerOptions()


def run_viewer(
    url: str = "phantom:?seed=1",
    *,
    work: AtWork | None = None,
    visit: Visit | None = None,
    screenshot: Path | str | None = None,
    options: ViewerOptions = _USUAL,
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
    with _day(options) as (day, cover):
        waits = screenshot is None
        day.work = work
        if visit is None:
            day.practise_once(url, waits=waits)
        else:
            day.open_window(visit, url, once=True, waits=waits)
        assert day.window is not None
        cover.close()
        try:
            if screenshot is None:
                _run(day)
            else:
                _photograph(day.window, Path(screenshot), options)
        finally:
            day.work = None  # whoever signed in goes on, and signs out


def run_day(
    *,
    store: Path | None = None,
    user: str = "",
    camera: str = "",
    checkpoint_folders: Sequence[Path] = (),
    work: AtWork | None = None,
    visit: Visit | None = None,
    options: ViewerOptions = _USUAL,
) -> None:
    """Show the start page, and window after window until the person is done.

    Parameters
    ----------
    store : Path, optional
        Left out, that of last time.
    user, camera : str
        Likewise.
    checkpoint_folders : paths
        Where the newest hash is kept as well.
    work : AtWork, optional
        Who is signed in already.
    visit : Visit, optional
        The session to begin with; goes with `work`.
    options : ViewerOptions

    Raises
    ------
    NoScreenError
        If there is no screen to open a window on.
    DeviceAddressError
        With a visit, if the address names no camera.
    """
    named = {"store": str(store or ""), "user": user, "camera": camera}
    with _day(options, checkpoint_folders, named) as (day, cover):
        day.work = work
        if visit is not None:
            day.open_window(visit, day.camera)
        elif work is not None:
            day.show_today(work)
        else:
            day.ask_to_sign_in()
        cover.close()
        _run(day)


@contextmanager
def _day(
    options: ViewerOptions,
    checkpoint_folders: Sequence[Path] = (),
    named: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[Day, QLabel]]:
    """A day behind a splash; everything is closed at the end."""
    need_a_screen()
    memory = Memory(user_config_path("vein-imaging") / "window.json")
    memory.offer(**{key: text for key, text in named.items() if text})
    app = application(memory.now.size_percent)  # lives as long as somebody holds it
    cover = splash()
    from vein_imaging.treatment import sign_in_to_work
    from vein_imaging.viewer.day import Day

    def sign_in(typed: Credentials) -> AtWork:
        return sign_in_to_work(
            typed.store,
            typed.user,
            typed.password,
            code=typed.code,
            checkpoint_folders=checkpoint_folders,
        )

    day = Day(memory, sign_in, options=options)
    try:
        yield day, cover
    finally:
        cover.close()
        day.close()
        app.processEvents()  # what was closed is taken off the screen
        forget_what_was_left()


def _run(day: Day) -> None:
    from vein_imaging.viewer.qt.message import faults_shown

    app = application()
    app.setQuitOnLastWindowClosed(False)  # between two pages there is none
    day.over.connect(app.quit)
    with faults_shown(lambda: day.window or day.start):
        app.exec()


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
        from vein_imaging.capture import camera_sentence

        sentence = camera_sentence(window.feed.status)
        raise NoPictureError(
            _("no picture to save: camera {sentence}").format(sentence=sentence)
        )
    window.fit()
    app.processEvents()
    file.parent.mkdir(parents=True, exist_ok=True)
    if not window.grab().save(str(file)):
        raise OSError(_("the picture could not be written to {file}").format(file=file))
