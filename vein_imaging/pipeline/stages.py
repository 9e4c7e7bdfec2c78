"""correct > enhance > segment, as steps that a picture and a video share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Plane
from vein_imaging.imaging.contrast import without_rim
from vein_imaging.imaging.filling.glare import fill_glare, find_glare
from vein_imaging.imaging.filling.hair import fill_thin, find_hairs, hair_halvings
from vein_imaging.imaging.plane import (
    choose_channel,
    octaves_for,
    patched,
    take_channel,
    together,
)
from vein_imaging.imaging.segment import segment
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.imaging.vesselness import (
    Coarse,
    NoiseLevel,
    measure_noise,
    vesselness,
)
from vein_imaging.imaging.working_size import WorkingSize
from vein_imaging.pipeline.network import Network
from vein_imaging.pipeline.recipe import WIDEST_MM, Recipe
from vein_imaging.pipeline.settings import AnalysisSettings

__all__ = [
    "Ground",
    "PreparedPicture",
    "assemble",
    "check_scale",
    "find_mask",
    "pick_channel",
    "respond",
    "score_response",
    "take_plane",
]

_CLAHE_CLIP, _CLAHE_TILES = 2.0, (8, 8)


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Where veins are looked for; the same for many frames of a video.

    Parameters
    ----------
    field : (H, W) bool
    small_field : (h, w) bool
        The same at the working size.
    inner : (h, w) bool
        That without its rim.
    advice : str
        What would make the field surer: "come nearer"; mostly "".
    """

    field: Mask
    small_field: Mask
    inner: Mask
    advice: str = ""

    @classmethod
    def of(cls, field: Mask, size: WorkingSize, advice: str = "") -> Ground:
        """Shrink a field to the working size.

        Parameters
        ----------
        field : (H, W) bool
        size : WorkingSize
        advice : str
        """
        small = size.shrunk_mask(field)
        return cls(field, small, without_rim(small), advice)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPicture:
    """A picture made ready to be searched.

    Parameters
    ----------
    raw : (H, W) uint8
        The channel searched, at full size; veins dark.
    small : (h, w) uint8
        The same at the working size, hairs filled.
    ground : Ground
    inner : (h, w) bool
        The field without its rim and without highlights.
    patch : (Mask, Plane) or None
        Hairs, and what is put in their place; at a size of its own.
    glare : (h, w) bool or None
        Highlights.
    size : WorkingSize
    recipe : Recipe
    octaves : int
    """

    raw: Plane
    small: Plane
    ground: Ground
    inner: Mask
    patch: tuple[Mask, Plane] | None
    glare: Mask | None
    size: WorkingSize
    recipe: Recipe
    octaves: int

    @property
    def field(self) -> Mask:
        """(H, W) bool: where is looked."""
        return self.ground.field

    @property
    def small_field(self) -> Mask:
        """(h, w) bool: the same at the working size."""
        return self.ground.small_field

    @property
    def plane(self) -> Plane:
        """(H, W) uint8: the channel at full size, hairs and highlights filled.

        Made anew each time: of a video's frames only those that are traced need it.
        """
        plane = self.raw
        if self.patch is not None:
            plane = patched(plane, *self.patch)
        if self.glare is not None:
            shine = fill_glare(self.small, self.small_field, self.glare)
            plane = patched(plane, *shine)
        return plane

    @classmethod
    def of(
        cls,
        plane: Plane,
        field: Mask | Ground,
        recipe: Recipe,
        mm_per_pixel: float | None,
        settings: AnalysisSettings,
    ) -> PreparedPicture:
        """Take hairs and highlights out of a plane, and shrink it to the working size.

        Parameters
        ----------
        plane : (H, W) uint8
        field : (H, W) bool, or Ground
            A ground of another working size is shrunk anew.
        recipe : Recipe
        mm_per_pixel : mm or None
        settings : AnalysisSettings
        """
        shape = plane.shape[0], plane.shape[1]
        size = recipe.working_size(shape, mm_per_pixel)
        ground = field if isinstance(field, Ground) else Ground.of(field, size)
        if ground.small_field.shape != size.small:
            ground = Ground.of(ground.field, size, ground.advice)
        inner = ground.inner
        patch, glare = None, None
        times = hair_halvings(mm_per_pixel) if settings.reject_hair else None
        if times is None:
            small = size.shrunk(plane)
        else:
            bare = _halved(plane, times)
            hairs = find_hairs(bare)
            bare = fill_thin(bare, hairs)
            patch = hairs, bare
            if bare.shape < size.small:
                small = patched(size.shrunk(plane), hairs, bare)
            else:
                small = size.shrunk(bare)
        if settings.reject_glare:
            glare = find_glare(small, ground.small_field)
            # the search fills in what is left out of `inner` itself
            inner = inner & ~glare
        octaves = recipe.octaves
        if mm_per_pixel is not None:
            octaves = octaves_for(WIDEST_MM / (mm_per_pixel * size.scale))
        return cls(plane, small, ground, inner, patch, glare, size, recipe, octaves)


def _halved(plane: Plane, times: int) -> Plane:
    if not times:
        return plane
    size = max(1, plane.shape[1] >> times), max(1, plane.shape[0] >> times)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)


def check_scale(mm_per_pixel: float | None) -> None:
    """Refuse a scale that is none.

    Parameters
    ----------
    mm_per_pixel : mm or None

    Raises
    ------
    ValueError
        If it is not a positive finite number.
    """
    if mm_per_pixel is None:
        return
    if not (math.isfinite(mm_per_pixel) and mm_per_pixel > 0):
        raise ValueError(
            f"mm_per_pixel must be a positive number, not {mm_per_pixel!r}; "
            "leave it out where the scale is unknown"
        )


def pick_channel(
    picture: NDArray[np.uint8], settings: AnalysisSettings
) -> Literal["green", "red", "grey"]:
    """Find the channel that is searched: the one asked for, or the best.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8
    settings : AnalysisSettings

    Returns
    -------
    {"green", "red", "grey"}
    """
    if settings.channel == "auto":
        return choose_channel(picture)
    return settings.channel


def take_plane(
    picture: NDArray[np.uint8],
    channel: Literal["green", "red", "grey"],
    recipe: Recipe,
    settings: AnalysisSettings,
) -> Plane:
    """Take the channel that is searched; veins are dark in it.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8
    channel : {"green", "red", "grey"}
    recipe : Recipe
        May ask for red beside green, where nobody chose one.
    settings : AnalysisSettings

    Returns
    -------
    (H, W) uint8
    """
    plane = take_channel(picture, channel)
    if recipe.red_and_green and settings.channel == "auto" and channel == "green":
        plane = together(take_channel(picture, "red"), plane)
    if settings.polarity == "bright":
        return np.asarray(cv2.bitwise_not(plane), np.uint8)
    return plane


def respond(scene: PreparedPicture) -> tuple[Image, NoiseLevel, Coarse]:
    """Vesselness of a scene in per cent of contrast, and its background's level.

    Parameters
    ----------
    scene : PreparedPicture

    Returns
    -------
    response : (h, w) float32
    noise : NoiseLevel
    coarse : Coarse
    """
    small = scene.small
    if scene.recipe.equalised:
        small = _equalised(small)
    response, coarse = vesselness(
        small, scene.inner, search=scene.recipe.search, octaves=scene.octaves
    )
    return response, measure_noise(response, scene.inner), coarse


def _equalised(plane: Plane) -> Plane:
    """Local contrast equalised (CLAHE), alike whichever way the picture is turned.

    OpenCV puts what its tiles lack to the right and below only.
    """
    shape = plane.shape[0], plane.shape[1]
    lacking = [-side % tiles for side, tiles in zip(shape, _CLAHE_TILES, strict=True)]
    top, left = (part // 2 for part in lacking)
    bottom, right = lacking[0] - top, lacking[1] - left
    padded = cv2.copyMakeBorder(plane, top, bottom, left, right, cv2.BORDER_REFLECT_101)
    equal = cv2.createCLAHE(_CLAHE_CLIP, _CLAHE_TILES).apply(padded)
    return np.asarray(equal[top : top + shape[0], left : left + shape[1]], np.uint8)


def score_response(response: Image, noise: NoiseLevel, scene: PreparedPicture) -> Image:
    """Tell a response in standard deviations of the background; 0 outside the field.

    Parameters
    ----------
    response : (h, w) float32
    noise : NoiseLevel
    scene : PreparedPicture

    Returns
    -------
    (h, w) float32
    """
    score = cv2.addWeighted(
        response, 1 / noise.spread, response, 0, -noise.middle / noise.spread
    )
    score[~scene.small_field] = 0
    return np.asarray(score, np.float32)


def find_mask(score: Image, recipe: Recipe, settings: AnalysisSettings) -> Mask:
    """Pixels of veins at the working size.

    Parameters
    ----------
    score : (h, w) float32
    recipe : Recipe
        With which the score was made.
    settings : AnalysisSettings

    Returns
    -------
    (h, w) bool
    """
    return segment(
        score,
        weak_score=recipe.weak_score,
        strong_score=recipe.strong_score,
        sensitivity=settings.sensitivity,
    )


def assemble(
    scene: PreparedPicture,
    score: Image,
    mask: Mask,
    network: Network,
    *,
    mm_per_pixel: float | None,
    channel: str,
    scale_error: float = 0.0,
    advice: str = "",
) -> VeinMap:
    """Bring what was found to the picture's own size.

    Parameters
    ----------
    scene : PreparedPicture
    score : (h, w) float32
    mask : (h, w) bool
        As it was traced.
    network : Network
    mm_per_pixel : mm or None
    channel : str
    scale_error : >= 0
        Standard deviation of `mm_per_pixel`, as a share of it.
    advice : str
        What would help to find more.

    Returns
    -------
    VeinMap
    """
    size = scene.raw.shape[1], scene.raw.shape[0]
    return VeinMap.later(
        {
            "vesselness": partial(_whole_score, score, size),
            "mask": lambda: _enlarged(network.settled(mask, score), size),
        },
        field=scene.field,
        branches=network.branches,
        junctions_rc=network.junctions_rc,
        mm_per_pixel=mm_per_pixel,
        channel=channel,
        scale_error=scale_error,
        advice=advice,
    )


def _whole_score(score: Image, size: tuple[int, int]) -> Image:
    if size == score.shape[::-1]:
        return score
    return np.asarray(cv2.resize(score, size), np.float32)


def _enlarged(mask: Mask, size: tuple[int, int]) -> Mask:
    """A mask brought to a size (width, height), its edges where half of it lies."""
    if size == mask.shape[::-1]:
        return mask
    if size == (2 * mask.shape[1], 2 * mask.shape[0]):
        # half of it lies there exactly where the pixel doubled is set; two bytes each
        doubled = mask.astype(np.uint16) * np.uint16(0x0101)
        return np.repeat(doubled, 2, axis=0).view(np.bool_)
    whole = np.multiply(mask.view(np.uint8), np.uint8(255))
    return np.asarray(cv2.resize(whole, size) > 127)
