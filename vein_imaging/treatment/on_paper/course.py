"""A patient's course as one value: what a report, a table or another system reads.

It is read from the record alone and holds no open store: the same record gives the same
value, whoever asks and whenever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from vein_imaging.comparison.following.sites import SiteOutcome
from vein_imaging.comparison.following.skin import SkinChange
from vein_imaging.domain.aftercare import AftercareLine
from vein_imaging.domain.limits import LimitTable
from vein_imaging.domain.screening import Screening
from vein_imaging.domain.session import Photographed, Session, Weighed
from vein_imaging.domain.treatment_plan import Appointment
from vein_imaging.storage import PatientRecord, SessionHead
from vein_imaging.treatment.dose_context import CheckedSession
from vein_imaging.treatment.may_say import Sayable
from vein_imaging.treatment.photographs import Photo

__all__ = [
    "CourseChange",
    "CoursePicture",
    "CourseRecord",
    "CourseSession",
    "SiteMap",
    "Vessel",
]


@dataclass(frozen=True, slots=True)
class Vessel:
    """One piece of vein of one photograph, as it was measured.

    Parameters
    ----------
    number : int
        In its photograph, from 1.
    vein_class : str
        By its width.
    length_px : px
    length_mm : mm, optional
        None without a scale, as all that is in mm.
    diameter_px : px, optional
        Median; None where it cannot be told.
    diameter_mm, diameter_sd_mm : mm, optional
    """

    number: int
    vein_class: str
    length_px: float
    length_mm: float | None
    diameter_px: float | None
    diameter_mm: float | None
    diameter_sd_mm: float | None


@dataclass(frozen=True, slots=True)
class CoursePicture:
    """A photograph of a session.

    Parameters
    ----------
    taken : Photographed
        What the record says of it; its `image_id` names the original in the store.
    picture : bytes
        JPEG for a page; empty where it could not be read.
    size_px : (height, width)
        Of the original.
    vein_map : bytes
        The same with the veins drawn in, with legend and scale bar; empty where none
        was drawn.
    vessels : tuple of Vessel
    problem : str
        Why there is no picture.
    """

    taken: Photographed
    picture: bytes
    size_px: tuple[int, int] = (0, 0)
    vein_map: bytes = b""
    vessels: tuple[Vessel, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SiteMap:
    """A picture on which sites were marked, with their numbers drawn in.

    Parameters
    ----------
    image_id : str
    picture : bytes
        JPEG; empty where the picture could not be read.
    numbers : tuple of int
        Of the entries that are on it.
    problem : str
        Why there is no picture.
    """

    image_id: str
    picture: bytes
    numbers: tuple[int, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CourseSession:
    """One session.

    Parameters
    ----------
    number : int
        Of the patient's sessions, from 1.
    head : SessionHead
    session : Session
        Its entries as they stand; an injection's number is its place in `entries`, from
        1, voided ones too.
    table : LimitTable
        That it is held against.
    zone : ZoneInfo
        Its calendar.
    checked : CheckedSession
        What the rules say of it.
    pictures : tuple of CoursePicture
    site_maps : tuple of SiteMap
    """

    number: int
    head: SessionHead
    session: Session
    table: LimitTable
    zone: ZoneInfo
    checked: CheckedSession
    pictures: tuple[CoursePicture, ...]
    site_maps: tuple[SiteMap, ...]

    @property
    def started(self) -> datetime:
        """When it began, on its own calendar."""
        return (self.session.started or self.head.started_at).astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class CourseChange:
    """Two photographs compared, and what may be said of it.

    Parameters
    ----------
    before, after : Photo
    said : Sayable
        Decides whether a percentage may be shown.
    before_picture, after_picture : bytes
        JPEG; AFTER in the frame of BEFORE where `laid_over`.
    laid_over : bool
    drawn : bytes
        JPEG: what became of each vein.
    cleared_mm, judged_mm, new_mm : mm, optional
        Lengths; None without a scale or without a figure.
    cleared_percent, lowest_percent, highest_percent : %, optional
        Cleared over judged with its 95 % interval; None where no figure may be shown.
    repeat_error_percent : %, optional
        What the same measure shows where nothing changed; None without a figure.
    sites, skin : tuple
        What became of the sites that were marked on BEFORE, and of the skin there.
    """

    before: Photo
    after: Photo
    said: Sayable
    before_picture: bytes
    after_picture: bytes
    laid_over: bool
    drawn: bytes
    cleared_mm: float | None = None
    judged_mm: float | None = None
    new_mm: float | None = None
    cleared_percent: float | None = None
    lowest_percent: float | None = None
    highest_percent: float | None = None
    repeat_error_percent: float | None = None
    sites: tuple[SiteOutcome, ...] = ()
    skin: tuple[SkinChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRecord:
    """A patient's course, whole or one session of it.

    Parameters
    ----------
    patient : PatientRecord
    sessions : tuple of CourseSession
        The oldest first.
    of_sessions : int
        How many the patient has had.
    changes : tuple of CourseChange
    screening : Screening
        As last entered.
    weighed : Weighed, optional
        Last.
    treated_on : tuple of date
        Days on which something was injected, in order.
    next_appointment : Appointment, optional
        None where all of the plan are done.
    aftercare : tuple of AftercareLine
        From the last treatment on.
    warnings : tuple of str
        What of the record cannot be read.
    as_of : date
        Day of the newest entry.
    checkpoint : str
        The store's newest hash, signed; empty where none was asked for.
    software_version : str
    """

    patient: PatientRecord
    sessions: tuple[CourseSession, ...]
    of_sessions: int
    changes: tuple[CourseChange, ...]
    screening: Screening
    weighed: Weighed | None
    treated_on: tuple[date, ...]
    next_appointment: Appointment | None
    aftercare: tuple[AftercareLine, ...]
    warnings: tuple[str, ...]
    as_of: date
    checkpoint: str
    software_version: str
