"""Which photographs of a patient are compared when all are measured again."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from vein_imaging.treatment.photographs import Photo, why_not_comparable

__all__ = ["pairs_over_time"]


def pairs_over_time(photos: Iterable[Photo]) -> tuple[tuple[Photo, Photo], ...]:
    """Pair pictures of one view, light and posture: with the first, and neighbours.

    Of a day, the last photograph taken before injecting stands for the day; just after
    injecting skin is swollen, and such a picture stands only where there is no other.

    Parameters
    ----------
    photos : iterable of Photo
        Of one patient, the newest first, as `Photographs.all` gives them.

    Returns
    -------
    tuple of (BEFORE, AFTER)
        By view, then in time; each pair once, on two days.
    """
    series: dict[tuple[str, ...], dict[str, Photo]] = {}
    for photo in reversed(list(photos)):
        how = photo.how
        key = how.place, how.light, how.posture, photo.shows
        days = series.setdefault(key, {})
        day = photo.day.isoformat()
        stands = days.get(day)
        if stands is None or photo.how.when == "before" or stands.how.when == "after":
            days[day] = photo
    pairs: dict[tuple[str, str], tuple[Photo, Photo]] = {}
    for _, days in sorted(series.items()):
        one_a_day = list(days.values())
        for before, after in itertools.pairwise(one_a_day):
            for earlier in (one_a_day[0], before):
                if not why_not_comparable(earlier, after):
                    pairs[earlier.image_id, after.image_id] = earlier, after
    return tuple(pairs.values())
