"""Photographs of a patient's sessions: taken for the record, and chosen to compare."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from vein_calibration.profile import Profile
from vein_imaging.domain.body_area import read_body_area, same_skin_possible
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.names import folded
from vein_imaging.domain.session import Light, Photographed, Pose, Shows
from vein_imaging.treatment.may_say import ComparedDays
from vein_imaging.treatment.session_record import (
    RecordError,
    Refused,
    SessionRecord,
    Written,
)
from vein_imaging.words import marked
from vein_imaging.words import translate as _

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]
_SHOWN = {
    "camera": marked("a picture of a camera"),
    "recording": marked("a recording"),
    "drawing": marked("a drawing"),
}

__all__ = ["Circumstances", "Photo", "Photographs", "why_not_comparable"]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a photograph is taken; what the camera cannot know.

    Parameters
    ----------
    light, pose : str
        As the record names them.
    view : str
        Area and side: "left thigh lateral", or what was typed before there were lists.
    when : "before" or "after"
        The injections of the session.
    """

    light: Light
    pose: Pose
    view: str
    when: Literal["before", "after"] = "before"

    @property
    def area(self) -> str:
        """The area in the user's language; what was typed, where it names none."""
        known = read_body_area(self.view)
        return self.view if known is None else str(known)

    @property
    def place(self) -> str:
        """The view without its spelling: pictures with one place show one area."""
        known = read_body_area(self.view)
        return folded(self.view) if known is None else known.text

    @property
    def posture(self) -> str:
        """What decides how far veins fill; "lying prone" and "lying" are one."""
        return self.pose.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph in the record.

    Parameters
    ----------
    image_id : str
        Its name in the store.
    day : date
        On the clinic's calendar.
    how : Circumstances
    mm_per_pixel : mm/px, optional
    of_this_session : bool
        Whether it was taken in the session that is open.
    shows : "camera", "recording" or "drawing"
        What it is.
    calibration : str, optional
        Checksum of the profile it was taken with.
    patient_id : str
        Whose leg it shows.
    """

    image_id: str
    day: date
    how: Circumstances
    mm_per_pixel: float | None
    of_this_session: bool
    shows: Shows = "camera"
    calibration: str | None = None
    patient_id: str = ""

    def __str__(self) -> str:
        how = self.how
        parts = [f"{self.day:%d %b %Y}", how.area, _(how.light), _(how.pose)]
        if how.when == "after":
            parts.append(_("just after injecting"))
        if self.shows != "camera":
            parts.append(_(_SHOWN[self.shows]))
        return ", ".join(part for part in parts if part)


class Photographs:
    """The photographs of a patient, in all sessions.

    Parameters
    ----------
    record : SessionRecord
    zone : ZoneInfo
        The clinic's.
    """

    def __init__(self, record: SessionRecord, zone: ZoneInfo) -> None:
        self._record = record
        self._zone = zone
        self._calibration: str | None = None
        self._profile_of: Callable[[str], Profile | None] = lambda checksum: None

    def calibrate(
        self, calibration: str | None, profile_of: Callable[[str], Profile | None]
    ) -> None:
        """Say which calibration pictures are taken with, and where others are found.

        Parameters
        ----------
        calibration : str, optional
            Checksum of the profile that pictures are taken with from now on.
        profile_of : callable
            From such a checksum to the profile, or None where it is not on this
            computer.
        """
        self._calibration = calibration
        self._profile_of = profile_of

    @property
    def session_id(self) -> str:
        """Id of the session that is open."""
        return self._record.head.session_id

    @property
    def injected(self) -> bool:
        """Whether the open session has injections already."""
        return bool(self._record.session.injections)

    @property
    def signed(self) -> bool:
        """Whether the session is signed: a photograph is an amendment then."""
        return self._record.session.is_signed

    def take(
        self,
        pixels: Pixels,
        how: Circumstances,
        mm_per_pixel: float | None,
        *,
        shows: Shows = "camera",
        reason: str = "",
        entry_id: str = "",
    ) -> Written:
        """Store a picture as the camera gave it, how it was taken, and what it is.

        Parameters
        ----------
        pixels : (H, W) or (H, W, 3) uint8 RGB
        how : Circumstances
        mm_per_pixel : mm/px, optional
        shows : "camera", "recording" or "drawing"
        reason : str
            Why it is added after signing.
        entry_id : str
            Made before the first try.

        Raises
        ------
        RecordError
            If the store did not take it; nothing is recorded then.
        """
        size = None if mm_per_pixel is None else f"{mm_per_pixel:.6f}".rstrip("0")
        event = Photographed(
            entry_id=entry_id or uuid.uuid4().hex,
            image_id=self._record.keep(pixels),
            at=self._record.now(),
            light=how.light,
            pose=how.pose,
            view=how.view,
            when=how.when,
            mm_per_pixel=size,
            shows=shows,
            calibration=None if size is None else self._calibration,
        )
        done = self._record.write(
            event.kind, event.entry_id, lambda found: event, reason=reason
        )
        if isinstance(done, Refused):
            raise RecordError(_("the session is signed: say why this is added to it"))
        return done

    def all(self) -> tuple[Photo, ...]:
        """Every photograph of the patient, the newest first."""
        taken = [
            (one, session_id == self._record.head.session_id)
            for session_id, session in self._record.sessions.items()
            for one in session.photographs
        ]
        taken.sort(key=lambda pair: pair[0].at, reverse=True)
        return tuple(
            Photo(
                one.image_id,
                local_date(one.at, self._zone),
                Circumstances(one.light, one.pose, one.view, one.when),
                None if one.mm_per_pixel is None else float(one.mm_per_pixel),
                of_this_session,
                one.shows,
                one.calibration,
                self._record.head.patient_id,
            )
            for one, of_this_session in taken
        )

    def picture(self, photo: Photo) -> Pixels:
        """Read a photograph from the store, corrected by the profile it was taken with.

        Raises
        ------
        RecordError
            If it is missing or damaged.
        """
        return self.corrected(photo.image_id, photo.calibration)

    def corrected(self, image_id: str, calibration: str | None) -> Pixels:
        """`picture` by its name in the store and the checksum of its profile."""
        taken = self._record.picture(image_id)
        known = None if calibration is None else self._profile_of(calibration)
        return taken if known is None else known.correct(taken)

    def places(self, photo: Photo) -> Callable[[Points], Points]:
        """From points of a photograph as it was taken to those of `picture`.

        Parameters
        ----------
        photo : Photo

        Returns
        -------
        callable
            From (N, 2) row and column, px, to the same.
        """
        known = None
        if photo.calibration is not None:
            known = self._profile_of(photo.calibration)
        return (lambda points_rc: points_rc) if known is None else known.corrected

    def days(self, before: Photo, after: Photo) -> ComparedDays:
        """The days that decide what may be said of two photographs."""
        treated = (
            local_date(injection.at, self._zone)
            for session in self._record.sessions.values()
            for injection in session.injections
        )
        # A picture of the day itself, taken before injecting, shows what was before it.
        just_after = after.how.when == "after"
        until = after.day if just_after else after.day - timedelta(days=1)
        last = max((day for day in treated if day <= until), default=None)
        if last is not None and last <= before.day:
            last = None  # BEFORE was taken after it: the days between count
        return ComparedDays(before.day, after.day, last)


def why_not_comparable(before: Photo, after: Photo) -> str:
    """Say why two photographs must not be compared; empty where they may be."""
    if before.patient_id != after.patient_id:
        return _("These are pictures of two patients.")
    if before.image_id == after.image_id:
        return _("This is one and the same picture.")
    if before.day > after.day:
        return _("BEFORE is the later picture: swap them.")
    if before.how.light != after.how.light:
        return _(
            "Different light ({before}, {after}): veins look "
            "different in it although nothing has changed."
        ).format(before=_(before.how.light), after=_(after.how.light))
    if before.shows != after.shows:
        return _("{before} and {after} show different things.").format(
            before=_(_SHOWN[before.shows]), after=_(_SHOWN[after.shows])
        )
    if not same_skin_possible(before.how.view, after.how.view):
        return _("Different views ({before}, {after}).").format(
            before=before.how.area, after=after.how.area
        )
    if before.how.posture != after.how.posture:
        return _(
            "Different poses ({before}, {after}): veins fill when one stands."
        ).format(before=_(before.how.pose), after=_(after.how.pose))
    return ""
