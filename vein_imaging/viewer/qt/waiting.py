"""Waiting for the store without holding up the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from qtpy.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer, Signal
from qtpy.QtWidgets import QApplication, QProgressDialog, QWidget

from vein_imaging.viewer.qt.style import stylesheet
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["waited_for"]

_UNNOTICED_S = 0.1
"""What a person takes for at once; a store on this computer answers within it."""
_STORE_IS_SILENT = marked(
    "The store does not answer yet. The picture goes on; clicks and keys are not taken "
    "until it does, or is given up."
)
_SAID_AFTER_MS = 1000  # a message that comes and goes would only frighten
_BY_A_PERSON = (
    QEvent.Type.KeyPress,
    QEvent.Type.KeyRelease,
    QEvent.Type.Shortcut,
    QEvent.Type.ShortcutOverride,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
    QEvent.Type.Close,
)

_T = TypeVar("_T")


class _Waiting(QObject):
    """Lets no key and no click through: a second click would be a second entry."""

    done = Signal()

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        """Swallow what a person does; Qt calls this."""
        if event is None or event.type() not in _BY_A_PERSON:
            return False
        if event.type() == QEvent.Type.Close:
            event.ignore()
        return True


def waited_for(parent: QWidget | None, action: Callable[[], _T], says: str = "") -> _T:
    """Do in another thread what may have to wait for a server.

    The camera's picture goes on. Until there is an answer, keys and clicks are dropped;
    after a second it is said that the store does not answer yet.

    Parameters
    ----------
    parent : QWidget or None
        Of the message.
    action : callable
        Touches no widget.
    says : str
        What is waited for, where it is not the store.

    Returns
    -------
    What the action returns; what it raises is raised here.
    """
    results: list[_T] = []
    errors: list[BaseException] = []
    waiting = _Waiting()

    def act() -> None:
        try:
            results.append(action())
        except BaseException as error:  # noqa: BLE001 - raised again in the first thread
            errors.append(error)
        finally:
            waiting.done.emit()

    loop = QEventLoop()
    waiting.done.connect(loop.quit, Qt.ConnectionType.QueuedConnection)
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(_UNNOTICED_S)
    if thread.is_alive():
        _wait(loop, waiting, parent, says or _(_STORE_IS_SILENT))
        thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _wait(
    loop: QEventLoop, waiting: _Waiting, parent: QWidget | None, says: str
) -> None:
    app = QApplication.instance()
    assert app is not None
    box = QProgressDialog(says, "", 0, 0, parent)
    box.setCancelButton(None)
    box.setStyleSheet(stylesheet())
    said = QTimer()
    said.setSingleShot(True)
    said.timeout.connect(box.show)
    said.start(_SAID_AFTER_MS)
    app.installEventFilter(waiting)
    try:
        loop.exec()
    finally:
        app.removeEventFilter(waiting)
        said.stop()
        box.reset()
        box.deleteLater()
