"""LightGlue: which points of two pictures are the same.

Lindenberger, Sarlin, Pollefeys 2023, arXiv:2306.13643; Apache-2.0.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.learned.features import Features, describe_skin
from vein_imaging.comparison.learned.graph_files import find_graphs
from vein_imaging.imaging.arrays import Mask

__all__ = ["LearnedMatcher", "learned_matcher"]

_LEAST = 0.1  # probability of a match
_FEW = 8  # points that are not worth asking about


class LearnedMatcher:
    """Both networks, each loaded for its part of the work and let go.

    A network keeps all that it computed: together they took 0.8 GB.

    Parameters
    ----------
    disk, lightglue : bytes
        ONNX graphs.
    """

    def __init__(self, disk: bytes, lightglue: bytes) -> None:
        self._disk, self._lightglue = disk, lightglue

    def match(
        self,
        before: tuple[NDArray[np.uint8], Mask],
        after: tuple[NDArray[np.uint8], Mask],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Match points on the skin of two pictures.

        Parameters
        ----------
        before, after : picture (H, W, 3) uint8 RGB, and its skin (H, W) bool

        Returns
        -------
        (N, 2), (N, 2) float64 px
            Columns and rows in BEFORE and in AFTER.
        """
        one, other = (self.describe(*side) for side in (before, after))
        if min(len(one.xy), len(other.xy)) < _FEW:
            return np.empty((0, 2)), np.empty((0, 2))
        likely = self._likely(one, other)
        best, back = likely.argmax(axis=1), likely.argmax(axis=0)
        rows = np.arange(len(best))
        chosen = (back[best] == rows) & (likely[rows, best] > _LEAST)
        return (
            one.xy[chosen].astype(np.float64),
            other.xy[best[chosen]].astype(np.float64),
        )

    def describe(self, picture: NDArray[np.uint8], skin: Mask) -> Features:
        """Find points on the skin of a picture.

        Parameters
        ----------
        picture : (H, W, 3) uint8 RGB
        skin : (H, W) bool

        Returns
        -------
        Features
        """
        return describe_skin(_loaded(self._disk), picture, skin)

    def _likely(self, one: Features, other: Features) -> NDArray[np.float32]:
        network = _loaded(self._lightglue)
        for name, value in (
            ("kp0", one.normalised),
            ("d0", one.words),
            ("kp1", other.normalised),
            ("d1", other.words),
        ):
            network.setInput(np.ascontiguousarray(value), name)
        return np.asarray(np.exp(network.forward()), np.float32)


def _loaded(graph: bytes) -> cv2.dnn.Net:
    return cv2.dnn.readNetFromONNX(np.frombuffer(graph, np.uint8))


@cache
def learned_matcher() -> LearnedMatcher | None:
    """Read the networks of this computer once.

    Returns
    -------
    LearnedMatcher or None
        None where they were not set up; the classical seeds do without.
    """
    graphs = find_graphs()
    return None if graphs is None else LearnedMatcher(*graphs)
