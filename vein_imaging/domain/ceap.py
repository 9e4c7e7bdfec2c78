"""Clinical classes of leg veins: by diameter, and CEAP by leg."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

__all__ = ["CEAP_CLASSES", "VeinClass", "vein_class"]

VeinClass = Literal["telangiectasia", "reticular", "varicose"]

#: Clinical classes of CEAP, 2020 update; r: recurrent.
CEAP_CLASSES: tuple[str, ...] = (
    *("C0", "C1", "C2", "C2r", "C3", "C4a", "C4b", "C4c", "C5", "C6", "C6r"),
)

_SPIDER_MM, _RETICULAR_MM = Decimal(1), Decimal(3)


def vein_class(diameter_mm: Decimal) -> VeinClass:
    """Class of a vein by its diameter, standing.

    Parameters
    ----------
    diameter_mm : mm, above 0

    Returns
    -------
    "telangiectasia", "reticular" or "varicose"
        Exactly 1.0 and 3.0 mm belong to the smaller class: the labels' bands meet
        there, and the smaller class takes the lower strength.

    Raises
    ------
    TypeError, ValueError
        If the diameter is no Decimal or not above 0.

    References
    ----------
    Telangiectasia below 1 mm, reticular 1 to 3 mm, varicose above: phlebologue-nice.com
    """
    if not isinstance(diameter_mm, Decimal):
        raise TypeError(f"diameter_mm: got {diameter_mm!r}, wanted a Decimal from text")
    if not diameter_mm > 0:
        raise ValueError(f"diameter_mm: got {diameter_mm} mm, wanted above 0 mm")
    if diameter_mm <= _SPIDER_MM:
        return "telangiectasia"
    return "reticular" if diameter_mm <= _RETICULAR_MM else "varicose"
