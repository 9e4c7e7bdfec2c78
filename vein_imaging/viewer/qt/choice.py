"""A list to choose from, whose lines are as tall as a button."""

from __future__ import annotations

from collections.abc import Iterable

from qtpy.QtCore import QModelIndex, QSize
from qtpy.QtWidgets import (
    QComboBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from vein_imaging.viewer.qt.style import TARGET_PX

__all__ = ["tall_choice"]


class _Tall(QStyledItemDelegate):
    """Qt's own delegate of a list takes no height from a style sheet."""

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex
    ) -> QSize:
        """Give the size of a line; Qt calls this."""
        return super().sizeHint(option, index).expandedTo(QSize(0, TARGET_PX))


def tall_choice(
    name: str,
    options: Iterable[tuple[str, object]] = (),
    parent: QWidget | None = None,
) -> QComboBox:
    """Make a list to choose from; nothing is chosen yet.

    Parameters
    ----------
    name : str
        What is chosen, for a screen reader.
    options : of (words, value)
    parent : QWidget, optional
    """
    combo = QComboBox(parent)
    combo.setAccessibleName(name)
    combo.setItemDelegate(_Tall(combo))
    # The longest line must not make the page wider than the screen.
    policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
    combo.setSizeAdjustPolicy(policy)
    combo.setMinimumContentsLength(6)
    for words, value in options:
        combo.addItem(words, value)
    combo.setCurrentIndex(-1)
    return combo
