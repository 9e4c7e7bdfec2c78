"""Asks how a photograph was taken, and which two are to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.domain.session import Light, Pose
from vein_imaging.treatment.photographs import Circumstances, Photo, why_not_comparable
from vein_imaging.viewer.qt.style import stylesheet
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["CompareDialog", "PhotographDialog"]

_WHEN = ((marked("Before injecting"), "before"), (marked("After injecting"), "after"))


class _Form(QDialog):
    """Fields above, a sentence that says what is missing, two buttons below."""

    def __init__(self, parent: QWidget, title: str, accept: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(stylesheet())
        self.setWindowTitle(title)
        self.setMinimumWidth(620)
        heading = QLabel(title)
        heading.setProperty("role", "total")
        self.rows = QFormLayout()
        self.rows.setVerticalSpacing(8)
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.go_on = QPushButton(accept)
        self.go_on.setAutoDefault(False)
        cancel = QPushButton(_("Cancel"))
        cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addWidget(cancel)
        buttons.addStretch(1)
        buttons.addWidget(self.go_on)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(heading)
        column.addLayout(self.rows)
        column.addWidget(self.problem)
        column.addLayout(buttons)
        cancel.clicked.connect(self.reject)
        self.go_on.clicked.connect(self.accept)

    def say(self, problem: str) -> None:
        """Show what is missing; with an empty text, the form can be accepted."""
        self.problem.setText(problem)
        self.go_on.setEnabled(not problem)


class PhotographDialog(_Form):
    """Light, pose and view: what the camera cannot know, and a comparison needs.

    Parameters
    ----------
    parent : QWidget
    last : Circumstances, optional
        Of the photograph before; the first one starts with nothing chosen.
    ask_reason : bool
        The session is signed: why is this added to it?
    """

    def __init__(
        self,
        parent: QWidget,
        last: Circumstances | None,
        *,
        ask_reason: bool = False,
    ) -> None:
        super().__init__(
            parent, _("Photograph for the record"), _("Store this picture")
        )
        self.light = _choice([(_(one), one) for one in get_args(Light)])
        self.pose = _choice([(_(one), one) for one in get_args(Pose)])
        self.when = _choice([(_(name), value) for name, value in _WHEN])
        self.when.setCurrentIndex(0)
        self.view = QLineEdit()
        self.view.setPlaceholderText(_("left lateral"))
        self.reason = QLineEdit()
        self._ask_reason = ask_reason
        rows = [
            (_("Light"), self.light),
            (_("Pose"), self.pose),
            (_("View"), self.view),
            (_("When"), self.when),
        ]
        if ask_reason:
            rows.append((_("Why after signing"), self.reason))
        for caption, field in rows:
            field.setAccessibleName(caption)
            self.rows.addRow(caption, field)
        if last is not None:
            self.light.setCurrentIndex(self.light.findData(last.light))
            self.pose.setCurrentIndex(self.pose.findData(last.pose))
            self.view.setText(last.view)
            self.when.setCurrentIndex(self.when.findData(last.when))
        for combo in (self.light, self.pose, self.when):
            combo.currentIndexChanged.connect(self._judge)
        self.view.textChanged.connect(self._judge)
        self.reason.textChanged.connect(self._judge)
        self._judge()

    @property
    def reason_text(self) -> str:
        """Why it is added to a signed session; empty where that was not asked."""
        return str(self.reason.text()).strip()

    @property
    def circumstances(self) -> Circumstances:
        """What was chosen; only when everything was."""
        return Circumstances(
            self.light.currentData(),
            self.pose.currentData(),
            " ".join(self.view.text().split()).lower(),
            self.when.currentData(),
        )

    def _judge(self) -> None:
        missing = [
            name
            for name, given in (
                (_("light"), self.light.currentIndex() >= 0),
                (_("pose"), self.pose.currentIndex() >= 0),
                (_("view"), bool(self.view.text().strip())),
                (_("why"), bool(self.reason_text) or not self._ask_reason),
            )
            if not given
        ]
        self.say(
            _("Still to choose: {missing}").format(missing=", ".join(missing))
            if missing
            else ""
        )


class CompareDialog(_Form):
    """Chooses two photographs of the patient.

    Parameters
    ----------
    parent : QWidget
    photos : sequence of Photo
        The newest first; at least one.
    """

    def __init__(self, parent: QWidget, photos: Sequence[Photo]) -> None:
        super().__init__(parent, _("Before and after"), _("Compare these two"))
        self._photos = tuple(photos)
        names = [(str(photo), at) for at, photo in enumerate(self._photos)]
        self.before, self.after = _choice(names), _choice(names)
        for caption, combo in ((_("BEFORE"), self.before), (_("AFTER"), self.after)):
            combo.setAccessibleName(caption)
            self.rows.addRow(caption, combo)
            combo.currentIndexChanged.connect(self._judge)
        self.after.setCurrentIndex(0)
        self.before.setCurrentIndex(self._likely_before())
        self._judge()

    @property
    def chosen(self) -> tuple[Photo, Photo]:
        """BEFORE and AFTER."""
        return (
            self._photos[self.before.currentData()],
            self._photos[self.after.currentData()],
        )

    def _likely_before(self) -> int:
        """The newest of another session that may be compared with the newest of all."""
        newest = self._photos[0]
        for at, photo in enumerate(self._photos[1:], start=1):
            elsewhere = photo.of_this_session != newest.of_this_session
            if elsewhere and not why_not_comparable(photo, newest):
                return at
        return len(self._photos) - 1

    def _judge(self) -> None:
        if self.before.currentIndex() >= 0 and self.after.currentIndex() >= 0:
            self.say(why_not_comparable(*self.chosen))


def _choice(options: Sequence[tuple[str, object]]) -> QComboBox:
    combo = QComboBox()
    for name, value in options:
        combo.addItem(name, value)
    combo.setCurrentIndex(-1)
    return combo
