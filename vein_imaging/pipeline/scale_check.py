"""Whether a scale can be right: 8 px/mm are easily typed for 0.125 mm/px."""

from __future__ import annotations

import math

from vein_calibration.pixel_size import PixelSize
from vein_imaging.pipeline.calibrated import exact_mm

__all__ = ["refuse_scale", "scale_doubt"]

LONGEST_SIDE_MM = 2000.0
"""No picture of legs is longer: a person is shorter."""
LONG_SIDE_MM = 1200.0
"""Longer than a leg with its hip (inside leg to 0.95 m, NHANES 2015-2018, and room)."""
SHORTEST_SIDE_MM = 1.0
"""No vein and its skin fit in less; what is sought over 0.4 mm would span thousands of
pixels and fill the memory."""
SHORT_SIDE_MM = 5.0
"""What a microscope sees; veins are looked for on more skin than that."""
COARSE_MM = 1.0
"""A pixel as wide as a spider vein, which then cannot be measured."""


def scale_doubt(shape: tuple[int, ...], mm_per_pixel: float | PixelSize | None) -> str:
    """Say what is odd about a scale.

    Parameters
    ----------
    shape : px
        (H, W) of the picture, and what follows.
    mm_per_pixel : mm, PixelSize or None

    Returns
    -------
    str
        "" where nothing is.
    """
    size_mm = exact_mm(mm_per_pixel)
    if size_mm is None:
        return ""
    longest_mm = max(shape[:2]) * size_mm
    if size_mm < COARSE_MM and SHORT_SIDE_MM <= longest_mm <= LONG_SIDE_MM:
        return ""
    return (
        f"at {size_mm:g} mm per pixel the picture would show {longest_mm:.4g} mm; if "
        f"{size_mm:g} are pixels per mm, give {1 / size_mm:.4g} mm per pixel"
    )


def refuse_scale(
    shape: tuple[int, ...], mm_per_pixel: float | PixelSize | None
) -> None:
    """Raise an error where a picture would be longer than a person, or a speck.

    Parameters
    ----------
    shape : px
        (H, W) of the picture, and what follows.
    mm_per_pixel : mm, PixelSize or None

    Raises
    ------
    ValueError
        With the scale that may be meant.
    """
    size_mm = exact_mm(mm_per_pixel)
    if size_mm is None:
        return
    if not (math.isfinite(size_mm) and size_mm > 0):
        raise ValueError(
            f"mm_per_pixel must be a positive number, not {size_mm!r}; leave it out "
            "where the scale is unknown"
        )
    if not SHORTEST_SIDE_MM <= max(shape[:2]) * size_mm <= LONGEST_SIDE_MM:
        raise ValueError(scale_doubt(shape, size_mm))
