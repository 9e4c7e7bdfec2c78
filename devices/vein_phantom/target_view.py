"""A flat thing seen by a known camera: through its lens, tilted, shaded and noisy.

The thing is handed over as an array: a calibration target, a sticker, bars. What the
lens does is computed here from its formula, by no library: a calibration that agrees
with it agrees with an independent truth.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_phantom.canvas import blur

__all__ = ["Optics", "Placement", "view_flat", "view_round"]

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]

_GRID_PX = 8  # a lens bends smoothly
_OVERSAMPLED = 2  # each way, so that edges are no stairs
_FULL_WELL_E = 9000.0  # a small industrial sensor
_READ_NOISE_E = 6.0  # of the same


@dataclass(frozen=True, slots=True)
class Optics:
    """A camera as the phantom knows it.

    Parameters
    ----------
    width_px, height_px : px
    focal_px : px, > 0
        Focal length over the pixel's side.
    centre_xy : (x, y) px
        Principal point, pixel centres at whole numbers.
    distortion : (k1, k2, p1, p2, k3)
        Brown's model, in OpenCV's order.
    defocus_px : px
        Standard deviation of the lens blur, the pixel's own area not included.
    motion_xy : (x, y) px
        How far the picture moves while it is exposed.
    vignetting : >= 0
        0 even, 1 the fourth power of the cosine for a corner at 34 degrees.
    noise : >= 0
        1 is the shot and read noise of a small sensor.
    gamma : > 0
        Bytes are light to this power.
    exposure : > 0
        Factor on the light; above 1 white saturates.
    seed : int
        Of the noise.
    """

    width_px: int
    height_px: int
    focal_px: float
    centre_xy: tuple[float, float]
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    defocus_px: float = 0.6
    motion_xy: tuple[float, float] = (0.0, 0.0)
    vignetting: float = 0.0
    noise: float = 1.0
    gamma: float = 0.7
    exposure: float = 0.9
    seed: int = 1

    def rays(self, points_xy: Array) -> Array:
        """Undo the lens: pixels to directions.

        Parameters
        ----------
        points_xy : (..., 2) px

        Returns
        -------
        (..., 2)
            x / z and y / z of the ray through each pixel.
        """
        distorted = (points_xy - np.array(self.centre_xy)) / self.focal_px
        found = distorted.copy()
        for _ in range(12):  # a fixed point: the lens bends little
            found = distorted - (self._bent(found) - found)
        return np.asarray(found)

    def pixels(self, rays: Array) -> Array:
        """Bend by the lens: directions to pixels.

        Parameters
        ----------
        rays : (..., 2)
            x / z and y / z.

        Returns
        -------
        (..., 2) px
        """
        return np.asarray(self._bent(rays) * self.focal_px + np.array(self.centre_xy))

    def _bent(self, rays: Array) -> Array:
        k1, k2, p1, p2, k3 = self.distortion
        x, y = rays[..., 0], rays[..., 1]
        r2 = x * x + y * y
        radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
        return np.stack(
            [
                x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
                y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
            ],
            axis=-1,
        )


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the thing lies before the camera.

    Parameters
    ----------
    distance_mm : mm, > 0
        From the camera's centre along its axis.
    middle_mm : (x, y) mm
        Point of the thing that the axis meets.
    tilt_deg, towards_deg, turn_deg : degrees
        How far it is tilted, about which axis in its plane, and how it is turned.
    """

    distance_mm: float
    middle_mm: tuple[float, float]
    tilt_deg: float = 0.0
    towards_deg: float = 0.0
    turn_deg: float = 0.0

    @property
    def rotation(self) -> Array:
        """(3, 3) from the thing's axes to the camera's."""
        a, t = math.radians(self.towards_deg), math.radians(self.tilt_deg)
        axis = np.array([math.cos(a), math.sin(a), 0.0])
        cross = np.array(
            [[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]]
        )
        tilt = np.eye(3) + math.sin(t) * cross + (1 - math.cos(t)) * cross @ cross
        c, s = (
            math.cos(math.radians(self.turn_deg)),
            math.sin(math.radians(self.turn_deg)),
        )
        return np.asarray(tilt @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]))

    def to_rays(self, points_mm: Array) -> Array:
        """Points of the thing to directions, as `Optics.pixels` takes them.

        Parameters
        ----------
        points_mm : (..., 2) mm
        """
        away = points_mm - np.array(self.middle_mm)
        seen = away @ self.rotation[:, :2].T + np.array([0, 0, self.distance_mm])
        return np.asarray(seen[..., :2] / seen[..., 2:])

    def from_rays(self, rays: NDArray[np.floating]) -> Array:
        """Where rays meet the plane of the thing.

        Parameters
        ----------
        rays : (..., 2)

        Returns
        -------
        (..., 2) mm
        """
        # a plane seen through a point: a homography
        sides = self.rotation[:, :2]
        columns = np.stack([sides[:, 0], sides[:, 1], [0, 0, self.distance_mm]], axis=1)
        back = np.linalg.inv(columns)
        x, y = rays[..., 0], rays[..., 1]
        along, across, constant = back[2].tolist()
        weight = along * x + across * y + constant
        return np.stack(
            [
                (row[0] * x + row[1] * y + row[2]) / weight + middle
                for row, middle in zip(back[:2].tolist(), self.middle_mm, strict=True)
            ],
            axis=-1,
        )


def view_flat(
    thing: Pixels, px_per_mm: float, optics: Optics, place: Placement, ground: int = 90
) -> Pixels:
    """Photograph a flat thing.

    Parameters
    ----------
    thing : (h, w) uint8
        Reflectance, 255 all; its first pixel's corner is (0, 0) mm.
    px_per_mm : 1/mm
        Of that array.
    optics : Optics
    place : Placement
    ground : 0 to 255
        Reflectance of what lies around it.

    Returns
    -------
    (height_px, width_px) uint8
    """
    fine = _fine_rays(_lens_of(optics))
    return _exposed(thing, px_per_mm, place.from_rays(fine), optics, ground)


def view_round(
    thing: Pixels,
    px_per_mm: float,
    optics: Optics,
    *,
    distance_mm: float,
    radius_mm: float,
    middle_mm: tuple[float, float],
    ground: int = 10,
) -> Pixels:
    """Photograph a thing wrapped round a limb that lies along the picture's rows.

    Parameters
    ----------
    thing, px_per_mm, optics, ground
        As `view_flat`.
    distance_mm : mm
        To the nearest line of the limb.
    radius_mm : mm
        Of the limb, a cylinder.
    middle_mm : (x, y) mm
        Point of the thing on that line, before the camera.

    Returns
    -------
    (height_px, width_px) uint8
    """
    rays = _fine_rays(_lens_of(optics))
    y = rays[..., 1]
    axis = distance_mm + radius_mm
    # (y z)^2 + (z - axis)^2 = radius^2, the nearer z
    half, square = axis / (1 + y * y), axis * axis - radius_mm * radius_mm
    under = half * half - square / (1 + y * y)
    z = half - np.sqrt(np.maximum(under, 0))
    angle = np.arcsin(np.clip(y * z / radius_mm, -1, 1))
    where = np.stack([rays[..., 0] * z, angle * radius_mm], -1) + np.array(middle_mm)
    where[under < 0] = -1e6
    return _exposed(thing, px_per_mm, where, optics, ground)


def _lens_of(optics: Optics) -> Optics:
    """The optics without what does not bend rays: views of a camera share it."""
    return replace(
        optics, defocus_px=0.0, motion_xy=(0.0, 0.0), vignetting=0.0, noise=0.0,
        gamma=1.0, exposure=1.0, seed=0,
    )  # fmt: skip


@functools.lru_cache(maxsize=2)
def _fine_rays(lens: Optics) -> NDArray[np.float32]:
    """Rays through the parts of every pixel, from every eighth pixel's."""
    shape = lens.height_px, lens.width_px
    knots = [np.arange(-_GRID_PX, n + 2 * _GRID_PX, _GRID_PX) for n in shape]
    row, column = np.meshgrid(*knots, indexing="ij")
    coarse = lens.rays(np.stack([column, row], -1).astype(np.float64))
    rows, columns = (_weights(n, len(at)) for n, at in zip(shape, knots, strict=True))
    parts = [rows @ coarse[..., axis] @ columns.T for axis in (0, 1)]
    fine = np.stack(parts, -1).astype(np.float32)
    fine.flags.writeable = False
    return fine


def _weights(count: int, knots: int) -> Array:
    """Cubic interpolation (Catmull and Rom) from every eighth pixel to pixels' parts.

    OpenCV's own interpolation knows 32 places between two pixels: too few here.
    """
    at = np.arange(count * _OVERSAMPLED) + 0.5
    at = (at / _OVERSAMPLED - 0.5 + _GRID_PX) / _GRID_PX
    low = np.floor(at).astype(int)
    t = at - low
    weights: Array = np.zeros((len(at), knots))
    cubic = (
        ((2 - t) * t - 1) * t / 2,
        (t * t * (3 * t - 5) + 2) / 2,
        ((4 - 3 * t) * t + 1) * t / 2,
        (t - 1) * t * t / 2,
    )
    for step, weight in enumerate(cubic, start=-1):
        weights[np.arange(len(at)), low + step] = weight
    return weights


def _exposed(
    thing: Pixels, px_per_mm: float, where_mm: Array, optics: Optics, ground: int
) -> Pixels:
    """What the sensor makes of the thing seen at the parts of its pixels."""
    # one pixel of the picture may hold many of the thing: those are averaged first
    some = np.diff(where_mm[::16], axis=1)
    steps = np.hypot(some[..., 0], some[..., 1]) * px_per_mm
    seen: NDArray[Any] = np.asarray(thing, np.float32) / np.float32(255)
    spread = float(np.median(steps[np.isfinite(steps)]))
    if spread > 1.5:
        seen = cv2.GaussianBlur(seen, (0, 0), 0.4 * spread)
    grid = where_mm.astype(np.float32) * np.float32(px_per_mm) - np.float32(0.5)
    parts = cv2.remap(
        seen, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=ground / 255,
    )  # fmt: skip
    size = optics.width_px, optics.height_px
    light: Array = cv2.resize(parts, size, interpolation=cv2.INTER_AREA).astype(
        np.float64
    )
    light = blur(_moved(light, optics), optics.defocus_px) * _falloff(optics)
    electrons = light * optics.exposure * _FULL_WELL_E
    if optics.noise:
        rng = np.random.default_rng(optics.seed)
        sd = np.sqrt(np.maximum(electrons, 0) + _READ_NOISE_E**2)
        electrons = electrons + optics.noise * sd * rng.standard_normal(sd.shape)
    byte = 255 * np.clip(electrons / _FULL_WELL_E, 0, 1) ** optics.gamma
    return np.asarray(np.rint(byte), np.uint8)


def _moved(light: Array, optics: Optics) -> Array:
    dx, dy = optics.motion_xy
    length = math.hypot(dx, dy)
    if length < 0.1:
        return light
    steps = 2 * math.ceil(2 * length) + 1
    total = np.zeros_like(light)
    for part in np.linspace(-0.5, 0.5, steps):
        shift = np.array([[1, 0, part * dx], [0, 1, part * dy]])
        total += cv2.warpAffine(
            light, shift, light.shape[::-1], borderMode=cv2.BORDER_REPLICATE
        )
    return total / steps


def _falloff(optics: Optics) -> Array:
    """Light over that on the axis: cos^4 of the field angle, as `vignetting` has it."""
    half = math.hypot(optics.width_px, optics.height_px) / 2
    x = (np.arange(optics.width_px) - (optics.width_px - 1) / 2) / half
    y = (np.arange(optics.height_px) - (optics.height_px - 1) / 2) / half
    r2 = x[None, :] ** 2 + y[:, None] ** 2
    return np.asarray(1 / (1 + 0.45 * optics.vignetting * r2) ** 2)
