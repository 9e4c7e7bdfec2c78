"""Asks how a photograph was taken."""

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

from vein_devices.frame import Pixels
from vein_imaging.domain.body_area import (
    BodyArea,
    BodyFace,
    BodyPart,
    BodySide,
    read_body_area,
)
from vein_imaging.domain.session import Light, Pose
from vein_imaging.treatment import VisitFacts
from vein_imaging.treatment.photographs import Circumstances
from vein_imaging.viewer.before_after.linked_pictures import to_pixmap
from vein_imaging.viewer.qt.patient_line import patient_line
from vein_imaging.viewer.qt.style import stylesheet
from vein_imaging.words import marked, plural
from vein_imaging.words import translate as _

__all__ = ["AreaChoice", "PhotographDialog"]

_WHEN = ((marked("Before injecting"), "before"), (marked("After injecting"), "after"))
_ASKED_BEFORE = "lying"  # on the back or the front was not asked: no longer offered
_OLD_S = 5.0  # by then a held picture is no slow camera's any more
_PREVIEW_PX = 220  # wide: enough to recognise the picture that was on the screen


class _Form(QDialog):
    """Fields above, a sentence that says what is missing, two buttons below."""

    def __init__(
        self, parent: QWidget, title: str, accept: str, facts: VisitFacts | None = None
    ) -> None:
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
        self.middle = QHBoxLayout()
        self.middle.setSpacing(16)
        self.middle.addLayout(self.rows, 1)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        if facts is not None:
            column.addWidget(patient_line(facts))
        column.addWidget(heading)
        column.addLayout(self.middle)
        column.addWidget(self.problem)
        column.addLayout(buttons)
        cancel.clicked.connect(self.reject)
        self.go_on.clicked.connect(self.accept)

    def show_beside(self, picture: Pixels) -> None:
        """Show the picture that this is about, left of the fields."""
        shown = QLabel()
        shown.setAlignment(Qt.AlignmentFlag.AlignTop)
        shown.setAccessibleName(_("The picture"))
        shown.setPixmap(
            to_pixmap(picture).scaledToWidth(
                _PREVIEW_PX, Qt.TransformationMode.SmoothTransformation
            )
        )
        self.middle.insertWidget(0, shown)

    def say(self, problem: str) -> None:
        """Show what is missing; with an empty text, the form can be accepted."""
        self.problem.setText(problem)
        self.go_on.setEnabled(not problem)


class AreaChoice(QWidget):
    """Side, part and face of a leg, each from its list."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.lists = tuple(
            _choice([(_(one), one) for one in get_args(kind)])
            for kind in (BodySide, BodyPart, BodyFace)
        )
        names = (_("Side"), _("Part of the leg"), _("Seen from"))
        for name, combo in zip(names, self.lists, strict=True):
            combo.setAccessibleName(name)
            combo.setPlaceholderText(name)
            row.addWidget(combo, 1)

    @property
    def chosen(self) -> BodyArea:
        """What is chosen so far."""
        return BodyArea(*(combo.currentData() for combo in self.lists))

    def choose(self, area: BodyArea | None) -> None:
        """Choose what is known of an area; the rest is asked."""
        known = (
            (None, None, None) if area is None else (area.side, area.part, area.face)
        )
        for combo, word in zip(self.lists, known, strict=True):
            combo.setCurrentIndex(-1 if word is None else combo.findData(word))


class PhotographDialog(_Form):
    """Light, pose and area: what the camera cannot know, and a comparison needs.

    Parameters
    ----------
    parent : QWidget
    last : Circumstances, optional
        Of the photograph before; the first one starts with nothing chosen.
    picture : (H, W) or (H, W, 3) uint8 RGB, optional
        What is to be stored.
    facts : VisitFacts, optional
        Whose record it enters: on top.
    age_s : s
        Of the picture; one that is not of this moment is said to be old.
    injected : bool
        The session has injections: before or after them has to be said.
    ask_reason : bool
        The session is signed: why is this added to it?
    """

    def __init__(
        self,
        parent: QWidget,
        last: Circumstances | None,
        *,
        picture: Pixels | None = None,
        facts: VisitFacts | None = None,
        age_s: float = 0.0,
        injected: bool = False,
        ask_reason: bool = False,
    ) -> None:
        super().__init__(
            parent, _("Photograph for the record"), _("Store this picture"), facts
        )
        if picture is not None:
            self.show_beside(picture)
        if age_s > _OLD_S:
            self.rows.addRow(_old(age_s))
        self.light = _choice([(_(one), one) for one in get_args(Light)])
        poses = [one for one in get_args(Pose) if one != _ASKED_BEFORE]
        self.pose = _choice([(_(one), one) for one in poses])
        self.when = _choice([(_(name), value) for name, value in _WHEN])
        # Once something was injected, nobody's preset may say that it was not.
        self.when.setCurrentIndex(-1 if injected else 0)
        self.area = AreaChoice()
        self.reason = QLineEdit()
        self._ask_reason = ask_reason
        rows = [
            (_("Light"), self.light),
            (_("Pose"), self.pose),
            (_("Area"), self.area),
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
            self.area.choose(read_body_area(last.view))
            if last.when == "after" or not injected:
                self.when.setCurrentIndex(self.when.findData(last.when))
        for combo in (self.light, self.pose, self.when, *self.area.lists):
            combo.currentIndexChanged.connect(self._judge)
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
            self.area.chosen.text,
            self.when.currentData(),
        )

    def _judge(self) -> None:
        missing = [
            name
            for name, given in (
                (_("light"), self.light.currentIndex() >= 0),
                (_("pose"), self.pose.currentIndex() >= 0),
                (_("area"), self.area.chosen.is_whole),
                (_("when"), self.when.currentIndex() >= 0),
                (_("why"), bool(self.reason_text) or not self._ask_reason),
            )
            if not given
        ]
        self.say(
            _("Still to choose: {missing}").format(missing=", ".join(missing))
            if missing
            else ""
        )


def _old(age_s: float) -> QLabel:
    seconds = round(age_s)
    told = plural(
        "NOT LIVE: this picture was taken {n} second ago",
        "NOT LIVE: this picture was taken {n} seconds ago",
        seconds,
    )
    minutes = seconds // 60
    if minutes:
        told = plural(
            "NOT LIVE: this picture was taken {n} minute ago",
            "NOT LIVE: this picture was taken {n} minutes ago",
            minutes,
        )
    label = QLabel(told.format(n=minutes or seconds))
    label.setProperty("state", "bad")
    label.setProperty("crowded", "true")
    label.setWordWrap(True)
    label.setMargin(6)
    return label


def _choice(options: Sequence[tuple[str, object]]) -> QComboBox:
    combo = QComboBox()
    for name, value in options:
        combo.addItem(name, value)
    combo.setCurrentIndex(-1)
    return combo
