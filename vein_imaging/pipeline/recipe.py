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


_RETINA = Recipe(
    light="retina",
    search=FULL,
    longest_px=0.0,  # by the disc: see `recipe_for`
    enlarged=1.0,
    finest_mm=0.0,
    red_and_green=False,
    equalised=True,
    octaves=2,
    strong_score=4.5,
    weak_score=2.8,
    least_score=0.0,
)
# chosen on three photographs of legs, whole and as crops: docs/vessel-detection.md
_VISIBLE = Recipe(
    light="visible",
    # spider veins are narrow: a near background; beads of wide veins are joined by the
    # coarse octaves (precision at recall .85: .78 with .1, .81 with .3)
    search=replace(FULL, background_sigma_px=5.0, coarse_anywhere=0.3),
    # 2000 px and native lose 4 points of recall at equal precision
    longest_px=2500.0,
    enlarged=1.5,
    finest_mm=0.12,
    red_and_green=True,
    equalised=False,
    octaves=3,
    strong_score=5.4,
    weak_score=3.35,
    least_score=4.4,
)
# chosen on two near-infrared photographs and on the phantom's tuning seeds
_NEAR_INFRARED = Recipe(
    light="near-infrared",
    # 7 px: precision .89 instead of .92; 10 px: 1 to 2 points less recall
    search=replace(FULL, background_sigma_px=8.0),
    longest_px=2000.0,
    enlarged=1.0,
    # finer, veins of 3 to 5 mm are wider than three octaves: recall .79 instead of .83
    finest_mm=0.16,
    red_and_green=False,
    equalised=True,
    octaves=3,
    strong_score=4.4,
    weak_score=2.7,
    least_score=0.0,
)
_FULL: dict[Light, Recipe] = {
    "retina": _RETINA,
    "visible": _VISIBLE,
    "near-infrared": _NEAR_INFRARED,
}


def _fast(recipe: Recipe) -> Recipe:
    """What keeps up with a camera: green alone, at half of 1080p."""
    return replace(
        recipe,
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
    recipe = _FULL[subject.light]
    if quality == "fast":
        recipe = _fast(recipe)
    if subject.disc_share is not None:
        return replace(recipe, longest_px=RETINA_DISC_PX / subject.disc_share)
    return recipe
