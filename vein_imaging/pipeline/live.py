"""The live step: one camera frame after another, at a bounded cost."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Picture, check_picture
from vein_imaging.imaging.field import find_field, is_visible_light
from vein_imaging.imaging.overlay import draw_overlay
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.imaging.vesselness import Coarse, NoiseLevel
from vein_imaging.pipeline.motion import measure_motion, tiny_copy
from vein_imaging.pipeline.network import Network, measure_network
from vein_imaging.pipeline.pace import Pace
from vein_imaging.pipeline.settings import AnalysisSettings, Quality
from vein_imaging.pipeline.stages import (
    Ground,
    Scene,
    assemble,
    check_scale,
    find_mask,
    pick_channel,
    respond,
    score_response,
    take_plane,
)

__all__ = ["Enhanced", "LiveResult", "LiveStep"]

FIELD_EVERY = 6
"""The field is looked for again every so many frames, and when the picture jumps."""
NOISE_SHARE = 0.2
"""Of each frame's noise level in the running one."""
STILL_PX = 0.5
"""A picture that moved less is averaged with the one before: noise falls."""
JUMP_PX = 40.0
STEADY_SHARE = 0.6
TURN_PX = 4.0
"""A picture that moved more has its field looked for again."""


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
class Enhanced:
    """A frame half way: searched for veins, which are not yet traced.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8
    scene : Scene
    channel : {"green", "red", "grey"}
    score : (h, w) float32
    mask : (h, w) bool
    coarse : Coarse
    quality : {"fast", "full"}
    take : int
        Frames of one take show the same place, moved.
    place_xy : px
        Where the picture has moved to since the take's first frame.
    cost_s : s
        CPU time so far.
    """

    picture: NDArray[np.uint8]
    scene: Scene
    channel: Literal["green", "red", "grey"]
    score: Image
    mask: Mask
    coarse: Coarse
    quality: Quality
    take: int
    place_xy: tuple[float, float]
    cost_s: float


@dataclass(frozen=True, slots=True, eq=False)
class _Searched:
    """What one frame's search tells the next; nothing older is kept."""

    channel: Literal["green", "red", "grey"]
    ground: Ground
    ground_age: int
    noise: NoiseLevel
    response: Image
    tiny: Image
    quality: Quality
    take: int
    place_xy: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Traced:
    """The network last traced, or moved along, and where that was."""

    network: Network
    age: int
    take: int
    place_xy: tuple[float, float]


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
        self._searched: _Searched | None = None
        self._traced: _Traced | None = None

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
        return self.trace(self.enhance(pixels))

    def enhance(self, pixels: Picture) -> Enhanced:
        """Search the next frame for veins: the first half of a step.

        Parameters
        ----------
        pixels : (H, W) or (H, W, 3) RGB, uint8

        Returns
        -------
        Enhanced

        Raises
        ------
        TypeError, ValueError
            As `analyse`. The state is then that of the last good frame.
        """
        begun = self._clock()
        picture = check_picture(pixels)
        quality = self._pace.quality
        before = self._searched
        if before is not None and before.ground.field.shape != picture.shape[:2]:
            before = None
        channel = (
            pick_channel(picture, self._settings) if before is None else before.channel
        )
        plane = take_plane(picture, channel, self._settings)
        shape = plane.shape[0], plane.shape[1]
        tiny = tiny_copy(plane)
        x, y = measure_motion(before.tiny, tiny, shape) if before else (0.0, 0.0)
        moved_px = math.hypot(x, y)
        if moved_px > JUMP_PX:
            before = None
        if before is None or before.ground_age >= FIELD_EVERY or moved_px > TURN_PX:
            ground, age = Ground.of(find_field(plane, picture)), 0
        else:
            ground, age = before.ground, before.ground_age + 1
        scene = Scene.of(plane, ground, self._mm_per_pixel, self._settings)
        response, noise, coarse = respond(scene, quality, self._settings)
        if before is not None and before.quality == quality:
            noise = before.noise.mixed(noise, NOISE_SHARE)
            if moved_px < STILL_PX:
                response = _mixed(response, before.response)
        score = score_response(response, noise, scene)
        mask = find_mask(score, quality, self._settings)
        take, place_xy = self._place(before, (x, y))
        self._searched = _Searched(
            *(channel, ground, age, noise, response, tiny, quality),
            *(take, place_xy),
        )
        return Enhanced(
            *(picture, scene, channel, score, mask, coarse, quality, take, place_xy),
            cost_s=self._clock() - begun,
        )

    def _place(
        self, before: _Searched | None, motion_xy: tuple[float, float]
    ) -> tuple[int, tuple[float, float]]:
        """Number of the take, and where the picture is in it."""
        if before is None:
            last = self._searched
            return (0 if last is None else last.take + 1), (0.0, 0.0)
        x, y = before.place_xy
        return before.take, (x + motion_xy[0], y + motion_xy[1])

    def trace(self, enhanced: Enhanced) -> LiveResult:
        """Trace and measure the veins of a frame: the second half of a step.

        Parameters
        ----------
        enhanced : Enhanced
            Of this stepper, in the order they were made; some may be left out. Another
            thread may work on the next one meanwhile.

        Returns
        -------
        LiveResult
        """
        begun = self._clock()
        traced = self._follow(enhanced)
        network = traced.network
        found = assemble(
            enhanced.scene,
            enhanced.score,
            network.settled(enhanced.mask, enhanced.score),
            network,
            mm_per_pixel=self._mm_per_pixel,
            channel=enhanced.channel,
        )
        overlay = draw_overlay(enhanced.picture, found, opacity=1.0)
        self._traced = traced
        cost_s = enhanced.cost_s + self._clock() - begun
        self._pace = self._pace.after(cost_s)
        return LiveResult(found, overlay, enhanced.quality, cost_s)

    def _follow(self, enhanced: Enhanced) -> _Traced:
        """Trace the network anew, or move the last one along with the picture."""
        scene, here, last = enhanced.scene, enhanced.place_xy, self._traced
        if (
            last is not None
            and last.take == enhanced.take
            and last.age + 1 < self._pace.trace_every
        ):
            x, y = here[0] - last.place_xy[0], here[1] - last.place_xy[1]
            network = _moved(last.network, (x, y), scene.halvings)
            return _Traced(network, last.age + 1, enhanced.take, here)
        network = measure_network(
            scene.plane,
            enhanced.mask,
            coarse=enhanced.coarse,
            field=scene.field,
            halvings=scene.halvings,
            mm_per_pixel=self._mm_per_pixel,
            near_infrared=not is_visible_light(enhanced.picture),
            settings=self._settings,
        )
        return _Traced(network, 0, enhanced.take, here)


def _mixed(response: Image, before: Image) -> Image:
    """A still picture's response averaged with the one before."""
    mixed = cv2.addWeighted(response, STEADY_SHARE, before, 1 - STEADY_SHARE, 0)
    return np.asarray(mixed, np.float32)


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
