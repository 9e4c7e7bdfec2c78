"""What lies on the skin: texture, pores, freckles, hair, stain."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_phantom.branches import SkinBranch
from vein_phantom.canvas import Canvas, blur, tube_depths
from vein_phantom.limb import Limb
from vein_phantom.pose import Pose
from vein_phantom.settings import PhantomSettings, random_for

__all__ = ["draw_freckles", "draw_hair", "draw_stain", "draw_texture"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# (scale in mm, amplitude): pores and grain, fine lines, mottling, slow unevenness
_TEXTURE = ((0.12, 0.016), (0.4, 0.012), (1.6, 0.014), (7.0, 0.030))


def draw_texture(
    canvas: Canvas, skin_mm: Array, settings: PhantomSettings, pose: Pose
) -> Array:
    """Draw the relief of skin at four scales with fine crossing lines.

    Parameters
    ----------
    canvas : Canvas
        Where to draw.
    skin_mm : (H, W, 2) float64, mm
        Skin coordinates of every pixel: the texture stays with the skin.
    settings : PhantomSettings
        Seed and texture are used.
    pose : Pose
        The picture's own, to skip the warp when there is none.

    Returns
    -------
    (H, W) float64
        Factor on the light, about 1.
    """
    rng = random_for(settings, "texture")
    relief = np.zeros(canvas.shape)
    for scale_mm, amplitude in _TEXTURE:
        relief += amplitude * settings.texture * _noise(canvas, rng, scale_mm)
    for angle in (0.5, -0.7):  # two families of fine lines, bent by the slow noise
        along = canvas.grid_mm() @ np.array([math.cos(angle), math.sin(angle)])
        wave = np.sin(along * (2 * math.pi / 0.9) + 2.5 * _noise(canvas, rng, 1.2))
        relief += 0.006 * settings.texture * wave
    if pose != Pose():
        at_px = canvas.to_px(skin_mm).astype(np.float32)
        relief = cv2.remap(
            relief, at_px[..., 1], at_px[..., 0], cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        ).astype(np.float64)  # fmt: skip
    return np.clip(1.0 + relief, 0.3, 1.7)


def _noise(canvas: Canvas, rng: np.random.Generator, scale_mm: float) -> Array:
    """Smooth noise of unit variance whose grain is of a given size."""
    scale_px = scale_mm / canvas.mm_per_pixel
    step = max(1.0, scale_px)
    rows = math.ceil(canvas.height_px / step) + 4
    columns = math.ceil(canvas.width_px / step) + 4
    coarse = rng.standard_normal((rows, columns))
    size = (round(columns * step), round(rows * step))
    fine = (
        cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC) if step > 1 else coarse
    )
    at = round(2 * step) if step > 1 else 0
    window = fine[at : at + canvas.height_px, at : at + canvas.width_px]
    return np.asarray(window, np.float64) * 1.2


def draw_freckles(
    canvas: Canvas, limb: Limb, pose: Pose, settings: PhantomSettings
) -> tuple[Array, Mask]:
    """Draw freckles and a few darker moles; they stay where they are on the skin.

    Parameters
    ----------
    canvas, limb, pose, settings
        Where to draw, on what, how placed; seed and count.

    Returns
    -------
    darkness : (H, W) float64 in [0, 1]
        0 is plain skin.
    mask : (H, W) bool
        Where it is darker by more than a twentieth.
    """
    rng = random_for(settings, "freckles")
    darkness = np.zeros(canvas.shape)
    for _ in range(settings.freckles):
        along, side, wide, long, turn, dark = rng.uniform(0.0, 1.0, 6).tolist()
        mole = rng.uniform() < 0.2
        centre_mm = _on_limb(limb, settings, along, side)
        radius_mm = (0.35 + 0.9 * wide) * (1.2 if mole else 1.0)
        depth = 0.35 + 0.3 * dark if mole else 0.06 + 0.14 * dark
        row, column = canvas.to_px(pose.place(centre_mm))[0].tolist()
        _stamp(
            darkness, (row, column), radius_mm / canvas.mm_per_pixel, 0.7 + 0.3 * long,
            math.pi * turn, depth,
        )  # fmt: skip
    return darkness, darkness > 0.05


def _stamp(
    image: Array, centre_px: tuple[float, float], radius_px: float, squeeze: float,
    turn: float, height: float,
) -> None:  # fmt: skip
    """Raise a soft-edged ellipse in an image, in place."""
    reach = math.ceil(2.2 * radius_px) + 2
    row, column = centre_px
    top, left = max(0, int(row) - reach), max(0, int(column) - reach)
    view = image[top : max(0, int(row) + reach), left : max(0, int(column) + reach)]
    if view.size == 0:
        return
    y = np.arange(top, top + view.shape[0])[:, None] - row
    x = np.arange(left, left + view.shape[1])[None, :] - column
    a = (y * math.sin(turn) + x * math.cos(turn)) / radius_px
    b = (y * math.cos(turn) - x * math.sin(turn)) / (radius_px * squeeze)
    r2 = a * a + b * b
    np.maximum(view, height * np.exp(-0.7 * r2), out=view)


def _on_limb(limb: Limb, settings: PhantomSettings, along: float, side: float) -> Array:
    """Give a place on the visible limb, (1, 2) mm, from two numbers in [0, 1]."""
    high_mm, wide_mm = settings.extent_mm
    if not settings.limb:
        return np.array([[(side - 0.5) * high_mm, (along - 0.5) * wide_mm]])
    reach_mm = 1.7 * limb.half_length_mm * (along - 0.5)
    return limb.point_mm(np.array([reach_mm]), np.array([1.7 * (side - 0.5)]))


def draw_hair(
    canvas: Canvas, limb: Limb, pose: Pose, settings: PhantomSettings
) -> tuple[Array, Mask]:
    """Draw curved hairs, sharp and one or two pixels wide; other hairs at each visit.

    Parameters
    ----------
    canvas, limb, pose, settings
        Where to draw, on what, how placed; seed, visit and count.

    Returns
    -------
    cover : (H, W) float64 in [0, 1]
        Share of the light that hair takes.
    mask : (H, W) bool
        Pixels that a hair covers by half or more of its own darkness.
    """
    rng = random_for(settings, f"hair {settings.visit}")
    cover, mask = np.zeros(canvas.shape), np.zeros(canvas.shape, bool)
    for _ in range(settings.hair):
        along, side, *shape = rng.uniform(0.0, 1.0, 6).tolist()
        root = pose.place(_on_limb(limb, settings, along, side))[0]
        turn = 0.35 + 1.1 * (shape[0] - 0.5)  # hairs of a leg lean one way
        length_mm = 5.0 + 9.0 * shape[1]
        heading = np.array(
            [
                limb.along[0] * math.cos(turn) + limb.along[1] * math.sin(turn),
                limb.along[1] * math.cos(turn) - limb.along[0] * math.sin(turn),
            ]
        )
        aside = np.array([heading[1], -heading[0]])
        t = np.linspace(0.0, 1.0, 12)[:, None]
        bow = length_mm * 0.9 * (shape[2] - 0.5)
        points = canvas.to_px(root + length_mm * t * heading + bow * t * t * aside)
        radius_mm = (0.045 + 0.03 * shape[3]) * (1.0 - 0.6 * t[:, 0])
        radius_px = np.maximum(radius_mm / canvas.mm_per_pixel, 0.35)
        dark = 0.30 + 0.35 * shape[3]
        for window, inside, _piece in tube_depths(canvas.shape, points, radius_px):
            near = np.sqrt(inside[..., 1]) - np.sqrt(inside[..., 0]) + 0.5
            view = cover[window]
            np.maximum(view, dark * np.clip(near, 0.0, 1.0), out=view)
            mask[window] |= near >= 0.5
    return cover, mask


def draw_stain(
    canvas: Canvas, treated: Sequence[SkinBranch], pose: Pose, settings: PhantomSettings
) -> Array:
    """Draw the brown stain along some treated veins, soft and wider than they were.

    Parameters
    ----------
    canvas, treated, pose, settings
        Where to draw, along what, how placed; seed and stain.

    Returns
    -------
    (H, W) float64, >= 0
        Optical density of the stain.
    """
    stained = random_for(settings, "stain").uniform(0.0, 1.0, 4096)
    density = np.zeros(canvas.shape)
    for branch in treated:
        strength = float(stained[branch.branch_id % 4096])
        if strength < 0.6:  # two in five leave a stain
            continue
        points_px = canvas.to_px(pose.place(branch.points_mm))
        radius_px = (0.8 * branch.diameter_mm + 0.4) / canvas.mm_per_pixel
        for window, inside, _ in tube_depths(canvas.shape, points_px, radius_px):
            view = density[window]
            height = 0.09 * settings.stain * strength
            np.maximum(view, height * (inside[..., 0] <= inside[..., 1]), out=view)
    return blur(density, 0.6 / canvas.mm_per_pixel)
