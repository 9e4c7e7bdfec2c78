"""trace > measure: from the mask to branches with widths, without hair and outlines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Mask, Plane
from vein_imaging.imaging.centreline import Path, Trace, cut_paths, thin, trace_skeleton
from vein_imaging.imaging.chains import Chains
from vein_imaging.imaging.diameter import half_depth_widths
from vein_imaging.imaging.distractors import (
    HairScale,
    find_hair,
    settle_runs,
)
from vein_imaging.imaging.gaps import bridge_gaps
from vein_imaging.imaging.outlines import find_edges, find_outlines
from vein_imaging.imaging.profile import take_profiles
from vein_imaging.imaging.vein_map import Branch
from vein_imaging.imaging.wide import CALM_SHRINK, calm_plane, lay_lines, trace_wide
from vein_imaging.pipeline.measurement import Widths, make_branch
from vein_imaging.pipeline.settings import AnalysisSettings

__all__ = ["Network", "measure_network"]

_EVERY = 2
"""Profiles are taken at every second skeleton pixel: they are averages anyhow."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The veins of a mask.

    Parameters
    ----------
    branches : tuple of Branch
    junctions_rc : (J, 2) float32 px
    rejected : (h, w) bool
        What proved to be no vein: to be taken out of the mask it was traced from.
    """

    branches: tuple[Branch, ...]
    junctions_rc: NDArray[np.float32]
    rejected: Mask
    added: Mask


def measure_network(
    plane: Plane,
    mask: Mask,
    *,
    coarse=None,
    small=None,
    inner=None,
    halvings: int,
    mm_per_pixel: float | None,
    near_infrared: bool,
    settings: AnalysisSettings,
) -> Network:
    """Trace the centrelines of a mask and measure the veins along them.

    Parameters
    ----------
    plane : (H, W) uint8
        At full size; veins dark.
    mask : (h, w) bool
        At the working size.
    halvings : int
        From full to working size.
    mm_per_pixel : mm or None
        Of the full size.
    near_infrared : bool
        Or grey, so that it may be: veins are faint then.
    settings : AnalysisSettings

    Returns
    -------
    Network
    """
    scale = 2**halvings
    image = plane.astype(np.float32)
    skeleton, radius = thin(mask)
    lines, calm, laid = (), None, None
    nothing = np.zeros(mask.shape, np.bool_)
    if coarse is not None:
        calm = calm_plane(small)
        lines = trace_wide(coarse, calm, CALM_SHRINK)
    body, link_map = nothing, nothing
    if lines:
        laid = lay_lines(skeleton, radius, lines)
        skeleton, radius, link_map, body = (
            laid.skeleton,
            laid.radius,
            laid.links,
            laid.body,
        )
    trace = trace_skeleton(skeleton, radius)
    paths = trace.paths
    if not paths:
        return Network((), np.zeros((0, 2), np.float32), nothing, nothing)
    chains = Chains.of(trace, scale)
    wide = nothing[tuple(trace.pixels_rc.T)]
    if laid:
        which = laid.index[tuple(trace.pixels_rc.T)]
        wide = which >= 0
        exact = (laid.points_rc[which] + 0.5) * scale - 0.5
        chains = chains.moved_to(np.where(wide[:, None], exact, chains.points_rc))
    chains, place = chains.every(_EVERY)
    kept_rows = np.unique(place, return_index=True)[1]
    wide = wide[kept_rows]
    links = link_map[tuple(trace.pixels_rc.T)][kept_rows]
    profiles = take_profiles(
        image, chains, calm=calm, calm_shrink=scale * CALM_SHRINK, wide=wide
    )
    shift = np.where(links, 0, profiles.shift_px)[:, None]
    centred = chains.moved_to(chains.points_rc + shift * chains.normals())
    bad = np.zeros(len(centred.points_rc), np.bool_)
    hair = HairScale.of(mm_per_pixel, halvings)
    if settings.reject_hair and hair:
        bad |= find_hair(profiles, hair) & ~wide
    if settings.reject_edges:
        faint = near_infrared and settings.polarity == "dark"
        bad |= find_edges(profiles, centred)
        bad |= find_outlines(profiles, centred, image, near_infrared=faint)
    bad &= ~links
    bad = settle_runs(bad, centred)[place]
    rejected = _around_bad(mask, trace, bad)
    if bad.any():
        paths = cut_paths(paths, bad)
    paths = bridge_gaps(paths, trace.pixels_rc)
    measured = half_depth_widths(profiles, centred)
    measured[links] = np.nan
    widths = Widths.of(measured, settings.blur_sigma_px)
    branches = tuple(
        make_branch(path, centred.points_rc, widths, place, mm_per_pixel)
        for path in paths
    )
    return Network(branches, _junctions(paths, trace, scale), rejected, body)


def _around_bad(mask: Mask, trace: Trace, bad: NDArray[np.bool_]) -> Mask:
    """What lies around bad pixels, unless it lies around a good vein's too."""
    out = np.zeros(mask.shape, np.uint8)
    for value in (1, 0):
        chosen = bad == bool(value)
        if not value:
            # only where a bad line's surroundings reach a good one
            chosen &= out[tuple(trace.pixels_rc.T)] > 0
        for path in trace.paths:
            rows = path.members[chosen[path.members]]
            if rows.size:
                radius = float(trace.radius_px[rows].mean())
                xy = trace.pixels_rc[rows, ::-1].astype(np.int32)
                cv2.polylines(
                    out, [xy], False, value, 2 * math.ceil(radius + value) + 1
                )
    return np.asarray(out > 0)


def _junctions(paths: Sequence[Path], trace: Trace, scale: int) -> NDArray[np.float32]:
    met: dict[int, list[NDArray[np.intp]]] = {}
    for path in paths:
        met.setdefault(path.start_node, []).append(trace.pixels_rc[path.members[0]])
        met.setdefault(path.end_node, []).append(trace.pixels_rc[path.members[-1]])
    found = [np.mean(ends, axis=0) for ends in met.values() if len(ends) > 2]
    points = np.reshape(np.asarray(found, np.float32), (-1, 2))
    return ((points + 0.5) * scale - 0.5).astype(np.float32)
