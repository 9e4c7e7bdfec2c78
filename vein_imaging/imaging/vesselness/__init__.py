"""How much each pixel looks like a vein: oriented line filters over octaves of width."""

from vein_imaging.imaging.vesselness.oriented import Scale, vesselness

__all__ = ["Scale", "vesselness"]
