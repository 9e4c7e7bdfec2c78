"""Text on pictures, in OpenCV's built-in typeface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Lettering", "title_bands", "wrap", "write"]

_FACE = "sans"


@dataclass(frozen=True, slots=True)
class Lettering:
    """How a line of text looks.

    Parameters
    ----------
    size_px : px
    bold : bool
    colour : RGB, 0 to 255
    """

    size_px: int
    bold: bool = False
    colour: tuple[int, int, int] = (20, 20, 20)

    @property
    def line_px(self) -> int:
        """From one base line to the next."""
        return round(1.35 * self.size_px)

    def width_px(self, text: str) -> int:
        """Measure a line."""
        box = cv2.getTextSize(
            (0, 0), text, (0, 0), cv2.FontFace(_FACE), self.size_px, self._weight
        )
        return int(box[2])

    @property
    def _weight(self) -> int:
        return 700 if self.bold else 400


def wrap(text: str, lettering: Lettering, width_px: int) -> list[str]:
    """Break a text into lines at its spaces.

    Parameters
    ----------
    text : str
    lettering : Lettering
    width_px : px

    Returns
    -------
    list of str
        A word wider than the line has one to itself.
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and lettering.width_px(longer) <= width_px:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def write(
    canvas: NDArray[np.uint8],
    text: str,
    at_xy: tuple[int, int],
    lettering: Lettering,
    *,
    width_px: int | None = None,
) -> int:
    """Write a text on a picture, in place.

    Parameters
    ----------
    canvas : (H, W, 3) uint8 RGB
    text : str
    at_xy : px
        Left end of the top of the first line.
    lettering : Lettering
    width_px : px, optional
        Where to break lines.

    Returns
    -------
    px
        Where the next line's top is.
    """
    x, y = at_xy
    for line in wrap(text, lettering, width_px) if width_px else [text]:
        base = y + lettering.size_px
        face = cv2.FontFace(_FACE)
        cv2.putText(
            canvas,
            line,
            (x, base),
            lettering.colour,
            face,
            lettering.size_px,
            700 if lettering.bold else 400,
        )
        y += lettering.line_px
    return y


def title_bands(
    titles: Sequence[str], width_px: int, lettering: Lettering
) -> list[NDArray[np.uint8]]:
    """Write titles on white over pictures in a row, in as many lines as they need.

    Parameters
    ----------
    titles : of str
    width_px : px
        Of each picture.
    lettering : Lettering

    Returns
    -------
    list of (H, width_px, 3) uint8 RGB
        All of one height: the pictures below stay level.
    """
    lines = max(1, *(len(wrap(title, lettering, width_px)) for title in titles), 1)
    bands = []
    for title in titles:
        band = np.full((lines * lettering.line_px + 6, width_px, 3), 255, np.uint8)
        write(band, title, (0, 0), lettering, width_px=width_px)
        bands.append(band)
    return bands
