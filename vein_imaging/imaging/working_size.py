"""The size at which veins are searched, and the way from there to the picture's own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Mask, Plane

__all__ = ["WorkingSize"]


@dataclass(frozen=True, slots=True)
class WorkingSize:
    """A picture's own size and the one it is searched at.

    Parameters
    ----------
    full, small : (int, int) px
        (H, W) of the picture and of its smaller copy.
    """

    full: tuple[int, int]
    small: tuple[int, int]

    @classmethod
    def of(
        cls, shape: tuple[int, int], longest_px: float, *, enlarged: float = 1.0
    ) -> WorkingSize:
        """Shrink to exactly that, whatever the size: no picture falls off a step.

        Parameters
        ----------
        shape : px
            (H, W) of the picture.
        longest_px : px
            Longer side to be searched at.
        enlarged : float, >= 1
            How many times a smaller picture is enlarged at most.
        """
        scale = max(1 / enlarged, max(shape) / longest_px)
        height, width = (max(1, round(side / scale)) for side in shape)
        return cls((shape[0], shape[1]), (height, width))

    @classmethod
    def same(cls, shape: tuple[int, ...]) -> WorkingSize:
        """Search a picture at its own size.

        Parameters
        ----------
        shape : px
            (H, W).
        """
        return cls((shape[0], shape[1]), (shape[0], shape[1]))

    @property
    def scale_rc(self) -> NDArray[np.float64]:
        """(2,) full size over working size, along rows and columns: rounded apart."""
        return np.divide(self.full, self.small)

    @property
    def scale(self) -> float:
        """Full size over working size."""
        return math.sqrt(float(np.prod(self.scale_rc)))

    def to_full(self, points_rc: NDArray[Any]) -> NDArray[np.float64]:
        """Places at the working size, told at the picture's own.

        Parameters
        ----------
        points_rc : (N, 2) px
        """
        return np.asarray((points_rc + 0.5) * self.scale_rc - 0.5, np.float64)

    def shrunk(self, plane: Plane) -> Plane:
        """Bring a plane, of any size, to the working size.

        By means of its pixels where it is larger, by cubic splines where it is smaller.

        Parameters
        ----------
        plane : (H, W) uint8
        """
        if plane.shape == self.small:
            return plane
        smaller = plane.shape[0] < self.small[0]
        way = cv2.INTER_CUBIC if smaller else cv2.INTER_AREA
        return np.asarray(cv2.resize(plane, self.small[::-1], interpolation=way))

    def shrunk_mask(self, mask: Mask) -> Mask:
        """The same for a mask: pixels of which half and more lie in it.

        Parameters
        ----------
        mask : (H, W) bool
        """
        if mask.shape == self.small:
            return mask
        whole = np.multiply(mask.view(np.uint8), np.uint8(255))
        small = cv2.resize(whole, self.small[::-1], interpolation=cv2.INTER_AREA)
        return np.asarray(small > 127)
