from pytestqt.qtbot import QtBot

from vein_imaging.viewer.qt.choice import tall_choice
from vein_imaging.viewer.qt.style import stylesheet


def test_every_line_of_a_list_is_tall_enough_for_a_finger(qtbot: QtBot) -> None:
    """They were as high as their letters: a style sheet does not reach them."""
    choice = tall_choice("Form", [("Liquid", "liquid"), ("Foam", "foam")])
    qtbot.addWidget(choice)
    choice.setStyleSheet(stylesheet())
    choice.show()
    view = choice.view()
    assert view is not None
    assert [view.sizeHintForRow(at) >= 44 for at in range(2)] == [True, True]


def test_nothing_is_chosen_before_somebody_has(qtbot: QtBot) -> None:
    choice = tall_choice("Form", [("Liquid", "liquid")])
    qtbot.addWidget(choice)
    assert choice.currentIndex() == -1 and choice.accessibleName() == "Form"
