"""How the docks look: large text, targets of 44 px or more, states in colour and words.

napari's own style sheet pins some controls to 18 px; a sheet set on a dock itself goes
before it.
"""

from __future__ import annotations

from qtpy.QtWidgets import QWidget

__all__ = ["HEADLINE_PX", "TARGET_PX", "set_look", "stylesheet"]

TARGET_PX = 44
"""Smallest side of anything that is pressed or typed into (WCAG 2.5.5)."""

HEADLINE_PX = 20
"""Size of the letters that must be read first."""

_SHEET = """
* { font-size: 16px; color: #f2f2f2; }
QWidget#panel, QWidget#strip, QWidget#header, QDialog { background: #1d2126; }
QWidget#header[practice="true"] { background: #6b4700; }
QWidget#header[practice="true"] QLabel { color: #ffffff; }
QFrame#divider { color: #59636f; max-width: 2px; }
QLabel[role="patient"] { font-size: 22px; font-weight: 700; }
QLabel#patient_line {
    background: #2a3037; padding: 0 12px; border-radius: 6px;
    font-size: 18px; font-weight: 700;
}
QLabel, QFrame[verdict] QWidget, QWidget#tuning { background: transparent; }
QLabel[role="caption"] { color: #b9c2cc; font-size: 15px; }
QLabel[role="problem"] { color: #ffb4a8; font-size: 15px; font-weight: 600; }
QLabel[role="number"] { font-size: 30px; font-weight: 700; }
QLabel[role="total"] { font-size: 18px; font-weight: 600; }
QPushButton, QLineEdit, QComboBox {
    min-height: %(inner)dpx; border-radius: 6px; padding: 0 12px;
    background: #343b44; border: 2px solid #59636f;
}
QPushButton:hover { background: #414a55; }
QPushButton:pressed, QPushButton:checked { background: #1f6fb2; border-color: #7cc0f5; }
QPushButton:disabled, QLineEdit:disabled, QComboBox:disabled {
    color: #7d8791; border-color: #3a424b; background: #262b31;
}
QPushButton:focus, QLineEdit:focus, QComboBox:focus { border-color: #7cc0f5; }
QLineEdit[wrong="true"] { border-color: #ff7a66; background: #4a2622; }
QComboBox::drop-down { width: 34px; }
QComboBox QAbstractItemView {
    background: #343b44; selection-background-color: #1f6fb2;
}
QComboBox QAbstractItemView::item { min-height: %(target)dpx; }
QPushButton#log_sites { font-size: 20px; font-weight: 700; min-height: 52px; }
QPushButton#log_sites:checked {
    background: #b25c00; border-color: #ffc46b; color: #ffffff;
}
QSlider { min-height: 32px; background: transparent; }
QSlider::groove:horizontal { height: 8px; border-radius: 4px; background: #59636f; }
QSlider::handle:horizontal {
    width: 26px; margin: -11px 0; border-radius: 13px; background: #d7e6f3;
}
QFrame[verdict] { border-radius: 8px; }
QFrame[verdict="stop"] { background: #8f1d14; border: 3px solid #ff8d80; }
QFrame[verdict="warn"] { background: #6b4700; border: 3px solid #ffc46b; }
QFrame[verdict="ok"] { background: #16402a; border: 3px solid #5fc48d; }
QFrame[verdict="none"] { background: #2a3037; border: 3px solid #59636f; }
QFrame[verdict] QLabel[role="verdict"] { font-size: 22px; font-weight: 700; }
QLabel[state] { font-size: %(headline)dpx; font-weight: 700; border-radius: 6px; }
QLabel[state="live"] { color: #7fe0ab; }
QLabel[state="frozen"] { color: #ffc46b; }
QLabel[state="waiting"] { color: #d5dbe1; }
QLabel[state="bad"] { color: #ffffff; background: #8f1d14; }
QLabel[state][crowded="true"] { font-size: 15px; }
QLabel#practice {
    background: #6b4700; color: #ffffff; padding: 6px 12px; border-radius: 6px;
    font-weight: 700;
}
QTableWidget {
    background: #15181c; alternate-background-color: #1d2126;
    gridline-color: #343b44; border: 2px solid #59636f; border-radius: 6px;
    selection-background-color: #1f6fb2;
}
QHeaderView::section {
    background: #2a3037; color: #d5dbe1; padding: 6px; border: none; font-weight: 600;
}
QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { width: 22px; background: #1d2126; }
QScrollBar::handle:vertical {
    background: #59636f; border-radius: 8px; min-height: 44px;
}
"""


def stylesheet() -> str:
    """Qt style sheet of the docks and dialogs."""
    return _SHEET % {
        "target": TARGET_PX,
        "inner": TARGET_PX - 4,
        "headline": HEADLINE_PX,
    }


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Set a property that the style sheet chooses colours by, and draw it again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)
