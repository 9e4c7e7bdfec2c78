from pytestqt.qtbot import QtBot
from qtpy.QtGui import QColor

from vein_imaging.viewer.injecting.dose_panel import DosePanel
from vein_imaging.viewer.injecting.dose_view import DoseLine, DoseView
from vein_imaging.viewer.qt.style import colour, stylesheet, use_theme

LINES = (
    DoseLine("Asclera, one injection", "0", "0.4", "0.3", "0.3", "mL"),
    DoseLine("Asclera, this session", "0.6", "0.4", "10", "9.4", "mL"),
)


def test_this_injection_is_beside_its_closest_limit_and_the_others_are_said(
    qtbot: QtBot,
) -> None:
    panel = DosePanel()
    qtbot.addWidget(panel)
    panel.setStyleSheet(stylesheet())
    panel.show_view(DoseView("stop", "STOP: over the maximum", ("why",), LINES))
    panel.show()
    assert panel.this_one.text() == "Asclera, one injection: 0 + 0.4 of 0.3 mL"
    assert panel.this_one.font().pixelSize() >= 18
    assert (
        panel.others.text()
        == "Asclera, this session: 0.6 + 0.4 of 10 mL, 9.4 left before it"
    )
    assert panel.headline.text().startswith("STOP")
    assert panel.property("verdict") == "stop"


def test_without_a_limit_no_number_is_made_up(qtbot: QtBot) -> None:
    panel = DosePanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.show_view(DoseView("ok", "Within 2 label limits", (), LINES))
    panel.show_view(DoseView("warn", "NO LIMIT KNOWN"))
    assert not panel.this_one.isVisible()
    assert not panel.others.isVisible()


def test_many_sentences_scroll_and_push_nothing_off_the_screen(qtbot: QtBot) -> None:
    panel = DosePanel()
    qtbot.addWidget(panel)
    panel.setStyleSheet(stylesheet())
    panel.resize(480, 100)
    long = tuple(f"{n}: a rule that has a long sentence to say. " * 3 for n in range(9))
    panel.show_view(DoseView("stop", "STOP", long, LINES))
    panel.show()
    assert panel.sizeHint().height() <= 230
    bar = panel.sentences.verticalScrollBar()
    assert bar is not None
    qtbot.waitUntil(lambda: bar.maximum() > 0)


def test_the_verdicts_words_take_its_colours_in_the_light_theme(qtbot: QtBot) -> None:
    """They stayed dark on the red of a stop."""
    use_theme("light")
    try:
        panel = DosePanel()
        qtbot.addWidget(panel)
        panel.setStyleSheet(stylesheet())
        panel.show()
        panel.show_view(DoseView("stop", "STOP: over the maximum", ("why",), LINES))
        for label in (panel.headline, panel.this_one, panel.messages, panel.others):
            shown = label.palette().windowText().color().name()
            assert shown == QColor(colour("stop_text")).name(), label.text()
    finally:
        use_theme("dark")
