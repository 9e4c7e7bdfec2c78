"""What is found in a picture: the veins, their widths, and what they add up to."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["Branch", "VeinClass", "VeinMap", "vein_class_of"]

VeinClass = Literal["telangiectasia", "reticular", "varicose", "undecided", "unknown"]
"""By width: < 1 mm, 1 to 3 mm, > 3 mm; undecided where the interval straddles a limit,
unknown without a scale or a width."""

TELANGIECTASIA_MAX_MM, RETICULAR_MAX_MM = 1.0, 3.0


def vein_class_of(diameter_mm: float, uncertainty_mm: float = 0.0) -> VeinClass:
    """Class of a vein by its width; exactly 1 mm and 3 mm belong to the lower class.

    Parameters
    ----------
    diameter_mm : mm
        nan where unknown.
    uncertainty_mm : mm
        Half the interval in which the true width lies.

    Returns
    -------
    VeinClass

    References
    ----------
    CEAP 2020, Lurie et al., J Vasc Surg Venous 2020;8:342, table of C1 and C2.
    """
    if not math.isfinite(diameter_mm):
        return "unknown"
    if not math.isfinite(uncertainty_mm):
        return "undecided"
    low = _class_at(diameter_mm - uncertainty_mm)
    high = _class_at(diameter_mm + uncertainty_mm)
    return low if low == high else "undecided"


def _class_at(diameter_mm: float) -> VeinClass:
    if diameter_mm <= TELANGIECTASIA_MAX_MM:
        return "telangiectasia"
    return "reticular" if diameter_mm <= RETICULAR_MAX_MM else "varicose"


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A piece of vein between two junctions or ends.

    Parameters
    ----------
    points_rc : (N, 2) float32 px
        Its centreline, in order, (row, column).
    diameter_px : (N,) float32 px
        Width at each point, nan where it cannot be told.
    diameter_sd_px : px
        Standard deviation of the branch's median width; nan where unknown.
    diameter_mm : (N,) float32 mm or None
        None without a scale.
    vein_class : VeinClass
    length_px : px
    length_mm : mm or None
    start_node, end_node : int
        Numbers of the junctions or ends it joins; the same for a loop.
    scale_error : >= 0
        Standard deviation of the mm per pixel, as a share of it; 0 where it is taken
        for exact.
    """

    points_rc: NDArray[np.float32]
    diameter_px: NDArray[np.float32]
    diameter_sd_px: float
    diameter_mm: NDArray[np.float32] | None
    vein_class: VeinClass
    length_px: float
    length_mm: float | None
    start_node: int
    end_node: int
    scale_error: float = 0.0

    @property
    def diameter_sd_mm(self) -> float:
        """Standard deviation of the median width in mm, the scale's included."""
        width_mm, width_px = self.median_diameter_mm, self.median_diameter_px
        own_mm = self.diameter_sd_px * (width_mm / width_px if width_px > 0 else 1.0)
        return math.hypot(own_mm, width_mm * self.scale_error)

    @property
    def length_sd_mm(self) -> float | None:
        """Standard deviation of the length in mm that the scale's gives."""
        return None if self.length_mm is None else self.length_mm * self.scale_error

    @property
    def median_diameter_px(self) -> float:
        """Median width in px, nan where unknown."""
        return _median(self.diameter_px)

    @property
    def median_diameter_mm(self) -> float:
        """Median width in mm, nan without a scale or where unknown."""
        return math.nan if self.diameter_mm is None else _median(self.diameter_mm)

    @property
    def ceap_class(self) -> VeinClass:
        """`vein_class` by its former name; CEAP itself is a class of a limb."""
        return self.vein_class

    @property
    def tortuosity(self) -> float:
        """Length over the distance of its ends; nan for a loop."""
        chord = float(np.hypot(*(self.points_rc[-1] - self.points_rc[0])))
        return self.length_px / chord if chord > 0 else math.nan


def _median(values: NDArray[np.float32]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else math.nan


@dataclass(frozen=True, slots=True, eq=False)
class VeinMap:
    """The veins of one picture.

    Parameters
    ----------
    vesselness : (H, W) float32
        Robust z-score: 0 is background, 1 one noise standard deviation.
    mask : (H, W) bool
        Pixels of veins.
    field : (H, W) bool
        Where was looked.
    branches : tuple of Branch
    junctions_rc : (J, 2) float32 px
        Where three or more branches meet.
    mm_per_pixel : mm or None
    channel : str
        The channel that was searched.
    scale_error : >= 0
        Standard deviation of `mm_per_pixel`, as a share of it; 0 where it is taken for
        exact.
    advice : str
        What would help to find more, as to come nearer; "" where nothing is to be said.
    """

    vesselness: Image
    mask: Mask
    field: Mask
    branches: tuple[Branch, ...]
    junctions_rc: NDArray[np.float32]
    mm_per_pixel: float | None
    channel: str
    scale_error: float = 0.0
    advice: str = ""
    _makers: Mapping[str, Callable[[], NDArray[Any]]] = dataclasses.field(
        default_factory=dict, init=False, repr=False
    )

    @classmethod
    def later(
        cls, makers: Mapping[str, Callable[[], NDArray[Any]]], **known: object
    ) -> VeinMap:
        """A map whose large arrays are made when they are first read.

        Live, nobody reads them.

        Parameters
        ----------
        makers : mapping of str to callable
            For each field left out below, what makes its array.
        **known
            The other fields.
        """
        found = object.__new__(cls)
        given = {"scale_error": 0.0, "advice": "", **known, "_makers": makers}
        for name, value in given.items():
            object.__setattr__(found, name, value)
        return found

    if not TYPE_CHECKING:  # all fields are declared above

        def __getattr__(self, name: str) -> object:
            # asked only for what has not been set
            makers = object.__getattribute__(self, "_makers")
            if name not in makers:
                raise AttributeError(f"VeinMap has no {name!r}")
            value = makers[name]()
            object.__setattr__(self, name, value)
            return value

    def summary(self) -> dict[str, object]:
        """Totals by class, in mm where calibrated.

        Returns
        -------
        dict
            `length_px`, `area_px`, `field_area_px`, `density_per_px` (vein length over
            field area), `branch_count`, `junction_count`; with a scale also
            `mm_per_pixel_sd`, `length_mm`, `length_sd_mm`, `area_mm2`,
            `field_area_mm2`, `density_per_mm` and `classes`: for each class
            `branch_count`, `length_mm`, `median_diameter_mm`.
        """
        length_px = sum(branch.length_px for branch in self.branches)
        field_px = int(np.count_nonzero(self.field))
        area_px = int(np.count_nonzero(self.mask))
        totals: dict[str, object] = {
            "branch_count": len(self.branches),
            "junction_count": len(self.junctions_rc),
            "length_px": length_px,
            "area_px": area_px,
            "field_area_px": field_px,
            "density_per_px": length_px / field_px if field_px else 0.0,
            "mm_per_pixel": self.mm_per_pixel,
        }
        if self.mm_per_pixel is not None:
            scale = self.mm_per_pixel
            totals |= {
                "mm_per_pixel_sd": self.scale_error * scale,
                "length_mm": length_px * scale,
                "length_sd_mm": length_px * scale * self.scale_error,
                "area_mm2": area_px * scale**2,
                "field_area_mm2": field_px * scale**2,
                "density_per_mm": length_px / field_px / scale if field_px else 0.0,
                "classes": self._by_class(),
            }
        return totals

    def _by_class(self) -> dict[str, dict[str, float | int | None]]:
        table: dict[str, dict[str, float | int | None]] = {}
        for name in VeinClass.__args__:  # type: ignore[attr-defined]
            members = [b for b in self.branches if b.vein_class == name]
            widths = [b.median_diameter_mm for b in members]
            known = [width for width in widths if math.isfinite(width)]
            table[name] = {
                "branch_count": len(members),
                "length_mm": sum(b.length_mm or 0.0 for b in members),
                "median_diameter_mm": float(np.median(known)) if known else None,
            }
        return table
