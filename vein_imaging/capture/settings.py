"""What the viewer asks of the capture side: one frozen value, replaced whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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

    Raises
    ------
    ValueError
        If a number is outside its range or the quality is unknown.
    """

    sensitivity: float = 0.0
    quality: Literal["fast", "full"] = "fast"
    opacity: float = 0.8

    def __post_init__(self) -> None:
        if not -1.0 <= self.sensitivity <= 1.0:
            raise ValueError(f"sensitivity is -1 to 1, not {self.sensitivity!r}")
        if not 0.0 <= self.opacity <= 1.0:
            raise ValueError(f"opacity is 0 to 1, not {self.opacity!r}")
        if self.quality not in ("fast", "full"):
            raise ValueError(f"quality is 'fast' or 'full', not {self.quality!r}")
