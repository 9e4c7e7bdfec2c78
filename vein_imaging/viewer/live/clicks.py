"""A click on the picture, told apart from a drag that moves it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from napari.layers import Image

__all__ = ["MOST_MOVED_PX", "click_callback"]

MOST_MOVED_PX = 6
"""A press that moves farther than this on the screen is a drag."""

_LEFT = 1  # vispy's number of the button


def click_callback(
    picture: Image,
    logging: Callable[[], bool],
    clicked: Callable[[tuple[float, float], bool], None],
) -> Callable[[Any, Any], Generator[None, None, None]]:
    """Make a napari mouse callback that reports clicks inside the picture.

    Parameters
    ----------
    picture : Image
        The layer that is clicked on.
    logging : callable
        Whether a click records; asked at the press.
    clicked : callable
        Called after the release with (row, column) in picture px and that answer.
    """

    def on_press(_: Any, event: Any) -> Generator[None, None, None]:
        if event.button != _LEFT or event.modifiers:
            return
        records = logging()
        start = np.asarray(event.pos, dtype=float)
        farthest = 0.0
        yield
        while event.type == "mouse_move":
            moved = np.asarray(event.pos, dtype=float) - start
            farthest = max(farthest, float(np.hypot(*moved)))
            yield
        if farthest > MOST_MOVED_PX:
            return
        row, column = (float(x) for x in picture.world_to_data(event.position)[-2:])
        height, width = picture.data.shape[:2]
        # Pixel centres are whole numbers: the picture ends half a pixel outside.
        if -0.5 <= row < height - 0.5 and -0.5 <= column < width - 0.5:
            clicked((row, column), records)

    return on_press
