"""What Qt and the system keep beside the window, of which nothing may stay."""

from __future__ import annotations

import sys
from pathlib import Path

from qtpy.QtCore import QSettings
from qtpy.QtGui import QClipboard
from qtpy.QtWidgets import QApplication

__all__ = [
    "close_what_hangs_down",
    "forget_what_was_left",
    "keep_no_core",
    "keep_qt_settings_in",
]


def keep_no_core() -> None:
    """Let a crash write no image of the memory: names, pictures and keys are in it."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def close_what_hangs_down() -> None:
    """Close menus and lists that are open: they hold keyboard and mouse."""
    while (hanging := QApplication.activePopupWidget()) is not None:
        if not hanging.close():
            return


def keep_qt_settings_in(folder: Path) -> None:
    """Let Qt's file dialogs remember in a folder of this program.

    Left alone, they write the folders that were visited into a file that all programs
    of this user share and offer; and people name folders after patients.

    Parameters
    ----------
    folder : Path
    """
    QSettings.setPath(
        QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(folder)
    )


def forget_what_was_left() -> None:
    """Empty the clipboard, if its text is this program's, and the dialogs' memory."""
    clipboard = QApplication.clipboard()
    if clipboard is not None:
        if clipboard.ownsClipboard():
            clipboard.clear()
        if clipboard.supportsSelection() and clipboard.ownsSelection():
            clipboard.clear(QClipboard.Mode.Selection)
    dialogs = QSettings(QSettings.Scope.UserScope, "QtProject")
    dialogs.remove("FileDialog/history")
    dialogs.remove("FileDialog/lastVisited")
    dialogs.remove("FileDialog/shortcuts")
