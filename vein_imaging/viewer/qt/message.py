"""Messages that a person must see, the program's own faults among them."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QMessageBox, QWidget

from vein_imaging.viewer.qt.style import stylesheet
from vein_imaging.words import translate as _

__all__ = ["faults_shown", "tell"]


def tell(parent: QWidget, headline: str, text: str, *, calm: bool = False) -> None:
    """Show a message until it is closed; everything behind it goes on.

    Parameters
    ----------
    parent : QWidget
    headline, text : str
        What happened, and why or what to do.
    calm : bool
        Nothing went wrong.

    Nothing is shown over a window that has closed, as at a lock: it would bring what is
    a patient's back on the screen.
    """
    window = parent.window()
    if window is None or window.isHidden():
        return
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setStyleSheet(stylesheet())
    icons = QMessageBox.Icon
    box.setIcon(icons.Information if calm else icons.Critical)
    box.setText(headline)
    box.setInformativeText(text)
    box.open()


def _print_where(error: BaseException, trace: TracebackType | None) -> None:
    """Print where it happened, and not what it says: that can name a patient."""
    cause = error.__cause__
    if cause is None and not error.__suppress_context__:
        cause = error.__context__
    if cause is not None:
        _print_where(cause, cause.__traceback__)
    traceback.print_tb(trace)
    print(type(error).__name__, file=sys.stderr)


@contextmanager
def faults_shown(window: QWidget | Callable[[], QWidget]) -> Iterator[None]:
    """Show a fault of the program instead of ending it.

    PyQt ends the process at an exception in a slot, unless there is a hook. What was
    recorded is in the store; the picture goes on. The same fault is shown once.

    Parameters
    ----------
    window : QWidget or callable
        Parent of the message, or what finds it when there is one.
    """
    seen: set[str] = set()
    before = sys.excepthook

    def show(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        _print_where(error, trace)
        fault = f"{kind.__name__}: {error}"
        if fault not in seen:
            seen.add(fault)
            tell(
                window if isinstance(window, QWidget) else window(),
                _("A FAULT IN THE PROGRAM"),
                fault
                + "\n\n"
                + _(
                    "What is in the list is stored. If the last click is not in the "
                    "list, it was not recorded. Please report this."
                ),
            )

    sys.excepthook = show
    try:
        yield
    finally:
        sys.excepthook = before
