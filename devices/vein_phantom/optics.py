"""What light does in skin: absorption along the chord, blur that grows with depth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vein_phantom.branches import SkinBranch
from vein_phantom.canvas import Canvas, blur, tube_depths
from vein_phantom.pose import Pose
from vein_phantom.settings import PhantomSettings

__all__ = ["draw_absorbance"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Blur of a buried absorber: sigma = .44 mm per mm of depth. From the diffusion PSF
# (mus' 1.0, mua .02 /mm: FWHM 1.9 mm at 1 mm), scaled by .55 to look like real frames.
_SIGMA_PER_DEPTH = 0.44
_LEVELS_MM = (0.12, 0.25, 0.5, 0.9, 1.5, 2.4, 3.6, 5.4)
"""Blur grows with depth, by half an octave to one octave per step; between two steps it
is mixed."""

# Absorption of blood above that of skin (/mm of chord), and loss of contrast with depth
# (/mm), per channel.
_OPTICS = {
    "nir": ((0.30,), (0.45,)),
    "skin": ((0.14, 0.75, 0.55), (0.30, 0.95, 1.25)),
}
# Light scatters around a thick vein: absorbance saturates with the chord (mm).
_SATURATION_MM = 3.0


def draw_absorbance(
    canvas: Canvas,
    branches: Sequence[SkinBranch],
    pose: Pose,
    settings: PhantomSettings,
) -> tuple[Array, Mask]:
    """Draw what the veins take from the light, as Beer and Lambert have it.

    Parameters
    ----------
    canvas : Canvas
        Where to draw.
    branches : sequence of SkinBranch
        Veins on the skin.
    pose : Pose
        Where skin lies in the picture.
    settings : PhantomSettings
        Colour and contrast are used.

    Returns
    -------
    absorbance : (H, W, C) float64, >= 0
        Light left is `exp(-absorbance)`; C is 1 or 3.
    mask : (H, W) bool
        Pixels whose centre lies inside a vein.
    """
    layers: dict[int, Array] = {}
    mask = np.zeros(canvas.shape, bool)
    for branch in branches:
        _draw_chords(canvas, branch, pose, layers, mask)
    absorption, loss = _OPTICS[settings.colour]
    total = np.zeros((*canvas.shape, len(absorption)))
    for level, chord_mm in sorted(layers.items()):
        depth_mm = _LEVELS_MM[level]
        saturated = chord_mm / (1.0 + chord_mm / _SATURATION_MM)
        soft = blur(saturated, _SIGMA_PER_DEPTH * depth_mm / canvas.mm_per_pixel)
        for channel, (mu, k) in enumerate(zip(absorption, loss, strict=True)):
            total[..., channel] += settings.contrast * mu * np.exp(-k * depth_mm) * soft
    return total, mask


def _draw_chords(
    canvas: Canvas, branch: SkinBranch, pose: Pose, layers: dict[int, Array], mask: Mask
) -> None:
    """Add the chords of a branch to the layers just above and below its depth."""
    points_px = canvas.to_px(pose.place(branch.points_mm))
    radius_px = branch.diameter_mm / (2.0 * canvas.mm_per_pixel)
    levels = np.array(_LEVELS_MM)
    at = np.interp(branch.depth_mm, levels, np.arange(len(levels)))
    for window, inside, piece in tube_depths(canvas.shape, points_px, radius_px):
        left = inside[..., 1] - inside[..., 0]
        mask[window] |= left >= 0.0
        chord_mm = 2.0 * canvas.mm_per_pixel * np.sqrt(np.maximum(left, 0.0))
        level = float(at[piece] + at[piece + 1]) / 2.0
        low = int(level)
        for index, weight in ((low, 1.0 - (level - low)), (low + 1, level - low)):
            if weight > 0.0:
                if index not in layers:
                    layers[index] = np.zeros(canvas.shape)
                view = layers[index][window]
                np.maximum(view, weight * chord_mm, out=view)
