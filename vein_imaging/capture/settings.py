"""What the viewer asks of the capture side: one frozen value, replaced whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from vein_imaging.imaging.display import Display, GroundMode, LineMode

__all__ = ["CaptureSettings"]


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """How live frames are analysed and drawn. Taken up between two frames.

    Parameters
    ----------
    sensitivity : [-1, 1]
        Passed on to the analysis: above 0, fainter veins are found, and more marks that
        are not veins.
    quality : "fast" or "full"
        Passed on to the analysis.
    opacity : [0, 1]
        How strongly the vein overlay covers the camera's picture; 0 shows none.
    ground : GroundMode
        The picture under the veins.
    lines : LineMode
        How veins are drawn on it.
    width_range_mm : (least, most), mm
        Only veins of these widths are drawn; those of unknown width always.
    box : (left, top, right, bottom), px, optional
        Where to look; left out, skin is looked for.

    Raises
    ------
    ValueError
        If a number is outside its range or a word is unknown.
    """

    sensitivity: float = 0.0
    quality: Literal["fast", "full"] = "fast"
    opacity: float = 0.8
    ground: GroundMode = "camera"
    lines: LineMode = "classes"
    width_range_mm: tuple[float, float] = (0.0, math.inf)
    box: tuple[int, int, int, int] | None = None

    def __post_init__(self) -> None:
        if not -1.0 <= self.sensitivity <= 1.0:
            raise ValueError(f"sensitivity is -1 to 1, not {self.sensitivity!r}")
        if not 0.0 <= self.opacity <= 1.0:
            raise ValueError(f"opacity is 0 to 1, not {self.opacity!r}")
        if self.quality not in ("fast", "full"):
            raise ValueError(f"quality is 'fast' or 'full', not {self.quality!r}")
        _ = self.display
        if self.box is not None:
            left, top, right, bottom = self.box
            if not (0 <= left < right and 0 <= top < bottom):
                raise ValueError(f"a box has an inside, not {self.box!r}")

    @property
    def display(self) -> Display:
        """How the picture and its veins are shown."""
        return Display(self.ground, self.lines, self.opacity, self.width_range_mm)
