"""How much each pixel looks like a vein, in standard deviations of the background."""

from vein_imaging.imaging.vesselness.octaves import (
    FAST,
    FULL,
    Coarse,
    Search,
    vesselness,
)
from vein_imaging.imaging.vesselness.score import NoiseLevel, measure_noise

__all__ = [
    "FAST",
    "FULL",
    "Coarse",
    "NoiseLevel",
    "Search",
    "measure_noise",
    "vesselness",
]
