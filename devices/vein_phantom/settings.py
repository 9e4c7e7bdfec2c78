"""What the phantom draws: one frozen value, every field an option of its address."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

__all__ = ["PhantomSettings", "random_for"]

_LARGEST_PX = 8192  # a frame of 200 MB in colour; larger is a typing error


@dataclass(frozen=True, slots=True)
class PhantomSettings:
    """One leg, one visit, one camera. Equal settings give equal bytes.

    Two settings that differ in one distractor (`hair`, `glare`, `freckles`, `texture`,
    `limb`, `noise`, ...) differ in that distractor only: each part of the picture has a
    random stream of its own.

    Parameters
    ----------
    seed : int, >= 0
        Which leg. The same seed, size in mm and `limb` give the same veins at any pixel
        size.
    width_px, height_px : int, 32 to 8192
        Size of a frame.
    mm_per_pixel : mm, 0.01 to 1
        Size of a pixel on the skin.
    visit : "before" | "after"
        "after" is the same leg eight weeks later: treated veins gone or thinner, new
        light, new pose, skin slightly deformed, stain along what was treated.
    colour : "nir" | "skin"
        "nir": near-infrared grey, frames are (H, W). "skin": visible light, (H, W, 3).
    hair, glare, freckles : int, >= 0
        How many hairs, specular spots, freckles and moles.
    texture : >= 0
        Strength of skin texture and pores; 0 is smooth skin.
    limb : bool
        True: a limb with two curved outlines before a background. False: skin fills
        the frame.
    noise : bool
        Shot and read noise of the sensor.
    light : >= 0
        Unevenness of the light: 0 is flat, 1 a hot centre with vignetting.
    contrast : >= 0
        Multiplies what veins absorb.
    depth : >= 0
        Multiplies how deep veins lie; deeper is wider, fainter and softer.
    motion : >= 0
        Hand movement between frames; 1 is about a millimetre to each side.
    defocus_px : px, >= 0
        Standard deviation of the lens blur.
    veins : bool
        False leaves every vein out, to count what is found where nothing is.
    treated_share : 0 to 1
        Share of the length of veins up to 3 mm that is treated between the visits.
    pose : >= 0
        How differently leg and camera are placed at the second visit.
    deform : >= 0
        How much the skin is stretched at the second visit.
    stain : >= 0
        Strength of the brown stain along treated veins at the second visit.

    Raises
    ------
    ValueError
        If a value is outside its range; the message names the field and the range.
    """

    seed: int = 1
    width_px: int = 1280
    height_px: int = 720
    mm_per_pixel: float = 0.08
    visit: str = "before"
    colour: str = "nir"
    hair: int = 25
    glare: int = 6
    freckles: int = 12
    texture: float = 1.0
    limb: bool = True
    noise: bool = True
    light: float = 1.0
    contrast: float = 1.0
    depth: float = 1.0
    motion: float = 1.0
    defocus_px: float = 0.7
    veins: bool = True
    treated_share: float = 0.5
    pose: float = 1.0
    deform: float = 1.0
    stain: float = 1.0

    def __post_init__(self) -> None:
        for name in ("width_px", "height_px"):
            self._within(name, 32, _LARGEST_PX)
        self._within("mm_per_pixel", 0.01, 1.0)
        self._within("treated_share", 0.0, 1.0)
        self._within("seed", 0, 2**63 - 1)
        for name in ("hair", "glare", "freckles"):
            self._within(name, 0, 2000)
        for name in ("texture", "light", "contrast", "depth", "motion"):
            self._within(name, 0.0, 10.0)
        for name in ("pose", "deform", "stain"):
            self._within(name, 0.0, 3.0)
        self._within("defocus_px", 0.0, 20.0)
        for name, allowed in (
            ("visit", ("before", "after")),
            ("colour", ("nir", "skin")),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(
                    f"{name} is {' or '.join(allowed)}, not {getattr(self, name)!r}"
                )

    def _within(self, name: str, low: float, high: float) -> None:
        value = getattr(self, name)
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(f"{name} lies between {low} and {high}; got {value!r}")

    @property
    def extent_mm(self) -> tuple[float, float]:
        """Height and width of the frame on the skin, mm."""
        return self.height_px * self.mm_per_pixel, self.width_px * self.mm_per_pixel

    @property
    def channels(self) -> int:
        """1 for near-infrared grey, 3 for visible light."""
        return 1 if self.colour == "nir" else 3

    @classmethod
    def option_types(cls) -> dict[str, type]:
        """Name of every field and the type of its value: what an address may say."""
        defaults = cls()
        return {row.name: type(getattr(defaults, row.name)) for row in fields(cls)}


def random_for(settings: PhantomSettings, part: str) -> np.random.Generator:
    """Give the random stream of one part of the picture.

    Parameters
    ----------
    settings : PhantomSettings
        Only the seed is used.
    part : str
        Name of the part. Another name, another stream: no part disturbs another.

    Returns
    -------
    numpy.random.Generator
        PCG64, whose stream numpy keeps the same between versions.
    """
    name = list(part.encode())
    return np.random.Generator(np.random.PCG64([settings.seed, *name]))
