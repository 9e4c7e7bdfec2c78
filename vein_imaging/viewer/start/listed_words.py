"""Why a patient is on the list of today, and whose limits hold, in words."""

from __future__ import annotations

from dataclasses import dataclass

from vein_imaging.treatment import AtWork, NoClinicError, PatientRecord, WorklistRow
from vein_imaging.viewer.qt.patient_line import session_in_words
from vein_imaging.viewer.qt.plain_words import as_shown
from vein_imaging.words import marked, plural
from vein_imaging.words import translate as _

__all__ = ["ListedPatient", "clinic_in_words", "found_patient", "listed_patient"]

_TAGS = {
    "open": marked("OPEN"),
    "overdue": marked("OVERDUE"),
    "due": marked("DUE TODAY"),
    "soon": marked("SOON"),
    "unsigned": marked("NOT SIGNED"),
    "signed": marked("DONE"),
}
_DOT = "  \N{MIDDLE DOT}  "


@dataclass(frozen=True, slots=True)
class ListedPatient:
    """One line of the list.

    Parameters
    ----------
    patient : PatientRecord
    row : WorklistRow, optional
        Why; None for one who was searched for.
    kind : str
        Chooses the colour of the tag; empty for none.
    tag : str
        One or two words that stand out, and say what the colour says.
    name, person : str
        Upper line, in large and in small letters.
    why : str
        Lower line; empty for one who was searched for.
    stop : str
        What the patient's screening forbids; empty for nothing, or not known here.
    """

    patient: PatientRecord
    row: WorklistRow | None
    kind: str
    tag: str
    name: str
    person: str
    why: str
    stop: str = ""

    @property
    def below(self) -> str:
        """The lower line: what forbids comes before why the patient is listed."""
        return _DOT.join(part for part in (self.stop, self.why) if part)

    @property
    def words(self) -> str:
        """All of it, as a screen reader says it."""
        parts = (self.tag, self.name, self.person, self.below)
        return ", ".join(part for part in parts if part)


def found_patient(patient: PatientRecord) -> ListedPatient:
    """Words for a patient who was searched for."""
    return ListedPatient(patient, None, "", "", _name(patient), _person(patient), "")


def listed_patient(row: WorklistRow) -> ListedPatient:
    """Words for a patient who is to be seen, with when in days.

    Parameters
    ----------
    row : WorklistRow
    """
    words = {"open": _open, "due": _due, "unsigned": _unsigned, "signed": _signed}
    why = _DOT.join((words[row.listed](row), session_in_words(row)))
    stop = ""
    if row.forbidden:
        stop = _("STOP \N{EM DASH} {why}").format(why="  ".join(row.forbidden))
    kind: str = row.listed
    if kind == "due" and row.days_away:
        kind = "soon" if row.days_away > 0 else "overdue"
    return ListedPatient(
        row.patient,
        row,
        kind,
        _(_TAGS[kind]),
        _name(row.patient),
        _person(row.patient),
        why,
        stop,
    )


def _name(patient: PatientRecord) -> str:
    return as_shown(patient.name) or _("no name")


def _person(patient: PatientRecord) -> str:
    born = patient.born
    said = [_("born {born}").format(born=born) if born else _("birth date not known")]
    if patient.number:
        said.append(_("no. {number}").format(number=as_shown(patient.number)))
    return _DOT.join(said)


def _open(row: WorklistRow) -> str:
    given = plural("{count} injection", "{count} injections", row.injections)
    return _("Begun today by {author}, {given}, not signed").format(
        author=row.author, given=given.format(count=row.injections)
    )


def _due(row: WorklistRow) -> str:
    days, on = row.days_away, row.day.isoformat()
    if days == 0:
        return _("Due today")
    if days > 0:
        told = plural("Due in {days} day ({on})", "Due in {days} days ({on})", days)
    else:
        told = plural(
            "Overdue by {days} day ({on})", "Overdue by {days} days ({on})", -days
        )
    return told.format(days=abs(days), on=on)


def _unsigned(row: WorklistRow) -> str:
    days = -row.days_away
    told = plural(
        "Begun {days} day ago ({on}) by {author}, never signed",
        "Begun {days} days ago ({on}) by {author}, never signed",
        days,
    )
    return told.format(days=days, on=row.day.isoformat(), author=row.author)


def _signed(row: WorklistRow) -> str:
    given = plural("{count} injection", "{count} injections", row.injections)
    return _("Seen today, {given}, signed").format(
        given=given.format(count=row.injections)
    )


def clinic_in_words(work: AtWork) -> str:
    """The clinic's name, whose limits hold, and which calendar.

    Parameters
    ----------
    work : AtWork
        Who is signed in.
    """
    try:
        clinic = work.clinic
    except NoClinicError as error:
        return str(error)
    limits = _("limits of {region}").format(region=clinic.region)
    return _DOT.join(part for part in (clinic.name, limits, clinic.timezone) if part)
