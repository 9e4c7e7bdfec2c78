from pytestqt.qtbot import QtBot

from vein_imaging.viewer.injecting.dose_panel import DosePanel
from vein_imaging.viewer.injecting.dose_view import DoseLine, DoseView
from vein_imaging.viewer.qt.style import stylesheet

LINES = (
    DoseLine("Asclera, one injection", "0", "0.4", "0.3", "0.3", "mL"),
    DoseLine("Asclera, this session", "0.6", "0.4", "10", "9.4", "mL"),
)


def test_the_closest_limit_is_large_and_the_others_are_said(qtbot: QtBot) -> None:
    panel = DosePanel()
    qtbot.addWidget(panel)
    panel.setStyleSheet(stylesheet())
    panel.show_view(DoseView("stop", "STOP: over the maximum", ("why",), LINES))
    panel.show()
    shown = {name: label.text() for name, label in panel.numbers.items()}
    assert shown == {
        "Used": "0",
        "This one": "0.4",
        "Maximum": "0.3",
        "Remaining": "0.3",
    }
    assert panel.captions["Used"].text() == "Used, mL"
    assert panel.numbers["Used"].font().pixelSize() >= 28
    assert "Asclera, this session: 0.6 + 0.4 of 10 mL, 9.4 left" in panel.others.text()
    assert panel.headline.text().startswith("STOP")
    assert panel.property("verdict") == "stop"


def test_without_a_limit_no_number_is_made_up(qtbot: QtBot) -> None:
    panel = DosePanel()
    qtbot.addWidget(panel)
    panel.show_view(DoseView("warn", "NO LIMIT KNOWN"))
    assert {label.text() for label in panel.numbers.values()} == {"\N{EN DASH}"}
