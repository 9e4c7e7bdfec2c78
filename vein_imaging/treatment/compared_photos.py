"""Two to four photographs of a patient compared: pictures, verdicts, sites, course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison import Comparison, compare
from vein_imaging.comparison.following.course import Course, follow_course
from vein_imaging.comparison.following.sites import SiteOutcome, follow_sites
from vein_imaging.comparison.following.skin import SkinChange, skin_changes
from vein_imaging.treatment.marked_sites import marked_sites
from vein_imaging.treatment.may_say import Sayable, may_say
from vein_imaging.treatment.photographs import Photo
from vein_imaging.treatment.timeline import why_not_together
from vein_imaging.treatment.visit import Visit

__all__ = ["ComparedPhotos", "LaterPhoto", "compare_photos"]

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class LaterPhoto:
    """A later photograph held against the first.

    Parameters
    ----------
    photo : Photo
    picture : (H, W) or (H, W, 3) uint8 RGB
        As it was taken.
    comparison : Comparison
        The first as BEFORE, this one as AFTER.
    said : Sayable
    sites : tuple of SiteOutcome
        What became of the injections that were marked on the first picture.
    skin : tuple of SkinChange
        Of the skin around them.
    """

    photo: Photo
    picture: Pixels
    comparison: Comparison
    said: Sayable
    sites: tuple[SiteOutcome, ...] = ()
    skin: tuple[SkinChange, ...] = ()

    @property
    def aligned(self) -> bool:
        """Whether it can be shown in the first one's frame."""
        return self.comparison.alignment_verdict != "refused"

    @property
    def shown(self) -> Pixels:
        """In the first one's frame where it could be aligned, else as it was taken."""
        if not self.aligned:
            return self.picture
        return np.asarray(self.comparison.registered, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class ComparedPhotos:
    """A first photograph, and one or more later ones.

    Parameters
    ----------
    first : Photo
    picture : (H, W) or (H, W, 3) uint8 RGB
        The first one's: everything is in its frame.
    later : tuple of LaterPhoto
        By time.
    course : Course, optional
        Where there are three or more.
    """

    first: Photo
    picture: Pixels
    later: tuple[LaterPhoto, ...]
    course: Course | None = None

    @property
    def photos(self) -> tuple[Photo, ...]:
        """All of them, by time."""
        return (self.first, *(one.photo for one in self.later))


def compare_photos(visit: Visit, photos: Sequence[Photo]) -> ComparedPhotos:
    """Read photographs from the record, and compare the later ones with the first.

    It takes some seconds for each: in a thread of its own, it touches nothing else.

    Parameters
    ----------
    visit : Visit
        Any session of the patient.
    photos : sequence of Photo
        The oldest first, two at least.

    Raises
    ------
    RecordError
        If one is missing or damaged.
    ValueError
        If they must not be compared.
    """
    if why := why_not_together(photos):
        raise ValueError(why)
    pictures = [visit.photographs.picture(photo) for photo in photos]
    scales = [photo.mm_per_pixel for photo in photos]
    known = [scale for scale in scales if scale is not None]
    mm_per_pixel = known if len(known) == len(scales) else None
    course = None
    if len(photos) == 2:
        pair = None if mm_per_pixel is None else (mm_per_pixel[0], mm_per_pixel[1])
        found = [compare(pictures[0], pictures[1], mm_per_pixel=pair)]
    else:
        days = [photo.day for photo in photos]
        course = follow_course(pictures, days, mm_per_pixel=mm_per_pixel)
        found = [one.comparison for one in course.visits]
    later = tuple(
        _held_against(visit, photos[0], pictures[0], photo, picture, comparison)
        for photo, picture, comparison in zip(
            photos[1:], pictures[1:], found, strict=True
        )
    )
    return ComparedPhotos(photos[0], pictures[0], later, course)


def _held_against(
    visit: Visit,
    first: Photo,
    before: Pixels,
    photo: Photo,
    picture: Pixels,
    comparison: Comparison,
) -> LaterPhoto:
    days = visit.photographs.days(first, photo)
    places = visit.photographs.places(first)
    marks = marked_sites(visit.record.sessions.values(), first.image_id, places)
    return LaterPhoto(
        photo,
        picture,
        comparison,
        may_say(comparison, days),
        tuple(follow_sites(comparison, marks, days_between=days.passed)),
        tuple(skin_changes(before, comparison, marks)),
    )
