"""Reads a patient's course from the record: measured, numbered, checked, compared."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison import CompareSettings, Comparison, compare
from vein_imaging.comparison.following.sites import follow_sites
from vein_imaging.comparison.following.skin import skin_changes
from vein_imaging.comparison.telling.picture import draw_comparison
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.session import Photographed, Session
from vein_imaging.imaging.overlay import draw_overlay
from vein_imaging.imaging.vein_map import Branch, VeinMap
from vein_imaging.pipeline import analyse
from vein_imaging.report import NumberedSite, draw_sites, encode_jpeg
from vein_imaging.storage import SessionHead
from vein_imaging.treatment.at_work import AtWork
from vein_imaging.treatment.dose_context import check_session, rules_of
from vein_imaging.treatment.marked_sites import marked_sites
from vein_imaging.treatment.may_say import may_say
from vein_imaging.treatment.on_paper.course import (
    CourseChange,
    CoursePicture,
    CourseRecord,
    CourseSession,
    SiteMap,
    Vessel,
)
from vein_imaging.treatment.photographs import Photo, why_not_comparable
from vein_imaging.treatment.session_record import RecordError
from vein_imaging.treatment.visit import Visit
from vein_imaging.words import translate as _

__all__ = [
    "WHOLE_COURSE",
    "CourseParts",
    "EmptyCourseError",
    "course_change",
    "read_course",
]

Pixels = NDArray[np.uint8]
_SETTINGS = CompareSettings()  # one for both: a picture has one vein map


class EmptyCourseError(ValueError):
    """The patient has had no session."""


@dataclass(frozen=True, slots=True)
class CourseParts:
    """How much of a course is read; what takes seconds can be left out.

    Parameters
    ----------
    session_id : str
        Only this session; empty for all of them.
    pictures, vein_maps, comparisons : bool
    checkpoint : bool
        Whether the store's head is asked for.
    """

    session_id: str = ""
    pictures: bool = True
    vein_maps: bool = True
    comparisons: bool = True
    checkpoint: bool = True


WHOLE_COURSE = CourseParts()
"""Everything."""


def read_course(
    work: AtWork, patient_id: str, parts: CourseParts = WHOLE_COURSE
) -> CourseRecord:
    """Read a course, or one session of it.

    Parameters
    ----------
    work : AtWork
    patient_id : str
    parts : CourseParts

    Raises
    ------
    EmptyCourseError
        If the patient has had no session.
    NoSuchSessionError, PatientErasedError, NotAllowedError
    """
    heads = work.sessions(patient_id)
    if not heads:
        raise EmptyCourseError(
            _("{patient} has had no session: there is nothing to print").format(
                patient=work.patient(patient_id).name or patient_id
            )
        )
    wanted = parts.session_id or heads[-1].session_id
    visit = work.reopen(wanted)
    heads = tuple(sorted(heads, key=lambda head: _began(visit, head)))
    compared = {} if not parts.comparisons else dict(_compared(visit, parts))
    measured = dict(_maps_of(compared))
    read = tuple(
        _session(visit, number, head, parts, measured)
        for number, head in enumerate(heads, start=1)
        if parts.session_id in ("", head.session_id)
    )
    newest = max(
        (one.at for one in visit.record.history.events), default=heads[-1].started_at
    )
    return CourseRecord(
        patient=visit.patient,
        sessions=read,
        of_sessions=len(heads),
        changes=tuple(
            course_change(visit, *pair, found) for pair, found in compared.items()
        ),
        screening=visit.screening,
        weighed=visit.log.weighed,
        treated_on=visit.treated_on,
        next_appointment=visit.next_appointment if visit.treated_on else None,
        aftercare=visit.aftercare() if visit.treated_on else (),
        warnings=visit.warnings,
        as_of=local_date(newest, visit.rules.zone),
        checkpoint=work.checkpoint() if parts.checkpoint else "",
        software_version=version("vein-imaging"),
    )


def _began(visit: Visit, head: SessionHead) -> datetime:
    """When a session began; what was imported later is of its own day."""
    session = visit.record.sessions.get(head.session_id, Session())
    return session.started or head.started_at


# --- one session -----------------------------------------------------------------


def _session(
    visit: Visit,
    number: int,
    head: SessionHead,
    parts: CourseParts,
    measured: Mapping[str, VeinMap],
) -> CourseSession:
    sessions = visit.record.sessions
    session = sessions.get(head.session_id, Session())
    rules = rules_of(session.opened, visit.clinic)
    photographs = session.photographs if parts.pictures else ()
    return CourseSession(
        number,
        head,
        session,
        rules.table,
        rules.zone,
        check_session(sessions, head, rules, unread=bool(visit.warnings)),
        tuple(_picture(visit, one, parts, measured) for one in photographs),
        tuple(_site_maps(visit, session)) if parts.pictures else (),
    )


def _picture(
    visit: Visit,
    taken: Photographed,
    parts: CourseParts,
    measured: Mapping[str, VeinMap],
) -> CoursePicture:
    try:
        pixels = visit.photographs.corrected(taken.image_id, taken.calibration)
    except RecordError as error:
        return CoursePicture(taken, b"", problem=str(error))
    size = pixels.shape[0], pixels.shape[1]
    plain = encode_jpeg(pixels)
    if not parts.vein_maps or taken.when == "after":
        return CoursePicture(taken, plain, size)
    veins = measured.get(taken.image_id)
    if veins is None:
        scale = None if taken.mm_per_pixel is None else float(taken.mm_per_pixel)
        veins = analyse(pixels, mm_per_pixel=scale, settings=_SETTINGS.analysis)
    drawn = encode_jpeg(draw_overlay(pixels, veins))
    vessels = tuple(
        _vessel(place, branch) for place, branch in enumerate(veins.branches, start=1)
    )
    return CoursePicture(taken, plain, size, drawn, vessels)


def _vessel(number: int, branch: Branch) -> Vessel:
    return Vessel(
        number,
        branch.vein_class,
        branch.length_px,
        branch.length_mm,
        _known(branch.median_diameter_px),
        _known(branch.median_diameter_mm),
        _known(branch.diameter_sd_mm),
    )


def _known(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _site_maps(visit: Visit, session: Session) -> Iterator[SiteMap]:
    marked: dict[str, list[tuple[int, NumberedSite]]] = {}
    for number, entry in enumerate(session.entries, start=1):
        mark = entry.event.mark
        if mark is None:
            continue
        points = tuple((float(row), float(column)) for row, column in mark.points_rc)
        void = entry.voided_by is not None
        site = NumberedSite(str(number), points, mark.closed, void)
        marked.setdefault(mark.image_id, []).append((number, site))
    for image_id, sites in marked.items():
        numbers = tuple(number for number, _site in sites)
        try:
            pixels = visit.record.picture(image_id)
        except RecordError as error:
            yield SiteMap(image_id, b"", numbers, str(error))
            continue
        drawn = draw_sites(pixels, [site for _number, site in sites])
        yield SiteMap(image_id, encode_jpeg(drawn), numbers)


# --- before and after ------------------------------------------------------------

_Pair = tuple[Photo, Photo]


def _pairs(photos: tuple[Photo, ...], *, of_this_session: bool) -> Iterator[_Pair]:
    """The oldest and the newest photograph of each view that may be compared.

    A picture just after injecting shows the needle's work, not the result: it is
    compared only where there is no other.
    """
    views: dict[tuple[str, ...], list[Photo]] = {}
    for photo in sorted(photos, key=lambda one: one.day):
        how = photo.how
        views.setdefault((how.place, how.light, how.posture), []).append(photo)
    for same in views.values():
        rested = [one for one in same if one.how.when == "before"]
        kept = rested if len(rested) > 1 else same
        late = [one for one in kept if one.of_this_session or not of_this_session]
        if late and not why_not_comparable(kept[0], late[-1]):
            yield kept[0], late[-1]


def _compared(
    visit: Visit, parts: CourseParts
) -> Iterator[tuple[_Pair, tuple[Pixels, Pixels, Comparison]]]:
    photos = visit.photographs.all()[::-1]
    for before, after in _pairs(photos, of_this_session=bool(parts.session_id)):
        if before.day == after.day:
            continue
        try:
            pictures = [visit.photographs.picture(one) for one in (before, after)]
        except RecordError:
            continue  # the session's own part says that the picture is missing
        scale = None
        if before.mm_per_pixel is not None and after.mm_per_pixel is not None:
            scale = before.mm_per_pixel, after.mm_per_pixel
        found = compare(*pictures, mm_per_pixel=scale, settings=_SETTINGS)
        yield (before, after), (pictures[0], pictures[1], found)


def _maps_of(
    compared: Mapping[_Pair, tuple[Pixels, Pixels, Comparison]],
) -> Iterator[tuple[str, VeinMap]]:
    """The veins that a comparison has measured, by picture."""
    for (before, after), (_first, _second, found) in compared.items():
        yield before.image_id, found.before_map
        yield after.image_id, found.after_map


def course_change(
    visit: Visit,
    before: Photo,
    after: Photo,
    compared: tuple[Pixels, Pixels, Comparison],
) -> CourseChange:
    """Say what may be said of two photographs that were compared.

    Parameters
    ----------
    visit : Visit
        Any session of the patient.
    before, after : Photo
    compared : (BEFORE, AFTER, Comparison)
        The pictures, and what was found.
    """
    first, second, found = compared
    said = may_say(found, visit.photographs.days(before, after))
    laid_over = found.alignment_verdict != "refused"
    places = visit.photographs.places(before)
    marks = marked_sites(visit.record.sessions.values(), before.image_id, places)
    passed = visit.photographs.days(before, after).passed
    sites = tuple(follow_sites(found, marks, days_between=passed))
    skin = tuple(skin_changes(first, found, marks))
    drawn = draw_comparison(
        first,
        second,
        found,
        before_date=before.day,
        after_date=after.day,
        why_no_figure=said.why_no_figure,
    )
    shown = np.asarray(found.registered, np.uint8) if laid_over else second
    pictures = encode_jpeg(first), encode_jpeg(shown)
    change = CourseChange(
        before, after, said, *pictures, laid_over, encode_jpeg(drawn),
        sites=sites, skin=skin,
    )  # fmt: skip
    return _with_figures(change, found) if said.figure else change


def _with_figures(change: CourseChange, found: Comparison) -> CourseChange:
    """The same with its numbers, where they may be shown."""
    mm, summary = found.mm_per_pixel, found.summary
    scale = math.nan if mm is None else mm
    return replace(
        change,
        cleared_mm=_known(summary.cleared_px * scale),
        judged_mm=_known(summary.judged_px * scale),
        new_mm=_known(summary.new_px * scale),
        cleared_percent=_known(summary.clearance_pct),
        lowest_percent=_known(summary.clearance_lo_pct),
        highest_percent=_known(summary.clearance_hi_pct),
        repeat_error_percent=_known(summary.repeat.floor_pct),
    )
