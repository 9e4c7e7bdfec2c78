"""The pose of a pair: found from the pictures, or through points marked by hand."""

from __future__ import annotations

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.automatic import FoundPose, find_automatically
from vein_imaging.comparison.aligning.marked import find_by_marks
from vein_imaging.comparison.aligning.working import Working

__all__ = ["find_pose"]


def find_pose(working: Working, control: Matches | None) -> FoundPose:
    """Find how the limb of AFTER lies on that of BEFORE.

    Parameters
    ----------
    working : Working
    control : Matches or None
        Points marked by hand, px of the pictures.

    Returns
    -------
    FoundPose
    """
    if control is None:
        return find_automatically(working)
    return find_by_marks(working, control)
