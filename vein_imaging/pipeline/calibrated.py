"""What a calibration adds to an analysis: corrected frames, errors of the scale."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vein_calibration.limb import limb_scale
from vein_calibration.pixel_size import PixelSize
from vein_calibration.profile import Profile
from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.vein_map import Branch
from vein_imaging.pipeline.limb_offset import LimbOffset
from vein_imaging.pipeline.measurement import class_by_width
from vein_imaging.pipeline.settings import AnalysisSettings

__all__ = ["calibrated_settings", "chosen_scale", "exact_mm", "with_scale_error"]

Floats = NDArray[np.float64]
MOST_STRETCH = 3.0
"""Beyond this a limb is seen so much from its side that nothing is said."""


def chosen_scale(
    mm_per_pixel: float | PixelSize | None, profile: Profile | None
) -> float | PixelSize | None:
    """Choose the scale: the one given, else the profile's.

    Parameters
    ----------
    mm_per_pixel : mm, PixelSize or None
    profile : Profile or None
    """
    if mm_per_pixel is not None or profile is None:
        return mm_per_pixel
    return profile.pixel_size


def exact_mm(mm_per_pixel: float | PixelSize | None) -> float | None:
    """The millimetres alone.

    Parameters
    ----------
    mm_per_pixel : mm, PixelSize or None
    """
    if isinstance(mm_per_pixel, PixelSize):
        return mm_per_pixel.mm_per_pixel
    return mm_per_pixel


def calibrated_settings(
    settings: AnalysisSettings, profile: Profile | None
) -> AnalysisSettings:
    """Put the measured blur into settings that name none.

    Parameters
    ----------
    settings : AnalysisSettings
    profile : Profile or None
    """
    blur = None if profile is None else profile.blur
    if blur is None or settings.blur_sigma_px is not None:
        return settings
    return dataclasses.replace(settings, blur_sigma_px=blur.sigma_px)


def with_scale_error(
    branches: Sequence[Branch],
    scale: float | PixelSize | None,
    field: Mask,
    settings: AnalysisSettings,
) -> tuple[Branch, ...]:
    """Let the scale's uncertainty, and the roundness of the limb, into the classes.

    Parameters
    ----------
    branches : sequence of Branch
        Measured with the scale taken for exact.
    scale : mm, PixelSize or None
        A bare number is taken for exact, and changes nothing.
    field : (H, W) bool
        Where skin is.
    settings : AnalysisSettings
        `limb` is used.

    Returns
    -------
    tuple of Branch
        With `scale_error`, and "undecided" where a class no longer holds.
    """
    if not isinstance(scale, PixelSize) or not branches:
        return tuple(branches)
    offsets = LimbOffset.of(field) if settings.limb == "round" else None
    changed = []
    for branch in branches:
        known = dataclasses.replace(branch, scale_error=scale.relative_error)
        if branch.vein_class not in ("unknown", "undecided"):
            stretch = 1.0 if offsets is None else _stretch(branch, offsets)
            if not _class_holds(known, stretch):
                known = dataclasses.replace(known, vein_class="undecided")
        changed.append(known)
    return tuple(changed)


def _class_holds(branch: Branch, stretch: float) -> bool:
    """Whether its class is the same seen straight as it may be on a round limb."""
    width_mm, sd_mm = branch.median_diameter_mm, branch.diameter_sd_mm
    if np.isnan(width_mm):  # narrower than the blur, whatever the scale
        return True
    return all(
        class_by_width(width_mm * k, sd_mm * k, width_mm * k) == branch.vein_class
        for k in (1.0, stretch)
    )


def _stretch(branch: Branch, offsets: LimbOffset) -> float:
    """How much wider a vein may be than it looks, in the middle of its points."""
    along = np.gradient(branch.points_rc.astype(np.float64), axis=0)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)
    # its width is taken across it: only the part across the limb is foreshortened
    share = np.abs(along @ offsets.axis_rc) / length
    _, across = limb_scale(offsets.at(branch.points_rc))
    across = np.minimum(across, MOST_STRETCH)
    wider = np.sqrt((share * across) ** 2 + 1 - share**2)
    return float(np.median(wider))
