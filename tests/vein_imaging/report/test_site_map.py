from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vein_imaging.report.site_map import NumberedSite, draw_sites

GREY = np.full((480, 640), 128, np.uint8)


def test_the_picture_itself_is_left_as_it_is() -> None:
    before = GREY.copy()
    drawn = draw_sites(GREY, [NumberedSite("1", ((10.0, 20.0),))])
    assert np.array_equal(GREY, before)
    assert drawn.shape == (480, 640, 3)
    assert not np.array_equal(drawn[:, :, 0], GREY)


def test_a_site_is_drawn_where_it_is() -> None:
    drawn = draw_sites(GREY, [NumberedSite("1", ((200.0, 300.0),))])
    assert tuple(drawn[200, 300]) == (230, 60, 30)


def test_thirty_sites_in_one_place_each_have_a_number_of_their_own() -> None:
    sites = [NumberedSite(str(n), ((240.0 + n, 320.0),)) for n in range(30)]
    drawn = draw_sites(GREY, sites)
    white = (drawn == 255).all(axis=2)
    assert white.sum() > 30 * 60  # each number has its white box


def test_a_void_site_looks_another_way() -> None:
    one, void = (
        draw_sites(GREY, [NumberedSite("1", ((200.0, 300.0),), void=void)])
        for void in (False, True)
    )
    assert not np.array_equal(one, void)


def test_an_area_is_drawn_as_one() -> None:
    corners = ((100.0, 100.0), (100.0, 200.0), (200.0, 200.0))
    drawn = draw_sites(GREY, [NumberedSite("1", corners, closed=True)])
    assert (drawn[100, 150] == 255).all()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-50, 600), st.floats(-50, 700)), max_size=12),
    st.sampled_from([(480, 640), (6, 8), (40, 2000)]),
)
def test_any_place_can_be_drawn(
    points: list[tuple[float, float]], shape: tuple[int, int]
) -> None:
    page = np.zeros(shape, np.uint8)
    sites = [NumberedSite(str(n), (point,)) for n, point in enumerate(points)]
    assert draw_sites(page, sites).shape == (*shape, 3)


def test_no_site_is_the_bare_picture() -> None:
    assert np.array_equal(draw_sites(GREY, [])[:, :, 1], GREY)
