"""From an address to a camera that is watched over as far as it needs to be."""

from __future__ import annotations

from vein_devices.cameras.table import what_it_shows
from vein_devices.supervision.supervisor import SupervisedCamera, supervise
from vein_imaging.capture.ring import Overflow

__all__ = ["watched_camera"]


def watched_camera(
    url: str, *, wait_for_camera: bool = False
) -> tuple[SupervisedCamera, Overflow]:
    """Make the camera of an address, and say what a full ring means for it.

    Parameters
    ----------
    url : str
        As for `vein_devices.open_camera`.
    wait_for_camera : bool
        Whether a device that is not there yet may come later.

    Returns
    -------
    camera, overflow : SupervisedCamera, Overflow
        A device is found again after it was unplugged. What is drawn or read from a
        disk can wait, and nothing is lost by it.

    Raises
    ------
    DeviceAddressError
        If the address names no camera.
    """
    can_wait = what_it_shows(url) != "camera"
    camera = supervise(url, wait_for_camera=wait_for_camera and not can_wait)
    return camera, Overflow.WAIT if can_wait else Overflow.DROP
