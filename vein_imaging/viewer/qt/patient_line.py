"""Whose record a dialog is about: the line that stands on top of every one."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel

from vein_imaging.treatment import VisitFacts, WorklistRow
from vein_imaging.viewer.qt.plain_words import as_shown
from vein_imaging.viewer.qt.style import TARGET_PX
from vein_imaging.words import translate as _

__all__ = [
    "born_in_words",
    "patient_line",
    "said_first",
    "session_in_words",
    "whose_record",
]


def patient_line(facts: VisitFacts) -> QLabel:
    """Make the line: name, birth date, number, session of the plan.

    Parameters
    ----------
    facts : VisitFacts

    Returns
    -------
    QLabel
        Wraps where it is narrow; nothing of it is ever cut off.
    """
    label = QLabel(whose_record(facts))
    # A name is text, whatever signs are in it.
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setObjectName("practice" if facts.practice else "patient_line")
    label.setWordWrap(True)
    label.setMinimumHeight(TARGET_PX)
    label.setAccessibleName(_("Patient"))
    return label


def whose_record(facts: VisitFacts) -> str:
    """Say whose it is, and on a second line what must be known before a needle."""
    if facts.practice:
        return _("PRACTICE \N{EM DASH} nobody's record; nothing is kept")
    who = [as_shown(facts.name) or _("no name"), born_in_words(facts)]
    if facts.number:
        who.append(_("no. {number}").format(number=as_shown(facts.number)))
    who.append(session_in_words(facts))
    said = said_first(facts)
    return "  \N{MIDDLE DOT}  ".join(who) + ("\n" + said if said else "")


def said_first(facts: VisitFacts) -> str:
    """Say what must be known before a needle; empty where there is nothing.

    Parameters
    ----------
    facts : VisitFacts

    Returns
    -------
    str
        What the screening forbids; that the session is of another day.
    """
    parts = []
    if facts.forbidden:
        forbidden = "  ".join(facts.forbidden)
        parts.append(_("STOP \N{EM DASH} {why}").format(why=forbidden))
    if facts.today is not None and facts.today != facts.started_on:
        day = facts.started_on.isoformat()
        parts.append(_("The session of {day}, not of today").format(day=day))
    return "  \N{MIDDLE DOT}  ".join(parts)


def born_in_words(facts: VisitFacts) -> str:
    """Say the birth date, and that it is not known where it is not."""
    if facts.born is None:
        return _("birth date not known")
    return _("born {born}").format(born=facts.born.isoformat())


def session_in_words(facts: VisitFacts | WorklistRow) -> str:
    """Say which session of the plan it is, and where there are more than planned."""
    number, planned = facts.session_number, facts.planned_sessions
    if number > planned:
        return _("session {number}, planned were {planned}").format(
            number=number, planned=planned
        )
    return _("session {number} of {planned}").format(number=number, planned=planned)
