"""Photographs of a patient's sessions: taken for the record, and chosen to compare."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from vein_calibration.profile import Profile
from vein_devices.frame import Frame, Pixels
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.session import Light, Photographed, Pose
from vein_imaging.viewer.session_record import SessionRecord
from vein_imaging.words import translate as _

__all__ = ["Circumstances", "Photo", "Photographs", "why_not_comparable"]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a photograph is taken; what the camera cannot know.

    Parameters
    ----------
    light, pose : str
        As the record names them.
    view : str
        Leg and side: "left lateral".
    when : "before" or "after"
        The injections of the session.
    """

    light: Light
    pose: Pose
    view: str
    when: Literal["before", "after"] = "before"


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
    calibration : str, optional
        Checksum of the profile it was taken with.
    """

    image_id: str
    day: date
    how: Circumstances
    mm_per_pixel: float | None
    of_this_session: bool
    calibration: str | None = None

    def __str__(self) -> str:
        how = self.how
        parts = [f"{self.day:%d %b %Y}", how.view, _(how.light), _(how.pose)]
        if how.when == "after":
            parts.append(_("just after injecting"))
        return ", ".join(part for part in parts if part)


class Photographs:
    """The photographs of a patient, in all sessions.

    Parameters
    ----------
    record : SessionRecord
    zone : ZoneInfo
        The clinic's.
    calibration : str, optional
        Checksum of the profile that pictures are taken with from now on.
    profile_of : callable, optional
        From such a checksum to the profile, or None where it is not on this computer.
    """

    def __init__(
        self,
        record: SessionRecord,
        zone: ZoneInfo,
        *,
        calibration: str | None = None,
        profile_of: Callable[[str], Profile | None] = lambda _: None,
    ) -> None:
        self._record = record
        self._zone = zone
        self._calibration = calibration
        self._profile_of = profile_of

    def take(
        self, frame: Frame, how: Circumstances, mm_per_pixel: float | None
    ) -> None:
        """Store a frame as the camera gave it, and how it was taken.

        Raises
        ------
        RecordError
            If the store did not take it; nothing is recorded then.
        """
        size = None if mm_per_pixel is None else f"{mm_per_pixel:.6f}".rstrip("0")
        self._record.write(
            Photographed(
                entry_id=uuid.uuid4().hex,
                image_id=self._record.keep(frame),
                at=self._record.now(),
                light=how.light,
                pose=how.pose,
                view=how.view,
                when=how.when,
                mm_per_pixel=size,
                calibration=None if size is None else self._calibration,
            )
        )

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
                one.calibration,
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
        taken = self._record.picture(photo.image_id)
        known = (
            None if photo.calibration is None else self._profile_of(photo.calibration)
        )
        return taken if known is None else known.correct(taken)


def why_not_comparable(before: Photo, after: Photo) -> str:
    """Say why two photographs must not be compared; empty where they may be."""
    if before.image_id == after.image_id:
        return _("This is one and the same picture.")
    if before.day > after.day:
        return _("BEFORE is the later picture: swap them.")
    if before.how.light != after.how.light:
        return _(
            "Different light ({before}, {after}): veins look "
            "different in it although nothing has changed."
        ).format(before=_(before.how.light), after=_(after.how.light))
    if before.how.view != after.how.view:
        return _("Different views ({before}, {after}).").format(
            before=before.how.view, after=after.how.view
        )
    return ""
