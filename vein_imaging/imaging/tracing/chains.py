"""Many chains of points in one table: what each stage does, it does to all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.tracing.centreline import Trace
from vein_imaging.imaging.working_size import WorkingSize

__all__ = ["Chains", "drop_short_runs"]

Points = NDArray[np.float32]
Values = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Chains of points, one after the other.

    Parameters
    ----------
    points_rc : (N, 2) float32 px
        At the picture's full size.
    radius_px : (N,) float32 px
        Rough radius of the line at each point.
    first, stop : (N,) int
        For each point, where its chain begins and ends in the table.
    spacing_px : px
        Distance of neighbouring points, roughly.
    """

    points_rc: Points
    radius_px: NDArray[np.float32]
    first: NDArray[np.intp]
    stop: NDArray[np.intp]
    spacing_px: float

    @classmethod
    def of(cls, trace: Trace, size: WorkingSize) -> Chains:
        """Pixel centres of a trace at full size, the staircase smoothed out.

        Parameters
        ----------
        trace : Trace
        size : WorkingSize
            That of the trace.
        """
        sizes = np.array([len(path.members) for path in trace.paths], np.intp)
        stop = np.repeat(np.cumsum(sizes), sizes)
        first = stop - np.repeat(sizes, sizes)
        points = size.to_full(trace.pixels_rc)
        chains = cls(
            points_rc=points.astype(np.float32),
            radius_px=trace.radius_px * np.float32(size.scale),
            first=first,
            stop=stop,
            # a skeleton's steps are 1 and 1.41 long
            spacing_px=1.15 * size.scale,
        )
        smooth = chains.smoothed(chains.smoothed(points, 2), 2)
        return chains.moved_to(smooth)

    def moved_to(self, points_rc: Values) -> Chains:
        """The same chains with their points elsewhere.

        Parameters
        ----------
        points_rc : (N, 2) px
        """
        return Chains(
            np.asarray(points_rc, np.float32),
            self.radius_px,
            self.first,
            self.stop,
            self.spacing_px,
        )

    def normals(self) -> Points:
        """(N, 2) float32: unit normals of the chains."""
        here = np.arange(len(self.points_rc))
        after = self.points_rc[np.minimum(here + 2, self.stop - 1)]
        before = self.points_rc[np.maximum(here - 2, self.first)]
        tangent = after - before
        length = np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-6)
        normals = np.stack([-tangent[:, 1] / length, tangent[:, 0] / length], axis=1)
        return np.asarray(normals, np.float32)

    def smoothed(self, values: Values, half: int | NDArray[np.intp]) -> Values:
        """Running mean along the chains, its window shrinking towards their ends.

        Parameters
        ----------
        values : (N,) or (N, M)
        half : int or (N,) int
            Half the window, in points.

        Returns
        -------
        (N,) or (N, M) float64
            Ends stay where they are.
        """
        here = np.arange(len(values))
        reach = np.minimum(half, np.minimum(here - self.first, self.stop - 1 - here))
        return _window_mean(values, here - reach, here + reach + 1)

    def averaged(self, values: Values, half: int | NDArray[np.intp]) -> Values:
        """Running mean along the chains, its window cut at their ends.

        Parameters
        ----------
        values : (N,) or (N, M)
        half : int or (N,) int
            Half the window, in points.

        Returns
        -------
        (N,) or (N, M) float64
        """
        here = np.arange(len(values))
        low = np.maximum(here - half, self.first)
        return _window_mean(values, low, np.minimum(here + half + 1, self.stop))

    def every(self, step: int) -> tuple[Chains, NDArray[np.intp]]:
        """Every so many points of each chain.

        Parameters
        ----------
        step : int, >= 1

        Returns
        -------
        chains : Chains
        index : (N,) int
            For each point of this table, its row in the thinner one.
        """
        here = np.arange(len(self.points_rc))
        kept = (here - self.first) % step == 0
        index = np.cumsum(kept) - 1
        first = index[self.first[kept]]
        sizes = np.bincount(first, minlength=len(first))
        thin = Chains(
            self.points_rc[kept],
            self.radius_px[kept],
            first,
            first + sizes[first],
            self.spacing_px * step,
        )
        return thin, index


def drop_short_runs(
    flags: NDArray[np.bool_], chains: Chains, shortest_px: float
) -> NDArray[np.bool_]:
    """Clear runs of set flags shorter than that, unless they are the whole chain.

    Parameters
    ----------
    flags : (N,) bool
    chains : Chains
    shortest_px : px

    Returns
    -------
    (N,) bool
    """
    here = np.arange(len(flags))
    begins = np.flatnonzero(flags & ((here == chains.first) | ~np.roll(flags, 1)))
    ends = np.flatnonzero(flags & ((here == chains.stop - 1) | ~np.roll(flags, -1)))
    length = ends + 1 - begins
    whole = length == (chains.stop - chains.first)[begins]
    kept = whole | (length * chains.spacing_px >= shortest_px)
    change = np.zeros(len(flags) + 1, np.intp)
    np.add.at(change, begins[kept], 1)
    np.add.at(change, ends[kept] + 1, -1)
    return np.asarray(np.cumsum(change[:-1]) > 0)


def _window_mean(
    values: Values, low: NDArray[np.intp], high: NDArray[np.intp]
) -> Values:
    total = np.zeros((len(values) + 1, *values.shape[1:]))
    np.cumsum(values, axis=0, out=total[1:])
    count = (high - low).reshape(-1, *(1,) * (values.ndim - 1))
    return np.asarray((total[high] - total[low]) / count)
