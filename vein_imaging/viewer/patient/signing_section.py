"""Signing: what is signed, by whom it was signed, and one's own password."""

from __future__ import annotations

from qtpy.QtWidgets import QLineEdit

from vein_imaging.domain.session import Meaning, Signed
from vein_imaging.treatment import Visit
from vein_imaging.treatment.signing_list import left_open, to_be_signed
from vein_imaging.viewer.patient.section import OneOf, PatientSection, Write, said_label
from vein_imaging.words import translate as _

__all__ = ["SigningSection"]


class SigningSection(PatientSection):
    """A signature stands for exactly the entries that are listed."""

    def __init__(self, visit: Visit, write: Write) -> None:
        super().__init__(visit, write, Signed.kind, _("Sign this session"))
        self.listed = said_label()
        self.open = said_label("problem")
        self.signed = said_label("total")
        self.meaning = OneOf(
            _("What you vouch for"),
            [
                (_("I performed it"), "performed"),
                (_("I reviewed it"), "reviewed"),
            ],
        )
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setAccessibleName(_("Your own password"))
        self.password.setPlaceholderText(_("Your own password"))
        self.column.addWidget(self.signed)
        self.column.addWidget(said_label("total", _("What is signed")))
        for part in (self.listed, self.open, self.meaning, self.password):
            self.column.addWidget(part)
        self.end()
        self.meaning.changed.connect(self._changed)
        self.password.textChanged.connect(self._changed)
        self.refresh()

    def refresh(self) -> None:
        """List what a signature would stand for, and those that are there."""
        session, zone = self.visit.session, self.visit.rules.zone
        self.listed.setText("\n".join(to_be_signed(self.visit)))
        open_points = left_open(self.visit)
        self.open.setText("\n".join(open_points))
        self.open.setVisible(bool(open_points))
        meanings = {"performed": _("performed"), "reviewed": _("reviewed")}
        lines = [
            _("Signed as {meaning} by {who}, {at}").format(
                meaning=meanings[one.meaning],
                who=one.signer,
                at=f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}",
            )
            for one in session.signatures
        ]
        self.signed.setText("\n".join(lines) or _("Not signed yet"))
        self._changed()

    def load(self) -> None:
        """Forget the password; it was used."""
        self.password.clear()

    def enter(self) -> None:
        """Sign with what was typed; the field is emptied at once."""
        password, meaning = self.password.text(), str(self.meaning.value)
        entry_id = self.visit.log.new_id()
        self.password.clear()
        means: Meaning = "reviewed" if meaning == "reviewed" else "performed"

        def make(_reason: str) -> object:
            return self.visit.signs(password, meaning=means, entry_id=entry_id)

        self.write(make)

    def _changed(self, *_changed: object) -> None:
        problem = ""
        if self.meaning.value is None:
            problem = _("Say what you vouch for")
        elif not self.password.text():
            problem = _("Type your own password")
        self.judge(problem)
