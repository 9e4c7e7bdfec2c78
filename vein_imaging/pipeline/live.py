"""The live step: one camera frame after another, at a bounded cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Picture, Plane, check_picture
from vein_imaging.imaging.field import find_field, is_visible_light
from vein_imaging.imaging.overlay import draw_overlay
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.imaging.vesselness import Coarse, NoiseLevel
from vein_imaging.pipeline.network import Network, measure_network
from vein_imaging.pipeline.pace import Pace
from vein_imaging.pipeline.settings import AnalysisSettings, Quality
from vein_imaging.pipeline.stages import (
    Scene,
    assemble,
    check_scale,
    find_mask,
    pick_channel,
    respond,
    score_response,
    take_plane,
)

__all__ = ["LiveResult", "LiveStep"]

FIELD_EVERY = 6
"""The field is looked for again every so many frames, and when the picture jumps."""
NOISE_SHARE = 0.2
"""Of each frame's noise level in the running one."""
STILL_PX = 0.5
"""A picture that moved less is averaged with the one before: noise falls."""
JUMP_PX = 40.0
STEADY_SHARE = 0.6
_MOTION_SHRINK = 8


@dataclass(frozen=True, slots=True, eq=False)
class LiveResult:
    """What one frame gave.

    Parameters
    ----------
    vein_map : VeinMap
        Branches may stem from a frame or two before, moved along with the skin.
    overlay : (H, W, 3) uint8 RGB
        The frame with its veins drawn on it.
    quality : {"fast", "full"}
        With which it was made; lower than asked for where the budget was missed.
    cost_s : s
        CPU time of this frame.
    """

    vein_map: VeinMap
    overlay: NDArray[np.uint8]
    quality: Quality
    cost_s: float


@dataclass(frozen=True, slots=True, eq=False)
class _Before:
    """What one frame tells the next; nothing older is kept."""

    channel: Literal["green", "red", "grey"]
    field: Mask
    field_age: int
    noise: NoiseLevel
    response: Image
    network: Network
    network_age: int
    tiny: Image
    quality: Quality


class LiveStep:
    """Analyse the frames of a camera one by one.

    Free of threads. The state is that of the frame before, so memory does not grow. The
    network is traced on every third frame, or fewer when the budget is missed; in
    between its branches move along with the picture.

    Parameters
    ----------
    settings : AnalysisSettings
    mm_per_pixel : mm, optional
    budget_s : s
        CPU time a frame may take. Missed for long, quality falls: first from "full" to
        "fast", then the network is traced less often. It rises again when it can.
    clock : callable, returns s
        CPU clock; an argument so that tests can set it.
    """

    def __init__(
        self,
        settings: AnalysisSettings = AnalysisSettings(),  # noqa: B008 (frozen)
        mm_per_pixel: float | None = None,
        *,
        budget_s: float = 1 / 15,
        clock: Callable[[], float] = time.thread_time,
    ) -> None:
        check_scale(mm_per_pixel)
        self._settings = settings
        self._mm_per_pixel = mm_per_pixel
        self._clock = clock
        self._pace = Pace(settings.quality, budget_s)
        self._before: _Before | None = None

    def step(self, pixels: Picture) -> LiveResult:
        """Analyse the next frame.

        Parameters
        ----------
        pixels : (H, W) or (H, W, 3) RGB, uint8

        Returns
        -------
        LiveResult

        Raises
        ------
        TypeError, ValueError
            As `analyse`. The state is then that of the last good frame.
        """
        begun = self._clock()
        picture = check_picture(pixels)
        quality = self._pace.quality
        found, self._before = self._advance(picture, quality)
        overlay = draw_overlay(picture, found, opacity=1.0)
        cost = self._clock() - begun
        self._pace = self._pace.after(cost)
        return LiveResult(found, overlay, quality, cost)

    def _advance(
        self, picture: NDArray[np.uint8], quality: Quality
    ) -> tuple[VeinMap, _Before]:
        before = self._before
        if before is not None and before.field.shape != picture.shape[:2]:
            before = None
        channel = (
            pick_channel(picture, self._settings) if before is None else before.channel
        )
        plane = take_plane(picture, channel, self._settings)
        tiny = _tiny(plane)
        motion_xy = _motion(before.tiny, tiny, plane) if before else (0.0, 0.0)
        moved_px = float(np.hypot(*motion_xy))
        if before is not None and moved_px > JUMP_PX:
            before = None
        if before is None or before.field_age >= FIELD_EVERY or moved_px > 4:
            field, field_age = find_field(plane, picture), 0
        else:
            field, field_age = before.field, before.field_age + 1
        scene = Scene.of(plane, field, self._mm_per_pixel, self._settings)
        response, noise, coarse = respond(scene, quality, self._settings)
        if before is not None and before.quality == quality:
            noise = before.noise.mixed(noise, NOISE_SHARE)
            if moved_px < STILL_PX:
                response = np.asarray(
                    cv2.addWeighted(
                        response, STEADY_SHARE, before.response, 1 - STEADY_SHARE, 0
                    ),
                    np.float32,
                )
        score = score_response(response, noise, scene)
        mask = find_mask(score, quality, self._settings)
        network, age = self._trace(*(picture, scene, mask, coarse, before, motion_xy))
        found = assemble(
            *(scene, score, network.settled(mask, scene.small_field), network),
            mm_per_pixel=self._mm_per_pixel,
            channel=channel,
        )
        return found, _Before(
            *(channel, field, field_age, noise, response, network, age, tiny, quality)
        )

    def _trace(
        self,
        picture: NDArray[np.uint8],
        scene: Scene,
        mask: Mask,
        coarse: Coarse,
        before: _Before | None,
        motion_xy: tuple[float, float],
    ) -> tuple[Network, int]:
        """Trace the network anew, or move the last one along with the picture."""
        if before is not None and before.network_age + 1 < self._pace.trace_every:
            network = _moved(before.network, motion_xy, scene.halvings)
            return network, before.network_age + 1
        network = measure_network(
            scene.plane,
            mask,
            coarse=coarse,
            halvings=scene.halvings,
            mm_per_pixel=self._mm_per_pixel,
            near_infrared=not is_visible_light(picture),
            settings=self._settings,
        )
        return network, 0


def _tiny(plane: Plane) -> Image:
    """A small copy in which motion is measured."""
    height, width = plane.shape
    # halves first: OpenCV halves four times as fast as it shrinks by other factors
    half = cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    size = [_whole_side(side // _MOTION_SHRINK) for side in (width, height)]
    small = cv2.resize(half, size, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32)


def _whole_side(side: int) -> int:
    """Largest even side up to this that OpenCV transforms without padding.

    Its phase correlation is half a pixel off where it pads to an odd size.
    """
    side = max(8, side // 2 * 2)
    while cv2.getOptimalDFTSize(side) != side:
        side -= 2
    return side


def _motion(before: Image, now: Image, plane: Plane) -> tuple[float, float]:
    """How far the picture moved, px at full size, (x, y); phase correlation."""
    (x, y), _ = cv2.phaseCorrelate(before, now)
    return x * plane.shape[1] / now.shape[1], y * plane.shape[0] / now.shape[0]


def _moved(network: Network, motion_xy: tuple[float, float], halvings: int) -> Network:
    columns, rows = (round(part / 2**halvings) for part in motion_xy)
    added, rejected = (
        np.roll(mask, (rows, columns), axis=(0, 1)) if rows or columns else mask
        for mask in (network.added, network.rejected)
    )
    step_rc = np.array(motion_xy[::-1], np.float32)
    branches = tuple(
        replace(branch, points_rc=branch.points_rc + step_rc)
        for branch in network.branches
    )
    return Network(branches, network.junctions_rc + step_rc, added, rejected)
