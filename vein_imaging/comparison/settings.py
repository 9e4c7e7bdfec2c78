"""What a caller may choose about a comparison."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from vein_imaging.comparison.repeatability import PHANTOM_REPEAT, RepeatError
from vein_imaging.pipeline import AnalysisSettings

__all__ = ["CompareSettings"]


@dataclass(frozen=True, slots=True)
class CompareSettings:
    """What a caller may choose about a comparison.

    Parameters
    ----------
    analysis : AnalysisSettings
        How veins are found in both pictures.
    piece_mm, search_mm, beside_mm : mm, > 0
        Longest piece; how far a vein is sought sideways; where, beside a vein, noise is
        measured. Without a scale a picture is taken to be 96 mm long.
    repeat : RepeatError
        What the clinic's own same-day pairs showed.

    Raises
    ------
    ValueError
        If a length is not positive.
    """

    analysis: AnalysisSettings = field(
        default_factory=lambda: AnalysisSettings(quality="full")
    )
    piece_mm: float = 3.0
    search_mm: float = 0.4
    beside_mm: float = 2.2
    repeat: RepeatError = PHANTOM_REPEAT

    def __post_init__(self) -> None:
        for name in ("piece_mm", "search_mm", "beside_mm"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} is a length above 0 mm, not {value!r}")
