"""From an address to a camera that is watched over as far as it needs to be."""

from __future__ import annotations

from vein_devices import Camera, open_camera
from vein_devices.address import parse_address
from vein_devices.supervision.supervisor import supervise
from vein_imaging.capture.ring import Overflow

__all__ = ["watched_camera"]

# Drawn or read from a disk: nothing to unplug, and nothing lost by waiting.
_PATIENT_KINDS = ("phantom", "file")


def watched_camera(
    url: str, *, wait_for_camera: bool = False
) -> tuple[Camera, Overflow]:
    """Make the camera of an address, and say what a full ring means for it.

    Parameters
    ----------
    url : str
        As for `vein_devices.open_camera`.
    wait_for_camera : bool
        Whether a device that is not there yet may come later.

    Returns
    -------
    camera, overflow : Camera, Overflow
        A device is supervised: found again after it was unplugged.

    Raises
    ------
    DeviceAddressError
        If the address names no camera.
    """
    if parse_address(url).kind in _PATIENT_KINDS:
        return open_camera(url), Overflow.WAIT
    return supervise(url, wait_for_camera=wait_for_camera), Overflow.DROP
