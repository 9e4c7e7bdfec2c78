"""Which USB cameras are plugged in, and the one that an address means, on each system.

A camera is known by what stays when it is replugged, never by its number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from vein_devices.cameras.usb import v4l2
from vein_devices.cameras.usb.v4l2 import VideoNode
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceUnsupportedError,
)

if TYPE_CHECKING:
    from vein_devices.cameras.usb.backends import Backend

__all__ = ["address_of", "find_camera", "list_cameras"]


class _CameraInfo(Protocol):
    """What is used of `cv2_enumerate_cameras.CameraInfo`."""

    index: int
    name: str
    path: str
    vid: int | None
    pid: int | None


def list_cameras(backend: Backend) -> list[VideoNode]:
    r"""List the cameras that a backend sees now.

    Parameters
    ----------
    backend : Backend
        On Windows the numbers of the two differ, the identities do not.

    Returns
    -------
    list of VideoNode

    Raises
    ------
    DeviceUnsupportedError
        If the package that lists them outside Linux is missing.

    Notes
    -----
    A path on Windows is ``\\?\usb#vid_046d&pid_0825&mi_00#7&1A2B&0&0000#{...}``. What
    stands behind the second # is the serial number where it has no "&"; with one,
    Windows made it from the port, and it stays for that port. On macOS the path is
    AVFoundation's uniqueID, which holds place, vendor and product.
    """
    if backend.name == "V4L2":
        return v4l2.list_nodes()
    try:
        from cv2_enumerate_cameras import enumerate_cameras  # not needed on Linux
    except ImportError as error:
        raise DeviceUnsupportedError(
            "cameras cannot be told apart here: type pip install cv2-enumerate-cameras"
        ) from error
    return [_node(info) for info in enumerate_cameras(backend.id)]


def _node(info: _CameraInfo) -> VideoNode:
    vid, pid = (f"{n:04x}" if n is not None else "" for n in (info.vid, info.pid))
    usb = re.match(r"\\\\\?\\usb#[^#]*#([^#]+)#", info.path or "", re.IGNORECASE)
    instance = usb[1] if usb else ""
    serial_number = "" if "&" in instance else instance
    place = "" if serial_number else instance or info.path or ""
    return VideoNode(
        info.path or "", info.name, vid, pid, serial_number, place, info.index
    )


def address_of(node: VideoNode, among: Sequence[VideoNode] = ()) -> str:
    """Give the address that finds a camera again after it was replugged.

    Parameters
    ----------
    node : VideoNode
        Which.
    among : sequence of VideoNode
        What else is plugged in: the shortest address that none of these shares. Without
        any, the fullest.

    Returns
    -------
    str
    """
    words = node.identities
    others = [other for other in among if other != node]
    unique = (
        word for word in words if all(word not in other.identities for other in others)
    )
    word = next(unique, words[-1]) if among else words[-1]
    return "uvc:" + quote(word, safe="/:&@")


def find_camera(place: str, nodes: list[VideoNode], name: str) -> VideoNode:
    """Find the one camera that an address means.

    Parameters
    ----------
    place : str
        Serial number, "vid:pid", USB path, "SERIAL@PATH", "PATH:INTERFACE", or part of
        the name; "" for the only camera.
    nodes : list of VideoNode
        What is plugged in.
    name : str
        The address, for messages.

    Returns
    -------
    VideoNode

    Raises
    ------
    DeviceAbsentError
        If none fits.
    DeviceAddressError
        If several do.
    """
    word = place.lower()
    exact = [
        node for node in nodes
        if word == node.usb_id or word in map(str.lower, node.identities)
    ]  # fmt: skip
    found = exact if word and exact else [n for n in nodes if word in n.name.lower()]
    if not found:
        there = "; ".join(f"{n.name} ({address_of(n, nodes)})" for n in nodes) or "none"
        raise DeviceAbsentError(
            f"{name}: no such camera; plug it in. Cameras now: {there}"
        )
    if len({node.usb_path or node.identity for node in found}) > 1:
        choice = ", ".join(f"{address_of(node, nodes)} ({node.name})" for node in found)
        raise DeviceAddressError(f"several cameras fit; name one: {choice}")
    return found[0]
