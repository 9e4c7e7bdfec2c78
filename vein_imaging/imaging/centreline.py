"""Centrelines: the mask thinned to a network of branches, junctions and ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["Path", "cut_paths", "trace_centrelines"]

SPUR_MIN_PX = 10.0
"""A dead end that leaves a junction is a spur below this length, or below the width of
the vein it leaves."""

# Half of the eight neighbours' offsets, straight ones first: an edge is stored once.
_STRAIGHT = ((0, 1), (1, 0))
_DIAGONAL = ((1, 1), (1, -1))


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A chain of skeleton pixels between two nodes.

    Parameters
    ----------
    pixels_rc : (N, 2) int px
        In order, nodes included.
    start_node, end_node : int
        Numbers of the nodes at its ends; the same for a loop.
    """

    pixels_rc: NDArray[np.intp]
    start_node: int
    end_node: int

    @property
    def length_px(self) -> float:
        """Length along the pixel centres."""
        steps = np.diff(self.pixels_rc, axis=0)
        return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def trace_centrelines(mask: Mask) -> tuple[list[Path], NDArray[np.float32]]:
    """Thin a mask and follow its centrelines.

    Parameters
    ----------
    mask : (H, W) bool

    Returns
    -------
    paths : list of Path
        Spurs pruned, the rest joined again where a spur had split it.
    radius_px : (H, W) float32 px
        Distance of each mask pixel to the background.
    """
    radius = np.asarray(
        cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5), np.float32
    )
    skeleton = np.asarray(skeletonize(mask), np.bool_)
    paths = _follow(skeleton)
    return _prune_spurs(paths, radius), radius


def cut_paths(paths: Sequence[Path], bad: Sequence[NDArray[np.bool_]]) -> list[Path]:
    """Take pixels out of paths; where that ends a path it gets an end of its own.

    Parameters
    ----------
    paths : sequence of Path
    bad : sequence of (N,) bool
        For each path, which of its pixels go.

    Returns
    -------
    list of Path
        Joined again where only two ends still meet; rests below 10 px are dropped.
    """
    fresh = 1 + max((max(p.start_node, p.end_node) for p in paths), default=0)
    kept: list[Path] = []
    for path, flags in zip(paths, bad, strict=True):
        edges = np.flatnonzero(np.diff(~flags, prepend=False, append=False))
        for first, stop in zip(edges[::2], edges[1::2], strict=True):
            whole = stop - first == len(flags)
            if stop - first < (2 if whole else SPUR_MIN_PX):
                continue
            start = path.start_node if first == 0 else fresh
            end = path.end_node if stop == len(flags) else fresh + 1
            kept.append(Path(path.pixels_rc[first:stop], start, end))
            fresh += 2
    return _join(kept)


def _follow(skeleton: Mask) -> list[Path]:
    """Walk all chains of a skeleton."""
    pixels = np.argwhere(skeleton)
    neighbours = _neighbours(skeleton, pixels)
    degree = [len(near) for near in neighbours]
    node_of = _number_nodes(neighbours, degree)
    paths: list[Path] = []
    seen: set[tuple[int, int]] = set()
    for start, node in node_of.items():
        for step in neighbours[start]:
            if node_of.get(step) == node or (start, step) in seen:
                continue
            chain = _walk(start, step, neighbours, node_of)
            seen.update({(start, step), (chain[-1], chain[-2])})
            paths.append(Path(pixels[chain], node, node_of[chain[-1]]))
    paths.extend(_closed_loops(pixels, neighbours, degree, paths, len(node_of)))
    return paths


def _neighbours(skeleton: Mask, pixels: NDArray[np.intp]) -> list[list[int]]:
    """For each skeleton pixel those it touches; a diagonal only where no corner joins."""
    padded = np.pad(skeleton, 1)
    number = np.full(padded.shape, -1, np.intp)
    number[padded] = np.arange(len(pixels))
    rows, columns = (pixels + 1).T
    neighbours: list[list[int]] = [[] for _ in range(len(pixels))]
    for dr, dc in (*_STRAIGHT, *_DIAGONAL):
        joined = padded[rows + dr, columns + dc]
        if dr and dc:
            joined &= ~padded[rows + dr, columns] & ~padded[rows, columns + dc]
        here = np.flatnonzero(joined)
        there = number[rows[here] + dr, columns[here] + dc]
        for a, b in zip(here.tolist(), there.tolist(), strict=True):
            neighbours[a].append(b)
            neighbours[b].append(a)
    return neighbours


def _number_nodes(neighbours: list[list[int]], degree: list[int]) -> dict[int, int]:
    """Number ends and junctions; junction pixels that touch are one node."""
    node_of: dict[int, int] = {}
    count = 0
    for pixel, near in enumerate(degree):
        if near in (0, 2) or pixel in node_of:
            continue
        node_of[pixel] = count
        stack = [pixel] if near > 2 else []
        while stack:
            for other in neighbours[stack.pop()]:
                if degree[other] > 2 and other not in node_of:
                    node_of[other] = count
                    stack.append(other)
        count += 1
    return node_of


def _walk(
    start: int, step: int, neighbours: list[list[int]], node_of: dict[int, int]
) -> list[int]:
    chain = [start, step]
    while chain[-1] not in node_of:
        one, other = neighbours[chain[-1]]
        chain.append(other if one == chain[-2] else one)
    return chain


def _closed_loops(
    pixels: NDArray[np.intp],
    neighbours: list[list[int]],
    degree: list[int],
    paths: Iterable[Path],
    first_node: int,
) -> list[Path]:
    """Rings without a junction; each gets one node of its own."""
    shape = pixels.max(axis=0) + 1 if len(pixels) else (1, 1)
    walked = np.zeros(shape, np.bool_)
    for path in paths:
        walked[tuple(path.pixels_rc.T)] = True
    left = {i for i in np.flatnonzero(~walked[tuple(pixels.T)]) if degree[i] == 2}
    loops: list[Path] = []
    while left:
        start = int(min(left))
        node_of = {start: 0}
        chain = _walk(start, neighbours[start][0], neighbours, node_of)
        left.difference_update(chain)
        node = first_node + len(loops)
        loops.append(Path(pixels[chain], node, node))
    return loops


def _prune_spurs(paths: list[Path], radius: Image) -> list[Path]:
    """Drop dead ends that are short or shorter than the vein they leave is wide."""
    ends: dict[int, int] = {}
    for path in paths:
        for node in (path.start_node, path.end_node):
            ends[node] = ends.get(node, 0) + 1

    def is_spur(path: Path) -> bool:
        free = (ends[path.start_node] == 1, ends[path.end_node] == 1)
        if free[0] == free[1]:
            return all(free) and path.length_px < SPUR_MIN_PX
        root = tuple(path.pixels_rc[-1 if free[0] else 0])
        return path.length_px < max(SPUR_MIN_PX, 2 * float(radius[root]))

    return _join([path for path in paths if not is_spur(path)])


def _join(paths: list[Path]) -> list[Path]:
    """Join paths at nodes where only two ends still meet."""
    at_node: dict[int, list[int]] = {}
    alive = dict(enumerate(paths))
    for i, path in alive.items():
        at_node.setdefault(path.start_node, []).append(i)
        at_node.setdefault(path.end_node, []).append(i)
    for node, members in at_node.items():
        if len(members) != 2 or members[0] == members[1]:
            continue
        first, second = (alive.pop(i) for i in members)
        if first.end_node != node:
            first = Path(first.pixels_rc[::-1], first.end_node, first.start_node)
        if second.start_node != node:
            second = Path(second.pixels_rc[::-1], second.end_node, second.start_node)
        merged = max(alive, default=-1) + 1 + len(paths)
        chain = np.concatenate([first.pixels_rc, second.pixels_rc[1:]])
        alive[merged] = Path(chain, first.start_node, second.end_node)
        for i, far in zip(members, (first.start_node, second.end_node), strict=True):
            far_members = at_node[far]
            far_members[far_members.index(i)] = merged
    return list(alive.values())
