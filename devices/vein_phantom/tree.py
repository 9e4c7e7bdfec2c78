"""Veins grow: trunks along the limb, then branches that seek undrained tissue."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_phantom.limb import Limb
from vein_phantom.settings import PhantomSettings, random_for

__all__ = ["Tree", "grow_tree"]

Array = NDArray[np.float64]

_STEP_MM = 0.8  # under half the narrowest bend drawn
_REACH_MM = 25.0  # how far tissue calls a vein: farther apart than two neighbours grow
_INERTIA = 0.45  # more draws straight spokes, less draws curls
_WANDER = 0.34  # veins wind; more makes them cross themselves
_TISSUE_PER_MM2 = 0.02  # one point in 50 mm²; as dense as looks right
_SPIDERS = 4  # a leg that is worth treating has some
_SPIDER_TIPS = 30  # red threads of one spider, as many as can be told apart
_SPIDER_RADIUS_MM = 5.0  # a spider is about a centimetre wide
_MOST_ROUNDS = 220
"""A tree that has reached all tissue stops before this; the limit ends one that grows
in circles."""
_TRIBUTARIES = 4  # of the trunk, left and right, as many as a picture's width holds


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Nodes of a forest of veins, parents before children.

    Parameters
    ----------
    points_mm : (N, 2) float64, mm
        Where each node lies on the skin, (row, column) from the centre.
    parent : (N,) int64
        Index of the node that it drains into, -1 at an outlet.
    least_diameter_mm : (N,) float64, mm
        The vein is at least this wide here; as wide where it ends.
    trunk : (N,) bool
        Whether the node belongs to one of the two trunks.
    """

    points_mm: Array
    parent: NDArray[np.int64]
    least_diameter_mm: Array
    trunk: NDArray[np.bool_]


@dataclass(slots=True)
class _Growth:
    """Nodes so far, as lists: growth appends a few at a time."""

    points: list[tuple[float, float]]
    parent: list[int]
    heading: list[tuple[float, float]]
    least_mm: list[float]

    def add(
        self, point: tuple[float, float], parent: int, least_mm: float
    ) -> tuple[float, float]:
        before = self.points[parent] if parent >= 0 else point
        row, column = point[0] - before[0], point[1] - before[1]
        length = math.sqrt(row * row + column * column) or 1.0
        self.points.append(point)
        self.parent.append(parent)
        self.heading.append((row / length, column / length))
        self.least_mm.append(least_mm)
        return point


def grow_tree(settings: PhantomSettings, limb: Limb) -> Tree:
    """Grow the veins of one leg by space colonisation from two trunks.

    Parameters
    ----------
    settings : PhantomSettings
        Seed and size in mm are used.
    limb : Limb
        Veins keep inside its outlines.

    Returns
    -------
    Tree

    References
    ----------
    Runions et al. 2007, Modeling trees with a space colonization algorithm.
    """
    rng = random_for(settings, "tree")
    across = 0.86
    if not settings.limb:  # the frame, not the limb, bounds what is worth growing
        across = 0.62 * min(settings.extent_mm) / limb.half_width_mm
    growth = _Growth([], [], [], [])
    trunk = _grow_trunks(growth, rng, limb, across)
    _grow_small_veins(settings, growth, rng, limb, across)
    return Tree(
        np.array(growth.points),
        np.array(growth.parent, np.int64),
        np.array(growth.least_mm),
        np.isin(np.arange(len(growth.points)), trunk),
    )


def _grow_trunks(
    growth: _Growth, rng: np.random.Generator, limb: Limb, across: float
) -> list[int]:
    """Lay a large deep vein and a smaller one along the limb, with tributaries."""
    trunk: list[int] = []
    for place, smallest_mm, largest_mm in ((0.45, 2.0, 4.8), (-0.4, 0.8, 1.8)):
        wide_mm = float(rng.uniform(smallest_mm, largest_mm))
        centre = across * (place + rng.uniform(-0.12, 0.12))
        waves = [
            (rng.uniform(0.5, 1.2) * length, length, rng.uniform(0.0, 6.28))
            for length in rng.uniform(12.0, 50.0, 3).tolist()
        ]
        reach_mm = limb.half_length_mm * 1.05
        count = int(2 * reach_mm / _STEP_MM)
        parent = -1
        for i in range(count):
            along = -reach_mm + i * _STEP_MM
            side = centre + sum(
                0.028 * a * math.sin(along / length * 6.28 + phase)
                for a, length, phase in waves
            ) / limb.half_width_mm  # fmt: skip
            point = limb.point_mm(np.array([along]), np.array([side]))[0]
            growth.add((float(point[0]), float(point[1])), parent, wide_mm)
            parent = len(growth.points) - 1
        first = len(growth.points) - count
        trunk.extend(range(first, first + count))
        for start in rng.uniform(0.1, 0.95, _TRIBUTARIES).tolist():
            away = math.copysign(1.0, rng.uniform(-1.0, 1.0) - place)
            node = first + int(start * (count - 1))
            _grow_tributary(growth, rng, limb, node, away, across)
    return trunk


def _grow_tributary(
    growth: _Growth, rng: np.random.Generator, limb: Limb, node: int, away: float,
    across: float,
) -> None:  # fmt: skip
    """Lay a reticular vein that leaves a trunk and winds across the limb."""
    wide_mm = float(rng.uniform(0.5, 1.4))
    turn = away * rng.uniform(0.5, 1.1)
    row, column = growth.points[node]
    path = []
    for _ in range(int(rng.uniform(18.0, 45.0) / _STEP_MM)):
        turn += 0.14 * float(rng.standard_normal()) - 0.03 * turn
        sine, cosine = math.sin(turn), math.cos(turn)
        row += _STEP_MM * (cosine * limb.along[0] + sine * limb.along[1])
        column += _STEP_MM * (cosine * limb.along[1] - sine * limb.along[0])
        if abs(float(limb.across(np.array([row, column])))) > across:
            break
        path.append((row, column))
    for i, point in enumerate(path):
        tapered_mm = wide_mm + (0.35 - wide_mm) * (i + 1) / len(path)
        growth.add(point, node, tapered_mm)
        node = len(growth.points) - 1


def _grow_small_veins(
    settings: PhantomSettings,
    growth: _Growth,
    rng: np.random.Generator,
    limb: Limb,
    across: float,
) -> None:
    """Drain the tissue: thinly all over, and densely in a few spiders."""
    length_mm = 2.0 * limb.half_length_mm
    area_mm2 = length_mm * 2.0 * across * limb.half_width_mm
    count = max(12, int(_TISSUE_PER_MM2 * area_mm2))
    along = rng.uniform(-0.5, 0.5, count) * length_mm
    side = rng.uniform(-1.0, 1.0, count) * across
    _colonise(growth, rng, limb.point_mm(along, side), 2.2, 0)
    for _ in range(_SPIDERS):
        middle = limb.point_mm(
            rng.uniform(-0.33, 0.33, 1) * length_mm,
            rng.uniform(-0.75, 0.75, 1) * across,
        )
        angle = rng.uniform(0.0, 2.0 * math.pi, _SPIDER_TIPS)
        far = _SPIDER_RADIUS_MM * np.sqrt(rng.uniform(0.0, 1.0, _SPIDER_TIPS))
        offset = [
            (f * math.sin(a), f * math.cos(a)) for a, f in zip(angle, far, strict=True)
        ]
        # One feeder reaches the middle; only it and what it bears drain the spider.
        first = len(growth.points)
        _colonise(growth, rng, middle, 0.8, 0)
        if len(growth.points) > first:
            _colonise(
                growth, rng, middle + np.array(offset), 0.9, len(growth.points) - 1
            )


def _colonise(
    growth: _Growth,
    rng: np.random.Generator,
    targets_mm: Array,
    kill_mm: float,
    first: int,
) -> None:
    """Let every node nearest to some tissue, from `first` on, send steps to it."""
    nearest = np.zeros(len(targets_mm), np.int64)
    distance2 = np.full(len(targets_mm), np.inf)
    seen = first
    alive = np.ones(len(targets_mm), bool)
    for _ in range(_MOST_ROUNDS):
        for node in range(seen, len(growth.points)):
            away = targets_mm - np.array(growth.points[node])
            square = away[:, 0] * away[:, 0] + away[:, 1] * away[:, 1]
            closer = square < distance2
            nearest[closer], distance2[closer] = node, square[closer]
        seen = len(growth.points)
        alive &= distance2 > kill_mm * kill_mm
        active = np.flatnonzero(alive & (distance2 < _REACH_MM * _REACH_MM))
        if active.size == 0:
            return
        for node in np.unique(nearest[active]):
            pull = targets_mm[active[nearest[active] == node]]
            _step(growth, rng, int(node), pull)


def _step(growth: _Growth, rng: np.random.Generator, node: int, pull: Array) -> None:
    """Add one node towards the mean direction of the tissue that pulls."""
    row0, column0 = growth.points[node]
    row, column = 0.0, 0.0
    for target in pull:
        up, along = float(target[0]) - row0, float(target[1]) - column0
        length = math.sqrt(up * up + along * along) or 1.0
        row, column = row + up / length, column + along / length
    length = math.sqrt(row * row + column * column) or 1.0
    heading = growth.heading[node]
    wander = rng.standard_normal(2).tolist()
    row = row / length + _INERTIA * heading[0] + _WANDER * wander[0]
    column = column / length + _INERTIA * heading[1] + _WANDER * wander[1]
    length = math.sqrt(row * row + column * column) or 1.0
    point = (row0 + _STEP_MM * row / length, column0 + _STEP_MM * column / length)
    growth.add(point, node, float(rng.uniform(0.3, 0.42)))
