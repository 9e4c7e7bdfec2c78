"""The injections of a record as sites of the picture that they were marked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.following.sites import TreatedSite
from vein_imaging.domain.quantity import plain
from vein_imaging.domain.session import Session

__all__ = ["marked_sites"]

Points = NDArray[np.float64]


def marked_sites(
    sessions: Iterable[Session],
    image_id: str,
    places: Callable[[Points], Points] = lambda points_rc: points_rc,
) -> tuple[TreatedSite, ...]:
    """Take the injections that were given and marked on one picture.

    Parameters
    ----------
    sessions : of Session
        The patient's.
    image_id : str
        The picture's name in the store.
    places : callable
        From (N, 2) points of the stored picture, px, to those of the one that is used:
        one with its lens taken out.

    Returns
    -------
    tuple of TreatedSite
        Named by its number in its session, as on the session's page, and its area.
    """
    found = []
    numbered = (pair for session in sessions for pair in enumerate(session.entries, 1))
    for number, one in numbered:
        mark, given = one.event.mark, one.injection
        if one.voided_by is not None or mark is None or mark.image_id != image_id:
            continue
        strength = given.concentration
        found.append(
            TreatedSite(
                f"{number} {given.site or ''}".strip(),
                places(np.array([[float(r), float(c)] for r, c in mark.points_rc])),
                given.product,
                "" if strength is None else f"{plain(strength.percent)} %",
                mark.closed,
            )
        )
    return tuple(found)
