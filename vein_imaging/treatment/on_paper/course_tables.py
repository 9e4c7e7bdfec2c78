"""Courses as tables: injections, sites, vessels, changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vein_imaging.report.table_file import Cell, RecordTable
from vein_imaging.treatment.on_paper.course import (
    CourseChange,
    CoursePicture,
    CourseRecord,
    CourseSession,
)
from vein_imaging.treatment.on_paper.table_columns import TABLES

__all__ = ["course_tables"]

_Row = dict[str, Cell]


def course_tables(
    courses: Iterable[CourseRecord], *, names: bool = False
) -> tuple[RecordTable, ...]:
    """Lay courses out as tables.

    Parameters
    ----------
    courses : iterable of CourseRecord
    names : bool
        Whether the columns that name a person are kept.

    Returns
    -------
    tuple of RecordTable
        In the order of `TABLES`; rows in the order of the courses.
    """
    rows: dict[str, list[_Row]] = {name: [] for name in TABLES}
    for course in courses:
        person = _person(course)
        for one in course.sessions:
            session = {**person, **_session(one)}
            rows["injections"] += [{**session, **row} for row in _injections(one)]
            rows["sites"] += [{**session, **row} for row in _sites(one)]
            found = (row for picture in one.pictures for row in _vessels(picture))
            rows["vessels"] += [{**session, **row} for row in found]
        rows["changes"] += [{**person, **_change(each)} for each in course.changes]
    tables = (
        RecordTable(name, empty.meaning, empty.columns, tuple(rows[name]))
        for name, empty in TABLES.items()
    )
    return tuple(table if names else table.without_names() for table in tables)


def _person(course: CourseRecord) -> _Row:
    person = course.patient
    return {
        "patient_id": person.patient_id,
        "patient_name": person.name,
        "patient_number": person.number,
        "patient_born": person.born,
    }


def _session(one: CourseSession) -> _Row:
    return {
        "session_id": one.head.session_id,
        "session_number": one.number,
        "session_started": one.started,
        "region": one.table.region,
        "signed": one.session.is_signed,
    }


def _injections(one: CourseSession) -> Iterator[_Row]:
    for number, entry in enumerate(one.session.entries, start=1):
        given, event = entry.injection, entry.event
        strength, ratio = given.concentration, given.foam_ratio
        rules: dict[str, dict[str, None]] = {"stop": {}, "warn": {}, "note": {}}
        for finding in event.findings:
            rules[finding.severity][finding.rule] = None
        yield {
            "entry_id": entry.entry_id,
            "number": number,
            "given_at": given.at,
            "site": given.site or "",
            "product": given.product,
            "product_name": one.table.name(given.product),
            "agent": one.table.agent(given.product),
            "form": given.form,
            "concentration_percent": None if strength is None else strength.percent,
            "volume_ml": given.volume.ml,
            "gas_parts_per_liquid_part": None if ratio is None else ratio.gas_parts,
            "vein_diameter_mm": given.vein_diameter_mm,
            "batch": given.batch or "",
            "expires_on": given.expires_on,
            "test_dose": given.test_dose,
            "void": entry.voided_by is not None,
            "corrections": len(entry.corrections),
            "stops": "; ".join(rules["stop"]),
            "warnings": "; ".join(rules["warn"]),
            "reason": event.reason,
            "limits_version": event.limits_version,
        }


def _sites(one: CourseSession) -> Iterator[_Row]:
    for number, entry in enumerate(one.session.entries, start=1):
        mark = entry.event.mark
        if mark is None:
            continue
        for place, (row, column) in enumerate(mark.points_rc, start=1):
            yield {
                "entry_id": entry.entry_id,
                "number": number,
                "image_id": mark.image_id,
                "shows": mark.shows,
                "point": place,
                "row_px": row,
                "column_px": column,
                "area": mark.closed,
                "void": entry.voided_by is not None,
            }


def _vessels(picture: CoursePicture) -> Iterator[_Row]:
    taken = picture.taken
    scale = taken.mm_per_pixel
    of_picture: _Row = {
        "image_id": taken.image_id,
        "taken_at": taken.at,
        "view": taken.view,
        "light": taken.light,
        "pose": taken.pose,
        "shows": taken.shows,
        "mm_per_pixel": None if scale is None else float(scale),
    }
    for vessel in picture.vessels:
        yield {
            **of_picture,
            "vessel": vessel.number,
            "vein_class": vessel.vein_class,
            "length_mm": vessel.length_mm,
            "length_px": vessel.length_px,
            "diameter_mm": vessel.diameter_mm,
            "diameter_sd_mm": vessel.diameter_sd_mm,
            "diameter_px": vessel.diameter_px,
        }


def _change(change: CourseChange) -> _Row:
    return {
        "view": change.before.how.view,
        "before_image_id": change.before.image_id,
        "after_image_id": change.after.image_id,
        "before_on": change.before.day,
        "after_on": change.after.day,
        "verdict": change.said.verdict,
        "reasons": "; ".join(change.said.reasons),
        "cleared_percent": change.cleared_percent,
        "lowest_percent": change.lowest_percent,
        "highest_percent": change.highest_percent,
        "repeat_error_points": change.repeat_error_percent,
        "cleared_mm": change.cleared_mm,
        "judged_mm": change.judged_mm,
        "new_mm": change.new_mm,
    }
