"""How strong the outline of a split is: the measure by which one is believed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.field.regions import centre_weight
from vein_imaging.imaging.field.small_picture import SmallPicture
from vein_imaging.imaging.field.splits import Split

__all__ = ["Judged", "judge_outline"]

WINDOW_PX = 5
FRAME_PX = 2
"""So near the frame an outline is not looked at."""
DIM_LEVEL = 3.5
"""Log brightness of about 30 grey levels: below that no step counts."""


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
    if visible and (inside[0] < -0.04 or inside[1] < 0):
        return None
    steps = _steps(small, mask)
    if steps is None:
        return None
    weaker, middle = steps
    redder = 0.0
    if visible:
        outside = [float(np.median(part[~mask])) for part in _ratios(small)]
        if not (outside[0] > 0.08 and outside[1] > 0.15):
            redder = float(np.clip(sum(inside) - sum(outside), -0.3, 0.3))
    red = split.by_colour and redder >= 0.1
    share = float(mask.mean())
    weight = centre_weight((mask.shape[0], mask.shape[1])) ** 2
    central = float(np.clip(weight[mask].mean() / weight.mean() - 1, -0.3, 0.3))
    merit = (min(weaker, 0.8) + 0.5 * min(middle, 0.8)) * min(1, (1 - share) / 0.1)
    merit += 0.05 * share + central + 0.5 * redder + 0.25 * red
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
    size = WINDOW_PX, WINDOW_PX
    weight = mask.astype(np.float32)
    share = cv2.blur(weight, size)[edge]
    total = np.zeros(share.shape, np.float32)
    whole = 0.0
    for part in (np.maximum(small.level, DIM_LEVEL), *_ratios(small)):
        if not part.any():
            continue
        all_of_it, own = cv2.blur(part, size)[edge], cv2.blur(part * weight, size)[edge]
        total += np.abs(
            own / np.maximum(share, 1e-3)
            - (all_of_it - own) / np.maximum(1 - share, 1e-3)
        )
        whole += abs(float(part[mask].mean() - part[~mask].mean()))
    weaker, middle = np.percentile(total, (25, 50))
    # a slope of light has a small step and a large difference between both sides
    trust = min(1.0, 2 * middle / max(whole, 1e-6))
    return float(weaker * trust), float(middle * trust)
