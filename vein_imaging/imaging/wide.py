"""Wide veins: traced in the coarsest octave, where they are thin and stand out.

A wide vein lies deep and its edge is soft. At the working size its mask is ragged and
merges with the veins that drain into it, and so its thinned middle wanders.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Plane
from vein_imaging.imaging.centreline import Trace, trace_centrelines
from vein_imaging.imaging.chains import Chains
from vein_imaging.imaging.profile import (
    _depth_below_sides,
    sample_points,
    take_profiles,
)
from vein_imaging.imaging.segment import segment
from vein_imaging.imaging.vesselness.score import measure_noise

__all__ = ["Coarse", "Laid", "WideLine", "calm_plane", "lay_lines", "trace_wide"]

LEAST_WIDTH_PX = 11.5
"""Of a wide vein, at the working size: narrower ones are traced well there."""
LEAST_LENGTH_IN_WIDTHS = 2.0
WEAK_SCORE, STRONG_SCORE = 2.8, 4.0
BODY_SHARE = 0.9
BACK_PX, TURN_COST = 6, 2.0
CALM_SHRINK = 2
RADIUS_SCALE = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """The coarsest octave.

    Parameters
    ----------
    plane : (h, w) uint8
    inner : (h, w) bool
        Where to look.
    response : (h, w) float32
    shrink : int
        Working size over this one's.
    """

    plane: Plane
    inner: Mask
    response: Image
    shrink: int


@dataclass(frozen=True, slots=True, eq=False)
class WideLine:
    """A piece of a wide vein, at the working size.

    Parameters
    ----------
    points_rc : (N, 2) float32 px
    radius_px : (N,) float32 px
    """

    points_rc: NDArray[np.float32]
    radius_px: NDArray[np.float32]


def trace_wide(coarse: Coarse, calm: Image, calm_shrink: int) -> tuple[WideLine, ...]:
    """calm_shrink: working size over calm's."""
    noise = measure_noise(coarse.response, coarse.inner, step=2)
    score = (coarse.response - np.float32(noise.middle)) / np.float32(noise.spread)
    score[~coarse.inner] = 0
    mask = segment(
        score, weak_score=WEAK_SCORE, strong_score=STRONG_SCORE, smallest_px=12
    )
    trace = trace_centrelines(mask)
    if not trace.paths:
        return ()
    chains = Chains.of(trace, 1)
    image = coarse.plane.astype(np.float32)
    profiles = take_profiles(image, chains)
    width = equivalent_widths(profiles, chains) * coarse.shrink
    points = chains.points_rc + profiles.shift_px[:, None] * chains.normals()
    # now in px of the calm plane
    ratio = coarse.shrink / calm_shrink
    fine = Chains(
        ((points + 0.5) * ratio - 0.5).astype(np.float32),
        (RADIUS_SCALE * width / 2 / calm_shrink).astype(np.float32),
        chains.first,
        chains.stop,
        chains.spacing_px * ratio,
    )
    for smooth in SMOOTHS:
        fine = centre_wide(calm, fine, smooth)
    points = (fine.points_rc + 0.5) * calm_shrink - 0.5
    lines = []
    wide = width >= LEAST_WIDTH_PX
    for path in trace.paths:
        rows = path.members
        lines += _wide_pieces(points[rows], width[rows], wide[rows])
    return tuple(lines)


SMOOTHS = (1.0,)
DEGREE, WINDOW = 1, 2.2
ALONG, BELL, SPAN, REACH = 1.0, 0.5, 0.5, 3.0


def centre_wide(image, chains, smooth):
    samples = 41
    x = np.linspace(-REACH, REACH, samples, dtype=np.float32)
    offsets = x * chains.radius_px[:, None]
    normals = chains.normals()
    rows = chains.points_rc[:, :1] + normals[:, :1] * offsets
    columns = chains.points_rc[:, 1:] + normals[:, 1:] * offsets
    half = np.maximum(ALONG * chains.radius_px / chains.spacing_px, 1).astype(np.intp)
    logs = chains.averaged(np.log(sample_points(image, rows, columns) + 5), half)
    shifts = np.linspace(-SPAN, SPAN, 21)
    cost = []
    for shift in shifts:
        near = np.abs(x - shift) <= WINDOW
        bell = np.exp(-0.5 * ((x - shift) / BELL) ** 2)
        basis, _ = np.linalg.qr(
            np.stack([*(x**n for n in range(DEGREE + 1)), bell], axis=1)[near]
        )
        part = logs[:, near]
        cost.append(
            ((part**2).sum(axis=1) - ((part @ basis) ** 2).sum(axis=1)) / near.sum()
        )
    shift = shifts[np.argmin(cost, axis=0)] * chains.radius_px
    half = np.maximum(smooth * chains.radius_px / chains.spacing_px, 1).astype(np.intp)
    shift = chains.averaged(shift, half)
    return chains.moved_to(chains.points_rc + shift[:, None] * normals)


def equivalent_widths(profiles, chains):
    depth = _depth_below_sides(profiles.values)
    n = depth.shape[1]
    x = (np.arange(n) - n // 2) * profiles.step_px[:, None] - profiles.shift_px[:, None]
    depth[np.abs(x) > 2.5 * np.maximum(chains.radius_px, 1.5)[:, None]] = 0
    np.maximum(depth, 0, out=depth)
    width = depth.sum(axis=1) * profiles.step_px / np.maximum(depth.max(axis=1), 1e-6)
    return chains.averaged(width, 4)


def _wide_pieces(points, width, wide):
    edges = np.flatnonzero(np.diff(np.pad(wide.astype(np.int8), 1)))
    pieces = []
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        if pieces and first - pieces[-1][1] <= 6:
            pieces[-1][1] = stop
        else:
            pieces.append([first, stop])
    lines = []
    for first, stop in pieces:
        part, w = points[first:stop], width[first:stop]
        length = np.hypot(*np.diff(part, axis=0).T).sum()
        if length < LEAST_LENGTH_IN_WIDTHS * np.median(w):
            continue
        lines.append(WideLine(part.astype(np.float32), (w / 2).astype(np.float32)))
    return lines


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A skeleton with wide lines in the place of what it had there."""

    skeleton: Mask
    radius: Image
    points_rc: NDArray[np.float32]
    index: NDArray[np.int32]
    links: Mask
    body: Mask


def lay_lines(skeleton: Mask, radius: Image, lines: tuple[WideLine, ...]) -> Laid:
    shape = skeleton.shape
    body, links = (np.zeros(shape, np.uint8) for _ in range(2))
    radius = radius.copy()
    for line in lines:
        xy = np.round(line.points_rc[:, ::-1] * 8).astype(np.int32)
        for k in range(0, len(xy) - 1, 4):
            r = float(line.radius_px[k : k + 5].mean())
            thick = max(1, round(2 * BODY_SHARE * r))
            cv2.polylines(body, [xy[k : k + 5]], False, 1, thick, cv2.LINE_8, 3)
    points, radii = (np.concatenate(part) for part in zip(*map(_dense, lines)))
    pixels = np.round(points).astype(np.intp)
    inside = ((pixels >= 0) & (pixels < shape)).all(axis=1)
    points, radii, pixels = points[inside], radii[inside], pixels[inside]
    index = np.full(shape, -1, np.int32)
    index[tuple(pixels.T)] = np.arange(len(pixels))
    wide = index >= 0
    cut = skeleton & (body > 0)
    kept = skeleton & ~cut
    ends = kept & (cv2.dilate(cut.view(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    count, labels = cv2.connectedComponents(ends.view(np.uint8), connectivity=8)
    rows, columns = np.nonzero(ends)
    kept_rc = np.argwhere(kept)
    for label in range(1, count):
        which = np.flatnonzero(labels[rows, columns] == label)[0]
        end = np.array([rows[which], columns[which]])
        away = points - end
        far = np.hypot(*away.T)
        beside = (np.abs(kept_rc - end) <= BACK_PX).all(axis=1)
        outward = end - kept_rc[beside].mean(axis=0)
        outward /= max(np.hypot(*outward), 1e-6)
        straight = away @ outward / np.maximum(far, 1e-6)
        near = pixels[np.argmin(far * (1 + TURN_COST * (1 - straight)))]
        ends_xy = [(int(p[1]), int(p[0])) for p in (end, near)]
        cv2.line(links, *ends_xy, 1)
        cv2.line(radius, *ends_xy, float(radius[tuple(end)]))
    radius[tuple(pixels.T)] = radii
    links[wide | kept] = 0
    return Laid(kept | wide | (links > 0), radius, points, index, links > 0, body > 0)


def _dense(line):
    length = np.append(0, np.cumsum(np.hypot(*np.diff(line.points_rc, axis=0).T)))
    places = np.arange(0, length[-1], 0.5)
    points = [np.interp(places, length, line.points_rc[:, k]) for k in (0, 1)]
    return np.stack(points, axis=1), np.interp(places, length, line.radius_px)


def calm_plane(small: Plane) -> Image:
    """Without what is thin and dark: for wide veins only."""
    size = small.shape[1] // CALM_SHRINK, small.shape[0] // CALM_SHRINK
    plane = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    closed = cv2.morphologyEx(plane, cv2.MORPH_CLOSE, kernel)
    return np.asarray(closed, np.float32)
