"""The patient's sheet: one page in large type, to take home."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from vein_imaging.report.typeset import typeset
from vein_imaging.words import translate as _

__all__ = ["CareLine", "PatientSheet", "WarningLine", "render_sheet"]


@dataclass(frozen=True, slots=True)
class CareLine:
    """One thing to do, and until when.

    Parameters
    ----------
    text, until : str
    """

    text: str
    until: str


@dataclass(frozen=True, slots=True)
class WarningLine:
    """A sign after which the patient acts, and what to do.

    Parameters
    ----------
    sign, do : str
    """

    sign: str
    do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSheet:
    """What a patient takes home.

    Parameters
    ----------
    title, name : str
        Of the day; of the patient.
    clinic, phone : str
        Who treated, and where to call; a line to be filled in by hand where empty.
    care : tuple of CareLine
    expect : tuple of str
        What is usual and no reason to worry.
    warnings : tuple of WarningLine
    appointments : tuple of str
    as_of : date
        Day of the treatment.
    """

    title: str
    name: str
    clinic: str
    phone: str
    care: tuple[CareLine, ...]
    expect: tuple[str, ...]
    warnings: tuple[WarningLine, ...]
    appointments: tuple[str, ...]
    as_of: date


def render_sheet(sheet: PatientSheet) -> bytes:
    """Typeset the sheet in the largest type that one A4 page holds.

    Parameters
    ----------
    sheet : PatientSheet

    Returns
    -------
    bytes
        A PDF/A. From 15 down to 11 points; a sheet that is too long even so goes on
        over a second page and loses nothing.

    Raises
    ------
    TypesetError
        If it could not be set.
    """
    facts = asdict(sheet)
    del facts["as_of"]
    words = {
        "phone": _("Telephone"),
        "call": _("Questions or worries? Call us."),
        "care": _("What to do"),
        "until": _("Until"),
        "expect": _("What is usual"),
        "warnings": _("When to get help at once"),
        "appointments": _("Your next appointments"),
        "purpose": _("This sheet does not replace what you were told in person."),
    }
    return typeset("patient_sheet.typ", {**facts, "words": words}, sheet.as_of)
