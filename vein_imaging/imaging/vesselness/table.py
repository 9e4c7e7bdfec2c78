"""Which line filters there are. A new one is one file here and one line below."""

from __future__ import annotations

from typing import Protocol

from vein_imaging.imaging.arrays import Image, Mask, Plane
from vein_imaging.imaging.vesselness.octaves import Coarse, Search, oriented_octaves

__all__ = ["DEFAULT_FILTER", "FILTERS", "VesselnessFilter", "vesselness"]


class VesselnessFilter(Protocol):
    """How much each pixel looks like a dark line: what every filter is called with."""

    def __call__(
        self, plane: Plane, inner: Mask, *, search: Search, octaves: int
    ) -> tuple[Image, Coarse]:
        """Answer as `vesselness` does; what `search` says of kernels may be ignored."""
        ...


FILTERS: dict[str, VesselnessFilter] = {
    "oriented": oriented_octaves,
}
"""By name; tests/vein_imaging/imaging/vesselness finds what is added here."""

DEFAULT_FILTER = "oriented"
"""What `analyse` and the window use: benchmarks/accuracy.py decides, not taste."""


def vesselness(
    plane: Plane,
    inner: Mask,
    *,
    search: Search,
    octaves: int = 2,
    line_filter: str = DEFAULT_FILTER,
) -> tuple[Image, Coarse]:
    """Response to dark lines of all widths sought.

    Parameters
    ----------
    plane : (H, W) uint8
    inner : (H, W) bool
        Where to look.
    search : Search
        How thoroughly.
    octaves : int, >= 1
        Octave n answers best to veins about 3 * 2**n px wide.
    line_filter : str
        A name of `FILTERS`.

    Returns
    -------
    response : (H, W) float32, >= 0, per cent of contrast
        Not yet told in noise: see `measure_noise`.
    coarse : Coarse
        What the coarsest octave contributed to it.
    """
    return FILTERS[line_filter](plane, inner, search=search, octaves=octaves)
