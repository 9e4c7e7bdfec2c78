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
    enlarged : float
        How many times a smaller picture is enlarged for that, at most.
    finest_mm : mm
        Of a pixel, where a scale is known: finer ones show noise, not veins. 0: any.
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
    enlarged: float
    finest_mm: float
    red_and_green: bool
    equalised: bool
    octaves: int
    strong_score: float
    weak_score: float
    least_score: float

    def working_size(
        self, shape: tuple[int, int], mm_per_pixel: float | None = None
    ) -> WorkingSize:
        """The size at which a picture is searched.

        Parameters
        ----------
        shape : px
            (H, W) of the picture.
        mm_per_pixel : mm or None
            With a scale, pixels are not made finer than need be.
        """
        longest_px = self.longest_px
        if mm_per_pixel is not None and self.finest_mm:
            longest_px = min(longest_px, max(shape) * mm_per_pixel / self.finest_mm)
        return WorkingSize.of(shape, longest_px, enlarged=self.enlarged)


_RECIPES: dict[tuple[Light, Quality], Recipe] = {
    ("retina", "full"): Recipe(
        light="retina",
        search=FULL,
        longest_px=0.0,
        enlarged=1.0,
        finest_mm=0.0,
        red_and_green=False,
        equalised=True,
        octaves=2,
        strong_score=4.5,
        weak_score=2.8,
        least_score=0.0,
    ),
    ("visible", "full"): Recipe(
        light="visible",
        search=replace(FULL, background_sigma_px=5.0, coarse_anywhere=0.3),
        longest_px=2500.0,
        enlarged=1.5,
        finest_mm=0.12,
        red_and_green=True,
        equalised=False,
        octaves=3,
        strong_score=5.8,
        weak_score=3.6,
        least_score=4.7,
    ),
    ("near-infrared", "full"): Recipe(
        light="near-infrared",
        search=replace(FULL, background_sigma_px=8.0),
        longest_px=2000.0,
        enlarged=1.0,
        finest_mm=0.16,
        red_and_green=False,
        equalised=True,
        octaves=3,
        strong_score=4.4,
        weak_score=2.7,
        least_score=0.0,
    ),
}
for _light in ("retina", "visible", "near-infrared"):
    _RECIPES[_light, "fast"] = replace(
        _RECIPES[_light, "full"],
        search=FAST,
        longest_px=960.0,
        enlarged=1.0,
        finest_mm=0.16,
        red_and_green=False,
        equalised=False,
        octaves=2,
        strong_score=4.5,
        weak_score=2.4,
        least_score=0.0,
    )


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
