"""How large a pixel is on the skin: the number that turns px into mm."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["PixelSize", "pixel_size_from_ruler"]


@dataclass(frozen=True, slots=True)
class PixelSize:
    """Millimetres per pixel, and how well that is known.

    Parameters
    ----------
    mm_per_pixel : mm/px, > 0
        At the skin, at the distance the picture is taken from.
    relative_error : >= 0
        One standard deviation as a fraction of the value; 0 where it is exact by
        construction (the phantom).
    source : str
        Where the number comes from, for the record.

    Raises
    ------
    ValueError
        If the size is not a positive finite number, or the error is negative.
    """

    mm_per_pixel: float
    relative_error: float = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mm_per_pixel) and self.mm_per_pixel > 0):
            raise ValueError(
                f"mm per pixel must be a positive number, not {self.mm_per_pixel!r}; "
                "photograph a ruler and divide its millimetres by its pixels"
            )
        if not (math.isfinite(self.relative_error) and self.relative_error >= 0):
            raise ValueError(
                f"relative error must be 0 or more, not {self.relative_error!r}"
            )


def pixel_size_from_ruler(
    start_rc: tuple[float, float],
    end_rc: tuple[float, float],
    length_mm: float,
    *,
    click_error_px: float = 1.0,
) -> PixelSize:
    """Pixel size from two marks a known distance apart.

    Parameters
    ----------
    start_rc, end_rc : (row, column), px
        The two marks in the picture.
    length_mm : mm, > 0
        The distance between them on the ruler.
    click_error_px : px, >= 0
        One standard deviation of each mark's position along the ruler.

    Returns
    -------
    PixelSize
        Its relative error is sqrt(2) click errors over the length in px.

    Raises
    ------
    ValueError
        If the marks coincide or the length is not positive.
    """
    length_px = math.dist(start_rc, end_rc)
    if not length_px > 0 or not (math.isfinite(length_mm) and length_mm > 0):
        raise ValueError(
            f"the marks {start_rc} and {end_rc} with {length_mm!r} mm give no scale; "
            "mark two different points and give a length above 0 mm"
        )
    return PixelSize(
        mm_per_pixel=length_mm / length_px,
        relative_error=math.sqrt(2.0) * click_error_px / length_px,
        source=f"ruler, {length_mm:g} mm over {length_px:.1f} px",
    )
