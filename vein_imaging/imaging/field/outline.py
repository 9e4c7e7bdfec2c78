"""How strong the outline of a split is: the measure by which one is believed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.field.regions import at_frame, centre_weight, typical
from vein_imaging.imaging.field.small_picture import SmallPicture
from vein_imaging.imaging.field.splits import Split

__all__ = ["Judged", "Outlines"]

WINDOWS_PX = (5, 13)
"""Steps are measured between both halves of a window, a narrow and a wide one."""
SHARP = 1.6
"""Across an edge both windows show the same step; the wide one's may exceed the narrow
one's by that. On a slope of light it grows with the window, by 2.6."""
FRAME_PX = 2
"""So near the frame an outline is not looked at."""
DIM_SHARE, DIM_LEVEL = 0.12, 8.0
"""Below that share of what is bright, or that grey level, no step counts."""
LARGEST_STEP = 0.8
"""A clearer outline is no better."""
LEAST_OUTSIDE = 0.1
"""Less ground than that share of the picture counts for less."""
NOT_SKIN = (-0.12, -0.2)
"""No skin has lower ratios to green and blue, whatever the white balance."""
SKIN_LIKE = (0.08, 0.15)
"""Above both, what lies outside might be skin itself; then redness says nothing, and a
small inside is a shadow or a mark."""
SMALL_SHARE = 0.15
"""Of the picture: what a small inside is."""
REDDER, MOST_REDDER = 0.1, 0.3
NOT_RED_LOSS = 0.15
"""What is told by brightness alone has to show that much more of a step."""
WEIGHTS = {"middle": 0.5, "redder": 0.5, "red": 0.25, "frame": 0.5, "share": 0.05}
"""Of the parts of merit, beside the weaker step's 1. Few pictures fix them; halving or
doubling one changes the mean IoU of the marked ones by less than .01."""
MOST_CENTRAL = 0.3
"""To lie in the middle or at the side counts no more than that in merit."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A split and how much speaks for it.

    Parameters
    ----------
    split : Split
    weaker, middle : float
        Step across its outline, lower quartile and median, in logarithms. Outlines of
        limbs measure .2 to 3, lines within skin under .1.
    redder : float
        How much redder the inside is.
    red : bool
        Whether it was told by colour and is redder.
    merit : float
        By which splits are compared.
    """

    split: Split
    weaker: float
    middle: float
    redder: float
    red: bool
    merit: float

    @property
    def strength(self) -> float:
        """Median step; what is not redder has to show more."""
        return self.middle if self.red else self.middle - NOT_RED_LOSS


class Outlines:
    """Judge of the splits of one small picture.

    Parameters
    ----------
    small : SmallPicture
    """

    def __init__(self, small: SmallPicture) -> None:
        dim = np.log(max(DIM_SHARE * small.brightest, DIM_LEVEL) + 4)
        self._visible = small.light == "visible"
        self._ratios = (small.red_green, small.red_blue)
        level = np.maximum(small.level, dim, dtype=np.float32)
        self._parts = (level, *self._ratios) if self._visible else (level,)
        self._blurred = [
            [cv2.blur(part, (size, size)) for part in self._parts]
            for size in WINDOWS_PX
        ]
        shape = small.level.shape[0], small.level.shape[1]
        weight = centre_weight(shape) ** 2
        self._central = np.asarray(weight / weight.mean(), np.float32)

    def judge(self, split: Split) -> Judged | None:
        """Measure the outline of a split; None where the inside cannot be skin.

        Parameters
        ----------
        split : Split
        """
        mask = split.mask
        share = np.count_nonzero(mask) / mask.size
        redder = self._redder(mask, share) if self._visible else 0.0
        steps = None if redder is None else self._steps(mask)
        if redder is None or steps is None:
            return None
        weaker, middle = steps
        red = split.by_colour and redder >= REDDER
        clear, usual = (min(step, LARGEST_STEP) for step in steps)
        central = float(self._central[mask].mean()) - 1
        merit = (
            (clear + WEIGHTS["middle"] * usual) * min(1, (1 - share) / LEAST_OUTSIDE)
            + WEIGHTS["share"] * share
            + WEIGHTS["redder"] * redder
            + WEIGHTS["red"] * red
            + WEIGHTS["frame"] * (at_frame(~mask) - at_frame(mask))
            + float(np.clip(central, -MOST_CENTRAL, MOST_CENTRAL))
        )
        return Judged(split, weaker, middle, redder, red, merit)

    def _redder(self, mask: Mask, share: float) -> float | None:
        """How much redder the inside is than the outside; None if it is no skin."""
        inside = [typical(part, mask) for part in self._ratios]
        if any(own < least for own, least in zip(inside, NOT_SKIN, strict=True)):
            return None
        outside = [typical(part, ~mask) for part in self._ratios]
        if all(own > least for own, least in zip(outside, SKIN_LIKE, strict=True)):
            return 0.0 if share >= SMALL_SHARE else None
        return float(np.clip(sum(inside) - sum(outside), -MOST_REDDER, MOST_REDDER))

    def _steps(self, mask: Mask) -> tuple[float, float] | None:
        """Lower quartile and median of the step across an outline."""
        inner = cv2.erode(mask.view(np.uint8), np.ones((3, 3), np.uint8))
        edge = mask & (inner == 0)
        edge[:FRAME_PX] = edge[-FRAME_PX:] = False
        edge[:, :FRAME_PX] = edge[:, -FRAME_PX:] = False
        if not edge.any():
            return None
        near, far = (self._step(mask, edge, at) for at in range(len(WINDOWS_PX)))
        weaker, middle = np.percentile(near, (25, 50))
        sharp = min(1.0, SHARP * float(middle) / max(float(np.median(far)), 1e-6))
        return float(weaker * sharp), float(middle * sharp)

    def _step(self, mask: Mask, edge: Mask, window: int) -> Image:
        """Difference of the means on both sides of each pixel of an outline, summed."""
        size = WINDOWS_PX[window], WINDOWS_PX[window]
        weight = mask.astype(np.float32)
        share = np.asarray(cv2.blur(weight, size))[edge]
        total = np.zeros(share.shape, np.float32)
        for part, blurred in zip(self._parts, self._blurred[window], strict=True):
            whole = np.asarray(blurred)[edge]
            own = np.asarray(cv2.blur(part * weight, size))[edge]
            rest = (whole - own) / np.maximum(1 - share, 1e-3)
            total += np.abs(own / np.maximum(share, 1e-3) - rest)
        return total
