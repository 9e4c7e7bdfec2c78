"""How the window looks: large text, targets of 44 px, states in colour and in words.

napari's own style sheet pins some controls to 18 px; a sheet set on a dock itself goes
before it.
"""

from __future__ import annotations

from qtpy.QtGui import QFont
from qtpy.QtWidgets import QWidget

from vein_imaging.viewer.qt.palette import THEMES, Theme

__all__ = [
    "HEADLINE_PX",
    "TARGET_PX",
    "colour",
    "set_look",
    "stylesheet",
    "tabular_figures",
    "use_theme",
]

_in_force: list[Theme] = ["dark"]

TARGET_PX = 44
"""Smallest side of anything that is pressed or typed into (WCAG 2.5.5)."""

HEADLINE_PX = 20
"""Size of the letters that must be read first."""

_SHEET = """
* { font-size: 16px; color: %(text)s; }
QWidget#panel, QWidget#strip, QWidget#header, QWidget#page, QDialog, QMessageBox {
    background: %(ground)s;
}
QWidget#header[practice="true"], QWidget#page[practice="true"] QWidget#band {
    background: %(practice)s;
}
QWidget#header[practice="true"] QLabel, QWidget#band QLabel {
    color: %(practice_text)s;
}
QFrame#divider { color: %(edge)s; max-width: 2px; }
QFrame#box { background: %(quiet)s; border-radius: 8px; }
QLabel[role="patient"] { font-size: 22px; font-weight: 700; }
QLabel#patient_line {
    background: %(quiet)s; padding: 0 12px; border-radius: 6px;
    font-size: 18px; font-weight: 700;
}
QLabel, QFrame[verdict] QWidget, QWidget#tuning { background: transparent; }
QLabel[role="caption"] { color: %(caption)s; font-size: 15px; }
QLabel[role="problem"] { color: %(problem)s; font-size: 15px; font-weight: 600; }
QLabel[role="number"] { font-size: 30px; font-weight: 700; }
QLabel[role="total"] { font-size: 18px; font-weight: 600; }
QPushButton, QLineEdit, QComboBox {
    min-height: %(inner)dpx; border-radius: 6px; padding: 0 12px;
    background: %(raised)s; border: 2px solid %(edge)s;
}
QLineEdit, QComboBox { placeholder-text-color: %(off_text)s; }
QPushButton:hover { background: %(hover)s; }
QPushButton:pressed, QPushButton:checked, QPushButton#main {
    background: %(chosen)s; border-color: %(focus)s; color: %(chosen_text)s;
}
QPushButton#main { font-weight: 700; }
QPushButton:disabled, QPushButton#main:disabled,
QLineEdit:disabled, QComboBox:disabled {
    color: %(off_text)s; border-color: %(faint_edge)s; background: %(off)s;
}
QPushButton:focus, QLineEdit:focus, QComboBox:focus, QListWidget:focus,
QTableWidget:focus { border-color: %(focus)s; }
QPushButton:focus { border-width: 3px; }
QLineEdit[wrong="true"] { border-color: %(wrong_edge)s; background: %(wrong)s; }
QComboBox::drop-down { width: 34px; }
QComboBox QAbstractItemView {
    background: %(raised)s; selection-background-color: %(chosen)s;
    selection-color: %(chosen_text)s;
}
QComboBox QAbstractItemView::item { min-height: %(target)dpx; }
QPushButton#log_sites { font-size: 20px; font-weight: 700; min-height: 52px; }
QPushButton#log_sites:checked {
    background: %(switched_on)s; border-color: %(switched_on_edge)s;
    color: %(switched_on_text)s;
}
QSlider { min-height: 44px; background: transparent; }
QSlider::groove:horizontal { height: 8px; border-radius: 4px; background: %(edge)s; }
QSlider::handle:horizontal {
    width: 26px; margin: -11px 0; border-radius: 13px; background: %(handle)s;
}
QFrame[verdict], QFrame#so_far { border-radius: 8px; }
QFrame#so_far { background: %(quiet)s; border: 3px solid %(edge)s; }
QFrame[verdict="stop"] { background: %(stop)s; border: 3px solid %(stop_edge)s; }
QFrame[verdict="stop"] QLabel { color: %(stop_text)s; }
QFrame[verdict="warn"] { background: %(warn)s; border: 3px solid %(warm_edge)s; }
QFrame[verdict="warn"] QLabel { color: %(warn_text)s; }
QFrame[verdict="ok"] { background: %(ok)s; border: 3px solid %(ok_edge)s; }
QFrame[verdict="ok"] QLabel { color: %(ok_text)s; }
QFrame[verdict="none"] { background: %(quiet)s; border: 3px solid %(edge)s; }
QFrame[verdict] QLabel[role="verdict"] { font-size: 22px; font-weight: 700; }
QLabel[state] { font-size: %(headline)dpx; font-weight: 700; border-radius: 6px; }
QLabel[state="live"] { color: %(live)s; }
QLabel[state="frozen"] { color: %(frozen)s; }
QLabel[state="waiting"] { color: %(waiting)s; }
QLabel[state="bad"] { color: %(stop_text)s; background: %(stop)s; }
QLabel[state][crowded="true"] { font-size: 15px; }
QLabel#practice {
    background: %(practice)s; color: %(practice_text)s; padding: 6px 12px;
    border-radius: 6px; font-weight: 700;
}
QTableWidget, QListWidget {
    background: %(sunk)s; alternate-background-color: %(ground)s;
    gridline-color: %(faint_edge)s; border: 2px solid %(edge)s; border-radius: 6px;
    selection-background-color: %(chosen)s; selection-color: %(chosen_text)s;
}
QHeaderView::section {
    background: %(quiet)s; color: %(text)s; padding: 6px; border: none;
    font-weight: 600;
}
QToolButton[role="tile"] {
    background: %(quiet)s; border: 2px solid %(edge)s; border-radius: 6px;
    padding: 2px; font-size: 15px;
}
QToolButton[role="tile"]:hover { background: %(hover)s; }
QToolButton[role="tile"]:checked {
    background: %(chosen)s; border: 4px solid %(focus)s; color: %(chosen_text)s;
}
QToolButton[role="tile"]:focus { border-color: %(focus)s; }
QToolButton[role="tile"]:disabled { color: %(off_text)s; background: %(off)s; }
QLabel[role="badge"] {
    background: %(chosen)s; color: %(chosen_text)s; border: 2px solid %(focus)s;
    border-radius: 15px; font-weight: 700;
}
QToolTip { background: %(raised)s; color: %(text)s; border: 1px solid %(edge)s; }
QMenu { background: %(raised)s; border: 2px solid %(edge)s; }
QMenu::item { min-height: %(target)dpx; padding: 0 20px 0 36px; }
QMenu::item:selected { background: %(chosen)s; color: %(chosen_text)s; }
QMenu::indicator {
    width: 20px; height: 20px; margin-left: 8px; border-radius: 4px;
    border: 2px solid %(edge)s; background: %(sunk)s;
}
QMenu::indicator:checked { background: %(chosen)s; border: 6px solid %(focus)s; }
QFileDialog QListView, QFileDialog QTreeView {
    background: %(sunk)s; border: 2px solid %(edge)s;
}
QMenu::item:disabled { color: %(off_text)s; background: %(off)s; }
QProgressBar {
    background: %(sunk)s; border: 2px solid %(edge)s; border-radius: 6px;
    min-height: 16px;
}
QProgressBar::chunk { background: %(chosen)s; border-radius: 4px; }
QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { width: 22px; background: %(ground)s; }
QScrollBar::handle:vertical {
    background: %(edge)s; border-radius: 8px; min-height: 44px;
}
"""


def use_theme(theme: Theme) -> None:
    """Choose the colours of every sheet that is made from now on.

    Parameters
    ----------
    theme : "dark" or "light"
    """
    _in_force[0] = theme


def colour(name: str) -> str:
    """Give a colour of the theme in force, for what is drawn and not styled.

    Parameters
    ----------
    name : str
        Of `palette.THEMES`.
    """
    return THEMES[_in_force[0]][name]


def tabular_figures(font: QFont) -> QFont:
    """Give a font whose figures are all as wide as each other: columns stand still.

    Parameters
    ----------
    font : QFont
        Left as it is.

    Returns
    -------
    QFont
    """
    with_figures = QFont(font)
    with_figures.setFeature(QFont.Tag("tnum"), 1)
    return with_figures


def stylesheet() -> str:
    """Qt style sheet of the window, its pages and dialogs."""
    return _SHEET % {
        **THEMES[_in_force[0]],
        "target": TARGET_PX,
        "inner": TARGET_PX - 4,
        "headline": HEADLINE_PX,
    }


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Set a property that the style sheet chooses colours by, and draw it again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    # What stands inside may be coloured by it as well.
    for each in (widget, *widget.findChildren(QWidget)):
        style = each.style()
        if style is not None:
            style.unpolish(each)
            style.polish(each)
