"""The camera's sensor in integers: light and glare in, encoded and noisy bytes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_phantom.settings import PhantomSettings, random_for

__all__ = ["Sensor", "make_sensor"]

Array = NDArray[np.float64]

# A small industrial sensor.
_FULL_WELL_E = 9000.0
_READ_NOISE_E = 6.0  # electrons; the order of a small CMOS sensor's
_GAMMA = {"nir": 0.7, "skin": 1 / 2.2}
_TILE_PX = 61  # how far the noise can be moved between frames


@dataclass(frozen=True, slots=True, eq=False)
class Sensor:
    """Turns reflectance into bytes. All arithmetic is in integers: no machine differs.

    Parameters
    ----------
    settings : PhantomSettings
        Seed, visit, noise and size are used.
    light : (H, W) uint32
        32768 is a light of 1.
    glare : (H, W) uint32
        65535 saturates.
    encode : (65536,) uint16
        Linear light to 256 times the byte.
    noise_gain : (256,) int32
        Standard deviation of the noise at a byte, 256 times.
    noise : (H + 61, W + 61, C) int16, or empty
        Unit normal noise, 256 times; each frame takes another window of it.
    """

    settings: PhantomSettings
    light: NDArray[np.uint32]
    glare: NDArray[np.uint32]
    encode: NDArray[np.uint16]
    noise_gain: NDArray[np.int32]
    noise: NDArray[np.int16]

    def expose(self, reflectance: NDArray[np.uint32], index: int) -> NDArray[np.uint8]:
        """Take one picture.

        Parameters
        ----------
        reflectance : (H, W) or (H, W, 3) uint32, 0 to 65535
            Of what lies before the camera.
        index : int, >= 0
            Number of the frame: it decides the noise.

        Returns
        -------
        (H, W) or (H, W, 3) uint8
        """
        colour = reflectance.ndim == 3
        light = self.light[..., None] if colour else self.light
        seen = (reflectance * light) >> 15
        if self.glare.any():
            seen += self.glare[..., None] if colour else self.glare
        np.minimum(seen, 65535, out=seen)
        value = self.encode[seen]
        if not self.noise.size:
            return np.asarray((value + 128) >> 8, np.uint8)
        rng = random_for(self.settings, f"noise {self.settings.visit} {index}")
        top, left, flip_row, flip_column = rng.integers(
            0, [_TILE_PX, _TILE_PX, 2, 2]
        ).tolist()
        height, width = self.light.shape
        noise = self.noise[top : top + height, left : left + width]
        noise = noise[:: 1 - 2 * flip_row, :: 1 - 2 * flip_column]
        noisy = (self.noise_gain[value >> 8] * noise + 32768) >> 8
        noisy += value
        return np.asarray(np.clip(noisy, 0, 65535) >> 8, np.uint8)


def make_sensor(settings: PhantomSettings, light: Array, glare: Array) -> Sensor:
    """Build the sensor of a visit.

    Parameters
    ----------
    settings : PhantomSettings
        Colour, seed and noise are used.
    light, glare : (H, W) float64
        Factor on the reflectance; light added to it.

    Returns
    -------
    Sensor
    """
    gamma = _GAMMA[settings.colour]
    linear = np.arange(65536) / 65535.0
    byte = np.maximum(np.arange(256) / 255.0, 0.02)
    electrons = byte ** (1.0 / gamma) * _FULL_WELL_E
    noise_e = np.sqrt(electrons + _READ_NOISE_E**2)
    slope = 255.0 * gamma * byte / electrons  # d byte / d electron
    noise = np.zeros((0, 0), np.int16)
    if settings.noise:
        shape = [settings.height_px + _TILE_PX, settings.width_px + _TILE_PX]
        if settings.channels == 3:
            shape.append(3)
        rng = random_for(settings, "noise")
        noise = np.rint(256.0 * rng.standard_normal(shape)).astype(np.int16)
    return Sensor(
        settings=settings,
        light=np.rint(light * 32768.0).astype(np.uint32),
        glare=np.rint(np.minimum(glare, 4.0) * 65535.0).astype(np.uint32),
        encode=np.rint(linear**gamma * 255.0 * 256.0).astype(np.uint16),
        noise_gain=np.rint(256.0 * noise_e * slope).astype(np.int32),
        noise=noise,
    )
