"""How much each pixel looks like a vein, in standard deviations of the background."""

from vein_imaging.imaging.vesselness.octaves import (
    FAST,
    FULL,
    Coarse,
    Search,
)
from vein_imaging.imaging.vesselness.score import NoiseLevel, measure_noise
from vein_imaging.imaging.vesselness.table import (
    FILTERS,
    VesselnessFilter,
    vesselness,
)

__all__ = [
    "FAST",
    "FILTERS",
    "FULL",
    "Coarse",
    "NoiseLevel",
    "Search",
    "VesselnessFilter",
    "measure_noise",
    "vesselness",
]
