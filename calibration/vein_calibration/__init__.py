"""From what the camera saw to what is true in millimetres and in light."""

from vein_calibration.pixel_size import PixelSize, pixel_size_from_ruler

__all__ = ["PixelSize", "pixel_size_from_ruler"]
