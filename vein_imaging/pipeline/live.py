"""The live step: one camera frame after another, at a bounded cost."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.pixel_size import PixelSize
from vein_calibration.profile import Profile
from vein_calibration.quality import FrameQuality
from vein_imaging.imaging.arrays import Image, Mask, Picture, check_picture
from vein_imaging.imaging.field.find_field import look_for_field
from vein_imaging.imaging.light import Subject, tell_subject
from vein_imaging.imaging.overlay import draw_overlay
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.imaging.vesselness import Coarse, NoiseLevel
from vein_imaging.imaging.working_size import WorkingSize
from vein_imaging.pipeline.calibrated import (
    calibrated_settings,
    chosen_scale,
    exact_mm,
    with_scale_error,
)
from vein_imaging.pipeline.frame_check import FrameCheck
from vein_imaging.pipeline.motion import measure_motion, tiny_copy
from vein_imaging.pipeline.network import Network, measure_network
from vein_imaging.pipeline.pace import Pace
from vein_imaging.pipeline.recipe import recipe_for
from vein_imaging.pipeline.settings import AnalysisSettings, Quality
from vein_imaging.pipeline.stages import (
    Ground,
    PreparedPicture,
    assemble,
    check_scale,
    find_mask,
    pick_channel,
    respond,
    score_response,
    take_plane,
)

__all__ = ["LiveResult", "LiveStep", "Submit"]

Submit = Callable[[Callable[[], Any]], "Future[Any]"]
"""Takes a piece of work to be done elsewhere, as `Executor.submit` does."""

FIELD_EVERY = 6
"""The field is looked for again every so many frames, and when the picture jumps."""
FIELD_EVERY_MOVING = 2
"""And that often while the picture moves."""
NOISE_SHARE = 0.2
"""Of each frame's noise level in the running one."""
STILL_PX = 0.5
"""A picture that moved less is averaged with the one before: noise falls."""
JUMP_PX = 40.0
"""A picture that moved more shows another place: field, noise and lines begin anew."""
STEADY_SHARE = 0.6
"""Of the newest response in that average; the one before has the rest."""
TURN_PX = 4.0
"""A picture that moved more is moving."""


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
    picture : (H, W) or (H, W, 3) uint8 RGB
        The frame that veins were found in: corrected where there is a profile.
    frame_quality : FrameQuality, optional
        Whether the frame is good to measure in.
    """

    vein_map: VeinMap
    overlay: NDArray[np.uint8]
    quality: Quality
    cost_s: float
    picture: NDArray[np.uint8]
    frame_quality: FrameQuality | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What one frame tells the next; nothing older is kept."""

    channel: Literal["green", "red", "grey"]
    subject: Subject
    ground: Ground
    ground_age: int
    noise: NoiseLevel
    response: Image
    tiny: Image
    quality: Quality
    number: int
    take: int
    """Frames of one take show the same place, moved."""
    place_xy: tuple[float, float]
    """Where the picture has moved to since the take's first frame."""


@dataclass(frozen=True, slots=True, eq=False)
class _Searched:
    """A frame that was searched for veins, not yet traced."""

    picture: NDArray[np.uint8]
    scene: PreparedPicture
    channel: Literal["green", "red", "grey"]
    score: Image
    mask: Mask
    coarse: Coarse
    quality: Quality
    number: int
    take: int
    place_xy: tuple[float, float]
    cost_s: float


@dataclass(frozen=True, slots=True, eq=False)
class _Traced:
    """The network last traced, and on which frame that was."""

    network: Network
    number: int
    take: int
    place_xy: tuple[float, float]
    cost_s: float


class LiveStep:
    """Analyse the frames of a camera one by one.

    Free of threads: work that is done elsewhere gets values and gives one back, and
    only `step` changes anything. The state is that of the frame before, so memory does
    not grow. The network is traced on every fifth frame, or fewer when the budget is
    missed; in between its branches move along with the picture.

    Parameters
    ----------
    settings : AnalysisSettings
    mm_per_pixel : mm or PixelSize, optional
    profile : Profile, optional
        Calibration of the camera: every frame is corrected by it, and what is found
        lies in the corrected frame, which is the one drawn on.
    light : str
        Channel of the illuminator that is on.
    box : (left, top, right, bottom), px, optional
        Look only there, in the corrected frame; left out, skin is looked for.
    budget_s : s
        CPU time a frame may take. Missed for long, quality falls: first from "full" to
        "fast", then the network is traced less often. It rises again when it can.
    clock : callable, returns s
        CPU clock; an argument so that tests can set it.
    """

    def __init__(
        self,
        settings: AnalysisSettings = AnalysisSettings(),  # noqa: B008 (frozen)
        mm_per_pixel: float | PixelSize | None = None,
        *,
        profile: Profile | None = None,
        light: str = "",
        box: tuple[int, int, int, int] | None = None,
        budget_s: float = 1 / 15,
        clock: Callable[[], float] = time.thread_time,
    ) -> None:
        self._scale = chosen_scale(mm_per_pixel, profile)
        self._mm_per_pixel = exact_mm(self._scale)
        check_scale(self._mm_per_pixel)
        self._settings = calibrated_settings(settings, profile)
        self._profile, self._light, self._box = profile, light, box
        self._check = FrameCheck(profile)
        self._clock = clock
        self._pace = Pace(settings.quality, budget_s)
        self._seen: _Seen | None = None
        self._traced: _Traced | None = None
        self._counted: _Traced | None = None
        self._asked: Future[_Traced] | None = None

    def step(
        self, pixels: Picture, *, in_background: Submit | None = None
    ) -> LiveResult:
        """Analyse the next frame.

        Parameters
        ----------
        pixels : (H, W) or (H, W, 3) RGB, uint8
        in_background : callable, optional
            Takes a piece of work to be done by and by: tracing the network, which then
            shows a few frames later, moved along. There is never more than one. Left
            out, tracing is done at once.

        Returns
        -------
        LiveResult

        Raises
        ------
        TypeError, ValueError
            As `analyse`. The state is then that of the last good frame.
        Exception
            What the work that was handed on has raised.
        """
        searched = self._search(pixels)
        frame_quality = self._check.judge(pixels)
        asked = self._asked
        if asked is not None and asked.done():
            self._asked = None
            self._keep(asked.result())
        work = partial(
            _trace,
            searched,
            self._scale,
            self._mm_per_pixel,
            self._settings,
            self._clock,
        )
        traced = self._traced
        if traced is None or traced.take != searched.take:
            traced = self._keep(work())
        elif searched.number - traced.number >= self._pace.trace_every:
            if in_background is None:
                traced = self._keep(work())
            elif self._asked is None:
                self._asked = in_background(work)
        drawn = self._draw(searched, traced)
        return replace(drawn, frame_quality=frame_quality)

    def _keep(self, traced: _Traced) -> _Traced:
        if self._traced is None or self._traced.number < traced.number:
            self._traced = traced
        return traced

    def _search(self, pixels: Picture) -> _Searched:
        """Search a frame for veins."""
        begun = self._clock()
        picture = check_picture(pixels)
        if self._profile is not None:
            picture = self._profile.correct(picture, self._light)
        quality = self._pace.quality
        before = self._seen
        if before is not None and before.ground.field.shape != picture.shape[:2]:
            before = None
        if before is None:
            channel = pick_channel(picture, self._settings)
            subject = tell_subject(picture, self._mm_per_pixel)
        else:
            channel, subject = before.channel, before.subject
        recipe = recipe_for(subject, quality)
        plane = take_plane(picture, channel, recipe, self._settings)
        shape = plane.shape[0], plane.shape[1]
        tiny = tiny_copy(plane)
        x, y = measure_motion(before.tiny, tiny, shape) if before else (0.0, 0.0)
        moved_px = math.hypot(x, y)
        if moved_px > JUMP_PX:
            before = None
        wait = FIELD_EVERY if moved_px <= TURN_PX else FIELD_EVERY_MOVING
        if before is None or before.ground_age >= wait:
            size = recipe.working_size(shape, self._mm_per_pixel)
            ground, age = self._look(picture, size), 0
        else:
            ground, age = before.ground, before.ground_age + 1
        scene = PreparedPicture.of(
            plane, ground, recipe, self._mm_per_pixel, self._settings
        )
        response, noise, coarse = respond(scene)
        if before is not None and before.quality == quality:
            noise = before.noise.mixed(noise, NOISE_SHARE)
            if moved_px < STILL_PX:
                response = _mixed(response, before.response)
        score = score_response(response, noise, scene)
        mask = find_mask(score, recipe, self._settings)
        here = self._place(before, (x, y))
        self._seen = _Seen(
            *(channel, subject, ground, age, noise, response, tiny, quality),
            *here,
        )
        return _Searched(
            *(picture, scene, channel, score, mask, coarse, quality),
            *here,
            cost_s=self._clock() - begun,
        )

    def _look(self, picture: NDArray[np.uint8], size: WorkingSize) -> Ground:
        """Where to look for veins: in the box, or where skin is."""
        if self._box is None:
            found = look_for_field(picture)
            return Ground.of(found.mask, size, found.advice)
        left, top, right, bottom = self._box
        field = np.zeros(picture.shape[:2], bool)
        field[top:bottom, left:right] = True
        if not field.any():
            raise ValueError("the box lies outside the picture; draw another one")
        return Ground.of(field, size, "")

    def _place(
        self, before: _Seen | None, motion_xy: tuple[float, float]
    ) -> tuple[int, int, tuple[float, float]]:
        """Number of the frame and of its take, and where the picture is in it."""
        last = self._seen
        number = 0 if last is None else last.number + 1
        if before is None:
            return number, 0 if last is None else last.take + 1, (0.0, 0.0)
        x, y = before.place_xy
        return number, before.take, (x + motion_xy[0], y + motion_xy[1])

    def _draw(self, searched: _Searched, traced: _Traced) -> LiveResult:
        """Draw the network last traced on a frame."""
        begun = self._clock()
        x, y = (
            now - then
            for now, then in zip(searched.place_xy, traced.place_xy, strict=True)
        )
        network = _moved(traced.network, (x, y), searched.scene.size.scale)
        found = assemble(
            searched.scene,
            searched.score,
            searched.mask,
            network,
            mm_per_pixel=self._mm_per_pixel,
            channel=searched.channel,
            advice=searched.scene.ground.advice,
            scale_error=(
                self._scale.relative_error
                if isinstance(self._scale, PixelSize)
                else 0.0
            ),
        )
        overlay = draw_overlay(searched.picture, found, opacity=1.0)
        cost_s = searched.cost_s + self._clock() - begun
        if traced is not self._counted:
            cost_s += traced.cost_s
            self._counted = traced
        self._pace = self._pace.after(cost_s)
        picture = searched.picture
        return LiveResult(found, overlay, searched.quality, cost_s, picture)


def _trace(
    searched: _Searched,
    scale: float | PixelSize | None,
    mm_per_pixel: float | None,
    settings: AnalysisSettings,
    clock: Callable[[], float],
) -> _Traced:
    """Trace and measure the veins of a frame; later ones are moved along."""
    begun = clock()
    network = measure_network(
        searched.picture,
        searched.scene.plane,
        searched.mask,
        score=searched.score,
        coarse=searched.coarse,
        field=searched.scene.field,
        size=searched.scene.size,
        mm_per_pixel=mm_per_pixel,
        recipe=searched.scene.recipe,
        settings=settings,
    )
    branches = with_scale_error(network.branches, scale, searched.scene.field, settings)
    network = replace(network, branches=branches)
    return _Traced(
        *(network, searched.number, searched.take, searched.place_xy),
        cost_s=clock() - begun,
    )


def _mixed(response: Image, before: Image) -> Image:
    """A still picture's response averaged with the one before."""
    mixed = cv2.addWeighted(response, STEADY_SHARE, before, 1 - STEADY_SHARE, 0)
    return np.asarray(mixed, np.float32)


def _moved(network: Network, motion_xy: tuple[float, float], scale: float) -> Network:
    if motion_xy == (0.0, 0.0):
        return network
    columns, rows = (round(part / scale) for part in motion_xy)
    step_rc = np.array(motion_xy[::-1], np.float32)
    branches = tuple(
        replace(branch, points_rc=branch.points_rc + step_rc)
        for branch in network.branches
    )
    return replace(
        network,
        branches=branches,
        junctions_rc=network.junctions_rc + step_rc,
        offset_rc=(rows, columns),
    )
