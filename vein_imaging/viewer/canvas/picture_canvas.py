"""What the window asks of whatever draws the picture, and says nothing else to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QPoint, Signal
from qtpy.QtWidgets import QWidget

__all__ = [
    "MOST_MOVED_PX",
    "CanvasEvents",
    "PictureCanvas",
    "SiteMark",
    "in_picture",
    "mark_size_px",
]

MOST_MOVED_PX = 6
"""A press that moves farther than this on the screen is a drag."""
_MARKS_ACROSS = 36
"""So many marks side by side fill the picture's width."""
_LEAST_ON_SCREEN_PX = 26
"""Smallest mark on the screen: its number stays readable."""

Rgb = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SiteMark:
    """One recorded site as the picture shows it.

    Parameters
    ----------
    point_rc : (row, column), px
        In the picture on the screen.
    label : str
        Its number in the list.
    colour, symbol : str
        Of the product, as napari names them: colour and shape say the same.
    dimmed : bool
        Whether where it lies is no longer sure.
    """

    point_rc: tuple[float, float]
    label: str
    colour: str
    symbol: str
    dimmed: bool = False


class CanvasEvents(QObject):
    """What a person does with the picture.

    Signals
    -------
    clicked((row, column), bool)
        A click inside the picture, and whether clicks recorded when it began.
    hovered((row, column) or None)
        Where the pointer is in the picture; None outside.
    moved()
        Another zoom, or another part of the picture.
    """

    clicked = Signal(tuple, bool)
    hovered = Signal(object)
    moved = Signal()


class PictureCanvas(Protocol):
    """One picture that can be zoomed, with marks on it.

    Rows and columns are of the picture; a whole number is the centre of a pixel.
    """

    events: CanvasEvents
    records: Callable[[], bool]
    """Whether a click records; asked when the button goes down."""

    @property
    def widget(self) -> QWidget:
        """What is put into the window."""

    @property
    def surface(self) -> QWidget:
        """What the picture is drawn into, and what gets mouse and keys."""

    @property
    def drawn_by(self) -> str:
        """What draws, in words for the person; empty where nothing is to be said."""

    @property
    def scale(self) -> float:
        """Pixels of the screen for a pixel of the picture."""

    @property
    def marks(self) -> tuple[SiteMark, ...]:
        """The marks that are drawn."""

    def show_picture(self, rgb: Rgb) -> bool:
        """Draw a picture, (H, W, 3) RGB, copied; whether its size is a new one."""

    def show_sites(self, marks: Sequence[SiteMark]) -> None:
        """Draw exactly these marks."""

    def fit(self) -> None:
        """Show the whole picture, as large as it goes, also when the window grows."""

    def zoom(self, factor: float) -> None:
        """Zoom about the middle of the canvas."""

    def to_screen(self, point_rc: tuple[float, float]) -> QPoint:
        """Where a point of the picture lies on the surface."""

    def to_picture(self, place: QPoint) -> tuple[float, float]:
        """Row and column under a place of the surface; they may lie outside."""

    def close(self) -> object:
        """Let go of what the drawing holds."""


def in_picture(point_rc: tuple[float, float], shape: tuple[int, ...]) -> bool:
    """Whether a point lies in a picture of this shape, which ends half a pixel out."""
    row, column = point_rc
    return -0.5 <= row < shape[0] - 0.5 and -0.5 <= column < shape[1] - 0.5


def mark_size_px(columns: int, scale: float) -> float:
    """Width of a mark, px of the picture: a share of it, and readable on the screen.

    Parameters
    ----------
    columns : int
        Of the picture.
    scale : px/px
        Of the screen to the picture.
    """
    return max(columns / _MARKS_ACROSS, _LEAST_ON_SCREEN_PX / scale)
