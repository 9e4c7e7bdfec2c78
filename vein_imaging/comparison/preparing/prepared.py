"""One of the two pictures, prepared for alignment and for contrast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vein_calibration.pixel_size import PixelSize
from vein_imaging.comparison.preparing.surface import View, grey_levels, make_surface
from vein_imaging.comparison.settings import CompareSettings
from vein_imaging.imaging.arrays import Image, Mask, Picture, check_picture
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.pipeline import analyse
from vein_imaging.pipeline.calibrated import exact_mm

__all__ = ["Side", "prepare_side"]

_FRAME_MM = 96.0  # what the longer side shows where no scale is known
_LIGHT_SHARE = 1 / 48  # of the longer side: sigma of what counts as lighting


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the two pictures, prepared.

    Parameters
    ----------
    image : (H, W) or (H, W, 3)
    grey : (H, W) float32 in [0, 1]
    view : View
    found : VeinMap
    """

    image: Picture
    grey: Image
    view: View
    found: VeinMap

    @property
    def px_per_mm(self) -> float:
        """Pixels per mm; without a scale, as if the picture were 96 mm long."""
        return _px_per_mm(self.found.mm_per_pixel, self.grey)

    @property
    def light(self) -> str:
        """The channel that was read; "grey" also for a grey picture stored as RGB."""
        image = self.image
        if image.ndim == 3 and (image == image[:, :, :1]).all():
            return "grey"
        return self.found.channel

    @property
    def clipped_share(self) -> float:
        """Share of the skin that is saturated or black, 0 to 1."""
        skin = np.count_nonzero(self.found.field)
        lost = np.count_nonzero(self.found.field & ~self.view.surface.usable)
        return lost / skin if skin else 0.0


def prepare_side(
    image: Picture,
    mm_per_pixel: float | PixelSize | None,
    field: Mask | None,
    settings: CompareSettings,
) -> Side:
    """Find the veins of a picture and take out its lighting and hairs.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) RGB, uint8 | uint16 | float32 in [0, 1]
    mm_per_pixel : mm, PixelSize or None
    field : (H, W) bool or None
        Where skin is.
    settings : CompareSettings

    Returns
    -------
    Side

    Raises
    ------
    TypeError, ValueError
        If the picture, the field or the scale cannot be used.
    """
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    found = analyse(
        image, mm_per_pixel=mm_per_pixel, field=field, settings=settings.analysis
    )
    grey = grey_levels(image, found.channel)
    if settings.analysis.polarity == "bright":
        grey = 1 - grey  # veins are dark from here on
    surface = make_surface(
        grey,
        found.field,
        sigma_px=_LIGHT_SHARE * max(grey.shape),
        px_per_mm=_px_per_mm(exact_mm(mm_per_pixel), grey),
    )
    picture = check_picture(image)
    if picture.ndim == 2:
        picture = np.repeat(picture[:, :, None], 3, axis=2)
    if settings.analysis.polarity == "bright":
        picture = 255 - picture
    view = View(surface, found.vesselness, picture, found.field)
    return Side(image, grey, view, found)


def _px_per_mm(mm_per_pixel: float | None, grey: Image) -> float:
    return 1 / mm_per_pixel if mm_per_pixel else max(grey.shape) / _FRAME_MM
