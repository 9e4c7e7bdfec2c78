"""Which kinds of camera there are. A new kind is one file here and one line below."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Literal, cast

from vein_devices.address import Address, parse_address
from vein_devices.cameras.source import CameraSource, SourceCamera
from vein_devices.clock import SYSTEM_CLOCK, Clock
from vein_devices.errors import DeviceAddressError

__all__ = [
    "CAMERAS",
    "ENTRY_POINTS",
    "CameraKind",
    "Shows",
    "known_kinds",
    "open_camera",
    "what_it_shows",
]

ENTRY_POINTS = "vein_imaging.cameras"
"""Entry point group: its name is the kind, its object is `make_source`."""

Shows = Literal["camera", "recording", "drawing"]
"""Skin before a camera, a recording played again, or a drawing: never mistaken."""

MakeSource = Callable[[Address, Clock], CameraSource]


@dataclass(frozen=True, slots=True)
class CameraKind:
    """A kind of camera.

    Parameters
    ----------
    module : str
        Imported when the kind is first used; holds `make_source(address, clock)`.
    summary : str
        One line for a person.
    example : str
        An address.
    live : bool
        Whether a frame not fetched in time is gone.
    shows : "camera", "recording" or "drawing"
        What is on its pictures.
    """

    module: str
    summary: str
    example: str
    live: bool = True
    shows: Shows = "camera"


CAMERAS: dict[str, CameraKind] = {
    "phantom": CameraKind(
        "vein_devices.cameras.phantom",
        "a drawn leg whose veins are known in millimetres",
        "phantom:?seed=7&size=1920x1080",
        shows="drawing",
    ),
    "uvc": CameraKind(
        "vein_devices.cameras.usb.driver",
        "a USB camera (UVC), by its serial number, USB path or name",
        "uvc:?size=1280x720&exposure_us=8000",
    ),
    "vc0706": CameraKind(
        "vein_devices.cameras.vc0706.driver",
        "a serial JPEG camera (VC0706): one picture in some seconds",
        "vc0706:/dev/ttyUSB0?size=640x480&mode=verified",
    ),
    "openmv": CameraKind(
        "vein_devices.cameras.openmv.driver",
        "an OpenMV camera over USB",
        "openmv:?size=QVGA&format=grey",
    ),
    "pylon": CameraKind(
        "vein_devices.cameras.pylon",
        "a Basler camera (extra: pylon)",
        "pylon:40012345?exposure_us=5000",
    ),
    "http": CameraKind(
        "vein_devices.cameras.network.driver",
        "a network camera that sends JPEGs (MJPEG)",
        "http://192.168.1.9:8080/stream",
    ),
    "https": CameraKind(
        "vein_devices.cameras.network.driver",
        "the same, encrypted",
        "https://camera.clinic.example/stream",
    ),
    "rtsp": CameraKind(
        "vein_devices.cameras.network.driver",
        "a network camera that sends video (RTSP)",
        "rtsp://192.168.1.9/stream1",
    ),
    "file": CameraKind(
        "vein_devices.cameras.replay.driver",
        "a video, a picture, or a folder of pictures",
        "file:clip.mp4?loop=1",
        live=False,
        shows="recording",
    ),
}
"""Kinds that come with this package, by what stands before the colon."""


def known_kinds() -> tuple[str, ...]:
    """Name every kind, those of other packages too.

    Returns
    -------
    tuple of str
    """
    others = (point.name for point in entry_points(group=ENTRY_POINTS))
    return (*CAMERAS, *sorted(set(others) - set(CAMERAS)))


def what_it_shows(url: str) -> Shows:
    """Say what is on the pictures of an address, however it is spelled.

    Parameters
    ----------
    url : str
        As for `open_camera`: a bare path is a recording, letters may be large.

    Returns
    -------
    "camera", "recording" or "drawing"
        A kind of another package is a camera.
    """
    known = CAMERAS.get(parse_address(url).kind)
    return known.shows if known is not None else "camera"


def _maker(address: Address) -> MakeSource:
    if address.kind in CAMERAS:
        module = importlib.import_module(CAMERAS[address.kind].module)
        return cast(MakeSource, module.make_source)
    for point in entry_points(group=ENTRY_POINTS, name=address.kind):
        return cast(MakeSource, point.load())
    raise DeviceAddressError(
        f"{address.text}: there is no kind of camera {address.kind!r}; the kinds are: "
        f"{', '.join(known_kinds())}"
    )


def open_camera(url: str, *, clock: Clock = SYSTEM_CLOCK) -> SourceCamera:
    """Make the camera that an address names. `with` opens it.

    Parameters
    ----------
    url : str
        "kind:place?option=value&...", as `CAMERAS` shows; a bare path is a file.
    clock : Clock
        Time.

    Returns
    -------
    SourceCamera
        A `Camera`; no hardware has been touched yet.

    Raises
    ------
    DeviceAddressError
        If there is no such kind, or an option is unknown or wrong.
    """
    address = parse_address(url)
    return SourceCamera(url, _maker(address)(address, clock), clock)
