"""Both limbs drawn to one width, whatever the cameras were."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.limb_frame import (
    LimbFrame,
    frames_of,
    limb_width_px,
    quarter_turns,
)
from vein_imaging.comparison.aligning.transform import apply_affine
from vein_imaging.comparison.preparing.surface import View, make_surface


def band(shape: tuple[int, int], first: int, last: int) -> NDArray[np.bool_]:
    mask = np.zeros(shape, np.bool_)
    mask[:, first:last] = True
    return mask


def view(skin: NDArray[np.bool_]) -> View:
    rng = np.random.default_rng(5)
    grey = rng.uniform(0.3, 0.6, skin.shape).astype(np.float32)
    surface = make_surface(grey, skin, sigma_px=8, px_per_mm=5)
    picture = np.repeat((255 * grey).astype(np.uint8)[..., None], 3, axis=2)
    return View(surface, np.zeros(skin.shape, np.float32), picture, skin)


def test_the_width_of_a_band_is_its_width() -> None:
    assert limb_width_px(band((400, 300), 80, 200)) == pytest.approx(120, abs=3)
    assert limb_width_px(np.zeros((40, 40), np.bool_)) == 0


def test_the_border_of_the_picture_is_an_edge() -> None:
    assert limb_width_px(np.ones((300, 400), np.bool_)) == pytest.approx(300, rel=0.05)


def test_limbs_of_two_cameras_get_one_width() -> None:
    near, far = view(band((400, 300), 50, 250)), view(band((300, 220), 40, 200))
    frames = frames_of(near, far, 130)
    assert [frame.width_px for frame in frames] == pytest.approx([130, 130])
    widths = [limb_width_px(frame.skin) for frame in frames]
    assert widths == pytest.approx([130, 130], abs=4)


def test_a_field_that_ran_onto_the_wall_takes_the_width_of_the_other() -> None:
    leg, wall = view(band((400, 300), 100, 200)), view(np.ones((400, 300), np.bool_))
    one, other = frames_of(leg, wall, 130)
    assert one.scale == pytest.approx(other.scale)


@pytest.mark.parametrize("turn", range(4))
def test_a_frame_turned_is_led_back_to_itself(turn: int) -> None:
    frame = frames_of(view(band((90, 60), 10, 50)), view(band((90, 60), 10, 50)), 60)[0]
    turned = frame.turned(turn)
    rows, columns = np.mgrid[0 : turned.shape[0] : 7, 0 : turned.shape[1] : 5]
    xy = np.column_stack([columns.ravel(), rows.ravel()]).astype(float)
    back = np.rint(apply_affine(frame.turned_back(turn), xy)).astype(int)
    np.testing.assert_array_equal(
        frame.picture[back[:, 1], back[:, 0]],
        turned.picture[rows, columns].reshape(-1, 3),
    )


def test_only_turns_that_lay_the_limbs_alike_are_tried() -> None:
    upright = band((400, 300), 100, 200)
    frames = frames_of(view(upright), view(upright.T.copy()), 130)
    assert quarter_turns(frames[0], frames[1]) == (0, 1, 3)
    assert quarter_turns(frames[0], frames[0]) == (0, 2)
    everywhere = frames_of(view(np.ones((300, 300), np.bool_)), view(upright), 130)[0]
    assert len(quarter_turns(frames[0], everywhere)) == 4


def test_what_glares_is_not_seen_but_is_skin() -> None:
    skin = band((200, 200), 20, 180)
    shown = view(skin)
    shown.surface.usable[50:90, 80:120] = False
    frame: LimbFrame = frames_of(shown, shown, 160)[0]
    middle = tuple(int(70 * frame.scale) for _ in range(2))
    at = middle[0], int(100 * frame.scale)
    assert frame.skin[at] and not frame.seen[at] and frame.flat[at] == 0
