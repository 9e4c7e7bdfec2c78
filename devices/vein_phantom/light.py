"""The light on the scene, its mirror images on wet skin, and the background."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vein_phantom.canvas import Canvas
from vein_phantom.limb import Limb
from vein_phantom.pose import Pose
from vein_phantom.settings import PhantomSettings, random_for

__all__ = ["background", "draw_glare", "illumination", "shade"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def shade(across: Array) -> Array:
    """Brightness of a round limb under a light beside the camera.

    Parameters
    ----------
    across : (H, W) float64
        -1 and 1 at the outlines.

    Returns
    -------
    (H, W) float64 in [0, 1]
    """
    height = np.sqrt(np.maximum(1.0 - across * across, 0.0))
    return 0.25 + 0.75 * np.sqrt(height)


def illumination(settings: PhantomSettings) -> Array:
    """Light each pixel of the frame: a hot centre, a slope, the lens's vignetting.

    Parameters
    ----------
    settings : PhantomSettings
        Size, seed, visit and light are used.

    Returns
    -------
    (height_px, width_px) float64
        About 1 at the centre; flat 0.9 where `light` is 0.
    """
    rng = random_for(settings, f"light {settings.visit}")
    row0, column0, gain, slope_row, slope_column, spread = rng.uniform(
        -1, 1, 6
    ).tolist()
    height, width = settings.height_px, settings.width_px
    half = math.hypot(height, width) / 2.0
    y = (np.arange(height) - (height - 1) / 2)[:, None] / half
    x = (np.arange(width) - (width - 1) / 2)[None, :] / half
    away2 = (y - 0.14 * row0) ** 2 + (x - 0.2 * column0) ** 2
    sigma = 0.42 + 0.06 * spread
    hot = 0.36 + 0.94 * np.exp(-away2 / (2.0 * sigma * sigma))
    slope = 1.0 + 0.12 * (slope_row * y + slope_column * x)
    vignetting = 1.0 / (1.0 + 0.45 * (y * y + x * x)) ** 2  # cos^4 of the field angle
    uneven = hot * slope * vignetting
    return np.asarray(
        (1.0 + 0.08 * gain) * (0.9 + settings.light * (uneven - 0.9)), np.float64
    ).clip(0.02, 1.9)


def draw_glare(settings: PhantomSettings, on_skin: Mask) -> tuple[Array, Mask]:
    """Draw reflections of the lamp, which move with the camera and not with the skin.

    Parameters
    ----------
    settings : PhantomSettings
        Size, seed, visit and count are used.
    on_skin : (height_px, width_px) bool
        Where skin is: spots are sought there.

    Returns
    -------
    glare : (height_px, width_px) float64, >= 0
        Light to be added, 1 saturates.
    mask : (height_px, width_px) bool
        Where it adds more than a twentieth.
    """
    rng = random_for(settings, f"glare {settings.visit}")
    height, width = on_skin.shape
    glare = np.zeros((height, width))
    for _ in range(settings.glare):
        shape = rng.uniform(0.0, 1.0, 4).tolist()
        for _try in range(20):
            row, column = rng.uniform(0.05, 0.95, 2).tolist()
            row, column = row * (height - 1), column * (width - 1)
            if on_skin[int(row), int(column)]:
                break
        long_px = (0.3 + 1.0 * shape[0] * shape[0]) / settings.mm_per_pixel
        wide_px = long_px * (0.35 + 0.5 * shape[1])
        turn = math.pi * shape[2]
        y, x = np.arange(height)[:, None] - row, np.arange(width)[None, :] - column
        a = (y * math.sin(turn) + x * math.cos(turn)) / long_px
        b = (y * math.cos(turn) - x * math.sin(turn)) / wide_px
        r2 = a * a + b * b
        # A bright core in a faint bloom.
        core = 1.1 / (1.0 + r2 * r2) + 0.10 / (1.0 + 0.3 * r2) ** 2
        glare += (0.5 + 0.7 * shape[3]) * np.where(r2 < 60.0, core, 0.0)
    return glare, glare > 0.05


def background(
    canvas: Canvas, limb: Limb, pose: Pose, across: Array, settings: PhantomSettings
) -> Array:
    """Draw what the limb lies on: a cushion with seam and folds, and a shadow.

    Parameters
    ----------
    canvas, limb, pose, settings
        Where to draw, beside what, how placed; seed and visit.
    across : (H, W) float64
        Place across the limb of every pixel, for the shadow.

    Returns
    -------
    (H, W) float64 in [0, 1]
    """
    rng = random_for(settings, f"background {settings.visit}")
    level, cushion, angle, *fold = rng.uniform(0.0, 1.0, 9).tolist()
    floor = 0.05 + 0.08 * level
    grid = canvas.grid_mm()
    high_mm, wide_mm = settings.extent_mm
    turn = 0.5 * (angle - 0.5) + math.atan2(limb.along[0], limb.along[1])
    y = grid[..., 0] * math.cos(turn) - grid[..., 1] * math.sin(turn)
    x = grid[..., 0] * math.sin(turn) + grid[..., 1] * math.cos(turn)
    # Distance inside a rectangle that fills about two thirds of the frame.
    inside_mm = np.minimum(
        0.44 * min(high_mm, wide_mm) - np.abs(y - 3.0),
        0.36 * max(high_mm, wide_mm) - np.abs(x - 5.0 * (angle - 0.5)),
    )
    cloth = np.clip(inside_mm / 1.2 + 0.5, 0.0, 1.0)
    rounded = 1.0 - 0.35 / (1.0 + np.maximum(inside_mm, 0.0) / 1.5)
    picture = floor + (0.12 + 0.50 * cushion) * cloth * rounded
    seam = np.abs(inside_mm - 3.2)
    picture = picture * (1.0 - 0.30 * np.clip(1.0 - seam / 0.35, 0.0, 1.0))
    for i in range(3):
        tilt = math.pi * fold[i]
        line = y * math.cos(tilt) + x * math.sin(tilt) - 25.0 * (fold[i + 3] - 0.5)
        crease = 0.12 * np.exp(-(line * line) / 2.0)
        picture = picture * (1.0 - crease * cloth)
    gap_mm = (np.abs(across) - 1.0) * limb.half_width_mm
    shadow = 1.0 - 0.55 * np.exp(-np.maximum(gap_mm, 0.0) / 2.6)
    return np.asarray(picture * shadow, np.float64)
