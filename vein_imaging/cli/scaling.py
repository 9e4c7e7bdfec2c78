"""The scale from whatever of known size is in a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from vein_calibration.edges import Blur, blur_of_edges
from vein_calibration.errors import ScaleError
from vein_calibration.lens import Lens
from vein_calibration.pixel_size import pixel_size_from_ruler
from vein_calibration.profile import Scale
from vein_calibration.sighting import find_target, grey_of
from vein_calibration.skin_plane import plane_from_target
from vein_calibration.sticker import Sticker, read_sticker
from vein_calibration.target import Target
from vein_imaging.words import translate as _

__all__ = ["COINS_MM", "Made", "scale_of"]

COINS_MM = {
    "1 cent": 16.25, "2 cent": 18.75, "5 cent": 21.25, "10 cent": 19.75,
    "20 cent": 22.25, "50 cent": 24.25, "1 euro": 23.25, "2 euro": 25.75,
    "us penny": 19.05, "us nickel": 21.21, "us dime": 17.91, "us quarter": 24.26,
}  # fmt: skip
"""Diameters by name. Euro coins: European Central Bank, technical specifications. US
coins: United States Mint, coin specifications."""
COIN_ERROR_MM = 0.05
"""Wear, and the rim's own roundness."""


@dataclass(frozen=True, slots=True)
class Made:
    """A scale, and what else its picture told.

    Parameters
    ----------
    scale : Scale
    blur : Blur or None
    sticker : Sticker or None
    """

    scale: Scale
    blur: Blur | None = None
    sticker: Sticker | None = None


def scale_of(
    picture: NDArray[np.uint8],
    target: Target,
    lens: Lens | None,
    path: Path,
    *,
    sticker_mm: float | None,
    sticker_number: int,
    marks: str | None,
    length_mm: float | None,
    coin: str | None,
    skin_error_mm: float,
) -> Made:
    """Find the scale in a picture: of a sticker, of a length, else of the target.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8
    target : Target
    lens : Lens or None
    path : Path
        Of the picture, for messages.
    sticker_mm, sticker_number, marks, length_mm, coin, skin_error_mm
        As the command's options.

    Raises
    ------
    CalibrationError, click.UsageError
        If it is not there, or the options do not fit each other.
    """
    if sticker_mm is not None:
        return _from_sticker(picture, Sticker(sticker_mm, sticker_number), lens)
    if coin is not None or length_mm is not None:
        return _from_length(picture, lens, marks, length_mm, coin)
    if marks is not None:
        raise click.UsageError(_("--marks needs --length-mm or --coin"))
    sighting = find_target(picture, target, path.name)
    plane = plane_from_target(sighting, lens, skin_error_mm=skin_error_mm)
    grey = grey_of(picture)
    across = target.columns - 1
    return Made(
        Scale(
            plane.pixel_size,
            plane.flattening() if plane.tilted else None,
            plane.spread,
            plane.tilt_deg,
            plane.distance_mm,
        ),
        blur_of_edges(grey, across, sighting.ids, sighting.corners_xy),
    )


def _from_sticker(
    picture: NDArray[np.uint8], sticker: Sticker, lens: Lens | None
) -> Made:
    reading = read_sticker(picture, sticker, lens)
    if reading is None:
        raise ScaleError(
            f"no sticker {sticker.number} in the picture; show it whole with its white "
            "margin, or give the number printed under it with --sticker-number"
        )
    return Made(Scale(reading.pixel_size), sticker=sticker)


def _from_length(
    picture: NDArray[np.uint8],
    lens: Lens | None,
    marks: str | None,
    length_mm: float | None,
    coin: str | None,
) -> Made:
    error_mm = 0.0
    if coin is not None:
        if coin.lower() not in COINS_MM:
            words = _("coins known: {known}; not {coin!r}")
            raise click.UsageError(words.format(known=", ".join(COINS_MM), coin=coin))
        length_mm, error_mm = COINS_MM[coin.lower()], COIN_ERROR_MM
    if length_mm is None:
        raise click.UsageError(_("give --length-mm or --coin"))
    points = _typed(marks) if marks is not None else _clicked(picture)
    shape = picture.shape
    inside = (points >= -0.5) & (points <= np.array([shape[1], shape[0]]) - 0.5)
    if not inside.all():
        raise ScaleError(
            f"a mark lies outside the picture of {shape[1]} x {shape[0]} px"
        )
    flat = points if lens is None else lens.undistorted(points)
    start, end = ((float(y), float(x)) for x, y in flat)
    size = pixel_size_from_ruler(start, end, length_mm, length_error_mm=error_mm)
    return Made(Scale(size))


def _typed(marks: str) -> NDArray[np.float64]:
    try:
        points = np.array(
            [[float(n) for n in pair.split(",")] for pair in marks.split()], np.float64
        )
    except ValueError:
        points = np.zeros(0)
    if points.shape != (2, 2) or not np.isfinite(points).all():
        raise click.UsageError(
            _("marks are written 'x,y x,y' in px, not {marks!r}").format(marks=marks)
        )
    return points


def _clicked(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    from vein_imaging.cli.view import require_window

    require_window()
    from vein_imaging.viewer.two_clicks import two_clicks

    points: Any = two_clicks(picture)
    if points is None:
        raise click.ClickException(_("no two points were marked; nothing was changed"))
    return np.array(points, np.float64)
