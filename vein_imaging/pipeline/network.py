"""trace > measure: from the mask to branches with widths, without hair and outlines."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Mask, Plane
from vein_imaging.imaging.centreline import Path, cut_paths, trace_centrelines
from vein_imaging.imaging.diameter import half_depth_widths
from vein_imaging.imaging.distractors import (
    HairScale,
    find_edges,
    find_hair,
    find_outlines,
    settle_runs,
)
from vein_imaging.imaging.profile import centre_chains, chain_normals, take_profiles
from vein_imaging.imaging.vein_map import Branch, ceap_class_of
from vein_imaging.pipeline.settings import AnalysisSettings

__all__ = ["Network", "measure_network"]

_AVERAGED_PX = 15.0
"""Neighbouring widths share their profiles over this length: one sample each."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The veins of a mask.

    Parameters
    ----------
    branches : tuple of Branch
    junctions_rc : (J, 2) float32 px
    mask : (h, w) bool
        The mask it was traced from, without what proved to be no vein.
    """

    branches: tuple[Branch, ...]
    junctions_rc: NDArray[np.float32]
    mask: Mask


def measure_network(
    plane: Plane,
    mask: Mask,
    *,
    halvings: int,
    mm_per_pixel: float | None,
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
    settings : AnalysisSettings

    Returns
    -------
    Network
    """
    scale = 2**halvings
    image = plane.astype(np.float32)
    paths, radius = trace_centrelines(mask)
    hair = HairScale.of(mm_per_pixel, halvings) if settings.reject_hair else None
    if paths and (hair or settings.reject_edges):
        bad = _find_bad(image, paths, radius, scale, hair, settings.reject_edges)
        mask = _without_bad(mask, paths, radius, bad)
        paths = cut_paths(paths, bad)
    chains = [_smooth(path, scale) for path in paths]
    rough = _radii(paths, radius, scale)
    chains = centre_chains(image, chains, rough)
    widths = half_depth_widths(take_profiles(image, chains, rough))
    pieces = np.split(widths, np.cumsum([len(chain) for chain in chains])[:-1])
    branches = tuple(
        _branch(path, chain, width, mm_per_pixel)
        for path, chain, width in zip(paths, chains, pieces, strict=False)
    )
    return Network(branches, _junctions(paths, scale), mask)


def _radii(
    paths: list[Path], radius: NDArray[np.float32], scale: int
) -> list[NDArray[np.float32]]:
    return [radius[tuple(path.pixels_rc.T)] * np.float32(scale) for path in paths]


def _find_bad(
    image: NDArray[np.float32],
    paths: list[Path],
    radius: NDArray[np.float32],
    scale: int,
    hair: HairScale | None,
    edges: bool,
) -> list[NDArray[np.bool_]]:
    """For each path, which of its pixels belong to hair or a step edge."""
    rough = _radii(paths, radius, scale)
    chains = centre_chains(image, [_smooth(path, scale) for path in paths], rough)
    profiles = take_profiles(image, chains, rough)
    bad = np.zeros(len(profiles.reach_px), np.bool_)
    if hair:
        bad |= find_hair(profiles, hair)
    if edges:
        radii = np.concatenate(rough).astype(np.float64)
        bad |= find_edges(profiles, radii)
        bad |= find_outlines(
            profiles,
            radii,
            image,
            np.concatenate(chains),
            np.concatenate([chain_normals(chain) for chain in chains]),
        )
    pieces = np.split(bad, np.cumsum(profiles.sizes)[:-1])
    return [settle_runs(piece, 1.1 * scale) for piece in pieces]


def _without_bad(
    mask: Mask,
    paths: list[Path],
    radius: NDArray[np.float32],
    bad: list[NDArray[np.bool_]],
) -> Mask:
    """Take what lies around bad pixels out of the mask, unless it is a good vein's."""
    out = np.zeros(mask.shape, np.uint8)
    for value in (1, 0):
        for path, flags in zip(paths, bad, strict=True):
            for row, column in path.pixels_rc[flags == bool(value)][::2]:
                size = math.ceil(float(radius[row, column])) + value
                cv2.circle(out, (int(column), int(row)), size, value, cv2.FILLED)
    return mask & (out == 0)


def _smooth(path: Path, scale: int) -> NDArray[np.float32]:
    """Pixel chain to points at full size, the staircase smoothed, ends kept."""
    points = (path.pixels_rc.astype(np.float32) + 0.5) * scale - 0.5
    if len(points) < 3:
        return np.asarray(points, np.float32)
    smooth = cv2.GaussianBlur(
        points, (1, 9), 0, sigmaY=2.0, borderType=cv2.BORDER_REPLICATE
    ).reshape(-1, 2)
    smooth[[0, -1]] = points[[0, -1]]
    return np.asarray(smooth, np.float32)


def _branch(
    path: Path,
    chain: NDArray[np.float32],
    width: NDArray[np.float32],
    mm_per_pixel: float | None,
) -> Branch:
    length = float(np.linalg.norm(np.diff(chain, axis=0), axis=1).sum())
    known = width[np.isfinite(width)]
    middle = spread = math.nan
    if known.size:
        middle = float(np.median(known))
        spread = float(known.std()) / math.sqrt(max(1.0, length / _AVERAGED_PX))
    mm = mm_per_pixel
    return Branch(
        points_rc=chain,
        diameter_px=width,
        diameter_sd_px=spread,
        diameter_mm=None if mm is None else width * np.float32(mm),
        ceap_class=(
            "unknown" if mm is None else ceap_class_of(middle * mm, 2 * spread * mm)
        ),
        length_px=length,
        length_mm=None if mm is None else length * mm,
        start_node=path.start_node,
        end_node=path.end_node,
    )


def _junctions(paths: list[Path], scale: int) -> NDArray[np.float32]:
    met: dict[int, list[NDArray[np.intp]]] = {}
    for path in paths:
        met.setdefault(path.start_node, []).append(path.pixels_rc[0])
        met.setdefault(path.end_node, []).append(path.pixels_rc[-1])
    found = [np.mean(ends, axis=0) for ends in met.values() if len(ends) > 2]
    points = np.reshape(np.asarray(found, np.float32), (-1, 2))
    return ((points + 0.5) * scale - 0.5).astype(np.float32)
