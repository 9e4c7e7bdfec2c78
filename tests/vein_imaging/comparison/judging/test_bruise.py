"""A bruise is wide and red-violet or yellow; a tan, a stain and other light are not."""

from __future__ import annotations

import numpy as np
import pytest

from vein_imaging.comparison.judging.bruise import bruised
from vein_imaging.comparison.judging.residue import BROWN
from vein_imaging.imaging.arrays import Image, Mask

SHAPE, PX_PER_MM = (300, 400), 10.0
ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]]
SPOT = np.hypot(ROWS - 150, COLUMNS - 200) < 50  # 10 mm wide
ALONG_A_VEIN = np.abs(ROWS - 150) < 8  # 1.6 mm wide
VIOLET, BILE = (0.035, 0.10, 0.06), (0.0, 0.03, 0.25)
EVERYWHERE, NOWHERE = np.ones(SHAPE, np.bool_), np.zeros(SHAPE, np.bool_)


def seen(colour: tuple[float, ...], where: Mask, seed: int = 1) -> tuple[Image, ...]:
    rng = np.random.default_rng(seed)
    return tuple(
        np.asarray(rng.normal(4, 0.02, SHAPE) - part * where, np.float32)
        for part in colour
    )


SKIN = seen((0.0, 0.0, 0.0), NOWHERE, 2)


@pytest.mark.parametrize("colour", [VIOLET, BILE])
def test_a_bruise_is_found_where_it_lies(colour: tuple[float, ...]) -> None:
    found = bruised(SKIN, seen(colour, SPOT), EVERYWHERE, NOWHERE, PX_PER_MM)
    assert found[SPOT].mean() > 0.7
    assert found[~SPOT].mean() < 0.03


@pytest.mark.parametrize(
    ("colour", "where"),
    [
        ((0.0, 0.0, 0.0), SPOT),
        (tuple(0.2 * BROWN), SPOT),  # pigment
        ((0.1, 0.1, 0.1), SPOT),  # shade
        (VIOLET, EVERYWHERE),  # other light
        (VIOLET, ALONG_A_VEIN),  # as narrow as a vein
    ],
)
def test_what_is_no_bruise_is_not_called_one(
    colour: tuple[float, ...], where: Mask
) -> None:
    after = seen(colour, where)
    assert not bruised(SKIN, after, EVERYWHERE, NOWHERE, PX_PER_MM).any()


def test_a_grey_picture_shows_no_bruise() -> None:
    grey = seen(VIOLET, SPOT)[1:2]
    assert not bruised(SKIN[:1], grey, EVERYWHERE, NOWHERE, PX_PER_MM).any()
