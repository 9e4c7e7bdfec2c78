"""From what the camera saw to what is true in millimetres and in light."""

from vein_calibration.errors import CalibrationError
from vein_calibration.lens import Lens
from vein_calibration.lens_fit import LensFit, fit_lens
from vein_calibration.pixel_size import PixelSize, pixel_size_from_ruler
from vein_calibration.sighting import Sighting, find_target
from vein_calibration.skin_plane import SkinPlane, plane_from_target
from vein_calibration.target import SHEET, Target

__all__ = [
    "SHEET",
    "CalibrationError",
    "Lens",
    "LensFit",
    "PixelSize",
    "Sighting",
    "SkinPlane",
    "Target",
    "find_target",
    "fit_lens",
    "pixel_size_from_ruler",
    "plane_from_target",
]
