"""Pages and tables of the record as files in memory: what every face calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

from vein_imaging.report import render_html, render_pdf
from vein_imaging.report.table_file import csv_bytes, parquet_bytes
from vein_imaging.storage.people.roles import Action
from vein_imaging.treatment.at_work import AtWork
from vein_imaging.treatment.on_paper.course_report import course_report
from vein_imaging.treatment.on_paper.course_tables import course_tables
from vein_imaging.treatment.on_paper.read_course import (
    WHOLE_COURSE,
    CourseParts,
    read_course,
)
from vein_imaging.words import translate as _

__all__ = [
    "PageFormat",
    "PrintedReport",
    "TableFormat",
    "export_tables",
    "page_format",
    "print_report",
]

PageFormat = Literal["pdf", "html"]
TableFormat = Literal["csv", "parquet"]


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """A page, and what is on it.

    Parameters
    ----------
    page : bytes
        The file: PDF/A, or HTML with its pictures in it.
    sessions, injections, photographs : int
    verdicts : tuple of str
        Of the photographs that were compared.
    """

    page: bytes
    sessions: int
    injections: int
    photographs: int
    verdicts: tuple[str, ...]


def page_format(file_name: str) -> PageFormat:
    """Say from a file's ending what is to be written.

    Raises
    ------
    ValueError
        If it ends in neither .pdf nor .html.
    """
    ending = file_name.lower().rpartition(".")[2]
    if ending == "pdf":
        return "pdf"
    if ending in ("html", "htm"):
        return "html"
    raise ValueError(_("{file}: a page ends in .pdf or .html").format(file=file_name))


def print_report(
    work: AtWork, patient_id: str, form: PageFormat, parts: CourseParts = WHOLE_COURSE
) -> PrintedReport:
    """Print a course, or one session of it, from the record alone.

    Parameters
    ----------
    work : AtWork
    patient_id : str
    form : "pdf" or "html"
    parts : CourseParts

    Raises
    ------
    EmptyCourseError
        If the patient has had no session.
    TypesetError
        If the PDF could not be set.
    """
    course = read_course(work, patient_id, parts)
    report = course_report(course)
    page = render_pdf(report) if form == "pdf" else render_html(report).encode()
    return PrintedReport(
        page,
        len(course.sessions),
        sum(len(one.session.injections) for one in course.sessions),
        sum(len(one.session.photographs) for one in course.sessions),
        tuple(change.said.verdict for change in course.changes),
    )


def export_tables(
    work: AtWork,
    patient_ids: Sequence[str],
    form: TableFormat,
    *,
    names: bool = False,
    measured: bool = True,
) -> dict[str, bytes]:
    """Write the tables of some patients, or of all; it is logged.

    Parameters
    ----------
    work : AtWork
    patient_ids : sequence of str
        Empty for every patient.
    form : "csv" or "parquet"
    names : bool
        Whether the columns that name a person are kept.
    measured : bool
        Whether pictures are measured and compared, which takes seconds for each;
        `vessels` and `changes` are empty without it.

    Returns
    -------
    dict of file name to bytes

    Raises
    ------
    NotAllowedError
        If the person may not export.
    ImportError
        If Parquet is wanted and pyarrow is missing.
    """
    work.require(Action.EXPORT)
    wanted = list(patient_ids) or [one.patient_id for one in work.find_patients()]
    parts = CourseParts(
        pictures=measured, vein_maps=measured, comparisons=measured, checkpoint=False
    )
    courses = (
        read_course(work, patient_id, parts)
        for patient_id in wanted
        if work.sessions(patient_id)
    )
    tables = course_tables(courses, names=names)
    checkpoint = work.checkpoint()
    facts = {
        "software": f"vein-imaging {version('vein-imaging')}",
        "checkpoint": checkpoint,
    }
    files = {
        f"{table.name}.{form}": csv_bytes(table)
        if form == "csv"
        else parquet_bytes(table, facts)
        for table in tables
    }
    rows = {table.name: len(table.rows) for table in tables}
    work.log_export({"tables": rows, "patients": len(wanted), "names": names})
    return files
