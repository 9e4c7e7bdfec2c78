"""`analyse`: one picture, all stages."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import (
    Image,
    Mask,
    Picture,
    Plane,
    check_picture,
    fit_mask,
)
from vein_imaging.imaging.contrast import without_rim
from vein_imaging.imaging.field import find_field
from vein_imaging.imaging.plane import (
    choose_channel,
    halvings_for,
    octaves_for,
    take_channel,
)
from vein_imaging.imaging.segment import segment
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.imaging.vesselness import FAST, FULL, measure_noise, vesselness
from vein_imaging.pipeline.network import measure_network
from vein_imaging.pipeline.settings import AnalysisSettings

__all__ = ["analyse"]

_SEARCH = {"fast": FAST, "full": FULL}


def analyse(
    image: Picture,
    *,
    mm_per_pixel: float | None = None,
    field: Mask | None = None,
    settings: AnalysisSettings = AnalysisSettings(),  # noqa: B008 (frozen)
) -> VeinMap:
    """Find the veins of a picture, follow them and measure their width.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) RGB, uint8, uint16 or float32 in [0, 1]
    mm_per_pixel : mm, optional
        Size of a pixel on the skin; without it nothing is given in mm.
    field : (H, W) bool, optional
        Where to look; found from the picture where it is left out.
    settings : AnalysisSettings

    Returns
    -------
    VeinMap

    Raises
    ------
    TypeError, ValueError
        If `image`, `field` or `mm_per_pixel` cannot be used; the message says why.
    """
    picture = check_picture(image)
    if mm_per_pixel is not None and not (
        math.isfinite(mm_per_pixel) and mm_per_pixel > 0
    ):
        raise ValueError(
            f"mm_per_pixel must be a positive number, not {mm_per_pixel!r}"
        )
    shape = (picture.shape[0], picture.shape[1])
    channel = settings.channel
    if channel == "auto":
        channel = choose_channel(picture)
    plane = take_channel(picture, channel)
    if settings.polarity == "bright":
        plane = np.asarray(cv2.bitwise_not(plane), np.uint8)
    looked_at = find_field(plane) if field is None else fit_mask(field, shape)
    halvings = halvings_for(shape)
    octaves = octaves_for(mm_per_pixel, halvings)
    score, mask = _find(plane, looked_at, halvings, octaves, settings)
    network = measure_network(
        plane,
        mask,
        halvings=halvings,
        mm_per_pixel=mm_per_pixel,
        settings=settings,
    )
    return VeinMap(
        vesselness=np.asarray(_enlarge(score, shape), np.float32),
        mask=np.asarray(_enlarge(network.mask.astype(np.uint8) * 255, shape)) > 127,
        field=looked_at,
        branches=network.branches,
        junctions_rc=network.junctions_rc,
        mm_per_pixel=mm_per_pixel,
        channel=channel,
    )


def _enlarge(array: NDArray[np.generic], shape: tuple[int, int]) -> NDArray[np.generic]:
    if array.shape == shape:
        return array
    return cv2.resize(array, shape[::-1], interpolation=cv2.INTER_LINEAR)  # type: ignore[call-overload, no-any-return]


def _find(
    plane: Plane,
    field: Mask,
    halvings: int,
    octaves: int,
    settings: AnalysisSettings,
) -> tuple[Image, Mask]:
    """Vesselness and mask at the working size."""
    if halvings:
        size = (plane.shape[1] >> halvings, plane.shape[0] >> halvings)
        plane = np.asarray(
            cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8
        )
        small = cv2.resize(
            field.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST
        )
        field = small > 0
    if settings.quality == "full":
        plane = np.asarray(cv2.createCLAHE(2.0, (8, 8)).apply(plane), np.uint8)
    inner = without_rim(field)
    search = _SEARCH[settings.quality]
    response = vesselness(plane, inner, search=search, octaves=octaves)
    noise = measure_noise(response, inner)
    score = (response - np.float32(noise.middle)) * np.float32(1 / noise.spread)
    score[~field] = 0
    return score, segment(
        score, weak_score=search.weak_score, sensitivity=settings.sensitivity
    )
