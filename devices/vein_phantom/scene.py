"""One visit, drawn once; each frame of it is a window, the light and the noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_phantom.branches import (
    SkinBranch,
    branches_of,
    choose_treated,
    eight_weeks_later,
)
from vein_phantom.canvas import Canvas, blur, canvas_for
from vein_phantom.light import background, draw_glare, illumination, shade
from vein_phantom.limb import Limb, shape_limb
from vein_phantom.optics import draw_absorbance
from vein_phantom.pose import Pose, pose_of_visit
from vein_phantom.sensor import Sensor, make_sensor
from vein_phantom.settings import PhantomSettings, random_for
from vein_phantom.surface import (
    draw_freckles,
    draw_hair,
    draw_stain,
    draw_texture,
)
from vein_phantom.tree import grow_tree
from vein_phantom.truth import PhantomTruth

__all__ = ["Scene", "draw_frame", "draw_scene"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# By channel: linear reflectance of skin, and how strongly melanin shows.
_SKIN = {"nir": (0.60,), "skin": (0.66, 0.36, 0.25)}
_MELANIN = {"nir": (0.5,), "skin": (0.8, 1.1, 1.3)}
_CLOTH = {"nir": (1.0,), "skin": (0.75, 0.85, 0.95)}
_FRAMES_PER_SECOND = 30.0  # of the drawn hand's motion, whatever rate is asked for


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What does not change between the frames of a visit. Read-only, for one camera.

    Parameters
    ----------
    settings : PhantomSettings
        What was asked.
    canvas : Canvas
        Frame size and margins.
    reflectance : (H, W) or (H, W, 3) uint16
        Canvas: 65535 sends all light back.
    masks : mapping of str to (H, W) bool
        Canvas: mask, skin, hair, freckles, stain.
    glare_mask : (height_px, width_px) bool
        Frame.
    sensor : Sensor
        Light, glare and noise, in frame coordinates.
    pose, branches, gone
        See `PhantomTruth`.
    """

    settings: PhantomSettings
    canvas: Canvas
    reflectance: NDArray[np.uint16]
    masks: dict[str, Mask]
    glare_mask: Mask
    sensor: Sensor
    pose: Pose
    branches: tuple[SkinBranch, ...]
    gone: tuple[SkinBranch, ...]

    def frame(self, index: int) -> tuple[NDArray[np.uint8], PhantomTruth]:
        """Draw one frame.

        Parameters
        ----------
        index : int, >= 0
            Which; the hand moves as if 30 came each second.

        Returns
        -------
        pixels : (H, W) or (H, W, 3) uint8
        truth : PhantomTruth

        Raises
        ------
        ValueError
            If the index is negative.
        """
        if index < 0:
            raise ValueError(f"frames count from 0; got {index}")
        shift16 = _hand_shift16(self.settings, index)
        seen = _window(self.reflectance, self.canvas, self.settings, shift16)
        pixels = self.sensor.expose(seen, index)
        return pixels, self._truth(shift16)

    def _truth(self, shift16: tuple[int, int]) -> PhantomTruth:
        settings, margin = self.settings, self.canvas.margin_px
        top, left = (margin + ((s + 8) >> 4) for s in shift16)
        window = np.s_[top : top + settings.height_px, left : left + settings.width_px]
        return PhantomTruth(
            seed=settings.seed,
            visit=settings.visit,
            mm_per_pixel=settings.mm_per_pixel,
            glare=self.glare_mask,
            shift_rc=(shift16[0] / 16.0, shift16[1] / 16.0),
            pose=self.pose,
            skin_branches=self.branches,
            skin_gone=self.gone,
            **{name: mask[window] for name, mask in self.masks.items()},
        )


def _hand_shift16(settings: PhantomSettings, index: int) -> tuple[int, int]:
    """How far the hand has moved since frame 0, in sixteenths of a pixel.

    Three sines for each axis, periods from 1.3 to 6 s: sway, breath and tremor of a
    hand that holds a camera still.
    """
    rng = random_for(settings, f"motion {settings.visit}")
    shift = []
    for _ in range(2):
        away_mm = 0.0
        for amplitude_mm, period_s in ((0.45, 6.0), (0.2, 2.7), (0.06, 1.3)):
            phase, stretch = rng.uniform(0.0, 1.0, 2).tolist()
            speed = 2.0 * math.pi / (period_s * (0.85 + 0.3 * stretch))
            start = 2.0 * math.pi * phase
            now = math.sin(speed * index / _FRAMES_PER_SECOND + start)
            away_mm += amplitude_mm * (now - math.sin(start))
        shift.append(round(16 * settings.motion * away_mm / settings.mm_per_pixel))
    return shift[0], shift[1]


def _window(
    canvas_pixels: NDArray[np.uint16],
    canvas: Canvas,
    settings: PhantomSettings,
    shift16: tuple[int, int],
) -> NDArray[np.uint32]:
    """Cut the frame out of the canvas, bilinear to 1/16 of a pixel, in integers."""
    top, left = (canvas.margin_px + (s >> 4) for s in shift16)
    down, right = (s & 15 for s in shift16)
    rows, columns = settings.height_px, settings.width_px
    part = canvas_pixels[top : top + rows + 1, left : left + columns + 1]
    seen = _blend(part.astype(np.uint32), down)
    seen = _blend(seen.swapaxes(0, 1), right).swapaxes(0, 1)
    return (seen + np.uint32(128)) >> np.uint32(8)


def _blend(seen: NDArray[np.uint32], part16: int) -> NDArray[np.uint32]:
    """16 times the values `part16` sixteenths of the way from each row to the next."""
    blended = seen[:-1] * np.uint32(16 - part16)
    if part16:
        blended += seen[1:] * np.uint32(part16)
    return blended


def draw_scene(settings: PhantomSettings) -> Scene:
    """Draw everything that stays the same between the frames of a visit.

    Parameters
    ----------
    settings : PhantomSettings
        What to draw.

    Returns
    -------
    Scene
    """
    canvas, pose, limb = (
        canvas_for(settings),
        pose_of_visit(settings),
        shape_limb(settings),
    )
    branches: tuple[SkinBranch, ...] = ()
    gone: tuple[SkinBranch, ...] = ()
    if settings.veins:
        branches = branches_of(grow_tree(settings, limb), settings)
        branches = choose_treated(branches, settings)
    treated = tuple(branch for branch in branches if branch.treated)
    if settings.visit == "after":
        branches, gone = eight_weeks_later(branches, settings)

    picture, masks = _paint(settings, canvas, limb, pose, branches, treated)
    m = canvas.margin_px
    middle = np.s_[m : m + settings.height_px, m : m + settings.width_px]
    glare, glare_mask = draw_glare(settings, masks["skin"][middle])
    for array in (*masks.values(), glare_mask):
        array.flags.writeable = False
    return Scene(
        settings=settings,
        canvas=canvas,
        reflectance=np.rint(picture.clip(0.0, 1.0) * 65535.0).astype(np.uint16),
        masks=masks,
        glare_mask=glare_mask,
        sensor=make_sensor(settings, illumination(settings), glare),
        pose=pose,
        branches=branches,
        gone=gone,
    )


def _paint(
    settings: PhantomSettings,
    canvas: Canvas,
    limb: Limb,
    pose: Pose,
    branches: tuple[SkinBranch, ...],
    treated: tuple[SkinBranch, ...],
) -> tuple[Array, dict[str, Mask]]:
    """Paint the canvas: linear reflectance, and where everything is."""
    skin_mm = canvas.skin_mm(pose)
    across = limb.across(skin_mm)
    edge_px = (1.0 - np.abs(across)) * limb.half_width_mm / canvas.mm_per_pixel
    on_skin = np.clip(edge_px + 0.5, 0.0, 1.0)
    absorbance, mask = draw_absorbance(canvas, branches, pose, settings)
    freckles, freckle_mask = draw_freckles(canvas, limb, pose, settings)
    hair, hair_mask = draw_hair(canvas, limb, pose, settings)
    stain = np.zeros(canvas.shape)
    if settings.visit == "after" and settings.stain > 0.0:
        stain = draw_stain(canvas, treated, pose, settings)
    lit = shade(across) * draw_texture(canvas, skin_mm, settings, pose)
    behind = background(canvas, limb, pose, across, settings)

    picture = np.empty((*canvas.shape, settings.channels))
    for channel in range(settings.channels):
        melanin = _MELANIN[settings.colour][channel]
        skin = _SKIN[settings.colour][channel] * lit
        skin = skin * np.exp(-absorbance[..., channel] - melanin * stain)
        skin = skin * (1.0 - np.minimum(melanin * freckles, 0.9))
        cloth = _CLOTH[settings.colour][channel] * behind
        flat = cloth + on_skin * (skin - cloth)
        picture[..., channel] = blur(flat * (1.0 - hair), settings.defocus_px)
    skin_mask = on_skin > 0.5
    masks = {
        "mask": mask & skin_mask,
        "skin": skin_mask,
        "hair": hair_mask,
        "freckles": freckle_mask & skin_mask,
        "stain": stain > 0.02,
    }
    return (picture if settings.channels == 3 else picture[..., 0]), masks


def draw_frame(
    settings: PhantomSettings, index: int = 0
) -> tuple[NDArray[np.uint8], PhantomTruth]:
    """Draw one frame from scratch. For many frames of a visit keep a `draw_scene`.

    Parameters
    ----------
    settings : PhantomSettings
        What to draw.
    index : int, >= 0
        Which frame.

    Returns
    -------
    pixels : (H, W) or (H, W, 3) uint8
        Near-infrared grey, or RGB. The same bytes for the same arguments.
    truth : PhantomTruth
    """
    return draw_scene(settings).frame(index)
