"""Pixels of a picture that show nothing: transparent ones are never searched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vein_calibration.profile import Profile
from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.field.find_field import look_for_field

__all__ = ["corrected_hidden", "field_that_shows"]


def corrected_hidden(hidden: Mask | None, profile: Profile | None) -> Mask | None:
    """Where hidden pixels lie in the picture as a calibration corrects it.

    Parameters
    ----------
    hidden : (H, W) bool or None
    profile : Profile or None

    Returns
    -------
    (H, W) bool or None
    """
    if hidden is None or profile is None:
        return hidden
    shown = profile.correct(np.where(hidden, 0, 255).astype(np.uint8))
    return np.asarray(shown < 128)


def field_that_shows(
    picture: NDArray[np.uint8], hidden: Mask | None, field: Mask | None = None
) -> Mask | None:
    """Where to look, if not everywhere: in the field, and nowhere that is hidden.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB, uint8
        Corrected, where it is calibrated.
    hidden : (H, W) bool or None
        In the same picture.
    field : (H, W) bool or None
        None: the lit skin is looked for.

    Returns
    -------
    (H, W) bool or None
        None: nothing is hidden, and the field is not known yet.
    """
    if hidden is None:
        return field
    seen = look_for_field(picture).mask if field is None else field
    return np.asarray(seen & ~hidden)
