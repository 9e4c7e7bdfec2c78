"""Moles, creases and old stains are dark, and are no veins."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.judging.marks import marks_among
from vein_imaging.comparison.judging.pieces import CentrelinePiece, cut_lines
from vein_imaging.imaging.vein_map import Branch

SHAPE = (300, 260)
BLUE, GREY = np.array([1.0, 0.75, 0.45]), np.ones(3)
BROWN, RED = np.array([0.41, 0.59, 1.0]), np.array([0.3, 1.0, 0.9])
ROWS = (50, 120, 190, 260)
PX_PER_MM = 12.5


def pictures(colours: list[NDArray[np.float64]]) -> tuple[NDArray[np.float32], ...]:
    """Four level lines, each of its colour, 0.25 mm sigma."""
    away = np.arange(SHAPE[0])[:, None] - np.array(ROWS)
    dips = 0.12 * np.exp(-0.5 * (away / 3) ** 2)
    planes = []
    for channel in range(3):
        dark = dips @ np.array([colour[channel] for colour in colours])
        noise = np.random.default_rng(channel).normal(0, 0.004, SHAPE)
        planes.append(np.asarray(noise - dark[:, None], np.float32))
    return tuple(planes)


def lines() -> tuple[CentrelinePiece, ...]:
    branches = []
    for row in ROWS:
        columns = np.arange(20.0, 240.0)
        points = np.column_stack([np.full(len(columns), row), columns])
        width = np.full(len(points), 8, np.float32)
        branches.append(
            Branch(
                points.astype(np.float32), width, 0.1, None, "unknown", 220, None, 0, 1
            )
        )
    return cut_lines(branches, 40)


def kinds(colours: list[NDArray[np.float64]], planes: int = 3) -> list[str]:
    """What each of the four lines is taken for; the pieces of one agree."""
    pieces = lines()
    found = marks_among(
        pieces,
        pictures(colours)[:planes],
        np.ones(SHAPE, np.bool_),
        sigma_px=np.full(len(pieces), 3.0),
        noise=0.01,
        px_per_mm=PX_PER_MM,
    )
    by_line = [
        {k for p, k in zip(pieces, found, strict=True) if p.branch == row}
        for row in range(4)
    ]
    assert all(len(one) == 1 for one in by_line)
    return [one.pop() for one in by_line]


@pytest.mark.parametrize(
    ("colour", "kind"),
    [(GREY, "crease"), (BROWN, "old stain"), (RED, "vein"), (BLUE, "vein")],
)
def test_among_blue_veins_colour_tells_what_a_line_is(
    colour: NDArray[np.float64], kind: str
) -> None:
    assert kinds([BLUE, BLUE, BLUE, colour]) == ["vein", "vein", "vein", kind]


def test_where_all_lines_are_brown_it_is_the_white_balance() -> None:
    assert set(kinds([BROWN, BROWN, BROWN, BLUE])) == {"vein"}


def test_a_grey_picture_says_nothing_of_creases() -> None:
    assert set(kinds([BLUE, BLUE, BLUE, GREY], planes=1)) == {"vein"}


def test_a_round_dark_spot_is_a_mole() -> None:
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    away = np.hypot(rows - 120, columns - 130) / (1.2 * PX_PER_MM)
    log = np.asarray(-0.4 / (1 + np.exp(8 * (away - 1))), np.float32)
    path = np.column_stack([np.full(24, 120.0), np.arange(118.0, 142.0)])
    branch = Branch(
        path.astype(np.float32), np.full(24, 8, np.float32), 0.1, None, "unknown",
        24, None, 0, 1,
    )  # fmt: skip
    pieces = cut_lines([branch], 40)
    found = marks_among(
        pieces,
        (log,),
        np.ones(SHAPE, np.bool_),
        sigma_px=np.full(len(pieces), 3.0),
        noise=0.01,
        px_per_mm=PX_PER_MM,
    )
    assert found == ["mole"]
