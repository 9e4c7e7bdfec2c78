"""Both pictures at the sizes they are aligned at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.choices import (
    LimbChoice,
    choice_under,
    limb_choices,
    same_size,
)
from vein_imaging.comparison.aligning.limb_frame import LimbFrame, frames_of
from vein_imaging.comparison.preparing.surface import Surface, View, shrink
from vein_imaging.imaging.arrays import Mask

__all__ = ["WORKING_PX", "Working", "inside"]

WORKING_PX = 960
"""The longer side of the pictures that the last step matches."""
_LIMB_PX = 260.0
"""Width of the limb in the frames the pose is sought in: a mole is a few px wide there,
and hair is gone."""
_EDGE_PX = 8  # keypoints closer to the field's outline describe the outline


@dataclass(frozen=True, eq=False)  # no slots: the choices are kept once made
class Working:
    """A pair at its working sizes.

    Parameters
    ----------
    views : View, View
    frames : LimbFrame, LimbFrame
        Both limbs drawn to one width.
    surfaces : Surface, Surface
        Shrunk to the working size.
    scales : float, float
        Px of the working size per px of each picture.
    """

    views: tuple[View, View]
    frames: tuple[LimbFrame, LimbFrame]
    surfaces: tuple[Surface, Surface]
    scales: tuple[float, float]

    @classmethod
    def of(cls, before: View, after: View) -> Working:
        """Make it of two pictures.

        Parameters
        ----------
        before, after : View
        """
        one, other = (
            min(1.0, WORKING_PX / max(view.skin.shape)) for view in (before, after)
        )
        return cls(
            (before, after),
            frames_of(before, after, _LIMB_PX),
            (shrink(before.surface, one), shrink(after.surface, other)),
            (one, other),
        )

    @property
    def shapes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Of both pictures."""
        one, other = (view.skin.shape for view in self.views)
        return (int(one[0]), int(one[1])), (int(other[0]), int(other[1]))

    @cached_property
    def choices(self) -> tuple[LimbChoice, ...]:
        """Limbs that may belong together, beside both fields as they are."""
        return limb_choices(*self.views, _LIMB_PX)

    def limbs_under(self, matches: Matches) -> tuple[LimbFrame, LimbFrame]:
        """Give the limbs that matches lie on, both fields as they are where they do.

        Parameters
        ----------
        matches : Matches
            Px of the pictures.
        """
        if same_size(matches, self.frames):
            return self.frames
        chosen = choice_under(matches, self.choices)
        return self.frames if chosen is None else chosen.frames


def inside(usable: Mask) -> Mask:
    """Skin far enough from its outline for keypoints.

    Parameters
    ----------
    usable : (h, w) bool
    """
    side = 2 * _EDGE_PX + 1
    closed = np.pad(usable.astype(np.uint8), 1)
    kept = cv2.erode(closed, np.ones((side, side), np.uint8))
    return kept[1:-1, 1:-1].astype(np.bool_)
