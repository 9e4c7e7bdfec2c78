"""`pylon:SERIAL?exposure_us=5000`: a Basler camera, with the optional extra "pylon".

Grey cameras give (H, W), colour ones (H, W, 3). Only the newest frame is kept; what it
replaced is counted. PYLON_CAMEMU=1 in the environment makes an emulated camera.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vein_devices.address import Address, read_options
from vein_devices.cameras.source import Shot
from vein_devices.clock import Clock
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceBusyError,
    DeviceDataError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)
from vein_devices.frame import Pixels

__all__ = ["PylonSource", "make_source"]

# Names of a feature in newer and older standards of the camera makers.
_FEATURES = {
    "exposure_us": ("ExposureTime", "ExposureTimeAbs"),
    "gain": ("Gain", "GainRaw"),
    "fps": ("AcquisitionFrameRate", "AcquisitionFrameRateAbs"),
}
_AUTOMATIC = {"exposure_us": "ExposureAuto", "gain": "GainAuto"}
_BAD_FRAMES = 10
"""After a third of a second of incomplete pictures, the message says that the bus is
too slow."""


class PylonSource:
    """Frames of one Basler camera.

    Parameters
    ----------
    place : str
        Serial number; "" for the only camera.
    wishes : mapping of str to float
        By the names exposure_us, gain, fps.
    """

    def __init__(self, place: str, wishes: dict[str, float]) -> None:
        self.place = place
        self._name = f"pylon:{place}" if place else "pylon"  # in messages
        self.settings: dict[str, float] = {}
        """Wishes as the camera took them, once open."""
        self._wishes = wishes
        self._camera: Any = None
        self._dropped = 0  # since the last picture that was handed on
        self._pylon: Any = None
        self._fps: float | None = wishes.get("fps")

    @property
    def nominal_fps(self) -> float | None:
        """The rate that the camera computes from its settings."""
        return self._fps

    def open(self) -> None:
        """Find the camera by serial number, set it up, start grabbing.

        Raises
        ------
        DeviceUnsupportedError
            If pypylon is not installed, or a wish is out of range.
        DeviceError
            Absent or busy.
        """
        self.close()
        try:
            from pypylon import genicam, pylon
        except ImportError:
            raise DeviceUnsupportedError(
                "pylon: needs pypylon; type: pip install 'vein-imaging[pylon]'"
            ) from None
        self._pylon = pylon
        factory = pylon.TlFactory.GetInstance()
        device = self._find(factory.EnumerateDevices())
        try:
            self._camera = pylon.InstantCamera(factory.CreateDevice(device))
            self._camera.Open()
        except genicam.GenericException as error:
            self.close()
            raise DeviceBusyError(f"{self._name}: {_first_line(error)}") from error
        try:
            self._choose_format()
            for name, value in self._wishes.items():
                self.settings[name] = self._set(name, value)
            self._camera.StartGrabbing(pylon.GrabStrategy_LatestImageOnly)
        except genicam.GenericException as error:
            self.close()
            raise DeviceUnsupportedError(
                f"{self._name}: {_first_line(error)}"
            ) from error
        except BaseException:
            self.close()
            raise
        rate = self._feature("ResultingFrameRate", "ResultingFrameRateAbs")
        self._fps = float(rate.Value) if rate is not None else self.settings.get("fps")

    def _find(self, devices: Any) -> Any:
        found = [d for d in devices if self.place in ("", d.GetSerialNumber())]
        names = ", ".join(
            f"pylon:{d.GetSerialNumber()} ({d.GetModelName()})" for d in devices
        )
        if not found:
            raise DeviceAbsentError(
                f"{self._name}: no such camera; cameras now: {names or 'none'}"
            )
        if len(found) > 1:
            raise DeviceAddressError(f"several Basler cameras; name one: {names}")
        return found[0]

    def _choose_format(self) -> None:
        """Eight bits, grey where the camera is grey."""
        symbolics = self._camera.PixelFormat.Symbolics
        for name in ("Mono8", "RGB8", "RGB8Packed"):
            if name in symbolics:
                self._camera.PixelFormat.Value = name
                return
        raise DeviceUnsupportedError(f"{self._name}: it gives none of Mono8 and RGB8")

    def _feature(self, *names: str) -> Any:
        """Give the first feature of these names that the camera has, or None."""
        for name in names:
            feature = getattr(self._camera, name, None) if name else None
            # pypylon gives a placeholder for a feature that is not there.
            if feature is not None and feature.IsReadable():
                return feature
        return None

    def _set(self, name: str, value: float) -> float:
        """Set a feature, checked against its range and read back."""
        automatic = self._feature(_AUTOMATIC.get(name, ""))
        if automatic is not None:
            automatic.Value = "Off"
        enable = self._feature("AcquisitionFrameRateEnable")
        if name == "fps" and enable is not None:
            enable.Value = True
        feature = self._feature(*_FEATURES[name])
        if feature is None:
            raise DeviceUnsupportedError(f"{self._name}: it has no {name}")
        low, high = float(feature.Min), float(feature.Max)
        if not low <= value <= high:
            raise DeviceUnsupportedError(
                f"{self._name}: {name} lies between {low:g} and {high:g}; "
                f"{value:g} was asked"
            )
        feature.Value = int(value) if isinstance(feature.Value, int) else value
        return float(feature.Value)

    def shot(self, timeout_s: float) -> Shot:
        """Wait for the newest frame.

        Parameters
        ----------
        timeout_s : s
            Never waits longer.

        Returns
        -------
        Shot
        """
        if self._camera is None:
            raise DeviceAbsentError(f"{self._name} is not open")
        for _ in range(_BAD_FRAMES):
            result = self._grab(timeout_s)
            try:
                self._dropped += int(result.NumberOfSkippedImages)
                if result.GrabSucceeded():
                    pixels = _pixels(result.Array)
                    stamp = int(result.TimeStamp)
                    dropped, self._dropped = self._dropped, 0
                    return Shot(
                        pixels,
                        device_s=stamp * 1e-9 if stamp else None,
                        exposure_us=self.settings.get("exposure_us"),
                        dropped_before=dropped,
                    )
                why = result.ErrorDescription
                self._dropped += 1
            finally:
                result.Release()
        raise DeviceDataError(f"{self._name}: {why}")

    def _grab(self, timeout_s: float) -> Any:
        try:
            result = self._camera.RetrieveResult(
                max(1, int(timeout_s * 1000)), self._pylon.TimeoutHandling_Return
            )
        except Exception as error:
            raise DeviceAbsentError(f"{self._name}: {_first_line(error)}") from error
        if result is None or not result.IsValid():
            if self._camera.IsCameraDeviceRemoved():
                raise DeviceAbsentError(f"{self._name}: unplugged")
            raise DeviceTimeoutError(f"{self._name}: no frame in {timeout_s:.2f} s")
        return result

    def close(self) -> None:
        """Let go of the camera."""
        camera, self._camera = self._camera, None
        self.settings = {}
        if camera is not None:
            try:
                camera.StopGrabbing()
                camera.Close()
            except Exception:  # noqa: BLE001 - after a removal pypylon may raise here
                return


def _pixels(array: Any) -> Pixels:
    # After a removal an array of no height has been seen: Frame would refuse it.
    if array.size == 0:
        raise DeviceDataError("pylon: an empty frame")
    return np.array(array, np.uint8)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def make_source(address: Address, clock: Clock) -> PylonSource:
    """Read the address of a Basler camera.

    Parameters
    ----------
    address : Address
        Place: serial number. Options: exposure_us, gain, fps.
    clock : Clock
        Not used: pypylon waits by itself.

    Returns
    -------
    PylonSource

    Raises
    ------
    DeviceAddressError
        If an option is unknown or no number.
    """
    values = read_options(
        address.text, address.options, dict.fromkeys(_FEATURES, float)
    )
    return PylonSource(
        address.place, {name: float(value) for name, value in values.items()}
    )
