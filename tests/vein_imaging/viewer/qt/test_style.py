"""Both themes can be read: by contrast, and no colour is used outside of the pairs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtGui import QFont, QFontMetrics
from qtpy.QtWidgets import QApplication, QFrame, QLabel, QVBoxLayout, QWidget

from vein_imaging.viewer.qt import style
from vein_imaging.viewer.qt.palette import EDGES, PAIRS, THEMES, Theme, contrast
from vein_imaging.viewer.qt.style import (
    colour,
    set_look,
    stylesheet,
    tabular_figures,
    use_theme,
)

# Nothing is told by these: a line between cells, and the frame of what is switched off.
ORNAMENT = {"faint_edge"}


@pytest.fixture(autouse=True)
def _dark_again() -> Iterator[None]:
    yield
    use_theme("dark")


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("letters", "ground"), PAIRS)
def test_letters_have_four_and_a_half_to_one(
    theme: Theme, letters: str, ground: str
) -> None:
    assert contrast(THEMES[theme][letters], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_that_tell_something_have_three_to_one(
    theme: Theme, edge: str, ground: str
) -> None:
    assert contrast(THEMES[theme][edge], THEMES[theme][ground]) >= 3


def test_both_themes_have_the_same_colours() -> None:
    assert set(THEMES["dark"]) == set(THEMES["light"])


def test_every_colour_of_the_sheet_stands_in_a_pair() -> None:
    used = set(re.findall(r"%\((\w+)\)s", style._SHEET))
    paired = {name for pair in (*PAIRS, *EDGES) for name in pair}
    assert used - paired - ORNAMENT == set()
    assert not re.search("#[0-9a-fA-F]{3,8}[ ;]", style._SHEET)


def test_no_letters_are_smaller_than_15_px() -> None:
    sizes = [int(size) for size in re.findall(r"font-size: (\d+)px", stylesheet())]
    assert min(sizes) >= 15


def test_another_theme_is_another_sheet() -> None:
    dark = stylesheet()
    use_theme("light")
    assert stylesheet() != dark
    assert colour("ground") == THEMES["light"]["ground"]


def test_figures_are_as_wide_as_each_other(qapp: QApplication) -> None:
    metrics = QFontMetrics(tabular_figures(QFont(qapp.font())))
    assert len({metrics.horizontalAdvance(figure) for figure in "0123456789"}) == 1


def test_the_style_sheet_leaves_the_figures_tabular(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setFont(tabular_figures(window.font()))
    window.setStyleSheet(stylesheet())
    label = QLabel("0.25 mL", window)
    label.setProperty("role", "number")
    window.show()
    assert label.font().pixelSize() == 30
    assert [tag.toString().data() for tag in label.font().featureTags()] == [b"tnum"]


@pytest.mark.parametrize("theme", THEMES)
def test_letters_inside_change_with_the_verdict(qtbot: QtBot, theme: Theme) -> None:
    """Dark letters stayed on the red of a stop in the light theme."""
    use_theme(theme)
    frame = QFrame()
    qtbot.addWidget(frame)
    frame.setStyleSheet(stylesheet())
    frame.setProperty("verdict", "none")
    column = QVBoxLayout(frame)
    inner = QWidget()
    column.addWidget(inner)
    label = QLabel("STOP", inner)
    frame.show()
    for verdict in ("stop", "warn", "ok", "none", "stop"):
        set_look(frame, "verdict", verdict)
        wanted = colour("text" if verdict == "none" else f"{verdict}_text")
        assert label.palette().color(label.foregroundRole()).name() == wanted
