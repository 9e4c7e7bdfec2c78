"""What can be wrong with a calibration, said so that a person can put it right."""

from __future__ import annotations

__all__ = [
    "CalibrationError",
    "CardError",
    "LensError",
    "ProfileError",
    "ProfileMismatchError",
    "ScaleError",
    "TargetError",
]


class CalibrationError(ValueError):
    """A picture, a set of pictures or a file from which nothing can be calibrated."""


class TargetError(CalibrationError):
    """A target that cannot be read in a picture, or that cannot be drawn."""


class LensError(CalibrationError):
    """Views from which the lens cannot be told; says which view to take next."""


class ScaleError(CalibrationError):
    """A picture that gives no millimetres one can stand behind."""


class CardError(CalibrationError):
    """Pictures of a card or of darkness that are not what they should be."""


class ProfileError(CalibrationError):
    """A profile file that is cut, changed, or of a version not known here."""


class ProfileMismatchError(CalibrationError):
    """A profile of another camera, picture size or lens position."""
