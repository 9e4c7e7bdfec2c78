"""What a USB camera is asked to do, and what it really does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from vein_devices.address import Address, read_options
from vein_devices.cameras.usb import v4l2
from vein_devices.errors import DeviceAddressError

__all__ = ["Negotiated", "UvcSettings", "read_settings"]


@dataclass(frozen=True, slots=True)
class UvcSettings:
    """What is asked of a USB camera.

    Parameters
    ----------
    size_px : (height, width) px or None
        None: the camera's own.
    fps : 1/s or None
        Wished rate.
    fourcc : str
        Wished format: MJPG, YUYV, GREY; "" the camera's own.
    controls : mapping of str to float or None
        By the names of `v4l2.CONTROLS`; None: automatic.
    """

    size_px: tuple[int, int] | None = None
    fps: float | None = None
    fourcc: str = "MJPG"
    controls: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What the camera really does, measured.

    Parameters
    ----------
    width_px, height_px : px
        Of the frames that came.
    fourcc : str
        Format on the wire.
    stated_fps, measured_fps : 1/s
        What it says; what came.
    controls : mapping
        Controls as read back.
    backend : str
        What it was opened through.
    """

    width_px: int
    height_px: int
    fourcc: str
    stated_fps: float
    measured_fps: float
    controls: dict[str, float | None]
    backend: str


def read_settings(address: Address) -> UvcSettings:
    """Read the options of an address.

    Parameters
    ----------
    address : Address
        Options: size, fps, fourcc, and exposure_us, gain, brightness, white_balance_k
        (a number, or "auto").

    Returns
    -------
    UvcSettings

    Raises
    ------
    DeviceAddressError
        If an option is unknown or wrong.
    """
    types = {"size": str, "fps": float, "fourcc": str} | dict.fromkeys(
        v4l2.CONTROLS, str
    )
    values = read_options(address.text, address.options, types)
    size_px = None
    if "size" in values:
        size = re.fullmatch(r"(\d{2,5})x(\d{2,5})", str(values["size"]))
        if size is None:
            raise DeviceAddressError(f"{address.text}: size is written 1280x720")
        size_px = int(size[2]), int(size[1])
    fourcc = str(values.get("fourcc", "MJPG")).upper()
    if len(fourcc) not in (0, 4):
        raise DeviceAddressError(f"{address.text}: fourcc has four letters, as MJPG")
    controls: dict[str, float | None] = {}
    for name in v4l2.CONTROLS:
        text = str(values.get(name, ""))
        if text == "auto":
            controls[name] = None
        elif text:
            value = read_options(address.text, {name: text}, {name: float})
            controls[name] = float(value[name])
    fps = float(values["fps"]) if "fps" in values else None
    return UvcSettings(size_px, fps, fourcc, controls)
