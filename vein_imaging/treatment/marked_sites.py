"""The injections of a record as sites of the picture that they were marked on."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vein_imaging.comparison.following.sites import TreatedSite
from vein_imaging.domain.quantity import plain
from vein_imaging.domain.session import RecordedInjection

__all__ = ["marked_sites"]


def marked_sites(
    injections: Iterable[RecordedInjection], image_id: str
) -> tuple[TreatedSite, ...]:
    """Take the injections that were given and marked on one picture.

    Parameters
    ----------
    injections : of RecordedInjection
    image_id : str
        The picture's name in the store.

    Returns
    -------
    tuple of TreatedSite
        Named as the record names the site, else by number.
    """
    found = []
    for number, one in enumerate(injections, 1):
        mark, given = one.event.mark, one.injection
        if one.voided_by is not None or mark is None or mark.image_id != image_id:
            continue
        strength = given.concentration
        found.append(
            TreatedSite(
                given.site or str(number),
                np.array([[float(r), float(c)] for r, c in mark.points_rc]),
                given.product,
                "" if strength is None else f"{plain(strength.percent)} %",
                mark.closed,
            )
        )
    return tuple(found)
