"""From a tree of nodes to smooth branches with diameters and depths, and treatment."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vein_phantom.settings import PhantomSettings, random_for
from vein_phantom.tree import Tree

__all__ = ["SkinBranch", "branches_of", "choose_treated", "eight_weeks_later"]

Array = NDArray[np.float64]

_MURRAY = 2.6  # Murray's exponent: 3 for a flow of least work, drawn a little less
_SMALLEST_MM, _LARGEST_MM = 0.3, 5.0
_SHORTEST_TWIG_MM = 1.6  # a shorter one is part of its parent's wall
_TREATABLE_MM = 3.0  # above this a vein is varicose (CEAP) and keeps its place
_GONE_SHARE = 0.7  # of the treated veins; the rest thins, so that a comparison has both
_THINNER = 0.55  # about half, as a vein that closed in part looks


@dataclass(frozen=True, slots=True, eq=False)
class SkinBranch:
    """A vein between two junctions, on the skin.

    Parameters
    ----------
    branch_id : int
        The same at both visits.
    points_mm : (N, 2) float64, mm
        Centreline from downstream to upstream, (row, column) from the centre.
    diameter_mm, depth_mm : (N,) float64, mm
        Lumen diameter, and depth of the axis below the surface.
    upstream : tuple of int
        Ids of the branches that drain into it.
    trunk : bool
        Part of a trunk, which this treatment leaves alone.
    treated : bool
        Treated between the visits.
    """

    branch_id: int
    points_mm: Array
    diameter_mm: Array
    depth_mm: Array
    upstream: tuple[int, ...]
    trunk: bool = False
    treated: bool = False

    @property
    def length_mm(self) -> float:
        """Length of the centreline, mm."""
        step = np.diff(self.points_mm, axis=0)
        return float(np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2).sum())


def branches_of(tree: Tree, settings: PhantomSettings) -> tuple[SkinBranch, ...]:
    """Cut the tree at its junctions, give each branch diameter and depth, smooth it.

    Diameters add up at junctions as d_p^2.6 = sum d_c^2.6 and lie between .3 and 5 mm;
    thicker veins lie deeper, from .15 to 3 mm at `depth` 1.

    Parameters
    ----------
    tree : Tree
        Parents before children.
    settings : PhantomSettings
        Seed and depth are used.

    Returns
    -------
    tuple of SkinBranch
    """
    children = _children(tree)
    diameter_mm = _diameters(tree, children)
    waves = random_for(settings, "depth").uniform(0.0, 1.0, (4, 3)).tolist()
    branches: list[SkinBranch] = []
    ids: dict[int, int] = {}  # first node after the junction -> branch
    starts = [
        (node, first)
        for node, below in enumerate(children)
        for first in below
        if len(below) > 1 or tree.parent[node] < 0
    ]
    for node, first in starts:
        chain = [node, first]
        while len(children[chain[-1]]) == 1:
            chain.append(children[chain[-1]][0])
        ids[first] = len(branches)
        points = _smooth(tree.points_mm[chain])
        wide = diameter_mm[chain].copy()
        wide[0] = wide[1]  # at the junction the branch has its own width
        wide = np.interp(
            np.linspace(0, len(chain) - 1, len(points)), np.arange(len(chain)), wide
        )
        depth = (0.08 + 0.5 * wide) * _undulation(points, waves) * settings.depth
        end = chain[-1]
        branches.append(
            SkinBranch(
                len(branches), points, wide, depth, tuple(children[end]),
                trunk=bool(tree.trunk[first]),
            )
        )  # fmt: skip
    return tuple(
        replace(row, upstream=tuple(ids[node] for node in row.upstream))
        for row in branches
    )


def _children(tree: Tree) -> list[list[int]]:
    """Children of each node, twigs too short to be a vein left out."""
    children: list[list[int]] = [[] for _ in tree.parent]
    reach_mm = np.zeros(len(tree.parent))
    for node in range(len(tree.parent) - 1, -1, -1):
        above = int(tree.parent[node])
        if above < 0:
            continue
        step = tree.points_mm[node] - tree.points_mm[above]
        length = float(np.sqrt(step[0] ** 2 + step[1] ** 2)) + reach_mm[node]
        children[above].insert(0, node)
        reach_mm[above] = max(reach_mm[above], length)
    for below in children:
        if len(below) > 1:
            below[:] = [n for n in below if reach_mm[n] >= _SHORTEST_TWIG_MM] or below[
                :1
            ]
    return children


def _diameters(tree: Tree, children: list[list[int]]) -> Array:
    """Murray's law from the ends to the outlets."""
    wide = np.zeros(len(children))
    for node in range(len(children) - 1, -1, -1):
        flow = sum(wide[child] ** _MURRAY for child in children[node])
        wide[node] = max(flow ** (1 / _MURRAY), tree.least_diameter_mm[node])
        wide[node] = min(max(wide[node], _SMALLEST_MM), _LARGEST_MM)
    return wide


def _undulation(points_mm: Array, waves: list[list[float]]) -> Array:
    """Give a factor about 1 that changes slowly over skin: depth has no steps."""
    factor = np.ones(len(points_mm))
    for heading, length, phase in waves:
        turn, frequency = (
            2.0 * math.pi * heading,
            2.0 * math.pi / (15.0 + 40.0 * length),
        )
        along = points_mm[:, 0] * math.sin(turn) + points_mm[:, 1] * math.cos(turn)
        factor += 0.09 * np.sin(frequency * along + 2.0 * math.pi * phase)
    return factor


def _smooth(points: Array) -> Array:
    """Round off a polyline; its ends stay."""
    for _ in range(2):
        inner = (points[:-2] + 2.0 * points[1:-1] + points[2:]) / 4.0
        points = np.concatenate([points[:1], inner, points[-1:]])
    near, far = points[:-1], points[1:]  # Chaikin's corner cutting
    cut = np.empty((2 * len(near), 2))
    cut[0::2], cut[1::2] = 0.75 * near + 0.25 * far, 0.25 * near + 0.75 * far
    return np.concatenate([points[:1], cut, points[-1:]])


def choose_treated(
    branches: tuple[SkinBranch, ...], settings: PhantomSettings
) -> tuple[SkinBranch, ...]:
    """Mark whole sub-trees of veins up to 3 mm until the wanted share of length is met.

    Parameters
    ----------
    branches : tuple of SkinBranch
        All of one leg.
    settings : PhantomSettings
        Seed and treated_share are used.

    Returns
    -------
    tuple of SkinBranch
    """
    small = {
        b.branch_id
        for b in branches
        if not b.trunk and float(b.diameter_mm.max()) <= _TREATABLE_MM
    }
    wanted_mm = settings.treated_share * sum(branches[i].length_mm for i in small)
    treated: set[int] = set()
    done_mm = 0.0
    for start in random_for(settings, "treated").permutation(sorted(small)).tolist():
        stack = [start]
        while stack and done_mm < wanted_mm:
            branch = branches[stack.pop()]
            if branch.branch_id in small and branch.branch_id not in treated:
                treated.add(branch.branch_id)
                done_mm += branch.length_mm
            stack.extend(branch.upstream)
    return tuple(replace(b, treated=b.branch_id in treated) for b in branches)


def eight_weeks_later(
    branches: tuple[SkinBranch, ...], settings: PhantomSettings
) -> tuple[tuple[SkinBranch, ...], tuple[SkinBranch, ...]]:
    """Let seven in ten treated branches vanish and the others shrink.

    Parameters
    ----------
    branches : tuple of SkinBranch
        With `treated` set.
    settings : PhantomSettings
        The seed is used.

    Returns
    -------
    left : tuple of SkinBranch
        What is still there; treated ones at .55 of their diameter.
    gone : tuple of SkinBranch
        What vanished.
    """
    fate = random_for(settings, "fate").uniform(0.0, 1.0, len(branches))
    left, gone = [], []
    for branch in branches:
        if not branch.treated:
            left.append(branch)
        elif fate[branch.branch_id] < _GONE_SHARE:
            gone.append(branch)
        else:
            thinner = np.maximum(branch.diameter_mm * _THINNER, 0.2)
            left.append(replace(branch, diameter_mm=thinner))
    return tuple(left), tuple(gone)
