"""How each kind of picture is searched: what was measured to be best for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vein_imaging.imaging.light import Light, Subject
from vein_imaging.imaging.vesselness import FAST, FULL, Search
from vein_imaging.imaging.working_size import WorkingSize
from vein_imaging.pipeline.settings import Quality

__all__ = ["Recipe", "recipe_for"]

RETINA_DISC_PX = 540.0
"""Diameter of the disc at which a retina is searched: that of DRIVE's pictures. All
fundus cameras show about as much of the eye, so vessels are as wide at that size."""
WIDEST_MM = 4.0
"""Widest vein sought where a scale is known."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a picture is searched, and what is believed of what is found.

    Parameters
    ----------
    light : Light
    search : Search
    longest_px : px
        Longer side at which it is searched.
    red_and_green : bool
        Whether the two channels are searched together; else green, or what stands in.
    equalised : bool
        Whether local contrast is equalised (CLAHE) first.
    octaves : int
        Of width, where no scale tells how wide veins may be.
    strong_score, weak_score : standard deviations of the background
        Where a vein begins, and down to which it goes on.
    least_score : standard deviations
        What a traced line must reach on average along itself.
    """

    light: Light
    search: Search
    longest_px: float
    red_and_green: bool
    equalised: bool
    octaves: int
    strong_score: float
    weak_score: float
    least_score: float

    def working_size(self, shape: tuple[int, int]) -> WorkingSize:
        """The size at which a picture is searched.

        Parameters
        ----------
        shape : px
            (H, W) of the picture.
        """
        return WorkingSize.of(shape, self.longest_px)


_FAST_SIDE, _FULL_SIDE = 960.0, 2000.0
_RECIPES: dict[tuple[Light, Quality], Recipe] = {
    ("retina", "full"): Recipe(
        "retina", FULL, 0, False, True, 2, 4.5, 2.8, 0.0
    ),
    ("retina", "fast"): Recipe(
        "retina", FAST, 0, False, False, 2, 4.5, 2.4, 0.0
    ),
    ("visible", "full"): Recipe(
        "visible",
        replace(FULL, background_sigma_px=5.0),
        *(_FULL_SIDE, True, False, 3, 5.5, 3.4, 4.5),
    ),
    ("visible", "fast"): Recipe(
        "visible", FAST, _FAST_SIDE, True, False, 2, 4.5, 2.4, 0.0
    ),
    ("near-infrared", "full"): Recipe(
        "near-infrared", FULL, _FULL_SIDE, False, True, 3, 4.2, 2.6, 2.6
    ),
    ("near-infrared", "fast"): Recipe(
        "near-infrared", FAST, _FAST_SIDE, False, False, 2, 4.5, 2.4, 0.0
    ),
}


def recipe_for(subject: Subject, quality: Quality) -> Recipe:
    """How a picture of that kind is searched.

    Parameters
    ----------
    subject : Subject
    quality : {"fast", "full"}

    Returns
    -------
    Recipe
    """
    recipe = _RECIPES[subject.light, quality]
    if subject.disc_share is not None:
        return replace(recipe, longest_px=RETINA_DISC_PX / subject.disc_share)
    return recipe
