"""Everything known of one camera, and for which pictures it holds."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vein_calibration.edges import Blur
from vein_calibration.errors import ProfileError, ProfileMismatchError
from vein_calibration.flat_field import FlatField
from vein_calibration.lens import Lens, Undistortion, correcting_map
from vein_calibration.pixel_size import PixelSize
from vein_calibration.skin_plane import TILTED_SPREAD
from vein_calibration.sticker import Sticker

__all__ = ["MOST_AGE_DAYS", "Profile", "Scale"]

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]

MOST_AGE_DAYS = 180  # half a year of knocks and of temperature
_LEAST_SHIFT_PX = 0.3
"""A lens that moves no point further is not worth a resampling."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """The plane of the skin at the working distance.

    Parameters
    ----------
    pixel_size : PixelSize
        In the corrected picture.
    flattening : (3, 3) float64 or None
        From the undistorted picture to one that looks straight at the skin.
    spread, tilt_deg, distance_mm : float
        As `SkinPlane`.
    """

    pixel_size: PixelSize
    flattening: Floats | None = None
    spread: float = 0.0
    tilt_deg: float = float("nan")
    distance_mm: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A calibration: what holds for the pictures of one camera at one setting.

    Parameters
    ----------
    camera : str
        Identity of the camera: its address without what may change.
    size_px : (width, height)
    made_at : datetime with a zone
    software : str
        Name and version of the program that made it.
    lens_position : str
        Focus and zoom as the camera or its user names them; "" where not known.
    lens, scale, blur, sticker : optional
    flats : tuple of FlatField
        One for each channel of the illuminator.

    Raises
    ------
    ProfileError
        If a part is of another picture size, or the camera has no name.
    """

    camera: str
    size_px: tuple[int, int]
    made_at: datetime
    software: str
    lens_position: str = ""
    lens: Lens | None = None
    scale: Scale | None = None
    blur: Blur | None = None
    flats: tuple[FlatField, ...] = ()
    sticker: Sticker | None = None

    def __post_init__(self) -> None:
        if not self.camera:
            raise ProfileError("a profile names its camera; give the camera's address")
        if self.made_at.tzinfo is None:
            raise ProfileError("a profile's date has a time zone")
        for part in (self.lens, *self.flats):
            if part is not None and part.size_px != self.size_px:
                raise ProfileError(
                    f"{type(part).__name__} is for {part.size_px[0]} x "
                    f"{part.size_px[1]} px, the profile for {self.size_px[0]} x "
                    f"{self.size_px[1]}; calibrate all at one size"
                )
        lights = [flat.light for flat in self.flats]
        if len(set(lights)) < len(lights):
            raise ProfileError(f"two flat fields of one light: {', '.join(lights)}")

    @property
    def pixel_size(self) -> PixelSize | None:
        """Of the corrected picture; None where the scale was not calibrated."""
        return None if self.scale is None else self.scale.pixel_size

    def refuse_unless(
        self, camera: str | None, size_px: tuple[int, int], lens_position: str = ""
    ) -> None:
        """Refuse pictures that this profile does not hold for.

        Parameters
        ----------
        camera : str or None
            Identity of the camera they come from; None where nobody knows.
        size_px : (width, height)
        lens_position : str
            "" where it is not known: it is not compared then.

        Raises
        ------
        ProfileMismatchError
        """
        if camera is not None and camera != self.camera:
            raise ProfileMismatchError(
                f"the profile is of camera {self.camera}, the picture of {camera}; "
                "calibrate this camera, or name its own profile"
            )
        if size_px != self.size_px:
            raise ProfileMismatchError(
                f"the profile is for pictures of {self.size_px[0]} x "
                f"{self.size_px[1]} px, this one has {size_px[0]} x {size_px[1]}; set "
                "the camera to that size, or calibrate at this one"
            )
        both = self.lens_position and lens_position
        if both and lens_position != self.lens_position:
            raise ProfileMismatchError(
                f"the lens was at {self.lens_position} when it was calibrated, and is "
                f"at {lens_position} now; set it back and lock it, or calibrate anew"
            )

    def age_warning(
        self, now: datetime | None = None, days: int = MOST_AGE_DAYS
    ) -> str:
        """Say that the profile is old; empty while it is not.

        Parameters
        ----------
        now : datetime with a zone, optional
        days : int
            From which age on.

        Returns
        -------
        str
        """
        age = ((now or datetime.now(UTC)) - self.made_at).days
        if age < 0:
            return (
                f"the calibration is dated {self.made_at:%d %b %Y}, in the future; set "
                "the computer's clock"
            )
        if age <= days:
            return ""
        return (
            f"the calibration is {age} days old (since {self.made_at:%d %b %Y}); check "
            "the scale with the target, or calibrate anew"
        )

    @property
    def resamples(self) -> bool:
        """Whether correcting moves pixels: a lens, or a tilt, worth taking out."""
        return _map_of(self) is not None

    def correct(
        self, picture: NDArray[Any], light: str = "", *, even_light: bool = False
    ) -> Pixels:
        """Fill bad pixels, take out lens and tilt, and even out the light if asked to.

        Parameters
        ----------
        picture : (H, W) or (H, W, 3) uint8
            Not changed.
        light : str
            Which channel was on: its flat field is used.
        even_light : bool
            For pictures compared by eye. Veins are found better without: the search
            evens out what matters to it, and a gain lifts the noise of dark corners
            (docs/calibration.md, Measured).

        Returns
        -------
        same shape, uint8
            The same array where there is nothing to correct.

        Raises
        ------
        ProfileMismatchError
            If it is of another size.
        """
        self.refuse_unless(None, (picture.shape[1], picture.shape[0]))
        for flat in self.flats:
            fits = flat.level.shape[2:] == picture.shape[2:]
            if flat.light == light and fits and picture.dtype == np.uint8:
                if even_light:
                    picture = flat.correct(np.array(picture, order="C"))
                elif len(flat.bad_rc):
                    picture = flat.fill_bad(np.array(picture, order="C"))
        undistortion = _map_of(self)
        return picture if undistortion is None else undistortion.apply(picture)

    def uncorrected(self, points_rc: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where points of a corrected picture lie in the one that the camera gave.

        Parameters
        ----------
        points_rc : (N, 2) px
            Row and column.

        Returns
        -------
        (N, 2) float64 px
        """
        undistortion = _map_of(self)
        return (
            points_rc if undistortion is None else undistortion.uncorrected(points_rc)
        )

    def corrected(self, points_rc: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where points that the camera gave lie in the corrected picture.

        Parameters
        ----------
        points_rc : (N, 2) px
            Row and column.

        Returns
        -------
        (N, 2) float64 px
        """
        undistortion = _map_of(self)
        return points_rc if undistortion is None else undistortion.corrected(points_rc)


@functools.lru_cache(maxsize=4)
def _map_of(profile: Profile) -> Undistortion | None:
    lens, scale = profile.lens, profile.scale
    flattening = None if scale is None else scale.flattening
    if scale is not None and scale.spread <= TILTED_SPREAD:
        flattening = None
    if lens is not None and flattening is None:
        lens = lens if lens.most_moved_px() > _LEAST_SHIFT_PX else None
    if lens is None and flattening is None:
        return None
    return correcting_map(profile.size_px, lens, flattening)
