"""A patient's photographs by area and pose, and which are looked at together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import get_args

from vein_imaging.domain.body_area import (
    BodyFace,
    BodyPart,
    BodySide,
    read_body_area,
)
from vein_imaging.domain.session import Pose
from vein_imaging.treatment.photographs import Photo, why_not_comparable
from vein_imaging.words import translate as _

__all__ = ["MOST_TOGETHER", "PhotoSeries", "photo_series", "why_not_together"]

MOST_TOGETHER = 4
"""Side by side on one screen; of more, each would be smaller than a hand."""
_ORDER = {
    word: at
    for kind in (BodySide, BodyPart, BodyFace)
    for at, word in enumerate(get_args(kind))
}


@dataclass(frozen=True, slots=True)
class PhotoSeries:
    """Photographs of one area in one pose.

    Parameters
    ----------
    photos : tuple of Photo
        The oldest first; one at least.
    """

    photos: tuple[Photo, ...]

    @property
    def title(self) -> str:
        """Area and pose, in the user's language."""
        how = self.photos[0].how
        return _("{area}, {pose}").format(
            area=how.area or _("no area named"), pose=_(how.pose)
        )


def photo_series(photos: Iterable[Photo]) -> tuple[PhotoSeries, ...]:
    """Group photographs by area and pose.

    Parameters
    ----------
    photos : iterable of Photo
        The newest first, as `Photographs.all` gives them.

    Returns
    -------
    tuple of PhotoSeries
        In the order of the body: left before right, thigh before foot; what names no
        area comes last.
    """
    found: dict[tuple[str, Pose], list[Photo]] = {}
    for photo in reversed(list(photos)):
        found.setdefault((photo.how.place, photo.how.pose), []).append(photo)
    ordered = sorted(found, key=lambda key: (_place_in_body(key[0]), key))
    return tuple(PhotoSeries(tuple(found[key])) for key in ordered)


def _place_in_body(place: str) -> tuple[int, ...]:
    area = read_body_area(place)
    words = (None,) * 3 if area is None else (area.side, area.part, area.face)
    last = len(_ORDER)  # after whatever is named
    return tuple(last if word is None else _ORDER[word] for word in words)


def why_not_together(photos: Sequence[Photo]) -> str:
    """Say why some photographs must not be compared; empty where they may be.

    Parameters
    ----------
    photos : sequence of Photo
        The oldest first.
    """
    if len(photos) < 2:
        return _("Choose two pictures or more of one area.")
    if len(photos) > MOST_TOGETHER:
        return _("{most} pictures at most are compared at once.").format(
            most=MOST_TOGETHER
        )
    for before, after in combinations(photos, 2):
        if why := why_not_comparable(before, after):
            return why
    return ""
