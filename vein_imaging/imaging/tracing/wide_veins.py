"""Wide veins: traced in the coarsest octave, where they are thin and stand out.

A wide vein lies deep and its edges are soft. At the working size its mask is ragged and
merges with the veins that drain into it, so that its thinned middle wanders; and what
the fine octaves answer there is the skin's texture.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Plane
from vein_imaging.imaging.segment import segment
from vein_imaging.imaging.tracing.centreline import trace_centrelines
from vein_imaging.imaging.tracing.chains import Chains, drop_short_runs
from vein_imaging.imaging.tracing.profile import (
    Profiles,
    depth_below_sides,
    sample_points,
    take_profiles,
)
from vein_imaging.imaging.vesselness import Coarse, measure_noise
from vein_imaging.imaging.working_size import WorkingSize

__all__ = ["WideLine", "trace_wide"]

LEAST_WIDTH_PX, LEAST_LENGTH_PX = 11.5, 24.0
"""Of a wide vein, at the working size: narrower ones are traced well there."""
LONGEST_DOUBT_PX = 24.0
"""A stretch that seems narrow between two wide ones, up to this long, is wide."""
WEAK_SCORE, STRONG_SCORE = 2.8, 4.0
"""In standard deviations of this octave's background, where noise is averaged out."""
SMALLEST_PART_PX = 12
"""In this octave's pixels: in the third, 192 of the working size."""
SEARCH_RADII = 1.3
"""The middle is looked for in these units of half the equivalent width, which is .85 of
the radius: it is measured below sides that lie in the vein's own soft shadow."""
BELL_RADII, WINDOW_RADII, REACH_RADII, FARTHEST_RADII = 0.5, 2.2, 3.0, 0.5
_SAMPLES, _SHIFTS = 41, 21
_LOG_OFFSET = 5.0
"""Grey levels added before the logarithm: no noise blown up in the dark."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class WideLine:
    """A piece of a wide vein, at the working size.

    Parameters
    ----------
    points_rc : (N, 2) float32 px
        Of its middle.
    radius_px : (N,) float32 px
    """

    points_rc: NDArray[np.float32]
    radius_px: NDArray[np.float32]


def trace_wide(plane: Plane, coarse: Coarse, mask: Mask) -> tuple[WideLine, ...]:
    """Trace the wide veins of a picture, and those that only this octave shows.

    Parameters
    ----------
    plane : (H, W) uint8
        At full size.
    coarse : Coarse
        What the coarsest octave answers; nothing is traced where it is also the finest.
    mask : (h, w) bool
        What was found at the working size: what it misses is traced however narrow, for
        noise that hides a faint vein there is averaged out here.

    Returns
    -------
    tuple of WideLine
    """
    if coarse.shrink == 1:
        return ()
    trace = trace_centrelines(_segment(coarse))
    if not trace.paths:
        return ()
    rows, columns = coarse.inner.shape
    chains = Chains.of(trace, WorkingSize.same((rows, columns)))
    small = cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA)
    profiles = take_profiles(small.astype(np.float32), chains)
    width = _equivalent_widths(profiles, chains)
    shifted = chains.points_rc + profiles.shift_px[:, None] * chains.normals()
    ratio = min(coarse.shrink, 2)
    fine = replace(
        chains,
        points_rc=((shifted + 0.5) * ratio - 0.5).astype(np.float32),
        radius_px=(SEARCH_RADII * width / 2 * ratio).astype(np.float32),
        spacing_px=chains.spacing_px * ratio,
    )
    centred = _centred(fine, _calm(plane, (columns * ratio, rows * ratio)))
    wide = (width * coarse.shrink >= LEAST_WIDTH_PX) | ~_seen(mask, chains, coarse)
    wide = ~drop_short_runs(~wide, chains, LONGEST_DOUBT_PX / coarse.shrink)
    wide = drop_short_runs(wide, chains, LEAST_LENGTH_PX / coarse.shrink)
    # halves of odd sides are rounded: the same factor for all would shift the far side
    back = WorkingSize(mask.shape, (rows * ratio, columns * ratio))
    return tuple(
        WideLine(
            back.to_full(centred.points_rc[run]).astype(np.float32),
            (width[run] * coarse.shrink / 2).astype(np.float32),
        )
        for path in trace.paths
        for run in _runs(path.members, wide)
    )


def _seen(mask: Mask, chains: Chains, coarse: Coarse) -> NDArray[np.bool_]:
    """Points on what was found at the working size, or 2 px beside it."""
    near = cv2.dilate(mask.view(np.uint8), np.ones((5, 5), np.uint8))
    exact = WorkingSize(mask.shape, coarse.inner.shape).to_full(chains.points_rc)
    index = np.round(exact).astype(np.intp)
    rows, columns = np.clip(index, 0, np.array(mask.shape) - 1).T
    return np.asarray(near[rows, columns] > 0)


def _calm(plane: Plane, size_xy: tuple[int, int]) -> Image:
    """A shrunk plane without what is thin and dark: it holds wide veins only."""
    small = cv2.resize(plane, size_xy, interpolation=cv2.INTER_AREA)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    return cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel).astype(np.float32)


def _segment(coarse: Coarse) -> Mask:
    noise = measure_noise(coarse.response, coarse.inner)
    score = (coarse.response - np.float32(noise.middle)) / np.float32(noise.spread)
    score[~coarse.inner] = 0
    return segment(
        score,
        weak_score=WEAK_SCORE,
        strong_score=STRONG_SCORE,
        smallest_px=SMALLEST_PART_PX,
    )


def _equivalent_widths(profiles: Profiles, chains: Chains) -> Floats:
    """Area of each profile below its sides over its depth: known even beside others."""
    depth = depth_below_sides(profiles.values)
    step = profiles.step_px[:, None]
    samples = depth.shape[1]
    offset = (np.arange(samples) - samples // 2) * step - profiles.shift_px[:, None]
    depth *= np.abs(offset) <= 2.5 * np.maximum(chains.radius_px, 1.5)[:, None]
    np.maximum(depth, 0, out=depth)
    area = depth.sum(axis=1) * profiles.step_px
    return np.asarray(chains.averaged(area / np.maximum(depth.max(axis=1), 1e-6), 4))


def _centred(chains: Chains, image: Image) -> Chains:
    """Move each point to where a bell-shaped shadow fits best, light's slope aside."""
    radius = chains.radius_px
    normals = chains.normals()
    offsets = _offsets_radii() * radius[:, None]
    rows = chains.points_rc[:, :1] + normals[:, :1] * offsets
    columns = chains.points_rc[:, 1:] + normals[:, 1:] * offsets
    # as far along the vein as it is wide
    half = np.maximum(radius / chains.spacing_px, 1).astype(np.intp)
    levels = np.log(sample_points(image, rows, columns) + _LOG_OFFSET)
    values = chains.averaged(levels, half)
    shifts = np.linspace(-FARTHEST_RADII, FARTHEST_RADII, _SHIFTS)
    misfit = np.stack([_misfit(values, *_bell(float(shift))) for shift in shifts])
    best = shifts[np.argmin(misfit, axis=0)] * radius
    moved = chains.averaged(best, half)[:, None] * normals
    return chains.moved_to(chains.points_rc + moved)


def _misfit(values: Floats, near: slice, basis: Floats) -> Floats:
    """Mean square of each profile that a basis leaves unexplained."""
    part = values[:, near]
    explained = part @ basis
    left = np.einsum("ij,ij->i", part, part)
    left -= np.einsum("ij,ij->i", explained, explained)
    return np.asarray(left / part.shape[1])


@functools.cache
def _bell(shift: float) -> tuple[slice, Floats]:
    """Samples of a profile near a bell at `shift`, and a basis there.

    Orthonormal, of a level, a slope and the bell.
    """
    x = _offsets_radii().astype(np.float64)
    near = np.abs(x - shift) <= WINDOW_RADII
    bell = np.exp(-0.5 * ((x - shift) / BELL_RADII) ** 2)
    basis, _ = np.linalg.qr(np.stack([np.ones_like(x), x, bell], axis=1)[near])
    index = np.flatnonzero(near)
    return slice(int(index[0]), int(index[-1]) + 1), basis


def _offsets_radii() -> NDArray[np.float32]:
    return np.linspace(-REACH_RADII, REACH_RADII, _SAMPLES, dtype=np.float32)


def _runs(rows: NDArray[np.intp], wide: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Stretches of a path that are wide."""
    edges = np.flatnonzero(np.diff(np.pad(wide[rows].view(np.int8), 1)))
    return [
        rows[first:stop]
        for first, stop in zip(edges[::2], edges[1::2], strict=True)
        if stop - first > 3
    ]
