"""Starts the application: splash, napari's settings, camera, log, window."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_config_path
from qtpy.QtCore import Qt
from qtpy.QtGui import QColor, QFont, QPainter, QPixmap
from qtpy.QtWidgets import QApplication, QLabel

from vein_imaging.viewer.qt.left_behind import keep_no_core, keep_qt_settings_in
from vein_imaging.viewer.qt.plain_words import show_words_plainly
from vein_imaging.viewer.qt.style import colour, tabular_figures
from vein_imaging.words import translate as _

__all__ = [
    "NoPictureError",
    "NoScreenError",
    "application",
    "configure_napari",
    "need_a_screen",
    "splash",
]


_ORDINARY_PERCENT = 100  # as Qt draws by itself


class NoPictureError(Exception):
    """The camera gave no picture in time; the message carries what the camera said."""


class NoScreenError(Exception):
    """There is no screen to open a window on; the message says what to do."""


def need_a_screen(environment: Mapping[str, str] = os.environ) -> None:
    """Refuse with a message where Qt would end the process or show a black picture.

    Parameters
    ----------
    environment : mapping
        Of the process.

    Raises
    ------
    NoScreenError
        Without a screen, or with one of Qt's platforms that have no OpenGL.
    """
    platform = environment.get("QT_QPA_PLATFORM", "")
    if platform.startswith(("offscreen", "minimal")):
        raise NoScreenError(
            _(
                "QT_QPA_PLATFORM={platform} would show a black picture; unset it, and "
                "use xvfb-run -a where there is no screen"
            ).format(platform=platform)
        )
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(environment.get(name) for name in screens):
        raise NoScreenError(
            _(
                "there is no screen to open a window on; start this on a desktop, or "
                "under xvfb-run -a"
            )
        )


def configure_napari(config_file: Path | None = None) -> None:
    """Give napari settings of our own. Call it before anything imports napari.

    Parameters
    ----------
    config_file : Path, optional
        Where napari keeps its settings; left out, a file of this program. A person's
        own napari is neither read nor changed.
    """
    file = config_file or user_config_path("vein-imaging") / "napari.yaml"
    os.environ.setdefault("NAPARI_CONFIG", str(file))
    from napari.settings import get_settings

    settings = get_settings()
    settings.application.first_time = False  # it would shrink the window
    settings.application.save_window_geometry = False
    settings.application.confirm_close_window = False  # the window asks by itself
    settings.application.ipy_interactive = False


def application(size_percent: int = 100) -> QApplication:
    """Qt's application, made if there is none.

    Parameters
    ----------
    size_percent : int
        Of everything that is drawn; one named in the environment goes before it.
    """
    keep_no_core()
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        show_words_plainly(existing)
        return existing
    if size_percent != _ORDINARY_PERCENT:
        os.environ.setdefault("QT_SCALE_FACTOR", str(size_percent / _ORDINARY_PERCENT))
    keep_qt_settings_in(user_config_path("vein-imaging"))
    made = QApplication(["vein-imaging"])
    show_words_plainly(made)
    made.setApplicationName("vein-imaging")
    made.setFont(tabular_figures(made.font()))
    return made


def splash() -> QLabel:
    """Show at once that something comes: camera, record and drawing take longer."""
    picture = QPixmap(480, 160)
    picture.fill(QColor(colour("ground")))
    painter = QPainter(picture)
    painter.setPen(QColor(colour("text")))
    painter.setFont(QFont("", 26, QFont.Weight.Bold))
    painter.drawText(
        picture.rect().adjusted(0, -20, 0, -20),
        Qt.AlignmentFlag.AlignCenter,
        "vein-imaging",
    )
    painter.setFont(QFont("", 13))
    painter.drawText(
        picture.rect().adjusted(0, 40, 0, 40),
        Qt.AlignmentFlag.AlignCenter,
        _("opening the camera and the record\N{HORIZONTAL ELLIPSIS}"),
    )
    painter.end()
    # Qt's own splash screen waits for a window manager, a second where there is none.
    screen = QLabel(flags=Qt.WindowType.SplashScreen)
    screen.setPixmap(picture)
    place = QApplication.primaryScreen()
    if place is not None:
        frame = screen.sizeHint()
        middle = place.availableGeometry().center()
        screen.move(middle.x() - frame.width() // 2, middle.y() - frame.height() // 2)
    screen.show()
    QApplication.processEvents()
    return screen
