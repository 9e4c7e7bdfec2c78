"""The plane that the skin lies in: how large a pixel is on it, and how it is tilted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.errors import ScaleError
from vein_calibration.lens import Lens
from vein_calibration.pixel_size import PixelSize
from vein_calibration.sighting import Sighting

__all__ = ["PRINT_ERROR", "SkinPlane", "plane_from_points", "plane_from_target"]

Floats = NDArray[np.float64]

PRINT_ERROR = 0.001
"""Standard deviation of a printed length once the printed ruler was measured: .15 mm
in 150 mm."""
SKIN_ERROR_MM = 0.2
"""How far the skin may lie before or behind the target laid on it."""
CORNER_ERROR_PX = 0.03
"""Common to neighbouring corners, so that it does not average out."""
TILTED_SPREAD = 0.01  # under it, straightening costs more than it mends
MOST_TILT_DEG, MOST_SPREAD = 35.0, 0.6
_USUAL_DISTANCE_MM = 200.0  # where no lens tells the distance


@dataclass(frozen=True, slots=True, eq=False)
class SkinPlane:
    """A plane before the camera, from the undistorted picture.

    Parameters
    ----------
    to_mm : (3, 3) float64
        Homography from undistorted pixels (x, y, 1) to mm in the plane.
    size_px : (width, height)
    pixel_size : PixelSize
        In the middle of the picture; everywhere, once it is flattened.
    spread : >= 0
        How much the scale differs over the picture: largest over smallest, less 1.
    tilt_deg, distance_mm : float
        Of the plane, along the axis; nan where no lens is known.
    """

    to_mm: Floats
    size_px: tuple[int, int]
    pixel_size: PixelSize
    spread: float
    tilt_deg: float
    distance_mm: float

    @property
    def tilted(self) -> bool:
        """Whether the scale differs enough over the picture to be flattened."""
        return self.spread > TILTED_SPREAD

    def flattening(self) -> Floats:
        """Homography from the undistorted picture to one that looks straight at it.

        The middle keeps its place, its scale and the direction of its rows.

        Returns
        -------
        (3, 3) float64
        """
        middle = _middle(self.size_px)
        jacobian = _jacobian(self.to_mm, middle[None])[0]
        left, _, right = np.linalg.svd(jacobian)
        rotation = left @ right
        scale = 1 / math.sqrt(abs(float(np.linalg.det(jacobian))))
        back = scale * rotation.T
        onto = np.eye(3)
        onto[:2, :2] = back
        onto[:2, 2] = middle - back @ _mapped(self.to_mm, middle[None])[0]
        flat = onto @ self.to_mm
        return np.asarray(flat / flat[2, 2])


def plane_from_target(
    sighting: Sighting,
    lens: Lens | None = None,
    *,
    print_error: float = PRINT_ERROR,
    skin_error_mm: float = SKIN_ERROR_MM,
) -> SkinPlane:
    """Find the plane of a target laid where the skin will be.

    Parameters
    ----------
    sighting : Sighting
    lens : Lens, optional
        Without one its distortion stays in the picture, and counts as an error.
    print_error : >= 0
        Standard deviation of the target's own size, as a share of it.
    skin_error_mm : mm, >= 0
        Standard deviation of the distance between target and skin.

    Returns
    -------
    SkinPlane

    Raises
    ------
    ScaleError
        If the plane is tilted so far that nothing can be measured in it.
    """
    if lens is not None and lens.size_px != sighting.size_px:
        raise ScaleError(
            f"the lens was calibrated at {lens.size_px[0]} x {lens.size_px[1]} px, the "
            f"picture has {sighting.size_px[0]} x {sighting.size_px[1]}; take it at "
            "the same setting"
        )
    return plane_from_points(
        sighting.corners_xy,
        sighting.points_mm,
        sighting.size_px,
        lens,
        own_error=print_error,
        skin_error_mm=skin_error_mm,
        source=f"target of {sighting.target.square_mm:g} mm squares, "
        f"{len(sighting.ids)} corners",
    )


def plane_from_points(
    corners_xy: Floats,
    points_mm: Floats,
    size_px: tuple[int, int],
    lens: Lens | None,
    *,
    own_error: float,
    skin_error_mm: float,
    source: str,
) -> SkinPlane:
    """Find the plane of points whose places in it are known.

    Parameters
    ----------
    corners_xy : (N >= 4, 2) px
    points_mm : (N, 2) mm
    size_px : (width, height)
    lens : Lens or None
    own_error, skin_error_mm
        As `plane_from_target`.
    source : str
        For the record.

    Returns
    -------
    SkinPlane
    """
    middle = _middle(size_px)
    bent = 0.0
    if lens is None:
        corners_xy, points_mm, bent = _near_the_middle(corners_xy, points_mm, middle)
    flat = corners_xy if lens is None else lens.undistorted(corners_xy)
    to_mm = _homography(flat, points_mm)
    if to_mm is None or np.linalg.det(_jacobian(to_mm, middle[None])[0]) <= 0:
        raise ScaleError(
            "the points are no picture of a flat thing seen from its front; take the "
            "picture again, and switch off any mirror image"
        )
    scale = _scale(to_mm, middle)
    tilt_deg, distance_mm = _attitude(points_mm, flat, lens)
    spread = _spread(to_mm, size_px)
    too_far = spread > MOST_SPREAD if lens is None else tilt_deg > MOST_TILT_DEG
    if too_far or not math.isfinite(spread):
        raise ScaleError(
            f"the target is tilted too far (the scale differs by {100 * spread:.0f} % "
            "over the picture): hold the camera square to the skin"
        )
    near = distance_mm if math.isfinite(distance_mm) else _USUAL_DISTANCE_MM
    error = math.hypot(
        _fit_error(to_mm, flat, points_mm, middle),
        _lens_error(corners_xy, points_mm, middle, lens),
        bent,
        own_error,
        skin_error_mm / near,
    )
    size = PixelSize(scale, error, source)
    return SkinPlane(to_mm, size_px, size, spread, tilt_deg, distance_mm)


def _homography(flat: Floats, points_mm: Floats) -> Floats | None:
    found, _ = cv2.findHomography(flat, points_mm, 0)
    return None if found is None else np.asarray(found, np.float64)


def _near_the_middle(
    corners_xy: Floats, points_mm: Floats, middle: Floats
) -> tuple[Floats, Floats, float]:
    """The corners that an unknown lens bends least, and how far it matters.

    Returns
    -------
    corners_xy, points_mm
        A third of them, 16 at least.
    bent : >= 0
        By how much the scale of all of them differs.
    """
    away = np.hypot(*(corners_xy - middle).T)
    nearest = np.argsort(away)[: max(16, len(away) // 3)]
    if len(nearest) == len(away):
        return corners_xy, points_mm, 0.0
    some, all_of_them = (
        _homography(corners_xy[part], points_mm[part])
        for part in (nearest, np.arange(len(away)))
    )
    bent = 0.0
    if some is not None and all_of_them is not None:
        bent = abs(math.log(_scale(all_of_them, middle) / _scale(some, middle)))
    return corners_xy[nearest], points_mm[nearest], bent


def _middle(size_px: tuple[int, int]) -> Floats:
    return (np.array(size_px, np.float64) - 1) / 2


def _mapped(homography: Floats, points: Floats) -> Floats:
    mapped = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ homography.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def _jacobian(homography: Floats, points: Floats) -> Floats:
    """(N, 2, 2) derivative of a homography at points."""
    full = np.concatenate([points, np.ones((len(points), 1))], axis=1)
    weight = full @ homography[2]
    mapped = _mapped(homography, points)
    top = homography[None, :2, :2] - mapped[:, :, None] * homography[None, None, 2, :2]
    return np.asarray(top / weight[:, None, None])


def _scale(to_mm: Floats, point: Floats) -> float:
    """Side of a square of a pixel's area, mm."""
    return math.sqrt(abs(float(np.linalg.det(_jacobian(to_mm, point[None])[0]))))


def _spread(to_mm: Floats, size_px: tuple[int, int]) -> float:
    x, y = np.meshgrid(
        np.linspace(0, size_px[0] - 1, 9), np.linspace(0, size_px[1] - 1, 7)
    )
    grid = np.stack([x.ravel(), y.ravel()], axis=-1)
    areas = np.linalg.det(_jacobian(to_mm, grid))
    if areas.min() <= 0:
        return math.inf
    return math.sqrt(float(areas.max() / areas.min())) - 1


def _attitude(
    points_mm: Floats, flat: Floats, lens: Lens | None
) -> tuple[float, float]:
    """Tilt in degrees, and the distance along the axis."""
    if lens is None:
        return math.nan, math.nan
    solid = np.concatenate([points_mm, np.zeros((len(points_mm), 1))], axis=1)
    found, turn, shift = cv2.solvePnP(
        solid, flat, lens.matrix, None, flags=cv2.SOLVEPNP_IPPE
    )
    if not found:
        return math.nan, math.nan
    normal = cv2.Rodrigues(turn)[0][:, 2]
    tilt = math.degrees(math.acos(min(1.0, abs(float(normal[2])))))
    return tilt, abs(float(normal @ shift.ravel()) / float(normal[2]))


def _fit_error(to_mm: Floats, flat: Floats, points_mm: Floats, middle: Floats) -> float:
    """Standard deviation of the scale from that of the corners, as a share."""
    to_px = np.asarray(np.linalg.inv(to_mm), np.float64)
    to_px /= to_px[2, 2]
    rest = _mapped(to_px, points_mm) - flat
    freedom = max(rest.size - 8, 1)
    sigma = math.hypot(math.sqrt(float((rest**2).sum()) / freedom), CORNER_ERROR_PX)

    def change(k: int, points: Floats) -> Floats:
        moved = to_px.ravel().copy()
        step = 1e-6 * max(abs(moved[k]), 1e-3)
        moved[k] += step
        away = _mapped(moved.reshape(3, 3), points) - _mapped(to_px, points)
        return np.asarray(away / step)

    design = np.stack([change(k, points_mm).ravel() for k in range(8)], axis=1)
    weight = np.abs(design).max(axis=0)
    covariance = np.linalg.pinv((design / weight).T @ (design / weight))
    gradient = np.zeros(8)
    scale = _scale(to_mm, middle)
    for k in range(8):
        moved = to_px.ravel().copy()
        step = 1e-6 * max(abs(moved[k]), 1e-3)
        moved[k] += step
        back = np.asarray(np.linalg.inv(moved.reshape(3, 3)), np.float64)
        other = _scale(back, middle)
        gradient[k] = (other / scale - 1) / step / weight[k]
    random = sigma * math.sqrt(max(float(gradient @ covariance @ gradient), 0))
    extent = float(np.ptp(flat, axis=0).max())
    return math.hypot(random, math.sqrt(2) * CORNER_ERROR_PX / extent)


def _lens_error(
    corners_xy: Floats, points_mm: Floats, middle: Floats, lens: Lens | None
) -> float:
    """What is not known of the lens, as a share of the scale."""
    if lens is None:
        return 0.0
    scales = []
    for k in (None, 2, 3, 4):
        values = list(lens.values)
        if k is not None:
            values[k] += lens.errors[k]
        other = Lens(
            lens.size_px, tuple(values), lens.errors, lens.reprojection_px,
            lens.views, lens.corners, lens.coverage,
        )  # fmt: skip
        to_mm = _homography(other.undistorted(corners_xy), points_mm)
        if to_mm is not None:
            scales.append(_scale(to_mm, middle))
    return math.hypot(*(scale / scales[0] - 1 for scale in scales[1:]))
