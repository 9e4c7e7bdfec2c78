"""Centrelines: the mask thinned to a network of branches, junctions and ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from vein_imaging.imaging.arrays import Image, Mask

__all__ = [
    "Path",
    "Trace",
    "cut_paths",
    "join_paths",
    "thin",
    "trace_centrelines",
    "trace_skeleton",
]

SPUR_MIN_PX = 10
"""A dead end that leaves a junction is a spur if it has fewer pixels than this, or than
the vein it leaves is wide."""

Indices = NDArray[np.intp]

# Half of the eight neighbours: each edge is met once. Straight ones first.
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A chain of skeleton pixels between two nodes.

    Parameters
    ----------
    members : (N,) int
        Its pixels in order, nodes included, as rows of the trace's `pixels_rc`.
    start_node, end_node : int
        Numbers of the nodes at its ends; the same for a loop.
    """

    members: Indices
    start_node: int
    end_node: int


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The centrelines of a mask.

    Parameters
    ----------
    paths : tuple of Path
    pixels_rc : (N, 2) int px
        Pixels of all paths, one path after the other; nodes once for each path.
    radius_px : (N,) float32 px
        Distance of each to the mask's edge.
    """

    paths: tuple[Path, ...]
    pixels_rc: Indices
    radius_px: NDArray[np.float32]


def trace_centrelines(mask: Mask) -> Trace:
    """Thin a mask and follow its centrelines; spurs are pruned.

    Parameters
    ----------
    mask : (H, W) bool

    Returns
    -------
    Trace
        Paths that a spur had split are joined again.
    """
    return trace_skeleton(*thin(mask))


def thin(mask: Mask) -> tuple[Mask, Image]:
    """Thin a mask, and tell how far each of its pixels is from its edge.

    Parameters
    ----------
    mask : (H, W) bool

    Returns
    -------
    skeleton : (H, W) bool
    radius : (H, W) float32 px
    """
    distance = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, 5)
    skeleton = np.asarray(skeletonize(mask), np.bool_)  # type: ignore[no-untyped-call]
    return skeleton, np.asarray(distance, np.float32)


def trace_skeleton(skeleton: Mask, distance: Image) -> Trace:
    """Follow the lines of a skeleton; spurs are pruned.

    Parameters
    ----------
    skeleton : (H, W) bool
    distance : (H, W) float32 px
        Radius of the vein at each of its pixels.

    Returns
    -------
    Trace
    """
    pixels = np.argwhere(skeleton)
    radius = np.asarray(distance[tuple(pixels.T)], np.float32)
    paths = _prune_spurs(_follow(skeleton, pixels), radius)
    order = np.concatenate([path.members for path in paths] or [np.zeros(0, np.intp)])
    stops = np.cumsum([len(path.members) for path in paths], dtype=np.intp)
    renumbered = tuple(
        Path(np.arange(stop - len(path.members), stop), path.start_node, path.end_node)
        for path, stop in zip(paths, stops, strict=True)
    )
    return Trace(renumbered, pixels[order], radius[order])


def cut_paths(paths: Sequence[Path], bad: NDArray[np.bool_]) -> tuple[Path, ...]:
    """Take pixels out of paths; where that ends a path it gets an end of its own.

    Parameters
    ----------
    paths : sequence of Path
    bad : (N,) bool
        For each row of the trace's `pixels_rc`, whether it goes.

    Returns
    -------
    tuple of Path
        Joined again where only two ends still meet; rests below 10 px are dropped.
    """
    fresh = 1 + max((max(p.start_node, p.end_node) for p in paths), default=0)
    kept: list[Path] = []
    for path in paths:
        good = ~bad[path.members]
        # `all` in Python's bytes is several times quicker than NumPy's for short arrays
        if b"\0" not in good.tobytes():
            kept.append(path)
            continue
        edges = np.flatnonzero(np.diff(np.pad(good, 1)))
        for first, stop in zip(edges[::2], edges[1::2], strict=True):
            if stop - first < SPUR_MIN_PX:
                continue
            start = path.start_node if first == 0 else fresh
            end = path.end_node if stop == len(good) else fresh + 1
            kept.append(Path(path.members[first:stop], start, end))
            fresh += 2
    return tuple(join_paths(kept))


def _follow(skeleton: Mask, pixels: Indices) -> list[Path]:
    """Walk all chains of a skeleton."""
    neighbours = _neighbours(skeleton, pixels)
    node_of = _number_nodes(neighbours)
    paths: list[Path] = []
    seen: set[tuple[int, int]] = set()
    for start, node in node_of.items():
        for step in neighbours[start]:
            if node_of.get(step) == node or (start, step) in seen:
                continue
            chain = _walk(start, step, neighbours, node_of)
            seen.add((chain[-1], chain[-2]))
            paths.append(Path(np.array(chain), node, node_of[chain[-1]]))
    paths.extend(_closed_loops(neighbours, paths, len(node_of)))
    return paths


def _neighbours(skeleton: Mask, pixels: Indices) -> list[list[int]]:
    """Pixels that each one touches; diagonally only where no corner joins them."""
    padded = np.pad(skeleton, 1).ravel()
    stride = skeleton.shape[1] + 2
    place = (pixels[:, 0] + 1) * stride + pixels[:, 1] + 1
    number = np.full(padded.size, -1, np.intp)
    number[place] = np.arange(len(pixels))
    neighbours: list[list[int]] = [[] for _ in range(len(pixels))]
    for rows, columns in _NEIGHBOURS:
        joined = padded[place + rows * stride + columns]
        if rows and columns:
            joined &= ~padded[place + rows * stride] & ~padded[place + columns]
        here = np.flatnonzero(joined)
        there = number[place[here] + rows * stride + columns]
        for a, b in zip(here.tolist(), there.tolist(), strict=True):
            neighbours[a].append(b)
            neighbours[b].append(a)
    return neighbours


def _number_nodes(neighbours: list[list[int]]) -> dict[int, int]:
    """Number ends and junctions; junction pixels that touch are one node."""
    node_of: dict[int, int] = {}
    count = 0
    for pixel, near in enumerate(neighbours):
        if len(near) in (0, 2) or pixel in node_of:
            continue
        node_of[pixel] = count
        stack = [pixel] if len(near) > 2 else []
        while stack:
            for other in neighbours[stack.pop()]:
                if len(neighbours[other]) > 2 and other not in node_of:
                    node_of[other] = count
                    stack.append(other)
        count += 1
    return node_of


def _walk(
    start: int, step: int, neighbours: list[list[int]], node_of: dict[int, int]
) -> list[int]:
    chain = [start, step]
    before, here = start, step
    while here not in node_of:
        one, other = neighbours[here]
        before, here = here, other if one == before else one
        chain.append(here)
    return chain


def _closed_loops(
    neighbours: list[list[int]], paths: Iterable[Path], first_node: int
) -> list[Path]:
    """Rings without a junction; each gets one node of its own."""
    walked = np.zeros(len(neighbours), np.bool_)
    for path in paths:
        walked[path.members] = True
    left = {int(i) for i in np.flatnonzero(~walked) if len(neighbours[i]) == 2}
    loops: list[Path] = []
    while left:
        start = min(left)
        chain = _walk(start, neighbours[start][0], neighbours, {start: 0})
        left.difference_update(chain)
        node = first_node + len(loops)
        loops.append(Path(np.array(chain), node, node))
    return loops


def _prune_spurs(paths: list[Path], radius: NDArray[np.float32]) -> list[Path]:
    """Drop dead ends that are short, or shorter than the vein they leave is wide."""
    ends: dict[int, int] = {}
    for path in paths:
        for node in (path.start_node, path.end_node):
            ends[node] = ends.get(node, 0) + 1

    def is_spur(path: Path) -> bool:
        free = ends[path.start_node] == 1, ends[path.end_node] == 1
        if free == (False, False):
            return False
        length = len(path.members)
        if free == (True, True):
            return length < SPUR_MIN_PX
        root = path.members[-1 if free[0] else 0]
        return length < max(SPUR_MIN_PX, 2 * float(radius[root]))

    return join_paths([path for path in paths if not is_spur(path)])


def join_paths(paths: Sequence[Path]) -> list[Path]:
    """Join paths at nodes where only two ends meet.

    Parameters
    ----------
    paths : sequence of Path

    Returns
    -------
    list of Path
    """
    at_node: dict[int, list[int]] = {}
    alive = dict(enumerate(paths))
    for i, path in alive.items():
        at_node.setdefault(path.start_node, []).append(i)
        at_node.setdefault(path.end_node, []).append(i)
    merged = len(paths)
    for node, (first_index, *others) in at_node.items():
        if len(others) != 1 or others[0] == first_index:
            continue
        first, second = alive.pop(first_index), alive.pop(others[0])
        if first.end_node != node:
            first = Path(first.members[::-1], first.end_node, first.start_node)
        if second.start_node != node:
            second = Path(second.members[::-1], second.end_node, second.start_node)
        chain = np.concatenate([first.members, second.members])
        alive[merged] = Path(chain, first.start_node, second.end_node)
        for old, far in (
            (first_index, first.start_node),
            (others[0], second.end_node),
        ):
            at_far = at_node[far]
            at_far[at_far.index(old)] = merged
        merged += 1
    return list(alive.values())
