"""Before and after, in a window of plain Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QLabel

from vein_imaging.comparison import Comparison, compare
from vein_imaging.comparison.telling.picture import CHANGE_STYLES
from vein_imaging.viewer.before_after.comparison_window import ComparisonWindow, swiped
from vein_imaging.viewer.before_after.linked_pictures import LinkedView, link, to_pixmap
from vein_phantom import PhantomSettings, draw_frame

LEG = PhantomSettings(seed=7, width_px=480, height_px=360, mm_per_pixel=0.2)
DAYS = (date(2026, 9, 25), date(2026, 11, 25))
Pair = tuple[Any, Any, Comparison]


@pytest.fixture(scope="module")
def pair() -> Pair:
    before, _ = draw_frame(LEG)
    after, _ = draw_frame(replace(LEG, visit="after"))
    return before, after, compare(before, after, mm_per_pixel=LEG.mm_per_pixel)


@pytest.fixture
def window(pair: Pair, qtbot: QtBot) -> Iterator[ComparisonWindow]:
    window = ComparisonWindow(None, *pair, DAYS)
    window.resize(1200, 700)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()


def _shown(view: LinkedView) -> np.ndarray:
    item: Any = view._item
    image = item.pixmap().toImage()
    return np.array(
        [[image.pixelColor(x, y).red() for x in range(0, 480, 16)] for y in (100, 200)]
    )


def test_both_dates_are_in_the_picture_and_the_percentage_has_its_error(
    window: ComparisonWindow,
) -> None:
    from qtpy.QtWidgets import QLabel

    texts = [label.text() for label in window.findChildren(QLabel)]
    assert "BEFORE 25 Sep 2026" in texts and "AFTER 25 Nov 2026" in texts
    assert any("cleared (95 % interval" in text for text in texts) or any(
        "NOT COMPARABLE" in text for text in texts
    )


def test_side_by_side_shows_before_and_the_aligned_after(
    window: ComparisonWindow, pair: Pair
) -> None:
    before, _, found = pair
    assert (_shown(window.left) == before[np.ix_([100, 200], range(0, 480, 16))]).all()
    registered = np.asarray(found.registered)
    assert (
        _shown(window.right) == registered[np.ix_([100, 200], range(0, 480, 16))]
    ).all()


def test_zooming_one_zooms_the_other(window: ComparisonWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.left.transform().m11() != 1.0)
    before = window.right.transform().m11()
    window.left.zoom(2.0)
    assert window.right.transform().m11() == pytest.approx(before * 2.0)
    window.right.zoom(2.0)
    assert window.left.transform().m11() == pytest.approx(before * 4.0)


def test_swipe_fills_the_window_with_one_picture(
    window: ComparisonWindow, person: Any, qtbot: QtBot
) -> None:
    person.click(window.modes.button(1))
    assert not window.sides[1].isVisible() and window.divider.isVisible()
    window.divider.setValue(0)
    after_only = _shown(window.left)
    window.divider.setValue(100)
    assert (_shown(window.left) != after_only).any()
    qtbot.waitUntil(lambda: window.left.width() > 1000)
    # 360 rows of the picture fill the height that there is.
    filled = window.left.transform().m22() * 360 / window.left.height()
    assert filled == pytest.approx(1.0, abs=0.05)


def test_the_change_map_has_its_colours_in_words(
    window: ComparisonWindow, person: Any
) -> None:
    person.click(window.modes.button(2))
    for style in CHANGE_STYLES.values():
        assert style.label in window.captions[0].text()


def test_the_line_of_a_swipe_divides_before_from_after() -> None:
    before = np.full((4, 100, 3), 10, np.uint8)
    after = np.full((4, 100, 3), 90, np.uint8)
    picture = swiped(before, after, 0.3)
    assert (picture[:, :28] == 10).all() and (picture[:, 32:] == 90).all()
    assert (swiped(before, after, 0.0)[:, 2:] == 90).all()


def test_a_picture_keeps_its_pixels_in_qt(qtbot: QtBot) -> None:
    rng = np.random.default_rng(4)
    picture = rng.integers(0, 256, (3, 5, 3), np.uint8)
    image = to_pixmap(picture).toImage()
    for row in range(3):
        for column in range(5):
            colour = image.pixelColor(column, row)
            got = [colour.red(), colour.green(), colour.blue()]
            assert got == picture[row, column].tolist()


def test_views_that_follow_each_other_come_to_rest(qtbot: QtBot) -> None:
    views = LinkedView(), LinkedView()
    link(*views)
    for view in views:
        qtbot.addWidget(view)
        view.resize(200, 100)
        view.show_picture(np.zeros((300, 600), np.uint8))
        view.show()
    views[0].fit()
    views[0].zoom(4.0)
    views[0].centerOn(100, 100)
    centres = [view.mapToScene(view.rect().center()) for view in views]
    assert abs(centres[0].x() - centres[1].x()) <= 2
    assert abs(centres[0].y() - centres[1].y()) <= 2


def test_ten_days_after_there_is_no_percentage(pair: Pair, qtbot: QtBot) -> None:
    """The window said "14 % cleared" where the command line said "not yet"."""
    days = date(2026, 9, 25), date(2026, 10, 5)
    window = ComparisonWindow(None, *pair, days)
    qtbot.addWidget(window)
    shown = " ".join(label.text() for label in window.findChildren(QLabel))
    assert (
        "NOT YET ASSESSABLE" in shown
        and "10 days have passed, and 56 are needed" in shown
    )
    assert "% cleared" not in shown
