"""Wide lines put into the skeleton in place of what it has there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.tracing.wide_veins import WideLine
from vein_imaging.imaging.working_size import WorkingSize

__all__ = ["LINK", "Inserted", "bodies", "insert_lines", "loose_links"]

BODY_SHARE = 0.9
"""Within this share of its radius all is one vein."""
BESIDE_SHARE = 1.5
"""What is cut at the body and never gets that far away is the wide vein itself, ragged,
and not a vein that drains into it."""
TURN_COST = 2.0
"""A vein is led on to the middle of the wide one, straight rather than the shortest
way: going back would cost so many times its length more than going straight on."""
_BACK_PX = 6
"""A cut end points the way its last pixels go: over fewer the grid's steps decide."""
_PIECE = 4
"""Steps of a line drawn as one stroke, as wide as the wider of its ends."""
_STEP_PX = 0.5
"""Half a pixel: none on the line is passed over."""

LINK = -2
"""Number of pixels where a vein was led on into a wide one."""

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Inserted:
    """A skeleton with wide lines inserted into it, at the working size.

    Parameters
    ----------
    skeleton : (H, W) bool
    radius_px : (H, W) float32 px
        Of the vein, at the skeleton's pixels.
    body : (H, W) bool
        Inside of the wide veins.
    points_rc : (M, 2) float64 px
        The wide lines exactly.
    number : (H, W) int32
        Row of `points_rc` at pixels of wide lines; -2 where a vein was led on into a
        wide one, where nothing can be measured; else -1.
    """

    skeleton: Mask
    radius_px: Image
    body: Mask
    points_rc: NDArray[np.float64]
    number: NDArray[np.int32]

    def moved_onto_wide_lines(
        self, chains: Chains, pixels_rc: Indices, size: WorkingSize
    ) -> Chains:
        """Chains of this skeleton with wide lines exactly where they are.

        Parameters
        ----------
        chains : Chains
            At full size.
        pixels_rc : (N, 2) int px
            Of their points.
        size : WorkingSize
            That of the skeleton.
        """
        if not len(self.points_rc):
            return chains
        number = self.number[tuple(pixels_rc.T)]
        exact = size.to_full(self.points_rc[number])
        return chains.moved_to(
            np.where((number >= 0)[:, None], exact, chains.points_rc)
        )


def insert_lines(
    skeleton: Mask, radius_px: Image, lines: Sequence[WideLine]
) -> Inserted:
    """Put wide lines in the place of what a skeleton has inside of them.

    Parameters
    ----------
    skeleton : (H, W) bool
    radius_px : (H, W) float32 px
    lines : sequence of WideLine

    Returns
    -------
    Inserted
        Veins that were cut at the body of a wide one are led on to its middle.
    """
    number = np.full(skeleton.shape, -1, np.int32)
    if not lines:
        nothing = np.zeros(skeleton.shape, np.bool_)
        return Inserted(skeleton, radius_px, nothing, np.zeros((0, 2)), number)
    body = bodies(skeleton.shape, lines)
    dense = [_dense(line) for line in lines]
    points, radii = (np.concatenate(part) for part in zip(*dense, strict=True))
    pixels = np.round(points).astype(np.intp)
    inside = ((pixels >= 0) & (pixels < skeleton.shape)).all(axis=1)
    points, radii, pixels = points[inside], radii[inside], pixels[inside]
    beside = bodies(skeleton.shape, lines, BESIDE_SHARE)
    kept, ends = _cut_at(skeleton, body, beside)
    radius_px = radius_px.copy()
    links = np.zeros(skeleton.shape, np.uint8)
    for end, target in _links(kept, ends, points, radii):
        line = tuple(end[::-1].tolist()), tuple(pixels[target][::-1].tolist())
        cv2.line(links, *line, 1)
        cv2.line(radius_px, *line, float(radius_px[tuple(end)]))
    number[(links > 0) & ~kept] = LINK
    number[tuple(pixels.T)] = np.arange(len(pixels))
    radius_px[tuple(pixels.T)] = radii
    return Inserted(kept | (number != -1), radius_px, body, points, number)


def _cut_at(skeleton: Mask, body: Mask, beside: Mask) -> tuple[Mask, Mask]:
    """A skeleton without what belongs to a wide vein, and its ends where it was cut."""
    kept = skeleton & ~body
    cut = (skeleton & body).view(np.uint8)
    ends = kept & (cv2.dilate(cut, np.ones((3, 3), np.uint8)) > 0)
    count, labels = cv2.connectedComponents(kept.view(np.uint8))
    ragged = np.zeros(count, np.bool_)
    ragged[labels[ends]] = True
    ragged[labels[kept & ~beside]] = False
    ragged[0] = False
    kept = kept & ~ragged[labels]
    return kept, ends & kept


def loose_links(
    number: NDArray[np.int32], pixels_rc: Indices, bad: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Pixels that no longer lead from a vein to a wide one, since one of them is gone.

    Parameters
    ----------
    number : (H, W) int32
        Of `Inserted`.
    pixels_rc : (N, 2) int px
        Of a trace of its skeleton.
    bad : (N,) bool
        What proved to be no vein.

    Returns
    -------
    (N,) bool
        Links that touch each other stay or go together.
    """
    own = number[tuple(pixels_rc.T)]
    if not (own == LINK).any():
        return np.zeros(len(bad), np.bool_)
    count, labels = cv2.connectedComponents((number == LINK).view(np.uint8))
    beside = np.pad(labels, 1)
    leads = np.ones(count, np.bool_)
    for side in (own == -1, own >= 0):
        rows, columns = pixels_rc[side & ~bad].T
        met = np.zeros(count, np.bool_)
        for down, right in np.ndindex(3, 3):
            met[beside[rows + down, columns + right]] = True
        leads &= met
    return np.asarray((own == LINK) & ~leads[labels[tuple(pixels_rc.T)]])


def bodies(
    shape: tuple[int, ...], lines: Sequence[WideLine], share: float = BODY_SHARE
) -> Mask:
    """Pixels within a share of the radius from the middle of wide lines.

    Parameters
    ----------
    shape : px
        (H, W).
    lines : sequence of WideLine
    share : float

    Returns
    -------
    (H, W) bool
    """
    body = np.zeros(shape, np.uint8)
    for line in lines:
        # 1/8 px fixed point: OpenCV's `shift`
        xy = np.round(line.points_rc[:, ::-1] * 8).astype(np.int32)
        for first in range(0, len(xy) - 1, _PIECE):
            piece = slice(first, first + _PIECE + 1)
            radius = max(line.radius_px[first], line.radius_px[piece][-1])
            thick = round(2 * share * float(radius))
            cv2.polylines(body, [xy[piece]], False, 1, max(1, thick), cv2.LINE_8, 3)
    return body > 0


def _dense(line: WideLine) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of a line, dense enough to meet each pixel, and their radii."""
    steps = np.hypot(*np.diff(line.points_rc, axis=0).T)
    length = np.append(0, np.cumsum(steps))
    places = np.arange(0, length[-1], _STEP_PX)
    points = [np.interp(places, length, line.points_rc[:, k]) for k in (0, 1)]
    return np.stack(points, axis=1), np.interp(places, length, line.radius_px)


def _links(
    kept: Mask, ends: Mask, points: NDArray[np.float64], radii: NDArray[np.float64]
) -> list[tuple[Indices, int]]:
    """Each end that was cut, and the point of a wide line that it is led on to."""
    pixels = np.stack(np.divmod(np.flatnonzero(ends), ends.shape[1]), axis=1)
    # of pixels that touch only the first is an end
    touching = np.abs(pixels[:, None] - pixels).max(axis=2) <= 1
    firsts = ~np.tril(touching, -1).any(axis=1)
    points_down, points_right = np.ascontiguousarray(points.T)
    found = []
    for end in pixels[firsts]:
        near = _near(kept, end)
        outward = end - near.sum(axis=0) / len(near)
        outward /= max(float(np.hypot(*outward)), 1e-6)
        down, right = points_down - end[0], points_right - end[1]
        apart = down * down + right * right
        # a point costs 1 to 1 + 2 * TURN_COST times how far it is: no other can win
        likely = np.flatnonzero(apart <= (1 + 2 * TURN_COST) ** 2 * apart.min())
        far = np.sqrt(apart[likely])
        ahead = down[likely] * outward[0] + right[likely] * outward[1]
        cost = far * (1 + TURN_COST * (1 - ahead / np.maximum(far, 1e-6)))
        best = int(np.argmin(cost))
        found.append((float(cost[best]), end, int(likely[best])))
    return _one_a_vein(found, kept, radii)


def _one_a_vein(
    found: list[tuple[float, Indices, int]], kept: Mask, radii: NDArray[np.float64]
) -> list[tuple[Indices, int]]:
    """Of links of one vein nearer to each other than the wide vein is wide the best."""
    _, labels = cv2.connectedComponents(kept.view(np.uint8))
    chosen: list[tuple[Indices, int]] = []
    for _, end, target in sorted(found, key=lambda one: one[0]):
        vein, width = labels[tuple(end)], 2 * radii[target]
        if all(
            labels[tuple(other)] != vein or np.hypot(*(end - other)) > width
            for other, _ in chosen
        ):
            chosen.append((end, target))
    return chosen


def _near(kept: Mask, end: Indices) -> Indices:
    """Pixels of the skeleton about one of them, itself included."""
    first = np.maximum(end - _BACK_PX, 0)
    rows, columns = (
        slice(a, b + _BACK_PX + 1) for a, b in zip(first, end, strict=True)
    )
    return np.argwhere(kept[rows, columns]) + first
