from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint
from qtpy.QtGui import QPixmap
from qtpy.QtWidgets import QDialogButtonBox

from vein_imaging.viewer.two_clicks import TwoClicks


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> TwoClicks:
    file = tmp_path / "ruler.png"
    cv2.imwrite(str(file), np.full((300, 400), 90, np.uint8))
    shown = TwoClicks(QPixmap(str(file)))
    qtbot.addWidget(shown)
    shown.resize(700, 600)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def test_two_clicks_are_two_places_of_the_picture(
    person: Any, dialog: TwoClicks
) -> None:
    view = dialog._view
    for x, y in ((100.0, 50.0), (300.0, 60.0)):
        place = view.mapFromScene(x, y)
        person.click(view.viewport(), QPoint(place))
    (first, second) = dialog.points_xy
    # pixel centres lie at whole numbers
    assert first == pytest.approx((99.5, 49.5), abs=1.0)
    assert second == pytest.approx((299.5, 59.5), abs=1.0)


def test_ok_waits_for_both_and_a_third_begins_anew(dialog: TwoClicks) -> None:
    ok = dialog._buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert ok is not None and not ok.isEnabled()
    dialog.mark(10, 10)
    dialog.mark(50, 10)
    assert ok.isEnabled()
    dialog.mark(20, 20)
    assert dialog.points_xy == [(19.5, 19.5)]
    dialog.mark(900, 10)  # beside the picture
    assert len(dialog.points_xy) == 1
