"""How strong the outline of a split is: the measure by which one is believed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.field.regions import at_frame, centre_weight
from vein_imaging.imaging.field.small_picture import SmallPicture
from vein_imaging.imaging.field.splits import Split

__all__ = ["Judged", "judge_outline"]

WINDOW_PX, WIDE_PX = 5, 13
FRAME_PX = 2
"""So near the frame an outline is not looked at."""
DIM_SHARE, DIM_LEVEL = 0.12, 8.0
"""Below that share of what is bright, or that grey level, no step counts."""
GROUND_AT_FRAME = 0.5
SHARP = 1.6
SMALL = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A split and how much speaks for it.

    Parameters
    ----------
    split : Split
    weaker, middle : float
        Step across its outline, lower quartile and median, in logarithms. Right
        outlines measure .25 to 3, wrong ones within skin .02 to .2.
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
        return self.middle if self.red else self.middle - 0.15


def judge_outline(small: SmallPicture, split: Split) -> Judged | None:
    """Measure the outline of a split; None where the inside cannot be skin.

    Parameters
    ----------
    small : SmallPicture
    split : Split
    """
    mask, visible = split.mask, small.light == "visible"
    inside = [float(np.median(part[mask])) for part in _ratios(small)]
    if visible and (inside[0] < -0.12 or inside[1] < -0.2):
        return None
    steps = _steps(small, mask)
    if steps is None:
        return None
    weaker, middle = steps
    redder = 0.0
    share = float(mask.mean())
    if visible:
        outside = [float(np.median(part[~mask])) for part in _ratios(small)]
        if outside[0] > 0.08 and outside[1] > 0.15:
            if share < SMALL:
                return None
        else:
            redder = float(np.clip(sum(inside) - sum(outside), -0.3, 0.3))
    red = split.by_colour and redder >= 0.1
    weight = centre_weight((mask.shape[0], mask.shape[1])) ** 2
    central = float(np.clip(weight[mask].mean() / weight.mean() - 1, -0.3, 0.3))
    merit = (min(weaker, 0.8) + 0.5 * min(middle, 0.8)) * min(1, (1 - share) / 0.1)
    merit += 0.05 * share + central + 0.5 * redder + 0.25 * red
    merit += GROUND_AT_FRAME * (at_frame(~mask) - at_frame(mask))
    return Judged(split, weaker, middle, redder, red, merit)


def _ratios(small: SmallPicture) -> tuple[Image, Image]:
    return small.red_green, small.red_blue


def _steps(small: SmallPicture, mask: Mask) -> tuple[float, float] | None:
    """Lower quartile and median of the step across an outline."""
    inner = mask.view(np.uint8)
    edge = (cv2.erode(inner, np.ones((3, 3), np.uint8)) == 0) & mask
    edge[:FRAME_PX] = edge[-FRAME_PX:] = False
    edge[:, :FRAME_PX] = edge[:, -FRAME_PX:] = False
    if not edge.any():
        return None
    dim = np.log(max(DIM_SHARE * small.brightest, DIM_LEVEL) + 4)
    parts = [np.maximum(small.level, dim)]
    if small.light == "visible":
        parts += _ratios(small)
    near, far = (_step(parts, mask, edge, size) for size in (WINDOW_PX, WIDE_PX))
    weaker, middle = np.percentile(near, (25, 50))
    # a slope of light is a step that grows with the window
    sharp = min(1.0, SHARP * float(middle) / max(float(np.median(far)), 1e-6))
    return float(weaker * sharp), float(middle * sharp)


def _step(parts: list[Image], mask: Mask, edge: Mask, size: int) -> Image:
    """Difference of the means on both sides of each pixel of an outline, summed."""
    window = size, size
    weight = mask.astype(np.float32)
    share = np.asarray(cv2.blur(weight, window))[edge]
    total = np.zeros(share.shape, np.float32)
    for part in parts:
        whole = np.asarray(cv2.blur(part, window))[edge]
        own = np.asarray(cv2.blur(part * weight, window))[edge]
        total += np.abs(
            own / np.maximum(share, 1e-3)
            - (whole - own) / np.maximum(1 - share, 1e-3)
        )
    return total
