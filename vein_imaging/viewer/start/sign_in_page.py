"""Who works: store, user, password and, where there is one, the second factor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.viewer.qt.style import TARGET_PX, stylesheet
from vein_imaging.words import translate as _

__all__ = ["Credentials", "SignInPage"]

_WIDTH_PX = 620  # a path of a store on one line


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was typed to sign in.

    Parameters
    ----------
    store : Path
    user, password, code : str
    """

    store: Path
    user: str
    password: str
    code: str

    def __repr__(self) -> str:
        """Without the password: it must stand in no message and no log."""
        return f"Credentials({self.user!r} at {str(self.store)!r})"


class SignInPage(QWidget):
    """Asks who works, and says in plain words why it was not possible.

    Parameters
    ----------
    store, user : str
        As remembered.

    Signals
    -------
    asked(Credentials)
    practise_asked()
    given_up()
        The person no longer waits for the store.
    """

    asked = Signal(object)
    practise_asked = Signal()
    given_up = Signal()

    def __init__(self, store: str = "", user: str = "") -> None:
        super().__init__()
        self.notice = QLabel()
        self.notice.setWordWrap(True)
        self.notice.setProperty("state", "frozen")
        self.notice.hide()
        self.store = _field(_("Folder of the store"), store)
        self.store.setPlaceholderText(_("Folder that the owner has made"))
        self.choose = QPushButton(_("Choose\N{HORIZONTAL ELLIPSIS}"))
        self.choose.setAccessibleName(_("Choose the folder of the store"))
        self.user = _field(_("User"), user)
        self.password = _field(_("Password"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.code = _field(_("Second factor"))
        self.code.setPlaceholderText(_("Six digits, if you have one"))
        self.code.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.go_on = QPushButton(_("Sign in"))
        self.go_on.setObjectName("main")
        self.give_up = QPushButton(_("Do not wait any longer"))
        self.give_up.hide()
        self.practise = QPushButton(_("Just look, or practise"))
        self.dialog: QFileDialog | None = None
        """The question for a folder while it is open."""
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        title = QLabel("vein-imaging")
        title.setProperty("role", "number")
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(self.store, 1)
        where.addWidget(self.choose)
        rows = QFormLayout()
        rows.setVerticalSpacing(10)
        rows.addRow(_label(_("Store")), where)
        rows.addRow(_label(_("User")), self.user)
        rows.addRow(_label(_("Password")), self.password)
        rows.addRow(_label(_("Second factor")), self.code)
        buttons = QHBoxLayout()
        buttons.addWidget(self.go_on, 1)
        buttons.addWidget(self.give_up)
        look = QLabel(_("Nothing is kept then, and no patient's record is touched."))
        look.setWordWrap(True)
        look.setProperty("role", "caption")
        new = QLabel(
            _(
                "A new store is set up once, by its owner, on the command line: "
                "vein-imaging user set-up FOLDER NAME"
            )
        )
        new.setWordWrap(True)
        new.setProperty("role", "caption")
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        form = QWidget()
        form.setFixedWidth(_WIDTH_PX)
        column = QVBoxLayout(form)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(self.notice)
        column.addLayout(rows)
        column.addWidget(self.problem)
        column.addLayout(buttons)
        for part in (new, line, self.practise, look):
            column.addWidget(part)
        whole = QVBoxLayout(self)
        whole.addStretch(1)
        whole.addWidget(form, 0, Qt.AlignmentFlag.AlignHCenter)
        whole.addStretch(2)

    def _wire(self) -> None:
        self.go_on.clicked.connect(self._ask)
        self.give_up.clicked.connect(self.given_up)
        self.practise.clicked.connect(self.practise_asked)
        self.choose.clicked.connect(self._choose)
        for field in (self.store, self.user, self.password, self.code):
            field.returnPressed.connect(self._ask)

    def ask_for_what_is_missing(self) -> None:
        """Put the keyboard where something has to be typed."""
        empty = (f for f in (self.store, self.user) if not f.text().strip())
        next(empty, self.password).setFocus()

    def say(self, problem: str) -> None:
        """Say why it was not possible; the password is to be typed again."""
        self.problem.setText(problem)
        self.password.clear()
        self.code.clear()
        self.ask_for_what_is_missing()

    def tell(self, notice: str) -> None:
        """Say on top what has happened; empty for nothing."""
        self.notice.setText(notice)
        self.notice.setVisible(bool(notice))

    def wait(self, waiting: bool, says: str = "") -> None:
        """Take no second try while the store is asked; practising stays possible.

        Parameters
        ----------
        waiting : bool
        says : str
            What is waited for.
        """
        for field in (self.store, self.user, self.password, self.code):
            field.setEnabled(not waiting)
        self.go_on.setEnabled(not waiting)
        self.choose.setEnabled(not waiting)
        self.give_up.setVisible(waiting)
        if waiting:
            self.problem.setText(says)

    def close_questions(self) -> None:
        """Close the dialog that waits for an answer."""
        if self.dialog is not None:
            self.dialog.close()

    def _ask(self) -> None:
        if not self.go_on.isEnabled():
            return
        store, user = self.store.text().strip(), self.user.text().strip()
        for value, problem in (
            (store, _("Choose the folder of the store first")),
            (user, _("Type your user name")),
            (self.password.text(), _("Type your password")),
        ):
            if not value:
                self.problem.setText(problem)
                self.ask_for_what_is_missing()
                return
        typed = Credentials(
            Path(store).expanduser(),
            user,
            self.password.text(),
            self.code.text().strip(),
        )
        self.password.clear()
        self.code.clear()
        self.asked.emit(typed)

    def _choose(self) -> None:
        dialog = QFileDialog(self, _("Folder of the store"), self.store.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setStyleSheet(stylesheet())
        dialog.fileSelected.connect(self.store.setText)
        dialog.finished.connect(self._answered)
        self.dialog = dialog
        dialog.open()

    def _answered(self) -> None:
        self.dialog = None
        self.ask_for_what_is_missing()


def _field(name: str, text: str = "") -> QLineEdit:
    field = QLineEdit(text)
    field.setAccessibleName(name)
    return field


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "caption")
    label.setMinimumHeight(TARGET_PX)  # its words stand beside those of the field
    return label
