"""Before and after, in a window of plain Qt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtGui import QFontMetrics
from qtpy.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget

from vein_imaging.comparison import compare
from vein_imaging.comparison.following.course import follow_course
from vein_imaging.comparison.following.sites import TreatedSite, follow_sites
from vein_imaging.comparison.telling.picture import CHANGE_STYLES, legend_lines
from vein_imaging.treatment import VisitFacts
from vein_imaging.treatment.compared_photos import ComparedPhotos, LaterPhoto
from vein_imaging.treatment.may_say import ComparedDays, may_say
from vein_imaging.treatment.photographs import Circumstances, Photo
from vein_imaging.viewer.before_after.comparison_window import ComparisonWindow, swiped
from vein_imaging.viewer.before_after.course_curve import CourseCurve, CoursePoint
from vein_imaging.viewer.before_after.linked_pictures import LinkedView, link, to_pixmap
from vein_imaging.viewer.before_after.save_comparison import SaveMenu
from vein_imaging.viewer.qt.save_file import FileSaver
from vein_phantom import PhantomSettings, draw_frame

LEG = PhantomSettings(seed=7, width_px=480, height_px=360, mm_per_pixel=0.2)
SMALL_PX = LEG.mm_per_pixel
DAYS = (date(2026, 9, 25), date(2026, 11, 25), date(2027, 1, 25))
HOW = Circumstances("near-infrared", "standing", "left thigh lateral")
SITES = [
    TreatedSite("1 left thigh", np.array([[180.0, 240.0]]), "asclera", "0.5 %"),
    TreatedSite("2 left thigh", np.array([[5.0, 5.0]]), "asclera", "1 %"),
]


def photo(day: date) -> Photo:
    return Photo(f"{day}", day, HOW, SMALL_PX, False, patient_id="p")


def held(picture: Any, found: Any, day: date, *, sites: bool = True) -> LaterPhoto:
    days = ComparedDays(DAYS[0], day)
    followed = follow_sites(found, SITES if sites else (), days_between=days.passed)
    return LaterPhoto(photo(day), picture, found, may_say(found, days), followed)


@pytest.fixture(scope="module")
def pictures() -> list[Any]:
    before, _ = draw_frame(LEG)
    later = [
        draw_frame(replace(LEG, visit="after", treated_share=share))[0]
        for share in (0.5, 0.9)
    ]
    return [before, *later]


@pytest.fixture(scope="module")
def pair(pictures: list[Any]) -> ComparedPhotos:
    before, after, _last = pictures
    found = compare(before, after, mm_per_pixel=SMALL_PX)
    return ComparedPhotos(photo(DAYS[0]), before, (held(after, found, DAYS[1]),))


@pytest.fixture(scope="module")
def stranger(pictures: list[Any]) -> ComparedPhotos:
    other, _ = draw_frame(replace(LEG, seed=99))
    found = compare(pictures[0], other, mm_per_pixel=SMALL_PX)
    assert found.alignment_verdict == "refused"
    later = (held(other, found, DAYS[1]),)
    return ComparedPhotos(photo(DAYS[0]), pictures[0], later)


@pytest.fixture(scope="module")
def bare() -> ComparedPhotos:
    """Skin without a vein: aligned, and nothing to be measured."""
    leg = replace(LEG, veins=False, freckles=40)
    before, _ = draw_frame(leg)
    after, _ = draw_frame(replace(leg, visit="after"))
    found = compare(before, after, mm_per_pixel=SMALL_PX)
    assert (found.verdict, found.alignment_verdict) == ("refused", "aligned")
    return ComparedPhotos(photo(DAYS[0]), before, (held(after, found, DAYS[1]),))


@pytest.fixture(scope="module")
def three(pictures: list[Any]) -> ComparedPhotos:
    course = follow_course(pictures, DAYS, mm_per_pixel=[SMALL_PX] * 3)
    later = tuple(
        held(picture, visit.comparison, visit.day)
        for picture, visit in zip(pictures[1:], course.visits, strict=True)
    )
    return ComparedPhotos(photo(DAYS[0]), pictures[0], later, course)


def opened(qtbot: QtBot, compared: ComparedPhotos, **more: Any) -> ComparisonWindow:
    window = ComparisonWindow(None, compared, **more)
    qtbot.addWidget(window)
    window.resize(1200, 700)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def window(pair: ComparedPhotos, qtbot: QtBot) -> ComparisonWindow:
    return opened(qtbot, pair)


def texts(window: ComparisonWindow) -> str:
    return "\n".join(
        label.text() for label in window.findChildren(QLabel) if label.isVisible()
    )


def modes(window: ComparisonWindow) -> list[str]:
    """The ways to look at it that can be pressed."""
    return [
        button.text()
        for button in window.findChildren(QPushButton)
        if button.isCheckable() and button.isVisible() and button.isEnabled()
    ]


def _shown(view: LinkedView) -> np.ndarray:
    item: Any = view._item
    image = item.pixmap().toImage()
    return np.array(
        [[image.pixelColor(x, y).red() for x in range(0, 480, 16)] for y in (100, 200)]
    )


def test_the_verdict_comes_first_with_the_share_of_the_leg_and_its_error(
    window: ComparisonWindow,
) -> None:
    (headline,) = (
        label
        for label in window.verdict.findChildren(QLabel)
        if label.property("role") == "verdict"
    )
    assert "% of the leg was compared" in headline.text()
    assert window.verdict.y() < window.row.parentWidget().y()  # type: ignore[union-attr]
    assert "cleared (95 % interval" in texts(window)
    shown = texts(window)
    assert "BEFORE 25 Sep 2026" in shown and "AFTER 25 Nov 2026" in shown


def test_whose_legs_they_are_stands_on_top(pair: ComparedPhotos, qtbot: QtBot) -> None:
    facts = VisitFacts(
        name="Maria Probe", born=date(1970, 1, 2), number="17", session_number=2,
        planned_sessions=3, user="anna", region="US", started_on=DAYS[1],
    )  # fmt: skip
    window = opened(qtbot, pair, facts=facts)
    assert "Maria Probe" in texts(window).split("\n")[0]


def test_side_by_side_shows_before_and_the_aligned_after(
    window: ComparisonWindow, pair: ComparedPhotos
) -> None:
    rows = np.ix_([100, 200], range(0, 480, 16))
    assert (_shown(window.left) == pair.picture[rows]).all()
    registered = np.asarray(pair.later[0].comparison.registered)
    assert (_shown(window.right) == registered[rows]).all()


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
    assert not window.row.sides[1].isVisible() and window.divider.isVisible()
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
        assert style.label in window.legend.text()
    # dashes, dots and hatching are shown as they are drawn, to whom colours are alike
    lines = legend_lines(window.chosen.comparison)
    assert window.legend.text().count("<img") == len(lines) > len(CHANGE_STYLES)
    assert "Not compared" in window.legend.text()


def test_treated_sites_are_listed_with_their_fate_product_and_strength(
    window: ComparisonWindow, pair: ComparedPhotos
) -> None:
    window.show_mode("sites")
    assert window.sites.isVisible()
    each, by_product = window.sites.tables
    cells = [
        [each.item(row, column).text() for column in range(4)]  # type: ignore[union-attr]
        for row in range(each.rowCount())
    ]
    (first, second) = pair.later[0].sites
    assert cells == [
        ["1 left thigh", "asclera", "0.5 %", first.fate],
        ["2 left thigh", "asclera", "1 %", second.fate],
    ]
    assert by_product.rowCount() == 2
    assert all(each.rowHeight(row) >= 44 for row in range(each.rowCount()))


def test_pictures_that_were_not_aligned_are_only_side_by_side(
    stranger: ComparedPhotos, qtbot: QtBot
) -> None:
    window = opened(qtbot, stranger)
    assert "NOT COMPARABLE" in texts(window) and "% of the leg" not in texts(window)
    assert modes(window) == ["Side by side", "Treated sites"]
    assert "not aligned" in window.captions[1].text()
    before = window.right.transform().m11()
    window.left.zoom(2.0)  # nothing in common that could be linked
    assert window.right.transform().m11() == pytest.approx(before)


def test_aligned_but_not_measured_is_looked_at_in_every_way_but_changes(
    bare: ComparedPhotos, qtbot: QtBot
) -> None:
    window = opened(qtbot, bare)
    shown = texts(window)
    assert "ALIGNED, BUT NOT MEASURED" in shown and "lies over each other" in shown
    assert "% cleared" not in shown
    assert "Changes" not in modes(window)
    assert {"Swipe", "Blink", "Difference"} < set(modes(window))


def test_three_pictures_lie_side_by_side_in_one_frame(
    three: ComparedPhotos, qtbot: QtBot
) -> None:
    window = opened(qtbot, three)
    assert [side.isVisible() for side in window.row.sides] == [True] * 3
    window.row.views[2].zoom(2.0)
    scales = {round(view.transform().m11(), 6) for view in window.row.views}
    assert len(scales) == 1
    centres = {
        round(view.mapToScene(view.rect().center()).x()) for view in window.row.views
    }
    assert max(centres) - min(centres) <= 2


def test_another_later_picture_has_another_verdict(
    three: ComparedPhotos, qtbot: QtBot
) -> None:
    window = opened(qtbot, three)
    assert window.chosen is three.later[1]
    figures = [one.said.figure for one in three.later]
    assert figures[0] != figures[1] and figures[1] in texts(window)
    window.later.setCurrentIndex(0)
    assert figures[0] in texts(window) and figures[1] not in texts(window)


def test_a_course_of_three_is_a_curve_with_its_error(
    three: ComparedPhotos, qtbot: QtBot
) -> None:
    window = opened(qtbot, three)
    window.show_mode("course")
    assert window.course.isVisible()
    first, second, third = window.course.curve.points
    assert (first.left, first.low, first.high) == (100.0, 100.0, 100.0)
    for point in (second, third):
        assert point.left is not None and point.low < point.left < point.high
    assert third.left is not None and second.left is not None
    assert third.left < second.left  # more was treated by then
    # the dots are drawn where the figures say
    image = window.course.curve.grab().toImage()
    at = window.course.curve.place(third, third.left).toPoint()
    assert image.pixelColor(at).name() == "#0072b2"


def test_a_visit_that_is_too_early_has_no_point(three: ComparedPhotos) -> None:
    from vein_imaging.viewer.before_after.course_curve import course_points

    early = replace(
        three.later[1],
        said=may_say(three.later[1].comparison, ComparedDays(*DAYS[:2], DAYS[1])),
    )
    points = course_points(replace(three, later=(three.later[0], early)))
    assert points[1].left is not None and points[2].left is None
    assert "0 days have passed" in points[2].why


def test_a_pair_has_no_course_and_without_marks_there_are_no_sites(
    pair: ComparedPhotos, qtbot: QtBot
) -> None:
    bare = replace(pair, later=(replace(pair.later[0], sites=()),))
    window = opened(qtbot, bare)
    assert {"Course", "Treated sites"}.isdisjoint(modes(window))


def test_it_is_saved_under_a_name_that_names_no_patient(
    pair: ComparedPhotos, qtbot: QtBot, tmp_path: Any
) -> None:
    asked = []

    def make(form: str, named: bool) -> bytes:
        asked.append((form, named))
        return b"a page"

    behind = QWidget()
    qtbot.addWidget(behind)
    behind.show()
    save = SaveMenu(FileSaver(behind), pair, make)
    window = opened(qtbot, pair, save=save)
    assert save.button.isVisible()
    save.menu.actions()[1].trigger()
    dialog = save.saver.dialog
    assert dialog is not None
    assert dialog.selectedFiles()[0].endswith(
        "before-after-left-thigh-lateral-2026-09-25-2026-11-25.html"
    )
    dialog.fileSelected.emit(str(tmp_path / "page.html"))
    dialog.close()
    qtbot.waitUntil((tmp_path / "page.html").exists)
    save.named.setChecked(False)
    save.menu.actions()[0].trigger()
    dialog = save.saver.dialog
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "sheet.png"))
    dialog.close()
    window.close()  # the message comes on the window behind
    qtbot.waitUntil(lambda: len(behind.findChildren(QMessageBox)) == 2)
    assert (tmp_path / "sheet.png").exists()
    assert asked == [("html", True), ("png", False)]


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


def test_ten_days_after_there_is_no_percentage(
    pair: ComparedPhotos, qtbot: QtBot
) -> None:
    """The window said "14 % cleared" where the command line said "not yet"."""
    one = pair.later[0]
    early = held(one.picture, one.comparison, date(2026, 10, 5))
    window = opened(qtbot, replace(pair, later=(early,)))
    shown = texts(window)
    assert (
        "NOT YET ASSESSABLE" in shown
        and "10 days have passed, and 56 are needed" in shown
    )
    assert "% cleared" not in shown


def test_names_of_near_days_do_not_lie_over_each_other(qtbot: QtBot) -> None:
    days = [date(2026, 1, 10), date(2026, 3, 20), date(2026, 3, 25), date(2026, 3, 28)]
    points = [CoursePoint(day, 60.0, 50.0, 70.0) for day in days[:3]]
    curve = CourseCurve([*points, CoursePoint(days[3], why="not aligned")])
    qtbot.addWidget(curve)
    curve.resize(1180, 380)
    letters = QFontMetrics(curve.font())
    placed = curve.names(letters)
    rows = [row for _point, _start, row in placed]
    assert rows == [0, 0, 1, 2]
