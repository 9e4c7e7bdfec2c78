"""trace > measure: from the mask to branches with widths, without hair and outlines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Plane
from vein_imaging.imaging.rejecting.coloured_hair import without_hair
from vein_imaging.imaging.rejecting.distractors import HairScale, find_hair, settle_runs
from vein_imaging.imaging.rejecting.faint import (
    drop_specks,
    find_faint,
    without_loose_links,
)
from vein_imaging.imaging.rejecting.marks import find_marks
from vein_imaging.imaging.rejecting.outlines import find_edges, find_outlines, find_rim
from vein_imaging.imaging.rejecting.rim import wide_lines_off_rim
from vein_imaging.imaging.rejecting.weak import weak_runs
from vein_imaging.imaging.tracing.centreline import (
    Path,
    Trace,
    cut_paths,
    thin,
    trace_skeleton,
)
from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.tracing.diameter import half_depth_widths
from vein_imaging.imaging.tracing.gaps import bridge_gaps
from vein_imaging.imaging.tracing.insert_wide import (
    LINK,
    Inserted,
    bodies,
    insert_lines,
    loose_links,
)
from vein_imaging.imaging.tracing.profile import Profiles, take_profiles
from vein_imaging.imaging.tracing.wide_veins import trace_wide
from vein_imaging.imaging.vein_map import Branch
from vein_imaging.imaging.vesselness import Coarse
from vein_imaging.imaging.working_size import WorkingSize
from vein_imaging.pipeline.measurement import Widths, make_branches
from vein_imaging.pipeline.recipe import Recipe
from vein_imaging.pipeline.settings import AnalysisSettings

__all__ = ["Network", "measure_network"]

WIDE_LEAST_SCORE = 1.5
"""Of a wide vein's pixel, for it to count."""
CALM_SHARE, LEAST_CALM_PX = 0.4, 0.9
"""Of the distance at which a hair's sharpness is told; .9 px is a pixel itself."""
CORE_SHARE = 0.2
"""Of the radius of wide veins, left out of what is thinned."""
_EVERY = 2
"""Profiles are taken at every second skeleton pixel: they are averages anyhow."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The veins of a mask.

    Parameters
    ----------
    branches : tuple of Branch
    junctions_rc : (J, 2) float32 px
    added, rejected : (h, w) bool
        Wide veins, and what proved to be no vein: to be put into and taken out of the
        mask that was traced.
    offset_rc : (int, int) px
        How far the picture has moved since, at the working size.
    """

    branches: tuple[Branch, ...]
    junctions_rc: NDArray[np.float32]
    added: Mask
    rejected: Mask
    offset_rc: tuple[int, int] = (0, 0)

    def settled(self, mask: Mask, score: Image) -> Mask:
        """The mask that was traced, as it turned out to be.

        Parameters
        ----------
        mask : (h, w) bool
        score : (h, w) float32
            Low outside the field, and between two veins that look like one from afar.
        """
        added, rejected = self.added, self.rejected
        if any(self.offset_rc):
            added = np.roll(added, self.offset_rc, axis=(0, 1))
            rejected = np.roll(rejected, self.offset_rc, axis=(0, 1))
        return (mask | (added & (score > WIDE_LEAST_SCORE))) & ~rejected


def measure_network(
    picture: NDArray[np.uint8],
    plane: Plane,
    mask: Mask,
    *,
    score: Image,
    field: Mask,
    coarse: Coarse | None,
    size: WorkingSize,
    mm_per_pixel: float | None,
    recipe: Recipe,
    settings: AnalysisSettings,
) -> Network:
    """Trace the centrelines of a mask and measure the veins along them.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8
    plane : (H, W) uint8
        At full size; veins dark.
    mask : (h, w) bool
        At the working size.
    score : (h, w) float32
    field : (H, W) bool
        At full size.
    coarse : Coarse or None
        Wide veins are traced in it.
    size : WorkingSize
    mm_per_pixel : mm or None
        Of the full size.
    recipe : Recipe
        With which it was searched.
    settings : AnalysisSettings

    Returns
    -------
    Network
    """
    near_infrared = recipe.light == "near-infrared"
    image = plane.astype(np.float32)
    inserted = _with_wide_lines(
        plane, mask, coarse if mm_per_pixel is not None else None, field, size
    )
    trace = trace_skeleton(inserted.skeleton, inserted.radius_px)
    paths = trace.paths
    if not paths:
        nothing = np.zeros(mask.shape, np.bool_)
        return Network((), np.zeros((0, 2), np.float32), nothing, nothing)
    exact = inserted.moved_onto_wide_lines(
        Chains.of(trace, size), trace.pixels_rc, size
    )
    chains, index = exact.every(_EVERY)
    kept = np.flatnonzero(np.diff(index, prepend=-1))
    number = inserted.number[tuple(trace.pixels_rc[kept].T)]
    profiles = take_profiles(image, chains)
    shift = np.where(number == -1, profiles.shift_px, 0.0)
    profiles = replace(profiles, shift_px=shift)
    centred = chains.moved_to(chains.points_rc + shift[:, None] * chains.normals())
    bad = np.zeros(len(centred.points_rc), np.bool_)
    hair = HairScale.of(mm_per_pixel)
    if settings.reject_hair and hair:
        bad |= find_hair(_calm(profiles, image, chains, hair), hair) & (number < 0)
    if settings.reject_edges:
        bad |= _edges(profiles, centred, field, near_infrared)
        if mm_per_pixel is not None:
            # without a scale it costs real skin 8 points of recall and gains nothing
            faint = near_infrared and settings.polarity == "dark"
            bad |= find_outlines(profiles, centred, image, near_infrared=faint)
    bad = settle_runs(bad & (number != LINK), centred)
    if recipe.light == "visible" and picture.ndim == 3:
        bad |= find_marks(picture, centred)
    bad = bad[index]
    if recipe.least_score:
        on_skeleton = inserted.number[tuple(trace.pixels_rc.T)] == -1
        bad |= weak_runs(score, trace, recipe.least_score) & on_skeleton
    bad |= loose_links(inserted.number, trace.pixels_rc, bad)
    rejected = _around_bad(mask, trace, bad)
    if bad.any():
        paths = without_loose_links(cut_paths(paths, bad), number[index] == LINK)
    paths = bridge_gaps(paths, trace.pixels_rc)
    if near_infrared:
        paths = drop_specks(paths)
    if settings.reject_hair and recipe.light == "visible" and hair is None:
        seen = score[tuple(trace.pixels_rc.T)]
        paths = without_hair(picture, paths, centred, index, seen)
    measured = half_depth_widths(profiles, centred)
    measured[number == LINK] = np.nan
    widths = Widths.of(measured, settings.blur_sigma_px)
    branches = make_branches(paths, centred.points_rc, widths, index, mm_per_pixel)
    return Network(branches, _junctions(paths, trace, size), inserted.body, rejected)


def _with_wide_lines(
    plane: Plane, mask: Mask, coarse: Coarse | None, field: Mask, size: WorkingSize
) -> Inserted:
    """The skeleton of a mask, wide veins from the coarsest octave inserted into it."""
    lines = () if coarse is None else trace_wide(plane, coarse, mask)
    # judged before they take the place of what is found at the working size
    lines = wide_lines_off_rim(lines, field, size)
    if lines:
        # a ring is thinned in a fraction of the passes, and goes with the body
        mask = mask & ~bodies(mask.shape, lines, CORE_SHARE)
    return insert_lines(*thin(mask), lines)


def _calm(
    profiles: Profiles, image: Image, chains: Chains, hair: HairScale
) -> Profiles:
    """Profiles in which pixels far finer than a hair are averaged.

    In single ones noise makes the middle of a line too dark: veins look like hairs.
    """
    sigma_px = CALM_SHARE * hair.reach_px
    if sigma_px < LEAST_CALM_PX:
        return profiles
    calm = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), np.float32)
    return replace(profiles, values=take_profiles(calm, chains).values)


def _edges(
    profiles: Profiles,
    centred: Chains,
    field: Mask,
    near_infrared: bool,
) -> NDArray[np.bool_]:
    """Points where an object ends, not a vein runs; and what is too faint to tell."""
    bad = find_edges(profiles, centred) | find_rim(centred, field)
    if near_infrared:
        bad |= find_faint(profiles, centred)
    return bad


def _around_bad(mask: Mask, trace: Trace, bad: NDArray[np.bool_]) -> Mask:
    """What lies around bad pixels, unless it lies around a good vein's too."""
    out = np.zeros(mask.shape, np.uint8)
    for value in (1, 0):
        chosen = bad == bool(value)
        if not value:
            # only where a bad line's surroundings reach a good one
            chosen &= out[tuple(trace.pixels_rc.T)] > 0
        for thickness, lines in _lines_by_thickness(trace, chosen, value).items():
            cv2.polylines(out, lines, False, value, thickness)
    return np.asarray(out > 0)


def _lines_by_thickness(
    trace: Trace, chosen: NDArray[np.bool_], wider: int
) -> dict[int, list[NDArray[np.int32]]]:
    """The chosen pixels of each path, as lines (x, y) about as thick as its vein."""
    xy = trace.pixels_rc[:, ::-1].astype(np.int32)
    lines: dict[int, list[NDArray[np.int32]]] = {}
    for path in trace.paths:
        rows = path.members[chosen[path.members]]
        if rows.size:
            radius = float(trace.radius_px[rows].sum()) / rows.size
            thickness = 2 * math.ceil(radius + wider) + 1
            lines.setdefault(thickness, []).append(xy[rows])
    return lines


def _junctions(
    paths: Sequence[Path], trace: Trace, size: WorkingSize
) -> NDArray[np.float32]:
    met: dict[int, list[NDArray[np.intp]]] = {}
    for path in paths:
        met.setdefault(path.start_node, []).append(trace.pixels_rc[path.members[0]])
        met.setdefault(path.end_node, []).append(trace.pixels_rc[path.members[-1]])
    found = [np.mean(ends, axis=0) for ends in met.values() if len(ends) > 2]
    points = np.reshape(np.asarray(found, np.float32), (-1, 2))
    return size.to_full(points).astype(np.float32)
