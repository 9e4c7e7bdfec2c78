"""The camera is led back to the earlier view."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.guiding.guide import ADVICE, Guide
from vein_phantom import PhantomSettings, draw_frame

LEG = PhantomSettings(
    seed=2, width_px=640, height_px=360, mm_per_pixel=0.16, colour="skin"
)
Colour = NDArray[np.uint8]


@pytest.fixture(scope="module")
def earlier() -> Colour:
    picture, _ = draw_frame(LEG)
    return picture


def seen(
    picture: Colour, size: float = 1, turn: float = 0, shift: tuple[int, int] = (0, 0)
) -> Colour:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -turn, size)
    matrix[:, 2] += shift
    moved = cv2.warpAffine(
        picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.uint8)


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ({"size": 0.75}, "closer"),
        ({"size": 1.3}, "further away"),
        ({"turn": 12.0}, "rotate right"),
        ({"turn": -12.0}, "rotate left"),
        ({"shift": (90, 0)}, "right"),
        ({"shift": (-90, 0)}, "left"),
        ({"shift": (0, 60)}, "down"),
        ({"shift": (0, -60)}, "up"),
    ],
)
def test_it_says_where_the_camera_must_go(
    earlier: Colour, change: dict[str, object], first: str
) -> None:
    guide = Guide(earlier)
    found = guide.match(seen(earlier, **change))  # type: ignore[arg-type]
    assert found.advice[0] == first
    assert found.score < guide.match(earlier).score


def test_the_same_view_needs_nothing(earlier: Colour) -> None:
    found = Guide(earlier).match(earlier)
    assert found.advice == () and found.score > 95


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        (lambda p: (p * 0.5).astype(np.uint8), "same light"),
        (
            lambda p: np.clip(p * np.array([0.75, 1.0, 1.3]), 0, 255).astype(np.uint8),
            "same colour of light",
        ),
        (lambda p: cv2.GaussianBlur(p, (0, 0), 6), "hold still and focus"),
    ],
)
def test_it_says_when_light_or_focus_differ(
    earlier: Colour, change: object, advice: str
) -> None:
    found = Guide(earlier).match(change(earlier))  # type: ignore[operator]
    assert advice in found.advice


def test_another_leg_is_not_recognised(earlier: Colour) -> None:
    other, _ = draw_frame(replace(LEG, seed=77))
    found = Guide(earlier).match(other)
    assert found.advice[0] == "not recognised" and found.score == 0


def test_a_blank_picture_is_not_recognised(earlier: Colour) -> None:
    assert Guide(earlier).match(np.zeros_like(earlier)).score == 0
    assert Guide(np.zeros_like(earlier)).match(earlier).score == 0


def test_the_ghost_has_the_live_picture_s_size(earlier: Colour) -> None:
    live = np.zeros((300, 300, 3), np.uint8)
    ghost = Guide(earlier).ghost(live, opacity=0.5)
    assert ghost.shape == live.shape and ghost[150, 150].max() > 0
    with pytest.raises(ValueError, match="opacity"):
        Guide(earlier).ghost(live, opacity=2)


def test_every_advice_has_words() -> None:
    assert all(text.strip() for text in ADVICE.values())


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"size": 0.8},
        {"size": 1.25},
        {"turn": 10.0},
        {"turn": -10.0, "shift": (40, -25), "size": 1.1},
    ],
    ids=str,
)
def test_places_are_carried_to_where_their_skin_is_now(
    earlier: Colour, change: dict[str, object]
) -> None:
    """To a hundredth of the picture's width, which is 6 px here."""
    live = seen(earlier, **change)  # type: ignore[arg-type]
    points_rc = np.array([(150.0, 260.0), (200.0, 380.0), (180.0, 320.0)])
    matrix = cv2.getRotationMatrix2D(
        (320, 180),
        -float(change.get("turn", 0)),  # type: ignore[arg-type]
        float(change.get("size", 1)),  # type: ignore[arg-type]
    )
    matrix[:, 2] += np.array(change.get("shift", (0, 0)), float)
    right = (points_rc[:, ::-1] @ matrix[:, :2].T + matrix[:, 2])[:, ::-1]
    carried = Guide(earlier).carried(points_rc, live)
    assert carried is not None
    assert np.abs(carried - right).max() < 6.4


def test_places_are_carried_between_pictures_of_two_sizes(earlier: Colour) -> None:
    twice = cv2.resize(earlier, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    points_rc = np.array([(150.0, 260.0)])
    carried = Guide(earlier).carried(points_rc, np.asarray(twice, np.uint8))
    assert carried is not None
    assert np.abs(carried - (2 * points_rc + 0.5)).max() < 6.4


def test_on_other_skin_no_place_is_named(earlier: Colour) -> None:
    other, _ = draw_frame(replace(LEG, seed=9))
    assert Guide(earlier).carried(np.array([(150.0, 260.0)]), other) is None
    blank = np.full_like(earlier, 120)
    assert Guide(earlier).carried(np.array([(150.0, 260.0)]), blank) is None
