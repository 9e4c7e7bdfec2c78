"""A drawn rig: the sheet as ink on paper, seen by a camera known in every number."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_calibration import SHEET, Lens, Sighting, find_target, fit_lens
from vein_phantom.target_view import Optics, Placement, view_flat

Pixels = NDArray[np.uint8]
PX_PER_MM, MIDDLE_MM = 10.0, (85.0, 110.0)
OPTICS = Optics(
    640, 480, 800.0, (325.0, 236.0), (-0.2, 0.06, 5e-4, -4e-4, 0.0),
    defocus_px=0.6, vignetting=1.0,
)  # fmt: skip


@functools.cache
def ink() -> Pixels:
    drawn = SHEET.draw(100)
    printed = np.where(drawn > 127, 230, 15).astype(np.uint8)
    printed.flags.writeable = False
    return printed


def views(count: int = 9, tilt_deg: float = 18.0) -> list[Placement]:
    rng = np.random.default_rng(5)
    return [
        Placement(
            rng.uniform(95, 150),
            (MIDDLE_MM[0] + rng.uniform(-12, 12), MIDDLE_MM[1] + rng.uniform(-15, 15)),
            tilt_deg if n else 0.0,
            360 * n / count,
            rng.uniform(-180, 180),
        )
        for n in range(count)
    ]


def seen(place: Placement, optics: Optics = OPTICS, seed: int = 1) -> Pixels:
    return view_flat(ink(), PX_PER_MM, replace(optics, seed=seed), place)


@functools.cache
def sightings() -> tuple[Sighting, ...]:
    return tuple(
        find_target(seen(place, seed=n), SHEET, f"view {n + 1}")
        for n, place in enumerate(views())
    )


@functools.cache
def fitted() -> Lens:
    return fit_lens(sightings()).lens


@pytest.fixture
def lens() -> Lens:
    return fitted()
