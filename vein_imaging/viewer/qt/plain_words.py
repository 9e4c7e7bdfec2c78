"""Labels and tips show text as it is: a name is no markup, nor turns a line round."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtWidgets import QApplication, QLabel

from vein_imaging.domain.plain_text import plain_text

__all__ = ["as_shown", "show_words_plainly"]

_NAME = "plain words"
_LONGEST = 80
"""Letters: hardly a name is longer, and one word of more is wider than a screen."""


def as_shown(text: str) -> str:
    """A text that somebody typed, fit to stand beside others on one line.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        A mark that would turn the direction of what follows stands there as its number,
        as on paper: it could turn a birth date round. What is too long is cut.
    """
    shown = " ".join(plain_text(text).split())
    if len(shown) <= _LONGEST:
        return shown
    return shown[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


class _PlainWords(QObject):
    """Tells each label, before it is first shown, that its text is no markup.

    Left alone, Qt guesses: a name or a camera's message with a tag in it is obeyed, so
    that words vanish, are printed large, or load a picture. The labels inside of
    message boxes and tool tips are Qt's own; this reaches them too.
    """

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        """See a widget before it is shown; Qt calls this."""
        if (
            event is not None
            and event.type() == QEvent.Type.Polish
            and isinstance(watched, QLabel)
            and watched.textFormat() == Qt.TextFormat.AutoText
        ):
            watched.setTextFormat(Qt.TextFormat.PlainText)
        return False


def show_words_plainly(app: QApplication) -> None:
    """Let no text of this program be read as markup, unless a label asks for it.

    Parameters
    ----------
    app : QApplication
        A second call changes nothing.
    """
    if app.findChild(QObject, _NAME) is None:
        watching = _PlainWords(app)
        watching.setObjectName(_NAME)
        app.installEventFilter(watching)
