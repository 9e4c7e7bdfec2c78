"""How large a pixel is on the skin: the number that turns px into mm."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vein_calibration.errors import ScaleError

__all__ = ["PixelSize", "agree", "pixel_size_from_ruler"]

CERTAIN = 1.96
"""Standard deviations to either side of a 95 % interval."""


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

    @property
    def interval_mm(self) -> tuple[float, float]:
        """The 95 % interval of the millimetres per pixel."""
        half = CERTAIN * self.relative_error * self.mm_per_pixel
        return self.mm_per_pixel - half, self.mm_per_pixel + half

    def __str__(self) -> str:
        return (
            f"{self.mm_per_pixel:.5f} mm/px "
            f"\N{PLUS-MINUS SIGN} {100 * CERTAIN * self.relative_error:.2f} % (95 %)"
        )


def agree(one: PixelSize, other: PixelSize, *, times: float = 3.0) -> bool:
    """Whether two sizes of a pixel can be one and the same.

    Parameters
    ----------
    one, other : PixelSize
    times : float
        Standard deviations of their difference that are still chance.

    Returns
    -------
    bool
    """
    away = abs(math.log(one.mm_per_pixel / other.mm_per_pixel))
    # two figures without an error must still be allowed to round
    together = math.hypot(one.relative_error, other.relative_error, 0.001)
    return away <= times * together


def pixel_size_from_ruler(
    start_rc: tuple[float, float],
    end_rc: tuple[float, float],
    length_mm: float,
    *,
    click_error_px: float = 1.0,
    length_error_mm: float = 0.0,
) -> PixelSize:
    """Pixel size from two marks a known distance apart: on a ruler, or across a coin.

    Parameters
    ----------
    start_rc, end_rc : (row, column), px
        The two marks in the picture.
    length_mm : mm, > 0
        The distance between them on the ruler.
    click_error_px : px, >= 0
        One standard deviation of each mark's position along the ruler.
    length_error_mm : mm, >= 0
        One standard deviation of that length.

    Returns
    -------
    PixelSize
        Its relative error is sqrt(2) click errors over the length in px, and that of
        the length.

    Raises
    ------
    ScaleError
        If the marks coincide or the length is not positive.
    """
    length_px = math.dist(start_rc, end_rc)
    if not length_px > 0 or not (math.isfinite(length_mm) and length_mm > 0):
        raise ScaleError(
            f"the marks {start_rc} and {end_rc} with {length_mm!r} mm give no scale; "
            "mark two different points and give a length above 0 mm"
        )
    return PixelSize(
        mm_per_pixel=length_mm / length_px,
        relative_error=math.hypot(
            math.sqrt(2.0) * click_error_px / length_px, length_error_mm / length_mm
        ),
        source=f"ruler, {length_mm:g} mm over {length_px:.1f} px",
    )
