"""Centrelines: the mask thinned to a network of branches, junctions and ends."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
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
    skeleton = np.zeros(mask.shape, np.bool_)
    radius = np.zeros(mask.shape, np.float32)
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    # with a margin: what touches the box's edge does not touch the mask's
    part = np.s_[
        max(0, top - 1) : top + height + 1, max(0, left - 1) : left + width + 1
    ]
    box = np.ascontiguousarray(mask[part])
    radius[part] = cv2.distanceTransform(box.view(np.uint8), cv2.DIST_L2, 5)
    skeleton[part] = skeletonize(box)  # type: ignore[no-untyped-call]
    return skeleton, radius


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
    flat = np.flatnonzero(skeleton)
    pixels = np.stack(np.divmod(flat, skeleton.shape[1]), axis=1)
    radius = np.asarray(distance.ravel()[flat], np.float32)
    paths = _prune_spurs(_follow(_Graph.of(skeleton, pixels)), radius)
    order = np.concatenate([path.members for path in paths] or [np.zeros(0, np.intp)])
    stops = np.cumsum([len(path.members) for path in paths], dtype=np.intp).tolist()
    rows = np.arange(len(order))
    renumbered = tuple(
        Path(rows[stop - len(path.members) : stop], path.start_node, path.end_node)
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
        changes = (np.flatnonzero(good[1:] != good[:-1]) + 1).tolist()
        edges = [0, *changes, len(good)]
        for first, stop in itertools.islice(
            itertools.pairwise(edges), int(not good[0]), None, 2
        ):
            if stop - first < SPUR_MIN_PX:
                continue
            start = path.start_node if first == 0 else fresh
            end = path.end_node if stop == len(good) else fresh + 1
            kept.append(Path(path.members[first:stop], start, end))
            fresh += 2
    return tuple(join_paths(kept))


@dataclass(frozen=True, slots=True, eq=False)
class _Graph:
    """Which pixels of a skeleton touch; diagonally only where no corner joins them.

    Lists, not arrays: chains are walked pixel by pixel.
    """

    near: list[int]
    """Touching pixels of the first pixel, of the second, and so on."""
    first: list[int]
    """Where those of each pixel begin; one more at the end."""
    degrees: Indices
    """How many they are."""

    @classmethod
    def of(cls, skeleton: Mask, pixels: Indices) -> _Graph:
        padded = np.pad(skeleton, 1).ravel()
        stride = skeleton.shape[1] + 2
        flat = (pixels[:, 0] + 1) * stride + pixels[:, 1] + 1
        number = np.empty(padded.size, np.int32)
        number[flat] = np.arange(len(pixels))
        ends: list[Indices] = []
        for rows, columns in _NEIGHBOURS:
            joined = padded[flat + (rows * stride + columns)]
            if rows and columns:
                joined &= ~padded[flat + rows * stride] & ~padded[flat + columns]
            here = np.flatnonzero(joined)
            there = number[flat[here] + (rows * stride + columns)]
            # the edge seen from its later end, then from its earlier one
            ends += [np.stack([there, here]), np.stack([here, there])]
        source, target = np.concatenate(ends, axis=1)
        order = np.argsort(source, kind="stable")
        degrees = np.bincount(source, minlength=len(pixels))
        return cls(target[order].tolist(), [0, *np.cumsum(degrees).tolist()], degrees)

    def of_pixel(self, pixel: int) -> list[int]:
        return self.near[self.first[pixel] : self.first[pixel + 1]]

    def walk(self, start: int, step: int, node_of: dict[int, int]) -> list[int]:
        """From one pixel over the next and on to the first node."""
        near, first = self.near, self.first
        chain = [start, step]
        before, here = start, step
        while here not in node_of:
            at = first[here]
            # of its two neighbours the one it was not reached from
            before, here = here, near[at] + near[at + 1] - before
            chain.append(here)
        return chain


def _follow(graph: _Graph) -> list[Path]:
    """Walk all chains of a skeleton."""
    node_of, count = _number_nodes(graph)
    chains: list[list[int]] = []
    ends: list[tuple[int, int]] = []
    seen: set[tuple[int, int]] = set()
    for start, node in node_of.items():
        for step in graph.of_pixel(start):
            if node_of.get(step) == node or (start, step) in seen:
                continue
            chain = graph.walk(start, step, node_of)
            seen.add((chain[-1], chain[-2]))
            chains.append(chain)
            ends.append((node, node_of[chain[-1]]))
    loops = _closed_loops(graph, chains)
    ends += [(node, node) for node in range(count, count + len(loops))]
    chains += loops
    members = _joined(chains)
    stops = np.cumsum([len(chain) for chain in chains]).tolist()
    return [
        Path(members[stop - len(chain) : stop], *pair)
        for chain, stop, pair in zip(chains, stops, ends, strict=True)
    ]


def _joined(chains: Sequence[list[int]]) -> Indices:
    return np.fromiter(itertools.chain.from_iterable(chains), np.intp)


def _number_nodes(graph: _Graph) -> tuple[dict[int, int], int]:
    """Number ends and junctions; junction pixels that touch are one node."""
    degrees = graph.degrees
    junction = set(np.flatnonzero(degrees > 2).tolist())
    node_of: dict[int, int] = {}
    count = 0
    for pixel in np.flatnonzero((degrees != 0) & (degrees != 2)).tolist():
        if pixel in node_of:
            continue
        node_of[pixel] = count
        stack = [pixel] if pixel in junction else []
        while stack:
            for other in graph.of_pixel(stack.pop()):
                if other in junction and other not in node_of:
                    node_of[other] = count
                    stack.append(other)
        count += 1
    return node_of, count


def _closed_loops(graph: _Graph, chains: Sequence[list[int]]) -> list[list[int]]:
    """Rings without a junction; each gets one node of its own."""
    left = graph.degrees == 2
    left[_joined(chains)] = False
    loops: list[list[int]] = []
    for start in np.flatnonzero(left).tolist():
        if left[start]:
            loops.append(graph.walk(start, graph.of_pixel(start)[0], {start: 0}))
            left[loops[-1]] = False
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
