"""Where on a picture something is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

__all__ = ["Mark", "Shows", "require_text"]

Shows = Literal["camera", "recording", "drawing"]
"""What a picture is: of the skin before the camera, played again, or drawn."""


def require_text(value: str, name: str) -> None:
    """Refuse an entry that leaves out what every entry needs.

    Raises
    ------
    ValueError
        If there is nothing in `value`.
    """
    if not value.strip():
        raise ValueError(f"{name}: got nothing; every entry needs one")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where on a picture something is: a point, a line, or an area of matted veins.

    Parameters
    ----------
    image_id : str
        The picture it was marked on.
    points_rc : tuple of (row, column), px, >= 0
        One point, or the corners of the line or area in order.
    closed : bool
        The corners enclose an area; needs three or more.
    shows : "camera", "recording" or "drawing"
        What the picture is.

    Raises
    ------
    ValueError
        If there is no point, too few for an area, or one outside the picture.
    """

    image_id: str
    points_rc: tuple[tuple[Decimal, Decimal], ...]
    closed: bool = False
    shows: Shows = "camera"

    @classmethod
    def at_pixels(
        cls,
        image_id: str,
        points_rc: Iterable[tuple[float, float]],
        *,
        closed: bool = False,
    ) -> Mark:
        """Mark from pixel coordinates, kept to a hundredth of a pixel.

        Parameters
        ----------
        image_id : str
        points_rc : iterable of (row, column), px
        closed : bool
        """
        hundredths = (
            (Decimal(f"{row:.2f}"), Decimal(f"{column:.2f}"))
            for row, column in points_rc
        )
        return cls(image_id, tuple(hundredths), closed)

    def __post_init__(self) -> None:
        require_text(self.image_id, "image_id")
        least = 3 if self.closed else 1
        if len(self.points_rc) < least:
            raise ValueError(
                f"points_rc: got {len(self.points_rc)} points, wanted {least} or more"
            )
        if not all(number >= 0 for point in self.points_rc for number in point):
            raise ValueError("points_rc: got a point outside the picture")
